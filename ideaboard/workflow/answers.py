"""Staff's official word on an idea: the text of its latest change. A ready sentence is a note, shown more quietly."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from ideaboard.extensions import db
from ideaboard.models import Idea, StatusChange
from ideaboard.models.vocabulary import Stage
from ideaboard.workflow.history import changes_of


def pinned_answer(idea: Idea, changes: list[StatusChange] | None = None) -> StatusChange | None:
    """What is pinned under the title: the latest answer, or the ready sentence while the idea is under review.

    `changes`: what `changes_of(idea)` gave, where it was asked already.
    """
    for change in reversed(changes_of(idea) if changes is None else changes):
        if change.is_answer or (change.is_ready_sentence and idea.stage is Stage.UNDER_REVIEW):
            return change
    return None


def answers_for(ideas: Iterable[Idea]) -> dict[int, StatusChange]:
    """{idea id: what is pinned} for the rows of a list, with actors and statuses loaded: one query."""
    stages = {idea.id: idea.stage for idea in ideas}
    if not stages:
        return {}
    number = (
        func.row_number()
        .over(partition_by=StatusChange.idea_id, order_by=(StatusChange.changed_at.desc(), StatusChange.id.desc()))
        .label("number")
    )
    under_review = [idea_id for idea_id, stage in stages.items() if stage is Stage.UNDER_REVIEW]
    worded = (
        select(StatusChange.id, number)
        .where(
            StatusChange.idea_id.in_(stages),
            StatusChange.text != "",
            ~StatusChange.is_ready_sentence | StatusChange.idea_id.in_(under_review),
        )
        .subquery()
    )
    latest = aliased(StatusChange)
    rows = db.session.execute(
        select(latest)
        .join(worded, worded.c.id == latest.id)
        .where(worded.c.number == 1)
        .options(joinedload(latest.actor), joinedload(latest.status))
    ).scalars()
    return {change.idea_id: change for change in rows}
