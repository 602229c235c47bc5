"""The key of a person's private feed: made, shown once, made anew, revoked. Stored hashed; one a person."""

from datetime import datetime

from sqlalchemy import delete, select

from ideaboard.extensions import db
from ideaboard.foundation.database import transaction
from ideaboard.foundation.tokens import hash_token, new_token
from ideaboard.models import FeedToken, Person


def make_feed_token(person: Person, now: datetime) -> str:
    """A new key for the person's feed; the one before ends with it."""
    token = new_token()
    with transaction():
        # The person's row is locked so that two clicks at once leave one key.
        db.session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
        db.session.execute(delete(FeedToken).where(FeedToken.person_id == person.id))
        db.session.add(FeedToken(person_id=person.id, token_hash=hash_token(token), created_at=now))
    return token


def revoke_feed_token(person: Person) -> bool:
    """End the person's feed; True when there was one."""
    with transaction():
        return bool(db.session.execute(delete(FeedToken).where(FeedToken.person_id == person.id)).rowcount)


def feed_token_of(person: Person) -> FeedToken | None:
    return db.session.get(FeedToken, person.id)


def holder_of(token: str, now: datetime) -> Person | None:
    """Whose feed it is; None for a key that is none, and for who may not act any more (suspended, erased, past)."""
    if not token.isascii():
        return None
    person = db.session.execute(
        select(Person)
        .join(FeedToken, FeedToken.person_id == Person.id)
        .where(FeedToken.token_hash == hash_token(token))
    ).scalar_one_or_none()
    return person if person is not None and person.is_active_at(now) else None
