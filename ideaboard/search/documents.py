"""What the index holds of an idea, an answer or a comment: a number that says which it is, and its words.

The number of a document is its kind and the id of its row, so that each kind is a range of numbers and the newest have
the highest. Words are cut from what a reader sees, not from its Markdown: no address of a link, no asterisk.
"""

import html
import re
from collections.abc import Iterable

from ideaboard.foundation.dialects_text import Row
from ideaboard.foundation.words import ENGLISH, GERMAN, language_of, stems_of

IDEA, ANSWER, COMMENT = 1, 2, 3
_KIND = 1 << 40  # leaves eleven digits to ids, and every number exact in a double
_TAGS = re.compile(r"<[^>]+>")


def number_of(kind: int, row_id: int) -> int:
    return kind * _KIND + row_id


def row_of(number: int) -> tuple[int, int]:
    """(kind, id of its row)"""
    return divmod(number, _KIND)


def above(kind: int) -> int:
    """The numbers of a kind lie above this, and below that of the next."""
    return kind * _KIND


def scope_of(board_id: int) -> str:
    """The word that narrows a search to a board; nobody can type it, since § is no part of a word."""
    return f"§{board_id}"


def plain(markup: str) -> str:
    """Rendered HTML as the text that a reader sees, on one line."""
    return " ".join(html.unescape(_TAGS.sub(" ", markup)).split())


def document(kind: int, row_id: int, board_id: int, title: str, texts: Iterable[str]) -> Row:
    """`texts`: rendered HTML. What is written in neither of the site's languages, or in too few words to know, is
    indexed by the stems of both, so that it is found whichever the question seems to be in."""
    body = " ".join(plain(markup) for markup in texts if markup)
    whole = f"{title} {body}"
    language = language_of(whole)
    in_title, in_body = stems_of(title, language), stems_of(body, language)
    other = []
    if not language:
        other = stems_of(whole, GERMAN)
        if other == in_title + in_body:
            other = []
    return Row(number_of(kind, row_id), " ".join(in_title), " ".join(in_body), " ".join(other), scope_of(board_id))


def stems_asked(word: str) -> tuple[str, ...]:
    """The stems under which a word may stand in the index."""
    from_both = stems_of(word, ENGLISH) + stems_of(word, GERMAN)
    return tuple(dict.fromkeys(from_both))
