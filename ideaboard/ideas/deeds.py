"""What a confirmed address does for a guest who wrote an idea first (accounts/deeds.py)."""

from datetime import datetime

from ideaboard.foundation.links import links
from ideaboard.ideas.drafts import draft_of
from ideaboard.models import Person


def show_draft(person: Person, facts: dict, now: datetime) -> str:
    """The path of the page that shows the draft with its one button. Publishing is the person's press, not the code's.

    Raises Missing.
    """
    return links.path("ideas.draft", draft_id=draft_of(facts["draft_id"], person).id)
