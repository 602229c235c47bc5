"""The changes of one idea, as they stand in the database: what tracker, timeline and answer are made of."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db
from ideaboard.models import Idea, StatusChange
from ideaboard.models.vocabulary import Origin


def changes_of(idea: Idea) -> list[StatusChange]:
    """All changes, oldest first, with actor, status and linked idea loaded: one query."""
    return list(
        db.session.execute(
            select(StatusChange)
            .where(StatusChange.idea_id == idea.id)
            .options(
                joinedload(StatusChange.actor),
                joinedload(StatusChange.status),
                joinedload(StatusChange.linked_idea).joinedload(Idea.board),
            )
            .order_by(StatusChange.changed_at, StatusChange.id)
        ).scalars()
    )


def has_no_day(change: StatusChange, idea: Idea) -> bool:
    """An imported status of which nobody knew the day was given the idea's own; no page says that day."""
    return change.origin == Origin.IMPORT and change.changed_at == idea.created_at
