"""Signed-in browsers: open, find, list, end. The cookie holds a random token; the table holds its hash."""

from datetime import datetime, timedelta

from sqlalchemy import String, delete, select

from ideaboard.extensions import db
from ideaboard.foundation.database import UtcDateTime, transaction
from ideaboard.foundation.kept import Kept, attached, given, loose
from ideaboard.foundation.tokens import hash_token, new_token
from ideaboard.models import BoardMember, Person, SignedIn

# Long, because coming back must be easy; every sign-in can be ended by its owner.
LASTS = timedelta(days=180)


def write_session(person_id: int, now: datetime, browser: str = "") -> str:
    """Within an open transaction: sign a browser in; returns the token for its cookie."""
    token = new_token()
    db.session.add(
        SignedIn(
            token_hash=hash_token(token),
            person_id=person_id,
            created_at=now,
            expires_at=now + LASTS,
            browser=browser[:100],
        )
    )
    return token


def open_session(person: Person, now: datetime, browser: str = "") -> str:
    """Sign a browser in, in a transaction of its own; returns the token for its cookie."""
    with transaction():
        return write_session(person.id, now, browser)


def person_of(token: str, now: datetime, *, to_read: bool = False) -> Person | None:
    """The person behind a cookie's token, or None: unknown, expired, ended, suspended, erased, past valid-until.

    Their roles come with them, in the same statement: every page asks for them. `to_read`: the row belongs to no database
    session, which then need not be begun for it, and is not to be changed.
    """
    rows = _BEHIND.beside(token_hash=hash_token(token), now=now)
    if not rows:
        return None
    values = rows[0]._asdict()
    roles: dict[int, set[str]] = {}
    for row in rows:
        if row.role is not None:
            roles.setdefault(row.role_board_id, set()).add(row.role)
    del values["role_board_id"], values["role"]
    person = loose(Person, values) if to_read else attached(Person, values["id"], values)
    if not person.is_active_at(now):
        return None
    person.board_roles = roles
    person.session_token = token
    return person


# Each request of a member asks it. A row for each of the person's roles, or one without.
_BEHIND = Kept(
    lambda _: (
        select(*Person.__table__.columns, BoardMember.board_id.label("role_board_id"), BoardMember.role)
        .join(SignedIn, SignedIn.person_id == Person.id)
        .outerjoin(BoardMember, BoardMember.person_id == Person.id)
        .where(SignedIn.token_hash == given("token_hash", String), SignedIn.expires_at > given("now", UtcDateTime))
    )
)


def sessions_of(person: Person, now: datetime) -> list[SignedIn]:
    """The person's signed-in browsers, the newest first."""
    return list(
        db.session.execute(
            select(SignedIn)
            .where(SignedIn.person_id == person.id, SignedIn.expires_at > now)
            .order_by(SignedIn.created_at.desc(), SignedIn.id.desc())
        ).scalars()
    )


def opened_at(token: str | None) -> datetime | None:
    """When the sign-in with this token was opened; None when there is none."""
    if not token:
        return None
    return db.session.execute(select(SignedIn.created_at).where(SignedIn.token_hash == hash_token(token))).scalar()


def is_this_browser(row: SignedIn, token: str | None) -> bool:
    """Whether a row is the sign-in that holds this token."""
    return token is not None and row.token_hash == hash_token(token)


def end_session(token: str) -> None:
    """Sign this browser out."""
    with transaction():
        db.session.execute(delete(SignedIn).where(SignedIn.token_hash == hash_token(token)))


def end_session_by_id(person: Person, session_id: int) -> int:
    """Sign one browser of the person out; returns 1, or 0 when it was none of theirs or gone already."""
    with transaction():
        return db.session.execute(
            delete(SignedIn).where(SignedIn.person_id == person.id, SignedIn.id == session_id)
        ).rowcount


def end_other_sessions(person: Person, keep: str) -> int:
    """Sign the person out everywhere else; returns how many browsers that were."""
    with transaction():
        return drop_other_sessions(person.id, keep)


def drop_other_sessions(person_id: int, keep: str | None) -> int:
    """Within an open transaction: the same; with `keep` None, everywhere."""
    kept = SignedIn.token_hash != hash_token(keep) if keep else SignedIn.id.is_not(None)
    return db.session.execute(delete(SignedIn).where(SignedIn.person_id == person_id, kept)).rowcount
