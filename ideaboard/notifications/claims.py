"""Claiming and settling deliveries, one by one. Claim, send, settle: the sending lies between two short transactions.

A claim is a lease by the database's clock and closes the window (bundle is emptied): what happens from then on opens
a new mail. Settling asks whether the claim is still ours, so that a delivery is settled, and counted, once.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select, text, update

from ideaboard.extensions import db
from ideaboard.foundation import dialects
from ideaboard.foundation.database import dialect_name, transaction
from ideaboard.models import Delivery, StatusChange

LEASE_SECONDS = 90  # above post.WHOLE_SECONDS, so that a slow relay is no reason to send twice
# Literal, so that both databases see that the partial indexes answer them.
_CODES = text("delivery.state = 'waiting' AND delivery.kind = 'code'")
_WAITING = text("delivery.state = 'waiting'")


@dataclass
class Counts:
    """What a settled delivery moves on the changes it was about (ids of StatusChange, once for each person)."""

    told: list[int] = field(default_factory=list)
    not_told: list[int] = field(default_factory=list)


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


def settle(delivery_id: int, worker: str, now: datetime, state: str, counts: Counts, why: str = "", also=None) -> bool:
    """Mark as sent, refused or dropped, and count; False when the claim was not ours any more (nothing is changed).

    `also()` writes more in the same transaction.
    """
    with transaction() as session:
        ours = session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.claimed_by == worker, Delivery.state == "waiting")
            .values(
                state=state, settled_at=now, claimed_by=None, lease_until=None, last_error=why[:300] or None, bundle=""
            )
        ).rowcount
        if ours:
            count(told=counts.told, not_told=counts.not_told)
            if also is not None:
                also()
        return bool(ours)


def put_off(delivery_id: int, worker: str, due_at: datetime, why: str) -> None:
    """Try again at `due_at`; the Message-ID stays."""
    with transaction() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.claimed_by == worker, Delivery.state == "waiting")
            .values(due_at=due_at, claimed_by=None, lease_until=None, last_error=why[:300])
        )


def count(*, entitled: list[int] = (), told: list[int] = (), not_told: list[int] = ()) -> None:
    """Within an open transaction: move the counters of status changes, in the order of their ids."""
    for change_id in sorted({*entitled, *told, *not_told}):
        db.session.execute(
            update(StatusChange)
            .where(StatusChange.id == change_id)
            .values(
                entitled_count=StatusChange.entitled_count + list(entitled).count(change_id),
                told_count=StatusChange.told_count + list(told).count(change_id),
                not_told_count=StatusChange.not_told_count + list(not_told).count(change_id),
            )
        )
