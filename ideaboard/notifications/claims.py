"""Claiming and settling deliveries, one by one. Claim, send, settle: the sending lies between two short transactions.

A claim is a lease by the database's clock and closes the window (bundle is emptied): what happens from then on opens
a new mail. Settling marks what became of each notification, once: the counters of status changes move by the rows
that changed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Boolean, bindparam, or_, select, text, update

from ideaboard.extensions import db
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name, transaction
from ideaboard.models import Delivery, Event, Notification, StatusChange
from ideaboard.models.vocabulary import ToldBy
from ideaboard.notifications.causes import cause_code

LEASE_SECONDS = 90  # above post.WHOLE_SECONDS, so that a slow relay is no reason to send twice
# So long a claim whose lease has ended is nobody's: its worker, if it lives after all, may still say "sent".
REST_SECONDS = 5
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
    return any(db.session.execute(_claimable(where, now, 1)).first() for where in (_CODES, _WAITING))


def has_due_code(now: datetime) -> bool:
    """Whether a sign-in code is due and nobody's (a cheap read)."""
    return db.session.execute(_claimable(_CODES, now, 1)).first() is not None


def claim_due(worker: str, now: datetime) -> int | None:
    """The id of a due delivery that is ours now; None: nothing is due."""
    return next(iter(claim(worker, now, 1)), None)


def claim(worker: str, now: datetime, most: int) -> list[int]:
    """The ids of due deliveries that are ours now, at most so many: codes first, then by when they were due."""
    with transaction() as session:
        for where in (_CODES, _WAITING):
            while rows := session.execute(dialects_sql.skip_locked(dialect_name(), _claimable(where, now, most))).all():
                orphans = [row.id for row in rows if row.claimed_by is not None]
                if orphans:
                    _hold(orphans, claimed_by=None, lease_until=_clock(REST_SECONDS))
                    continue
                ids = [row.id for row in rows]
                more = {"attempts": Delivery.attempts + 1, "bundle": ""}
                _hold(ids, claimed_by=worker, lease_until=_clock(LEASE_SECONDS), **more)
                return ids
        return []


def release(worker: str, ids: Sequence[int]) -> None:
    """Give back what was claimed and not tried."""
    free = {"claimed_by": None, "lease_until": None, "attempts": Delivery.attempts - 1}
    with transaction():
        _hold(ids, Delivery.claimed_by == worker, **free)


def _hold(ids: Sequence[int], *conditions, **values) -> None:
    db.session.execute(
        update(Delivery).where(Delivery.id.in_(ids), Delivery.state == "waiting", *conditions).values(**values),
        execution_options={"synchronize_session": False},
    )


def _claimable(where, now: datetime, most: int):
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until < _clock())
    due = select(Delivery.id, Delivery.claimed_by).where(where, Delivery.due_at <= now, free)
    return due.order_by(Delivery.due_at, Delivery.id).limit(most)


def _clock(plus_seconds: int = 0):
    return dialects_sql.database_clock(dialect_name(), plus_seconds)


_table, _entries, _changes = Delivery.__table__.c, Notification.__table__.c, StatusChange.__table__.c
# Built once: for a mail in milliseconds, building a statement costs more than answering it.
_SETTLE = (
    update(Delivery.__table__)
    .where(
        _table.id == bindparam("its_id"),
        _table.state == "waiting",
        # What the relay has taken is sent, whoever holds the claim by now.
        or_(_table.claimed_by.is_(None), _table.claimed_by == bindparam("worker"), bindparam("is_sent", type_=Boolean)),
    )
    .values(
        state=bindparam("new_state"),
        settled_at=bindparam("at"),
        claimed_by=None,
        lease_until=None,
        last_error=bindparam("why"),
        cause=bindparam("its_cause"),
        bundle="",
    )
)
_MARK = (
    update(Notification.__table__)
    .where(_entries.id.in_(bindparam("ids", expanding=True)), _entries.told_by.is_(None))
    .values(told_at=bindparam("at"), told_by=bindparam("by"))
    .returning(_entries.id)
)
_COUNT = (
    update(StatusChange.__table__)
    .where(_changes.id == bindparam("its_id"))
    .values(
        entitled_count=_changes.entitled_count + bindparam("more_entitled"),
        told_count=_changes.told_count + bindparam("more_told"),
        not_told_count=_changes.not_told_count + bindparam("more_not_told"),
    )
)


def settle(
    delivery_id: int, worker: str, now: datetime, state: str, fates: Sequence[Fate] = (), why: str = "", also=None
) -> bool:
    """Mark as sent, refused or dropped, and what became of its notifications; False when that was done already or,
    unless it is sent, another has claimed it meanwhile (nothing is changed).

    `also()` writes more in the same transaction.
    """
    facts = {
        "its_id": delivery_id,
        "worker": worker,
        "is_sent": state == "sent",
        "new_state": state,
        "at": now,
        "why": why[:300] or None,
        "its_cause": cause_code(why) if why and state == "refused" else None,
    }
    with transaction() as session:
        ours = session.connection().execute(_SETTLE, facts).rowcount
        if ours:
            mark(fates, now)
            if also is not None:
                also()
            if state != "sent":
                _mark_the_rest(delivery_id, ToldBy.REFUSED if state == "refused" else ToldBy.LOST, now)
        return bool(ours)


def _mark_the_rest(delivery_id: int, told_by: str, now: datetime) -> None:
    """What was given up before it could be judged is not told, so that told and not told make up the entitled."""
    left = (
        select(Notification.id, Event.change_id)
        .join(Event, Event.id == Notification.event_id)
        .where(Notification.delivery_id == delivery_id, Notification.told_by.is_(None))
    )
    mark([Fate(row.id, row.change_id, told_by) for row in db.session.execute(left)], now)


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
        rows = db.session.connection().execute(_MARK, {"ids": ids, "at": now, "by": told_by})
        changes = [change_of[id] for id in rows.scalars() if change_of[id] is not None]
        (not_told if told_by in NOT_TOLD else told).extend(changes)
    count(told=told, not_told=not_told)


def count(*, entitled: Iterable[int] = (), told: Iterable[int] = (), not_told: Iterable[int] = ()) -> None:
    """Within an open transaction: move the counters of status changes, in the order of their ids."""
    entitled, told, not_told = Counter(entitled), Counter(told), Counter(not_told)
    for change_id in sorted({*entitled, *told, *not_told}):
        moves = {"more_entitled": entitled, "more_told": told, "more_not_told": not_told}
        counts = {name: counter[change_id] for name, counter in moves.items()}
        db.session.connection().execute(_COUNT, {"its_id": change_id, **counts})
