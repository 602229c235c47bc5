"""What a card of the roadmap shows, as plain values: the key under which it is kept."""

from datetime import date
from typing import NamedTuple

from ideaboard.ideas.lines import Line


class BoardName(NamedTuple):
    name: str


class Expected(NamedTuple):
    promised_on: date | None


class CardFace(NamedTuple):
    id: int
    slug: str
    title: str
    votes_count: int | None  # None: hidden from this viewer
    is_open_for_votes: bool
    board: BoardName
    change: Expected
    is_line: bool = True  # as a line of a list it comes without the count that its reader may not see


def card_of(idea: Line, *, is_hidden: bool) -> CardFace:
    change = Expected(idea.change.promised_on if idea.change else None)
    votes = None if is_hidden else idea.votes_count
    return CardFace(idea.id, idea.slug, idea.title, votes, idea.is_open_for_votes, BoardName(idea.board.name), change)
