"""Signed-in browsers: open, find, end. The cookie holds a random token; the table holds its hash."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from ideaboard.extensions import db
from ideaboard.foundation.database import transaction
from ideaboard.foundation.tokens import hash_token, new_token
from ideaboard.models import Person, SignedIn

# Long, because coming back must be easy; every sign-in can be ended by its owner.
LASTS = timedelta(days=180)


def open_session(person: Person, now: datetime, browser: str = "") -> str:
    """Sign a browser in; returns the token for its cookie."""
    token = new_token()
    with transaction():
        db.session.add(
            SignedIn(
                token_hash=hash_token(token),
                person_id=person.id,
                created_at=now,
                expires_at=now + LASTS,
                browser=browser[:100],
            )
        )
    return token


def person_of(token: str, now: datetime) -> Person | None:
    """The person behind a cookie's token, or None: unknown, expired, ended, suspended, erased, past valid-until."""
    person = db.session.execute(
        select(Person)
        .join(SignedIn, SignedIn.person_id == Person.id)
        .where(SignedIn.token_hash == hash_token(token), SignedIn.expires_at > now)
    ).scalar_one_or_none()
    if person is None or not person.is_active_at(now):
        return None
    person.session_token = token
    return person


def end_session(token: str) -> None:
    """Sign this browser out."""
    with transaction():
        db.session.execute(delete(SignedIn).where(SignedIn.token_hash == hash_token(token)))


def end_other_sessions(person: Person, keep: str) -> int:
    """Sign the person out everywhere else; returns how many browsers that were."""
    with transaction():
        return db.session.execute(
            delete(SignedIn).where(SignedIn.person_id == person.id, SignedIn.token_hash != hash_token(keep))
        ).rowcount
