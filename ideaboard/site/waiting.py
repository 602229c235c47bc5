"""A page of staff's list: ideas that wait, as plain rows.

As session objects, twenty of them with board, author, status and change cost more than the whole page may.
"""

from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import select

from ideaboard.foundation.kept import Kept, given
from ideaboard.foundation.paging import Page, Turn, beyond
from ideaboard.ideas.lines import CHANGE, COLUMNS, IDEA, Line, PersonFace, line_of, with_what_it_shows
from ideaboard.models import Board, Idea, Person
from ideaboard.models.eyes import Eyes, eyes_of
from ideaboard.workflow.queue import StaffBoard, filters_of, in_reach, now_given

PAGE_SIZE = 20
# The order of each: its columns, and whether the greatest come first.
_KEYS = {
    "waiting": ([Idea.visible_at, Idea.id], False),
    "votes": ([Idea.votes_count, Idea.imported_votes, Idea.id], True),
}
SORTS = tuple(_KEYS)


class Waits(NamedTuple):
    """One row: the idea as lists show it, who moved it last, and why its author says that it is no other's like."""

    idea: Line
    actor: PersonFace | None
    different_because: str


def waiting_ideas(
    viewer: Person,
    now: datetime,
    zone: str,
    *,
    which: str = "all",
    board: Board | StaffBoard | None = None,
    sort: str = "waiting",
    after: str | None = None,
    before: str | None = None,
) -> Page:
    """One page of 20 `Waits`, longest waiting first or most voted first. Raises Missing for a cursor that is not ours."""
    keys, descending = _KEYS[sort]
    turn = Turn.read(after, before, keys)
    boards, values = now_given(viewer, now, zone, board)
    boards = boards if which == "late" else 0
    begun = turn.values is not None
    kept = _page(eyes_of(viewer), which, sort, board is not None, boards, begun, turn.backwards)
    rows = kept.all(**values, **{f"k{place}": value for place, value in enumerate(turn.values or ())})
    key_of = itemgetter(slice(len(COLUMNS), len(COLUMNS) + len(keys)))
    # The page was found in order; that joining keeps it, SQL does not promise.
    rows.sort(key=key_of, reverse=descending != turn.backwards)
    page = turn.page(rows, PAGE_SIZE, key_of)
    page.items = list(map(_waits, page.items))
    return page


@cache
def _page(eyes: Eyes, which: str, sort: str, of_one: bool, boards: int, begun: bool, backwards: bool) -> Kept:
    """`of_one`: of the board `board_id` alone; `begun`: beyond the key k0, k1, …"""
    keys, descending = _KEYS[sort]
    order = [(key, descending != backwards) for key in keys]
    found = select(*(key.label(f"key_{place}") for place, key in enumerate(keys)), Idea.id)
    found = found.where(*in_reach(eyes, of_one), filters_of(boards)[which])
    if begun:
        found = found.where(beyond(order, [given(f"k{place}", key.type) for place, key in enumerate(keys)]))
    page = found.order_by(*(key.desc() if down else key.asc() for key, down in order)).limit(PAGE_SIZE + 1).subquery()
    actor = Person.__table__.alias("actor")
    shown = (
        *COLUMNS,
        *(page.c[f"key_{place}"] for place in range(len(keys))),
        IDEA.c.different_because,
        actor.c.id.label("actor_id"),
        *(actor.c[name].label(f"actor_{name}") for name in PersonFace._fields),
    )
    joined = with_what_it_shows(page).outerjoin(actor, actor.c.id == CHANGE.c.actor_id)
    return Kept(lambda _: select(*shown).select_from(joined))


def _waits(row: tuple) -> Waits:
    actor = None if row.actor_id is None else PersonFace(row.actor_display_name, row.actor_erased_at)
    return Waits(line_of(row), actor, row.different_because)
