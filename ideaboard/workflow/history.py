"""The changes of one idea, as they stand in the database: what tracker, timeline and answer are made of."""

from sqlalchemy import select
from sqlalchemy.orm import aliased

from ideaboard.foundation.kept import KeptObjects, given
from ideaboard.models import Board, Idea, Person, Status, StatusChange
from ideaboard.models.vocabulary import Origin


def changes_of(idea: Idea) -> list[StatusChange]:
    """All changes, oldest first, with actor, status and linked idea loaded: one query."""
    return _CHANGES.all(idea_id=idea.id)


def _changes(columns):
    return (
        select(*columns)
        .select_from(StatusChange)
        .outerjoin(Person, Person.id == StatusChange.actor_id)
        .outerjoin(Status, Status.id == StatusChange.status_id)
        .outerjoin(_LINKED, _LINKED.id == StatusChange.linked_idea_id)
        .outerjoin(_BOARD, _BOARD.id == _LINKED.board_id)
        .where(StatusChange.idea_id == given("idea_id"))
        .order_by(StatusChange.changed_at, StatusChange.id)
    )


_LINKED, _BOARD = aliased(Idea), aliased(Board)
_CHANGES = KeptObjects(
    _changes,
    (StatusChange, None),
    (Person, (0, "actor")),
    (Status, (0, "status")),
    (_LINKED, (0, "linked_idea")),
    (_BOARD, (3, "board")),
)


def has_no_day(change: StatusChange, idea: Idea) -> bool:
    """An imported status of which nobody knew the day was given the idea's own; no page says that day."""
    return change.origin == Origin.IMPORT and change.changed_at == idea.created_at
