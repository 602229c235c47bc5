"""A stranger's file becomes a table of texts in a scratch database, where an import is profiled before it is run.

CSV (comma, semicolon), TSV, JSON, JSON Lines, each also gzipped; UTF-8 with or without a mark, UTF-16 with one, else
Windows-1252. All values are kept as text: "007" stays an id of three characters.
"""

import csv
import gzip
import io
import json
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.utils import Format, RowError, TypeTracker, maximize_csv_field_size_limit, rows_from_file

from ideaboard.extensions import gettext as _
from ideaboard.foundation.refusals import Refusal

ROW = "_row"
_EXAMPLES = 3
_EXAMPLE_LENGTH = 40
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class UnreadableFile(Refusal):
    """The file cannot be imported; the sentence says which, where in it, and what to do."""


@dataclass(frozen=True)
class Column:
    """One column as found: its type as sqlite-utils guesses it ('empty' without any value) and up to 3 values."""

    name: str
    type: str
    filled: int
    examples: tuple[str, ...]
    code: str = field(repr=False)  # its name in the scratch table


@dataclass(frozen=True)
class Sheet:
    """A file in the scratch database. Rows are counted as a spreadsheet does (its heading is row 1) or, in JSON, from 1."""

    path: Path
    format: str
    encoding: str
    table: str
    count: int
    columns: tuple[Column, ...] = field(repr=False)
    database: Database = field(repr=False)

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def rows(self, numbers: Sequence[int] | None = None) -> Iterator[dict[str, str | None]]:
        """Rows as {column: text or None}, with the number under ROW; all in the file's order, or those numbered."""
        names = {column.code: column.name for column in self.columns} | {ROW: ROW}
        where = None if numbers is None else f"[{ROW}] IN ({', '.join(map(str, map(int, numbers)))})"
        for row in self.database[self.table].rows_where(where, order_by=f"[{ROW}]"):
            yield {names[code]: value for code, value in row.items()}

    def values(self, name: str) -> dict[str, int]:
        """{value of the column, trimmed: how many rows have it}, the most frequent first; empty cells are left out."""
        code = next(column.code for column in self.columns if column.name == name)
        return dict(
            self.database.execute(
                f"SELECT trim([{code}]), count(*) FROM [{self.table}] WHERE trim([{code}]) <> '' "
                "GROUP BY 1 ORDER BY 2 DESC, 1"
            ).fetchall()
        )


