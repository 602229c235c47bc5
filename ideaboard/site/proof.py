"""What the home page proves: figures of the loop, and "You asked, we did". Imports and demo rules as in PRODUCT."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, literal_column, select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db
from ideaboard.models import Board, Idea, Person, StatusChange
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
    """One line of figures over what the viewer may see. Each statement begins at the few rows that it is about."""
    here = _here(viewer, board)
    own = StatusChange.origin != Origin.IMPORT
    standing = dict(
        db.session.execute(
            select(Idea.standing, func.count())
            .join(StatusChange, StatusChange.id == Idea.change_id)
            .where(Idea.standing.in_((Stage.COMING_SOON, Stage.LAUNCHED)), own, *here)
            .group_by(Idea.standing)
        )
        .tuples()
        .all()
    )
    # "Exists" is asked of each change: a join would be begun at all ideas there are.
    answered = select(func.count(StatusChange.idea_id.distinct())).where(
        _IS_ANSWER, StatusChange.changed_at > now - A_WEEK, exists().where(Idea.id == StatusChange.idea_id, *here)
    )
    # The word stands there, not a value: so the index of what was imported is known to hold it.
    left_out = select(func.count()).where(
        StatusChange.origin == literal_column(f"'{Origin.IMPORT}'"), _stands_at_it(here)
    )
    counted = db.session.execute(select(answered.scalar_subquery(), left_out.scalar_subquery())).one()
    return Figures(counted[0], standing.get(Stage.COMING_SOON, 0), standing.get(Stage.LAUNCHED, 0), counted[1])


def deeds_of(viewer: Person | None, board: Board | None = None, *, most: int = 3) -> list[Deed]:
    """The newest launch first, then the newest answers on other ideas; each idea once, as it stands now."""
    here = _here(viewer, board)
    launches = _newest(here, StatusChange.stage == Stage.LAUNCHED, 1)
    # What is only looked at, or looked at again, is no deed yet.
    answers = _newest(here, StatusChange.stage != Stage.UNDER_REVIEW, most)
    ids = [*launches, *(change_id for change_id in answers if change_id not in launches)][:most]
    rows = db.session.execute(
        select(Idea, StatusChange)
        # By the idea's own id: no index leads from a change to the idea that stands at it.
        .join(StatusChange, and_(StatusChange.idea_id == Idea.id, StatusChange.id == Idea.change_id))
        .where(StatusChange.id.in_(ids))
        .options(
            joinedload(Idea.board),
            joinedload(Idea.author),
            joinedload(Idea.status),
            joinedload(Idea.change),
            joinedload(StatusChange.actor),
        )
    )
    deeds = {change.id: Deed(idea, change, max(0, (change.changed_at - idea.visible_at).days)) for idea, change in rows}
    return [deeds[change_id] for change_id in ids]


def _newest(here, kind, most: int) -> list[int]:
    """Ids of the newest changes of a kind at which an idea stands, by the index of all changes' times."""
    return list(
        db.session.scalars(
            select(StatusChange.id)
            .where(_IS_ANSWER, kind, StatusChange.redacted_at.is_(None), _stands_at_it(here))
            .order_by(StatusChange.changed_at.desc(), StatusChange.id.desc())
            .limit(most)
        )
    )


def _stands_at_it(here):
    return exists().where(Idea.id == StatusChange.idea_id, Idea.change_id == StatusChange.id, *here)


def _here(viewer, board):
    where = [Idea.in_the_open(), Idea.visible_to(viewer)]
    return [*where, Idea.board_id == board.id] if board is not None else where
