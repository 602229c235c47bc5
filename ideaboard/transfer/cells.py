"""What single cells mean: ids, authors, numbers, yes and no, and the words of a body."""

import hashlib
import json
import re
from dataclasses import dataclass

from ideaboard.foundation.html_to_markdown import html_to_markdown
from ideaboard.foundation.markdown import clean_line, clean_text
from ideaboard.foundation.markdown_escape import plain_to_markdown
from ideaboard.transfer.files import ROW

_LINE = 300  # characters that a line of ours holds (models/columns.py)
_YES = {"true", "t", "yes", "y", "1", "oui", "si", "sí", "ja"}
_NO = {"false", "f", "no", "n", "0", "non", "nee", "nein"}
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


@dataclass(frozen=True)
class Author:
    """A person of the other tool. `key` tells people of one source apart; `name` is None for an address or nothing."""

    key: str
    name: str | None


def cell(row: dict, columns: dict[str, str], field: str) -> str:
    """The text of a field in this row, trimmed; '' without a column or a value."""
    return (row.get(columns[field]) or "").strip() if field in columns else ""


def key_of(text: str) -> str:
    """An id as it is stored: itself, or its hash when it is too long for the column."""
    text = clean_line(text)
    return text if len(text) <= 200 else "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def key_of_content(row: dict) -> str:
    """The id of a row whose file has no ids: a hash of all it says."""
    said = json.dumps({name: value for name, value in row.items() if name != ROW}, sort_keys=True)
    return "row:" + hashlib.sha256(said.encode()).hexdigest()[:32]


def author_of(row: dict, columns: dict[str, str]) -> Author | None:
    """Who wrote it, or None. An e-mail address is never shown nor stored: such an author has a key and no name.

    Where the file gives ids to people, a row without one has no author, whatever it prints as a name.
    """
    identity, name = cell(row, columns, "author_id"), clean_line(cell(row, columns, "author"))
    if not identity and ("author_id" in columns or not name):
        return None
    key = key_of(identity or f"name:{name}")
    if _ADDRESS.search(key):
        key = "sha256:" + hashlib.sha256(key.lower().encode()).hexdigest()
    return Author(key, None if not name or _ADDRESS.search(name) else name[:_LINE])


def organisation_of(row: dict, columns: dict[str, str]) -> str | None:
    """The organisation that the author wrote for: named in the cell, or, where the cell says yes, the author itself."""
    said = clean_line(cell(row, columns, "author_organization"))
    if said.lower() in _YES:
        author = author_of(row, columns)
        return author.name if author else None
    return said[:_LINE] if said and said.lower() not in _NO else None


def is_yes(text: str) -> bool:
    return text.lower() in _YES


def count_of(text: str) -> int | None:
    """'1,204' -> 1204; '' -> 0; what is no whole number from 0 on, or absurdly large -> None."""
    plain = re.sub(r"(?<=\d)[,. '](?=\d{3}\b)", "", text) or "0"
    plain = plain.removesuffix(".0")
    return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else None


def markdown_of(row: dict, columns: dict[str, str]) -> str:
    """The body as Markdown: from HTML, from Markdown as it is, or from plain text. Its length is kept whole."""
    if "body_html" in columns:
        return clean_text(html_to_markdown(cell(row, columns, "body_html")))
    if "body_markdown" in columns:
        return clean_text(cell(row, columns, "body_markdown"))
    return plain(cell(row, columns, "body"))


def plain(text: str) -> str:
    """Plain text as Markdown that shows it unchanged."""
    return clean_text(plain_to_markdown(text))


def has_words(row: dict, columns: dict[str, str]) -> bool:
    """Whether a body will say anything (cheaper than turning it into Markdown)."""
    html = re.sub(r"<(?!img)[^>]*>|&nbsp;|\s", "", cell(row, columns, "body_html"))
    return bool(html or cell(row, columns, "body_markdown") or cell(row, columns, "body"))


def title_of(text: str) -> tuple[str, bool]:
    """-> the title on one line, and whether it was too long: then it ends in … and belongs whole into the body."""
    title = clean_line(text)
    return (title, False) if len(title) <= _LINE else (title[: _LINE - 1].rstrip() + "…", True)
