"""Passwords are optional. Argon2id, t=2, m=19 MiB, p=1 (42 ms; the library's default takes 191); never in a transaction."""

from datetime import datetime
from functools import cache

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

from ideaboard.accounts import notices
from ideaboard.accounts.sessions import drop_other_sessions
from ideaboard.extensions import gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.refusals import Refusal
from ideaboard.foundation.settings import settings
from ideaboard.models import Person

SHORTEST, LONGEST = 10, 200
# The ones of ten or more characters that head every leaked list, and rows of keys.
_COMMON = frozenset(
    """
    1234567890 0123456789 9876543210 0987654321 12345678910 1111111111 0000000000 qwertyuiop qwertzuiop azertyuiop
    asdfghjkl; 1q2w3e4r5t 1qaz2wsx3edc q1w2e3r4t5 password12 password123 password1234 passwordpassword iloveyou12
    iloveyou123 letmein123 welcome123 welcome1234 administrator changeme123 qwerty12345 qwerty123456 abcdefghij
    abcdefghijk abc1234567 football123 baseball123 sunshine123 princess123 superman123 whatever123 trustno1trustno1
    ideaboard1 ideaboard123 ideaboardideaboard secret12345 correcthorsebatterystaple
    """.split()  # noqa: SIM905
)


class WeakPassword(Refusal):
    """The password would be guessed; `field` is 'new_password'."""


class NotYours(Refusal):
    """The current password was not given right; `field` is 'current_password'."""


@cache
def _hasher(cheap: bool) -> PasswordHasher:
    if cheap:
        return PasswordHasher.from_parameters(profiles.CHEAPEST)
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobody(cheap: bool) -> str:
    return _hasher(cheap).hash("nobody's password")


def _is_cheap() -> bool:
    return settings.environment == "test"


def hash_password(password: str) -> str:
    """What is stored of a password."""
    return _hasher(_is_cheap()).hash(password)


def verify(stored: str | None, password: str) -> bool:
    """Whether the password fits; takes as long when there is none."""
    against = stored or _nobody(_is_cheap())
    try:
        fits = _hasher(_is_cheap()).verify(against, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        fits = False
    return fits and stored is not None


def refuse_weak(password: str, *names: str | None) -> None:
    """Raise WeakPassword for one that is short, common, or a name or the address of its owner."""
    plain = password.casefold().strip()
    own = {part for name in names if name for part in (name.casefold(), name.casefold().split("@")[0])}
    if len(password) < SHORTEST:
        reason = gettext("This has fewer than 10 characters. Three or four words that only you put together do well.")
    elif len(password) > LONGEST:
        reason = gettext("This has more than 200 characters. Shorten it.")
    elif plain in _COMMON or len(set(plain)) < 3:
        reason = gettext("This one stands on every list of guesses. Take words that only you put together.")
    elif plain in own:
        reason = gettext("This is your address or your name, which is guessed first. Take something else.")
    else:
        return
    raise WeakPassword(reason, field="new_password")


def set_password(person: Person, new: str | None, now: datetime, *, keep: str | None, browser: str = "") -> int:
    """Set or (None) remove the password and sign out every other browser; returns how many. Raises WeakPassword.

    A mail tells the owner, whatever they stopped; `browser` is what it names.

    Whether the person may (current password, or a fresh sign-in) was asked before: prove_it_is_you().
    """
    if new is not None:
        refuse_weak(new, person.email, person.display_name)
    stored = hash_password(new) if new is not None else None
    with transaction() as session:
        row = session.get(Person, person.id, with_for_update=True, populate_existing=True)
        before, row.password_hash = row.password_hash, stored
        if before or stored:
            notices.write_notice(row.id, _what_happened(before, stored), now, browser)
        return drop_other_sessions(person.id, keep)


def _what_happened(before: str | None, after: str | None) -> str:
    if after is None:
        return notices.PASSWORD_REMOVED
    return notices.PASSWORD_CHANGED if before else notices.PASSWORD_SET


def prove_it_is_you(person: Person, current: str) -> None:
    """Raise NotYours when a password is set and `current` is not it."""
    if person.password_hash and not verify(person.password_hash, current):
        raise NotYours(
            gettext("That is not your current password. Forgotten? Sign out, sign in by code, and set a new one."),
            field="current_password",
        )
