"""Similar ideas: the one function behind the form, staff's pages and `bench-similar`."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db
from ideaboard.foundation.words import tokens_of
from ideaboard.models import Board, Idea, Person

SHOWN = 5
MORE = 15  # ranked besides, for the case that some of the best were hidden, merged or taken back
LIKELY = 0.5  # of what could be in common: from there on two ideas are likely the same
WORDS_FROM = 3  # words of a title, from which on it says enough


@dataclass(frozen=True)
class Match:
    """An idea that is like what was typed. `common`: how much they have in common, of 1."""

    idea: Idea
    common: float


def similar_to(title: str, viewer: Person | None, *, limit: int = SHOWN, exclude: int | None = None) -> list[Match]:
    """The ideas most like a new title, among those the viewer sees, best first; board, author, status, change loaded."""
    from ideaboard.similar.ranking import ranking  # noqa: PLC0415 (numpy)

    boards = db.session.scalars(select(Board.id).where(Board.visible_to(viewer))).all()
    ranked = dict(ranking(title, boards, limit=limit + MORE, exclude=exclude))
    if not ranked:
        return []
    loaded = db.session.scalars(
        select(Idea)
        .where(Idea.id.in_(ranked), Idea.visible_to(viewer), Idea.in_the_open())
        .options(joinedload(Idea.board), joinedload(Idea.author), joinedload(Idea.status), joinedload(Idea.change))
    )
    found = {idea.id: idea for idea in loaded}
    return [Match(found[i], common) for i, common in ranked.items() if i in found][:limit]


def says_enough(title: str) -> bool:
    """Whether the third word has begun."""
    return len(tokens_of(title[:300])) >= WORDS_FROM
