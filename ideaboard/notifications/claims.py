"""Claiming and settling deliveries, one by one. Claim, send, settle: the sending lies between two short transactions.

A claim is a lease by the database's clock and closes the window (bundle is emptied): what happens from then on opens
a new mail. Settling marks what became of each notification, once: the counters of status changes move by the rows
that changed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select, text, update

from ideaboard.extensions import db
from ideaboard.foundation import dialects
from ideaboard.foundation.database import dialect_name, transaction
from ideaboard.models import Delivery, Notification, StatusChange
from ideaboard.models.vocabulary import ToldBy
from ideaboard.notifications.causes import cause_code

LEASE_SECONDS = 90  # above post.WHOLE_SECONDS, so that a slow relay is no reason to send twice
# Literal, so that both databases see that the partial indexes answer them.
_CODES = text("delivery.state = 'waiting' AND delivery.kind = 'code'")
_WAITING = text("delivery.state = 'waiting'")


class Fate(NamedTuple):
    """What became of one notification. `change_id`: the status change it is about, if any; `told_by`: a ToldBy."""

    notification_id: int
    change_id: int | None
    told_by: str


NOT_TOLD = (ToldBy.REFUSED, ToldBy.LOST)


def has_due(now: datetime) -> bool:
    """Whether a delivery is due and nobody's (a cheap read)."""
    return any(db.session.execute(_claimable(where, now)).first() for where in (_CODES, _WAITING))


def claim_due(worker: str, now: datetime) -> int | None:
    """The id of a due delivery that is ours now: codes first, then by when they were due. None: nothing is due."""
    with transaction() as session:
        for where in (_CODES, _WAITING):
            delivery_id = session.execute(dialects.skip_locked(dialect_name(), _claimable(where, now))).scalar()
            if delivery_id is not None:
                lease = dialects.database_clock(dialect_name(), LEASE_SECONDS)
                session.execute(
                    update(Delivery)
                    .where(Delivery.id == delivery_id)
                    .values(claimed_by=worker, lease_until=lease, attempts=Delivery.attempts + 1, bundle="")
                )
                return delivery_id
        return None


def _claimable(where, now: datetime):
    clock = dialects.database_clock(dialect_name())
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until < clock)
    return (
        select(Delivery.id).where(where, Delivery.due_at <= now, free).order_by(Delivery.due_at, Delivery.id).limit(1)
    )


def settle(
    delivery_id: int, worker: str, now: datetime, state: str, fates: Sequence[Fate] = (), why: str = "", also=None
) -> bool:
    """Mark as sent, refused or dropped, and what became of its notifications; False when the claim was not ours any
    more (nothing is changed).

    `also()` writes more in the same transaction.
    """
    with transaction() as session:
        ours = session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.claimed_by == worker, Delivery.state == "waiting")
            .values(
                state=state,
                settled_at=now,
                claimed_by=None,
                lease_until=None,
                last_error=why[:300] or None,
                cause=cause_code(why) if why and state == "refused" else None,
                bundle="",
            )
        ).rowcount
        if ours:
            mark(fates, now)
            if also is not None:
                also()
        return bool(ours)


def put_off(
    delivery_id: int, worker: str, due_at: datetime, why: str = "", *, failed: bool = True, facts: dict | None = None
) -> None:
    """Try again at `due_at`; the Message-ID stays. Not `failed` (quiet hours): the attempt does not count."""
    if failed:
        what = {"last_error": why[:300] or None, "cause": cause_code(why)} | ({"facts": facts} if facts else {})
    else:
        what = {"attempts": Delivery.attempts - 1}
    with transaction() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.claimed_by == worker, Delivery.state == "waiting")
            .values(due_at=due_at, claimed_by=None, lease_until=None, **what)
        )


def mark(fates: Sequence[Fate], now: datetime) -> None:
    """Within an open transaction: set told_at and told_by where they are not set; the changes' counters with them."""
    change_of = {fate.notification_id: fate.change_id for fate in fates}
    ids_of: dict[str, list[int]] = {}
    for fate in fates:
        ids_of.setdefault(str(fate.told_by), []).append(fate.notification_id)
    told, not_told = [], []
    for told_by, ids in ids_of.items():
        rows = db.session.execute(
            update(Notification)
            .where(Notification.id.in_(ids), Notification.told_by.is_(None))
            .values(told_at=now, told_by=told_by)
            .returning(Notification.id),
            execution_options={"synchronize_session": False},
        )
        changes = [change_of[id] for id in rows.scalars() if change_of[id] is not None]
        (not_told if told_by in NOT_TOLD else told).extend(changes)
    count(told=told, not_told=not_told)


def count(*, entitled: Iterable[int] = (), told: Iterable[int] = (), not_told: Iterable[int] = ()) -> None:
    """Within an open transaction: move the counters of status changes, in the order of their ids."""
    entitled, told, not_told = Counter(entitled), Counter(told), Counter(not_told)
    for change_id in sorted({*entitled, *told, *not_told}):
        db.session.execute(
            update(StatusChange)
            .where(StatusChange.id == change_id)
            .values(
                entitled_count=StatusChange.entitled_count + entitled[change_id],
                told_count=StatusChange.told_count + told[change_id],
                not_told_count=StatusChange.not_told_count + not_told[change_id],
            )
        )
