"""Similar ideas: the one function behind the form, staff's pages and `bench-similar`."""

from functools import cache
from typing import NamedTuple

from sqlalchemy import select

from ideaboard.foundation.kept import Kept, given, in_slots
from ideaboard.foundation.words import tokens_of
from ideaboard.models import Board, Idea, Person
from ideaboard.models.eyes import Eyes, eyes_of

SHOWN = 5
MORE = 15  # ranked besides, for the case that some of the best were hidden, merged or taken back
LIKELY = 0.5  # of what could be in common: from there on two ideas are likely the same
WORDS_FROM = 3  # words of a title, from which on it says enough
_AT_ONCE = SHOWN + MORE


class Match(NamedTuple):
    """An idea that is like what was typed. `common`: how much they have in common, of 1."""

    idea_id: int
    common: float


def similar_to(title: str, viewer: Person | None, *, limit: int = SHOWN, exclude: int | None = None) -> list[Match]:
    """The ideas most like a new title, among those the viewer sees, best first."""
    from ideaboard.similar.ranking import ranking  # noqa: PLC0415 (numpy)

    boards, seen = _kept_for(eyes_of(viewer))
    viewer_id = viewer.id if viewer is not None else None
    ids = [board.id for board in boards.all(viewer_id=viewer_id)]
    ranked = ranking(title, ids, limit=limit + MORE, exclude=exclude)
    visible = {row.id for row in in_slots(seen, "id", _AT_ONCE, (i for i, _ in ranked), viewer_id=viewer_id)}
    return [Match(i, common) for i, common in ranked if i in visible][:limit]


@cache
def _kept_for(eyes: Eyes | None) -> tuple[Kept, Kept]:
    """(the boards that are seen, which of some ideas are)"""
    some = Idea.id.in_([given(f"id_{n}") for n in range(_AT_ONCE)])
    return (
        Kept(lambda _: select(Board.id).where(Board.visible_to(eyes))),
        Kept(lambda _: select(Idea.id).where(some, Idea.visible_to(eyes), Idea.in_the_open())),
    )


def says_enough(title: str) -> bool:
    """Whether the third word has begun."""
    return len(tokens_of(title[:300])) >= WORDS_FROM
