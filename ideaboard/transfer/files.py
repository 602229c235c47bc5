"""From bytes to rows: compression, encoding, format, and the sentence for each way a file can be broken."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils.utils import Format, RowError, maximize_csv_field_size_limit, rows_from_file

from ideaboard.extensions import gettext as _
from ideaboard.foundation.markdown_escape import without_control_characters
from ideaboard.foundation.refusals import Refusal

ROW = "_row"  # the row's number stands under this name
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class UnreadableFile(Refusal):
    """The file cannot be imported; the sentence says which, where in it, and what to do."""


def bytes_of(path: Path) -> bytes:
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


def encoding_of(path: Path, content: bytes) -> str:
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


def rows_of(path: Path, content: bytes, encoding: str):
    text = content.decode(encoding)
    start = text.lstrip()[:1]
    if start in ("[", "{"):
        lines = [line for line in text.splitlines() if line.strip()]
        rows = _only_list(text) if start == "{" else None
        if rows is not None:
            return rows, Format.JSON
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


_OF_ONE_IDEA = {"title", "name", "id"}


def _only_list(text: str) -> list | None:
    """The one list inside one object ({"ideas": [...]}, perhaps beside counts and links); None: it is something else."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        return None
    lists = [value for value in held.values() if isinstance(value, list)]
    alone = len(lists) == 1 and not _OF_ONE_IDEA & held.keys()
    return lists[0] if alone else None


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except json.JSONDecodeError:
        return False


def numbered(path: Path, rows, first: int) -> Iterator[dict[str, str | None]]:
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
        name = prefix + _storable(str(name)).strip()
        if isinstance(value, dict) and value:
            yield from _texts(value, f"{name}.")
        elif value is None:
            yield name, None
        else:
            yield name, _storable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _storable(text: str) -> str:
    """Without what no database takes: NUL, other control characters, and halves of characters (JSON can hold them)."""
    return without_control_characters(text.encode("utf-8", "ignore").decode())
