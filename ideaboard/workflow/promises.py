"""Promised days and months that have passed: what the owner of a board sees first."""

from datetime import date
from functools import cache
from typing import NamedTuple

from sqlalchemy import Date, and_, or_, select

from ideaboard.foundation.kept import Kept, given
from ideaboard.models import Board, Idea, Person, StatusChange
from ideaboard.models.eyes import Eyes, eyes_of
from ideaboard.models.vocabulary import Outcome, Stage
from ideaboard.workflow.queue import decided_by

_KINDS = {Stage.UNDER_REVIEW: "hear_by", Stage.REVIEWED: "look_again", Stage.COMING_SOON: "coming_soon"}


class PromisedIdea(NamedTuple):
    id: int
    slug: str
    title: str
    votes_count: int
    board_name: str


class Promise(NamedTuple):
    """`kind`: hear_by (under review), look_again (not now) or coming_soon. `promised_on`: the day, or the month's first."""

    idea: PromisedIdea
    kind: str
    promised_on: date


def passed_promises(viewer: Person, today: date, limit: int = 50) -> list[Promise]:
    """Promises of ideas that the viewer decides on, oldest first, as they stand at the ideas' latest change.

    today: the day in the site's zone. "We look again in May" is due when May begins; an expected month has passed when
    it is over; a day has passed on the next.
    """
    rows = _passed(eyes_of(viewer), limit).all(viewer_id=viewer.id, today=today, this_month=today.replace(day=1))
    return [Promise(PromisedIdea(*row[:-2]), _KINDS[Stage(row.stage)], row.promised_on) for row in rows]


@cache
def _passed(eyes: Eyes, limit: int) -> Kept:
    today, this_month = given("today", Date), given("this_month", Date)
    due = or_(
        and_(StatusChange.stage == Stage.UNDER_REVIEW, StatusChange.promised_on < today),
        and_(StatusChange.outcome == Outcome.NOT_NOW, StatusChange.promised_on <= this_month),
        and_(StatusChange.stage == Stage.COMING_SOON, StatusChange.promised_on < this_month),
    )
    shown = (Idea.id, Idea.slug, Idea.title, Idea.votes_count, Board.name, StatusChange.stage, StatusChange.promised_on)
    statement = (
        select(*shown)
        # Promises by the index of their days; each idea by its own id.
        .select_from(Idea)
        .join(StatusChange, and_(StatusChange.idea_id == Idea.id, StatusChange.id == Idea.change_id))
        .outerjoin(Board, Board.id == Idea.board_id)
        .where(Idea.in_the_open(), decided_by(eyes), StatusChange.promised_on <= today, due)
        .order_by(StatusChange.promised_on, StatusChange.idea_id)
        .limit(limit)
    )
    return Kept(lambda _: statement)