@contextmanager
def scratch_database() -> Iterator[Database]:
    """An empty SQLite file that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ideaboard-import-") as folder:
        database = Database(str(Path(folder) / "scratch.db"))
        try:
            database.execute("PRAGMA synchronous=OFF")  # nobody needs it after a crash
            yield database
        finally:
            database.conn.close()


def read_file(path: Path, database: Database, table: str) -> Sheet:
    """Read a file into `table` of the scratch database. Raises UnreadableFile with one sentence."""
    content = _bytes_of(path)
    encoding = _encoding_of(path, content)
    tracker = TypeTracker()
    try:
        rows, found = _rows(path, content, encoding)
        numbered = _numbered(path, rows, first=2 if found in (Format.CSV, Format.TSV) else 1)
        codes, count = _store(tracker.wrap(numbered), database, table)
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            _(
                "%(file)s is not valid JSON: %(why)s in line %(line)s. Export it again, or repair that line.",
                file=path.name,
                why=error.msg,
                line=error.lineno,
            )
        ) from error
    if not count:
        raise UnreadableFile(_("%(file)s holds no rows. Choose the file that holds the ideas.", file=path.name))
    columns = tuple(_column(database, table, name, code, tracker.types[name]) for name, code in codes.items())
    return Sheet(path, "JSON Lines" if found is Format.NL else found.name, encoding, table, count, columns, database)


def _bytes_of(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except OSError as error:
        why = error.strerror or _("its compression is damaged")
        raise UnreadableFile(_("%(file)s cannot be read: %(why)s.", file=path, why=why)) from error
    except (EOFError, zlib.error) as error:
        raise UnreadableFile(
            _("%(file)s is cut off: its compression ends too early. Copy or download it again.", file=path.name)
        ) from error
    if not content.strip():
        raise UnreadableFile(_("%(file)s is empty. Choose the file that holds the ideas.", file=path.name))
    return content


def _encoding_of(path: Path, content: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return encoding
    if b"\x00" in content[:65536]:
        raise UnreadableFile(
            _("%(file)s is no text file. Export it as CSV, TSV, JSON or JSON Lines and try that.", file=path.name)
        )
    for encoding in ("utf-8", "cp1252"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableFile(
        _("%(file)s is written neither in UTF-8 nor in Windows-1252. Save it as UTF-8 and try that.", file=path.name)
    )


def _rows(path: Path, content: bytes, encoding: str):
    text = content.decode(encoding)
    start = text.lstrip()[:1]
    if start in ("[", "{"):
        lines = [line for line in text.splitlines() if line.strip()]
        several = start == "{" and len(lines) > 1 and _is_json(lines[0])
        return rows_from_file(io.BytesIO(text.encode()), format=Format.NL if several else Format.JSON)
    maximize_csv_field_size_limit()
    text = text.lstrip("\r\n")
    # The standard library's sniffer takes letters for separators in long texts: here the heading alone decides.
    heading = text.split("\n", 1)[0]
    separator = max(",;\t", key=heading.count)
    dialect = type("Separated", (csv.excel,), {"delimiter": separator})
    _refuse_twins(path, next(csv.reader(io.StringIO(text), dialect)))
    found = Format.TSV if separator == "\t" else Format.CSV
    return rows_from_file(io.BytesIO(text.encode()), format=Format.CSV, dialect=dialect, encoding="utf-8")[0], found


def _refuse_twins(path: Path, heading: list[str]) -> None:
    for name in heading:
        if heading.count(name) > 1:
            raise UnreadableFile(
                _(
                    "%(file)s has several columns named \u201c%(name)s\u201d. Give each its own name in the first row.",
                    file=path.name,
                    name=name,
                )
            )


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except json.JSONDecodeError:
        return False


def _numbered(path: Path, rows, first: int) -> Iterator[dict[str, str | None]]:
    number = first - 1
    try:
        for number, row in enumerate(rows, first):
            if not isinstance(row, dict):
                raise UnreadableFile(
                    _(
                        "Row %(row)s of %(file)s is a single value: each idea must be an object with names and values.",
                        row=number,
                        file=path.name,
                    )
                )
            yield {ROW: number, **dict(_texts(row))}
    except RowError as error:
        raise UnreadableFile(
            _(
                "Row %(row)s of %(file)s has more cells than the heading. Put quotes around cells that hold the "
                "separator, and try again.",
                row=number + 1,
                file=path.name,
            )
        ) from error
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            _(
                "Row %(row)s of %(file)s is not valid JSON: %(why)s. Export it again, or repair that line.",
                row=number + 1,
                file=path.name,
                why=error.msg,
            )
        ) from error
    except csv.Error as error:
        raise UnreadableFile(
            _(
                "Row %(row)s of %(file)s cannot be read: %(why)s. Export it again as CSV.",
                row=number + 1,
                file=path.name,
                why=error,
            )
        ) from error


def _texts(row: dict, prefix: str = "") -> Iterator[tuple[str, str | None]]:
    """Cells as text; {"user": {"login": "x"}} becomes user.login."""
    for name, value in row.items():
        name = prefix + str(name).strip()
        if isinstance(value, dict) and value:
            yield from _texts(value, f"{name}.")
        elif value is None or isinstance(value, str):
            yield name, value
        else:
            yield name, json.dumps(value, ensure_ascii=False)


def _store(rows, database: Database, table: str) -> tuple[dict[str, str], int]:
    """Write the rows; -> {column: its name in the scratch table} in the order first seen, and the number of rows.

    The scratch names are ours (c1, c2 ...), because SQLite takes "Title" and "title" for one column.
    """
    names: dict[str, str] = {}
    count = 0

    def renamed():
        nonlocal count
        for row in rows:
            count += 1
            yield {
                ROW if name == ROW else names.setdefault(name, f"c{len(names) + 1}"): value
                for name, value in row.items()
            }

    database[table].insert_all(renamed(), pk=ROW, alter=True, batch_size=500)
    return names, count


def _column(database: Database, table: str, name: str, code: str, guessed: str) -> Column:
    filled_only = f"FROM [{table}] WHERE trim([{code}]) <> ''"
    filled = database.execute(f"SELECT count(*) {filled_only}").fetchone()[0]
    found = database.execute(f"SELECT DISTINCT [{code}] {filled_only} LIMIT {_EXAMPLES}").fetchall()
    examples = tuple(_shortened(" ".join(value.split())) for (value,) in found)
    return Column(name, guessed if filled else "empty", filled, examples, code)


def _shortened(text: str) -> str:
    return text if len(text) <= _EXAMPLE_LENGTH else text[: _EXAMPLE_LENGTH - 1] + "…"
