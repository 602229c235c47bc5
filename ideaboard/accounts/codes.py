"""Six digits by mail: one live code an address, five tries, fifteen minutes, used once.

The code is stored nowhere: it derives from the row's nonce under the secret key, so that the worker can write it into
the mail. What a typed code is held against is a keyed hash together with the row's id.
"""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from ideaboard.accounts.chain import taken_over
from ideaboard.accounts.entitlement import may_sign_in
from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.refusals import Busy
from ideaboard.foundation.tokens import derive, hash_token, new_token
from ideaboard.models import Delivery, Draft, Pending, Person

CODE_LASTS = timedelta(minutes=15)
TRIES = 5
# Of the five, browsers that did not ask for the code get three: a stranger's guesses leave its owner two.
TRIES_ELSEWHERE = 3


def code_of(pending: Pending) -> str:
    """The six digits of a pending row, computed again: '048213'."""
    return f"{int.from_bytes(derive('code', pending.nonce)[:8], 'big') % 1_000_000:06d}"


def hash_code(pending_id: int, code: str) -> str:
    """What is stored of a code."""
    return derive("code-hash", pending_id, code).hex()


def fits(pending: Pending, typed: str) -> bool:
    """Whether the typed digits (spaces and hyphens are forgiven) are the code of this row."""
    digits = "".join(c for c in typed if c not in " -\u00a0\t")
    return hmac.compare_digest(hash_code(pending.id, digits), pending.code_hash)


def send_code(
    email: str,
    now: datetime,
    *,
    deed: dict | None = None,
    back_to: str = "",
    locale: str | None = None,
    attempt: str = "",
) -> str:
    """Write a pending row and the delivery of its code, and end the address's earlier code; returns the attempt token.

    `email` is a normal_address(); `deed` is {} or {"deed": "vote", …facts}. What waits for this address
    from the same browser (its `attempt`) waits on in the new row (accounts/chain.py). Known, unknown and refused addresses take
    the same path: for who may not sign in, the delivery is written as dropped.
    """
    # Two browsers at once: the unique index lets one in, the other ends that code and tries again. Each round lets
    # one through, and the budget of an address admits 5.
    for _ in range(20):
        try:
            return _send(email, now, deed or {}, back_to, locale, attempt)
        except IntegrityError:
            continue
    raise Busy(gettext("Many ask for a code of this address just now. Send it again in a few seconds."))


def _send(email: str, now: datetime, deed: dict, back_to: str, locale: str | None, attempt: str) -> str:
    token = new_token()
    with transaction() as session:
        own = pending_of_attempt(attempt) if attempt else None
        waiting = deed
        if own is not None and own.email == email and own.used_at is None and own.expires_at > now:
            waiting = taken_over(own.id, own.deed, deed)
        end_codes_of(email, now)
        pending = Pending(
            email=email,
            attempt_hash=hash_token(token),
            nonce=new_token(),
            code_hash="",
            created_at=now,
            expires_at=now + CODE_LASTS,
            deed=waiting,
            back_to=back_to,
            locale=locale,
        )
        session.add(pending)
        session.flush()
        pending.code_hash = hash_code(pending.id, code_of(pending))
        if deed.get("deed") == "publish_draft":
            session.execute(
                update(Draft)
                .where(Draft.id == deed["draft_id"], Draft.author_id.is_(None), Draft.published_at.is_(None))
                .values(email=email)
            )
        person = session.execute(select(Person).where(Person.email == email)).scalar_one_or_none()
        welcome = person is None or may_sign_in(person, now)
        session.add(
            Delivery(
                kind="code",
                person_id=person.id if person else None,
                address=email,
                message_key=new_token(),
                facts={"pending_id": pending.id},
                created_at=now,
                due_at=now,
                state="waiting" if welcome else "dropped",
                settled_at=None if welcome else now,
            )
        )
    return token


def end_codes_of(email: str, now: datetime) -> None:
    """Within an open transaction: no code of this address works any more."""
    db.session.execute(
        update(Pending)
        .where(Pending.email == email, Pending.used_at.is_(None), Pending.ended_at.is_(None))
        .values(ended_at=now)
    )


def pending_of_attempt(token: str) -> Pending | None:
    """The row that a browser's attempt cookie speaks of, live or not."""
    found = select(Pending).where(Pending.attempt_hash == hash_token(token))
    return db.session.execute(found, execution_options={"populate_existing": True}).scalar_one_or_none()


def live_pending(email: str, now: datetime) -> Pending | None:
    """The row whose code works now for an address."""
    return db.session.execute(
        select(Pending).where(
            Pending.email == email, Pending.used_at.is_(None), Pending.ended_at.is_(None), Pending.expires_at > now
        ),
        execution_options={"populate_existing": True},
    ).scalar_one_or_none()
