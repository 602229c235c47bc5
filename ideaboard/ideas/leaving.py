"""Take back (the idea leaves, while nobody else took part) and step back (its author's name leaves, the rest stays)."""

from datetime import datetime

from sqlalchemy import update

from ideaboard.events.kinds import IDEA_STEPPED_BACK, IDEA_TAKEN_BACK
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext
from ideaboard.following.follows import drop_reason
from ideaboard.foundation.database import transaction
from ideaboard.ideas.editing import NobodyTookPart, OthersTookPart, locked
from ideaboard.models import Idea, IdeaRevision, Person, Vote
from ideaboard.models.vocabulary import Reason
from ideaboard.search.indexing import index_idea


def can_be_taken_back(idea: Idea) -> bool:
    """Nobody voted or commented, and staff have not looked: nobody would miss it."""
    return idea.others_took_part_at is None and idea.status_id is None and idea.taken_back_at is None


def take_back(idea_id: int, by: Person, now: datetime) -> Idea:
    """The idea leaves every page; its author still finds it among their own. Votes and follows stay as rows.

    Raises Missing, NotYours, OthersTookPart.
    """
    with transaction():
        idea = locked(idea_id, by, "idea.take_back")
        if not can_be_taken_back(idea):
            raise OthersTookPart(
                gettext("Others took part meanwhile, so the idea stays. You can step back: your name goes, it stays.")
            )
        idea.taken_back_at = now
        record(IDEA_TAKEN_BACK, actor=by, at=now, idea=idea)
        index_idea(idea)
        return idea


def step_back(idea_id: int, by: Person, now: datetime) -> Idea:
    """The author's name leaves the idea for good; their own vote stays theirs. Raises Missing, NotYours, NobodyTookPart."""
    with transaction():
        idea = locked(idea_id, by, "idea.step_back")
        if can_be_taken_back(idea):
            raise NobodyTookPart(gettext("Nobody else took part yet, so you can take the whole idea back."))
        # What the author wrote before must not name them either.
        db.session.execute(
            update(IdeaRevision)
            .where(IdeaRevision.idea_id == idea_id, IdeaRevision.actor_id == by.id)
            .values(actor_id=None)
        )
        # The first name among the voters would be the author's: the vote stays theirs, without it.
        db.session.execute(update(Vote).where(Vote.idea_id == idea_id, Vote.person_id == by.id).values(is_unnamed=True))
        drop_reason(idea_id, by.id, Reason.AUTHOR)
        record(IDEA_STEPPED_BACK, actor=by, at=now, idea=idea)
        idea.author_id, idea.author_stepped_back_at = None, now
        return idea
