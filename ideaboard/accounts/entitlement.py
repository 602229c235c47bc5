"""Who may sign in at all."""

from datetime import datetime

from ideaboard.models import Person
from ideaboard.models.vocabulary import Origin


def may_sign_in(person: Person, now: datetime) -> bool:
    """Not suspended, erased, past valid-until, imported without ever confirming, or without an address.

    An imported person is a name on old ideas: no address of the import's file becomes a sign-in (QUALITY).
    """
    return person.email is not None and person.origin != Origin.IMPORT and person.is_active_at(now)
