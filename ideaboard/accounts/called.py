"""How a person is called in public. Never by an address."""

from ideaboard.extensions import gettext
from ideaboard.models import Idea, Person


def name_of(person: Person | None, *, unknown: str | None = None) -> str:
    """The display name; 'former member' for a shell, 'a member' without a name, `unknown` (or 'somebody') for None."""
    if person is None:
        return unknown or gettext("somebody")
    if person.erased_at:
        return gettext("former member")
    return person.display_name or gettext("a member")


def author_of(idea: Idea) -> str:
    """Who shared an idea: a name, or what is said in its place when the name went or was never known."""
    if idea.author_stepped_back_at:
        return gettext("a member")
    if idea.author_id is None:
        return gettext("somebody")
    return name_of(idea.author)
