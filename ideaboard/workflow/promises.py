"""Promised days and months that have passed: what the owner of a board sees first."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db
from ideaboard.models import Idea, Person, StatusChange
from ideaboard.models.vocabulary import Outcome, Stage
from ideaboard.workflow.queue import decided_by


@dataclass(frozen=True)
class Promise:
    """`kind`: hear_by (under review), look_again (not now) or coming_soon. `promised_on`: the day, or the month's first."""

    idea: Idea
    kind: str
    promised_on: date


def passed_promises(viewer: Person, today: date, limit: int = 50) -> list[Promise]:
    """Promises of ideas that the viewer decides on, oldest first, as they stand at the ideas' latest change.

    today: the day in the site's zone. "We look again in May" is due when May begins; an expected month has passed when
    it is over; a day has passed on the next.
    """
    this_month = today.replace(day=1)
    due = or_(
        and_(StatusChange.stage == Stage.UNDER_REVIEW, StatusChange.promised_on < today),
        and_(StatusChange.outcome == Outcome.NOT_NOW, StatusChange.promised_on <= this_month),
        and_(StatusChange.stage == Stage.COMING_SOON, StatusChange.promised_on < this_month),
    )
    ideas = db.session.execute(
        select(Idea)
        # Promises by the index of their days; each idea by its own id.
        .join(StatusChange, and_(StatusChange.idea_id == Idea.id, StatusChange.id == Idea.change_id))
        .where(Idea.in_the_open(), decided_by(viewer), StatusChange.promised_on <= today, due)
        .options(joinedload(Idea.board), joinedload(Idea.status), joinedload(Idea.change))
        .order_by(StatusChange.promised_on, StatusChange.idea_id)
        .limit(limit)
    ).scalars()
    return [Promise(idea, _kind(idea), idea.change.promised_on) for idea in ideas]


def _kind(idea: Idea) -> str:
    if idea.stage is Stage.UNDER_REVIEW:
        return "hear_by"
    return "look_again" if idea.stage is Stage.REVIEWED else "coming_soon"
