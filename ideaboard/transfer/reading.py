"""A stranger's file becomes a table of texts in a scratch database, where an import is profiled before it is run.

CSV (comma, semicolon), TSV, JSON, JSON Lines, each also gzipped; UTF-8 with or without a mark, UTF-16 with one, else
Windows-1252. All values are kept as text: "007" stays an id of three characters.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.utils import Format, TypeTracker

from ideaboard.extensions import gettext as _
from ideaboard.transfer.files import ROW, UnreadableFile, bytes_of, encoding_of, numbered, rows_of

_EXAMPLES = 3
_EXAMPLE_LENGTH = 40


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
    content = bytes_of(path)
    encoding = encoding_of(path, content)
    tracker = TypeTracker()
    try:
        rows, found = rows_of(path, content, encoding)
        of_texts = numbered(path, rows, first=2 if found in (Format.CSV, Format.TSV) else 1)
        codes, count = _store(tracker.wrap(of_texts), database, table)
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
