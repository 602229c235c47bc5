"""What the home page proves: figures of the loop, and "You asked, we did". Imports and demo rules as in PRODUCT."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db
from ideaboard.models import Board, Idea, Person, Status, StatusChange
from ideaboard.models.vocabulary import Origin, Stage

A_WEEK = timedelta(days=7)
_IS_ANSWER = and_(StatusChange.is_ready_sentence.is_(False), StatusChange.origin != Origin.IMPORT)


@dataclass(frozen=True)
class Figures:
    """Ideas answered in the last week, standing at Coming soon, at Launched; `left_out`: decided before an import."""

    answered: int
    coming_soon: int
    launched: int
    left_out: int


@dataclass(frozen=True)
class Deed:
    """One card: an idea, the change with staff's own words, and the days from shared to that change."""

    idea: Idea
    change: StatusChange
    days: int


def figures_of(viewer: Person | None, now: datetime, board: Board | None = None) -> Figures:
    """One line of figures over what the viewer may see; one query for what stands, one for the week."""
    here = _here(viewer, board)
    own = StatusChange.origin != Origin.IMPORT
    standing = db.session.execute(
        select(
            func.count().filter(and_(own, StatusChange.stage == Stage.COMING_SOON)),
            func.count().filter(and_(own, StatusChange.stage == Stage.LAUNCHED)),
            func.count().filter(StatusChange.origin == Origin.IMPORT),
        )
        .select_from(Idea)
        .join(StatusChange, StatusChange.id == Idea.change_id)
        .where(*here)
    ).one()
    answered = db.session.execute(
        select(func.count(StatusChange.idea_id.distinct()))
        .join(Idea, Idea.id == StatusChange.idea_id)
        .where(_IS_ANSWER, StatusChange.changed_at > now - A_WEEK, *here)
    ).scalar_one()
    return Figures(answered, *standing)


def deeds_of(viewer: Person | None, board: Board | None = None, *, most: int = 3) -> list[Deed]:
    """The newest launch first, then the newest answers on other ideas; each idea once, as it stands now."""
    base = (
        select(Idea, StatusChange)
        .join(StatusChange, StatusChange.id == Idea.change_id)
        .join(Status, Status.id == Idea.status_id)
        # What is only looked at, or looked at again, is no deed yet.
        .where(_IS_ANSWER, StatusChange.stage != Stage.UNDER_REVIEW, StatusChange.redacted_at.is_(None))
        .where(*_here(viewer, board))
        .options(
            joinedload(Idea.board),
            joinedload(Idea.author),
            joinedload(Idea.status),
            joinedload(Idea.change),
            joinedload(StatusChange.actor),
        )
        .order_by(StatusChange.changed_at.desc(), StatusChange.id.desc())
    )
    launches = list(db.session.execute(base.where(StatusChange.stage == Stage.LAUNCHED).limit(1)))
    known = [idea.id for idea, _ in launches]
    rest = list(db.session.execute(base.where(Idea.id.not_in(known)).limit(most - len(launches))))
    return [Deed(i, c, max(0, (c.changed_at - i.visible_at).days)) for i, c in launches + rest]


def _here(viewer, board):
    where = [Idea.in_the_open(), Idea.visible_to(viewer)]
    return [*where, Idea.board_id == board.id] if board is not None else where
