"""How often codes may be asked for and guessed: strangers little, the owner always enough.

Per peer and per account, strangers' guesses are few (BUDGETS). Outside of these stand a browser with which the person
signed in before, with a budget of its own, and the first tries in the browser that asked for a fresh code: nobody
who guesses can lock the owner out. All of it happens alike for addresses that nobody has.
"""

from datetime import datetime

from sqlalchemy import select

from ideaboard.accounts.addresses import mailbox_of
from ideaboard.accounts.codes import live_pending
from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import TooMany
from ideaboard.foundation.tokens import hash_token
from ideaboard.models import Person
from ideaboard.web.browser import attempt, known_as
from ideaboard.web.throttle import peer, spend


def spend_code_mail(email: str, now: datetime) -> None:
    """Count one mail with a code. Raises TooMany: nobody's mailbox is filled from here."""
    known = _known_for(email)
    if known:
        spend("code_for_known_browser", known, now)
        return
    spend("code_for_peer", peer(), now)
    spend("code_for_address", mailbox_of(email), now)
    spend("code_for_address_a_day", mailbox_of(email), now)


def spend_code_guess(email: str, now: datetime) -> bool:
    """Count one typed code; True for a browser in which its owner signed in before. Raises TooMany."""
    known = _known_for(email)
    if known:
        spend("guess_for_known_browser", known, now)
        return True
    pending = live_pending(email, now)
    asked_here = pending is not None and bool(attempt()) and pending.attempt_hash == hash_token(attempt())
    end_reading()
    if asked_here:
        try:
            spend("guess_for_asker", pending.id, now)
            spend("guess_for_asker_peer", peer(), now)
            return False
        except TooMany:
            pass
    _spend_as_stranger(email, now)
    return False


def spend_password_guess(email: str, now: datetime) -> bool:
    """Count one typed password; True for a browser in which its owner signed in before. Raises TooMany."""
    known = _known_for(email)
    if known:
        spend("guess_for_known_browser", known, now)
    else:
        _spend_as_stranger(email, now)
    return bool(known)


def _spend_as_stranger(email: str, now: datetime) -> None:
    spend("guess_for_peer", peer(), now)
    spend("guess_for_account", email, now)


def _known_for(email: str) -> str:
    person = db.session.execute(select(Person).where(Person.email == email)).scalar_one_or_none()
    end_reading()
    browser = known_as(person)
    return f"{person.id}:{browser}" if browser else ""
