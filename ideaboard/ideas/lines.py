"""A row of a list: what is shown of an idea, as plain values, read by Core. Templates take it where they take an Idea.

An ORM idea with its board, author, status and change costs five times as much to load, and a list needs no more than
this. Being plain values all through, two lines that are equal look the same, and a line is a key for what was made of it.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from ideaboard.foundation.kept import Kept, given, in_slots
from ideaboard.foundation.shelf import Shelf
from ideaboard.models import Board, Idea, Person, Status, StatusChange
from ideaboard.models.votable import Staged


class BoardFace(NamedTuple):
    id: int
    slug: str
    name: str
    first_look_days: int
    hides_counts: bool


class PersonFace(NamedTuple):
    display_name: str | None
    erased_at: datetime | None


class StatusFace(NamedTuple):
    stage: str
    label: str
    colour: str


class ChangeFace(NamedTuple):
    outcome: str | None
    promised_on: date | None


class _Columns(NamedTuple):
    """The columns of an idea that lists show, under the names that they have on Idea."""

    id: int
    board_id: int
    author_id: int | None
    title: str
    slug: str
    excerpt: str
    status_id: int | None
    change_id: int | None
    standing: str
    votes_count: int | None  # None: its board hides it from this reader (voting/counts.py)
    comments_count: int
    imported_votes: int
    created_at: datetime
    visible_at: datetime
    author_stepped_back_at: datetime | None
    origin: str
    board: BoardFace
    author: PersonFace | None
    status: StatusFace | None
    change: ChangeFace | None
    # Put into the default list because few have seen it so far.
    is_under_seen_pick: bool = False


class Line(Staged, _Columns):
    """A row of a list, for templates what an Idea is."""

    __slots__ = ()
    is_line = True
    # What lists show stands in the open.
    held_at = hidden_at = taken_back_at = merged_into_id = None


IDEA, BOARD, PERSON = Idea.__table__, Board.__table__, Person.__table__
STATUS, CHANGE = Status.__table__, StatusChange.__table__
_OF_IDEA = Line._fields[: Line._fields.index("board")]
_FACES = ((BOARD, BoardFace), (PERSON, PersonFace), (STATUS, StatusFace), (CHANGE, ChangeFace))
COLUMNS = (
    *(IDEA.c[name] for name in _OF_IDEA),
    *(table.c[name].label(f"{table.name}_{name}") for table, face in _FACES for name in face._fields),
)
_ENDS = [len(_OF_IDEA)]
for _, _face in _FACES:
    _ENDS.append(_ENDS[-1] + len(_face._fields))


def with_what_it_shows(keys):
    """FROM: `keys` (a subquery with `id`) with all that COLUMNS names. Outer joins, so that no planner begins elsewhere."""
    return (
        keys.outerjoin(IDEA, IDEA.c.id == keys.c.id)
        .outerjoin(BOARD, BOARD.c.id == IDEA.c.board_id)
        .outerjoin(PERSON, PERSON.c.id == IDEA.c.author_id)
        .outerjoin(STATUS, STATUS.c.id == IDEA.c.status_id)
        .outerjoin(CHANGE, CHANGE.c.id == IDEA.c.change_id)
    )


def line_of(row: Row) -> Line:
    """Of a row that begins with COLUMNS."""
    own, board, person, status, change = _ENDS
    return Line._make(
        (
            *row[:own],
            BoardFace._make(row[own:board]),
            PersonFace._make(row[board:person]) if row[_AUTHOR] is not None else None,
            StatusFace._make(row[person:status]) if row[_STATUS] is not None else None,
            ChangeFace._make(row[status:change]) if row[_STATUS] is not None else None,
            False,
        )
    )


_AUTHOR, _STATUS = _OF_IDEA.index("author_id"), _OF_IDEA.index("status_id")


def line_kept(found: tuple, read: Callable[[tuple], Any]) -> Line:
    """The line of a row that begins with COLUMNS, as the driver gave it; `read` makes of it what line_of takes.

    The same values are the same line, made once: a line that is met again also knows the hashes of its parts.
    """
    return _KEPT.get(found[: len(COLUMNS)], lambda: line_of(read(found)))


_KEPT: Shelf[Line] = Shelf(2_000, 2_000, lambda _: 1)


def lines_of(ids: Iterable[int]) -> dict[int, Line]:
    """{idea id: its line}, for who has found the ids in another way than by a list; one statement for 80 of them."""
    return {row.id: line_of(row) for row in in_slots(_LINES, "idea", _AT_ONCE, ids)}


_AT_ONCE = 80  # the roadmap


def _lines(_dialect: str):
    keys = select(IDEA.c.id).where(IDEA.c.id.in_([given(f"idea_{n}") for n in range(_AT_ONCE)])).subquery("keys")
    return select(*COLUMNS).select_from(with_what_it_shows(keys))


_LINES = Kept(_lines)
