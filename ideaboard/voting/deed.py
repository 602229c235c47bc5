"""The vote that a guest pressed, cast when the code is typed."""

from datetime import datetime

from ideaboard.accounts.deeds import idea_path
from ideaboard.models import Person
from ideaboard.voting.ballot import cast_vote


def vote_as_asked(person: Person, facts: dict, now: datetime) -> str:
    """facts: idea_id, unnamed. Raises what cast_vote raises."""
    cast_vote(facts["idea_id"], person, now, unnamed=bool(facts.get("unnamed")))
    return idea_path(facts["idea_id"], f"vote-{facts['idea_id']}")
