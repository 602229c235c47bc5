"""The follow that a guest pressed, done when the code is typed."""

from datetime import datetime

from ideaboard.accounts.deeds import idea_path, visible_idea
from ideaboard.following.follows import follow
from ideaboard.models import Person


def follow_as_asked(person: Person, facts: dict, now: datetime) -> str:
    """facts: idea_id. Raises Missing."""
    follow(visible_idea(facts["idea_id"], person), person, now)
    return idea_path(facts["idea_id"])
