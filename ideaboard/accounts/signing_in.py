"""Signing in: by a typed code (the first time, this is joining) or by address and password."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from ideaboard.accounts import notices, passwords
from ideaboard.accounts.codes import TRIES, TRIES_ELSEWHERE, fits, live_pending, pending_of_attempt
from ideaboard.accounts.entitlement import may_sign_in
from ideaboard.accounts.names import new_seed, suggest_name
from ideaboard.accounts.sessions import write_session
from ideaboard.events.kinds import PERSON_JOINED
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext, ngettext
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name, end_reading, transaction
from ideaboard.foundation.refusals import Refusal
from ideaboard.foundation.tokens import hash_token
from ideaboard.models import Draft, Pending, Person

# Within it the same code from the same browser is a second click, and no guess.
TWICE = timedelta(minutes=1)


@dataclass(frozen=True)
class SignIn:
    """`token` is for the browser's cookie; `joined`: the person is new; `pending`: the code's row, with what waits."""

    person: Person
    token: str
    joined: bool = False
    pending: Pending | None = None


class WrongCode(Refusal):
    """The digits open nothing; `field` is 'code'."""


class UsedJustNow(WrongCode):
    """The same form was sent twice: the first one signed in. `back_to`: where that one leads."""

    back_to = ""


class WrongPassword(Refusal):
    """Address and password do not belong together; `field` is 'password'."""


def confirm_code(
    email: str, typed: str, now: datetime, *, attempt: str = "", known: bool = False, browser: str = ""
) -> SignIn:
    """Sign in by the code that works now for an address; make the person on first use, and give them their drafts.

    `attempt`: the browser's attempt token; `known`: a browser in which this person signed in before. Both may use all
    tries, others some. A try is counted before it is judged, and counted for good. Raises WrongCode.
    """
    with transaction() as session:
        pending = live_pending(email, now)
        asker = pending is not None and bool(attempt) and pending.attempt_hash == hash_token(attempt)
        signed_in = _try(pending, typed, now, TRIES if asker or known else TRIES_ELSEWHERE, browser)
        session.flush()
    if signed_in is None:
        own = pending_of_attempt(attempt) if attempt else None
        end_reading()
        own = own if own is not None and own.email == email else None
        _refuse_twice(own, typed, now)
        raise WrongCode(_what_is_wrong(own, now), field="code")
    return signed_in


def _try(pending: Pending | None, typed: str, now: datetime, tries: int, browser: str) -> SignIn | None:
    if pending is None:
        return None
    is_live = (Pending.id == pending.id, Pending.used_at.is_(None), Pending.ended_at.is_(None))
    counted = db.session.execute(
        update(Pending).where(*is_live, Pending.tries < tries).values(tries=Pending.tries + 1)
    ).rowcount
    if not counted or not fits(pending, typed):
        return None
    person, joined = _person_of(pending, now)
    if not may_sign_in(person, now):
        return None
    if not db.session.execute(update(Pending).where(*is_live).values(used_at=now)).rowcount:
        return None
    if joined:
        record(PERSON_JOINED, actor=person, person=person, at=now)
    db.session.execute(
        update(Draft)
        .where(Draft.email == pending.email, Draft.author_id.is_(None))
        .values(author_id=person.id, email=None)
    )
    return SignIn(person, write_session(person.id, now, browser), joined, pending)


def _person_of(pending: Pending, now: datetime) -> tuple[Person, bool]:
    """Whose address this is; made now if nobody's. The name is a suggestion, to be changed."""
    added = db.session.execute(
        dialects_sql.insert_once(dialect_name(), Person).values(
            email=pending.email,
            display_name=suggest_name(),
            avatar_seed=new_seed(),
            locale=pending.locale,
            created_at=now,
        )
    ).rowcount
    found = select(Person).where(Person.email == pending.email)
    return db.session.execute(found, execution_options={"populate_existing": True}).scalar_one(), bool(added)


def _refuse_twice(own: Pending | None, typed: str, now: datetime) -> None:
    """Raise UsedJustNow when this browser's own code, rightly typed, was used a moment ago."""
    if own is not None and own.used_at and own.used_at > now - TWICE and fits(own, typed):
        twice = UsedJustNow(gettext("This code has been used just now, in this browser."), field="code")
        twice.back_to = own.back_to
        raise twice


def _what_is_wrong(own: Pending | None, now: datetime) -> str:
    """The exact reason for the browser that asked; one sentence for all others, whatever the address."""
    if own is None:
        return gettext(
            "These digits do not open this address. Take them from the newest mail; a code works once, for 15 minutes and five tries."
        )
    left = TRIES - own.tries
    if own.used_at:
        return gettext("This code has been used. If that was not you just now, send yourself a new one.")
    if own.expires_at <= now:
        return gettext("This code has ended after 15 minutes. Send yourself a new one.")
    if own.ended_at:
        return gettext("A newer code was sent since. Type the digits of the newest mail.")
    if left <= 0:
        return gettext("These digits do not match, and the tries of this code are used up. Send yourself a new one.")
    return ngettext(
        "These digits do not match the mail. One try is left.",
        "These digits do not match the mail. %(num)s tries are left.",
        left,
    )


def sign_in_by_password(email: str, password: str, now: datetime, *, known: bool = False, browser: str = "") -> SignIn:
    """Sign in by address and password; hashing is done outside the transaction, also for unknown addresses.

    `known`: a browser in which this person signed in before; for any other a mail tells the owner. Raises WrongPassword, with one sentence for every reason.
    """
    person = db.session.execute(select(Person).where(Person.email == email)).scalar_one_or_none()
    end_reading()
    stored = person.password_hash if person else None
    good = passwords.verify(stored, password)
    signed_in = None
    if person is not None and good:
        with transaction() as session:
            now_so = session.get(Person, person.id, populate_existing=True, with_for_update=True)
            if may_sign_in(now_so, now) and now_so.password_hash == stored:
                signed_in = SignIn(now_so, write_session(now_so.id, now, browser))
                if not known:
                    notices.write_notice(now_so.id, notices.UNKNOWN_BROWSER, now, browser)
    if signed_in is None:
        raise WrongPassword(
            gettext("This address and this password do not open anything together. A code by mail always does."),
            field="password",
        )
    return signed_in
