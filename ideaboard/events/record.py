"""Write an Event beside the deed, in the deed's own transaction."""

from datetime import datetime

from ideaboard.events.kinds import KINDS
from ideaboard.extensions import db
from ideaboard.models import Board, Comment, Event, Idea, Merge, Person, StatusChange, Story
from ideaboard.models.vocabulary import Origin


def record(
    kind: str,
    *,
    actor: Person | None,
    at: datetime,
    idea: Idea | None = None,
    board: Board | None = None,
    change: StatusChange | None = None,
    comment: Comment | None = None,
    person: Person | None = None,
    story: Story | None = None,
    merge: Merge | None = None,
    origin: str = Origin.HERE,
    **facts,
) -> Event:
    """Add the Event to the open transaction and return it. Raises KeyError for a kind that is not in the vocabulary.

    `facts` hold small values only: never an address, never a text.
    """
    KINDS[kind]
    if comment is not None and idea is None:
        idea = comment.idea
    event = Event(
        kind=kind,
        happened_at=at,
        actor_id=actor.id if actor else None,
        board_id=board.id if board else (idea.board_id if idea else None),
        idea_id=idea.id if idea else None,
        change_id=change.id if change else None,
        comment_id=comment.id if comment else None,
        person_id=person.id if person else None,
        story_id=story.id if story else None,
        merge_id=merge.id if merge else None,
        facts=facts,
        origin=origin,
    )
    db.session.add(event)
    return event
