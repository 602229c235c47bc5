"""Handing events on: claimed by one worker, told in slices, marked, each person once even when a worker is killed.

1. claim: the oldest waiting event becomes ours by a conditional update, with a lease by the database's clock;
2. slice: the subscriber reads whom to tell next (people by id, beyond `told_up_to`), outside any write;
3. write: in one short transaction, while the claim is still ours, it writes its rows, and `told_up_to` moves with
   them; the lease is renewed;
4. after the last slice `dispatched_at` is set in the slice's own transaction.

Killed anywhere: the lease ends, the next worker goes on at `told_up_to`.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import or_, select, text, update

from ideaboard.extensions import db
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name, end_reading, transaction
from ideaboard.models import Event

log = logging.getLogger(__name__)
SLICE = 200  # people; SQLite's write lock is held for some 25 ms, and votes come in between
LEASE_SECONDS = 60
_LONGEST_PAUSE = 3600
# Literal, so that both databases see that the partial index answers it.
_WAITING = text("event.dispatched_at IS NULL AND event.origin = 'here'")

# (event, people up to this id are told, how many, now) -> (the last id of this slice or None at the end, write its rows)
Subscriber = Callable[[Event, int, int, datetime], tuple[int | None, Callable[[], None]]]
# (event, now): writes few rows with unique keys, in the transaction that marks the event as dispatched
Beside = Callable[[Event, datetime], None]


class _Subscribers:
    """Filled by registry.py: {event kind: subscriber}. A kind without one is marked as dispatched.

    `beside` hears of every event that happened here, of whatever kind, when all its people are told.
    """

    def __init__(self):
        self.by_kind: dict[str, Subscriber] = {}
        self.beside: tuple[Beside, ...] = ()

    def fill(self, by_kind: dict[str, Subscriber], beside: tuple[Beside, ...] = ()) -> None:
        self.by_kind = dict(by_kind)
        self.beside = tuple(beside)


subscribers = _Subscribers()


def has_waiting() -> bool:
    """Whether an event waits for us (a cheap read; somebody else's lease does not count)."""
    return db.session.execute(_claimable().limit(1)).first() is not None


def dispatch_one(worker: str, now: datetime, between: Callable[[], None] | None = None) -> bool:
    """Dispatch the oldest waiting event; False when there is none. Raises what a subscriber raises, after putting
    the event off. `between` is called between two slices: what cannot wait for forty thousand people."""
    event_id = _claim(worker)
    if event_id is None:
        return False
    try:
        while _tell_slice(event_id, worker, now):
            if between is not None:
                between()
    except Exception:
        db.session.rollback()
        _put_off(event_id, worker)
        raise
    return True


def _claimable():
    clock = dialects_sql.database_clock(dialect_name())
    free = or_(Event.lease_until.is_(None), Event.lease_until < clock)
    return select(Event.id).where(_WAITING, free).order_by(Event.id)


def _claim(worker: str) -> int | None:
    with transaction() as session:
        event_id = session.execute(dialects_sql.skip_locked(dialect_name(), _claimable().limit(1))).scalar()
        if event_id is not None:
            session.execute(
                update(Event)
                .where(Event.id == event_id)
                .values(claimed_by=worker, lease_until=_lease(), attempts=Event.attempts + 1)
            )
        return event_id


def _tell_slice(event_id: int, worker: str, now: datetime) -> bool:
    """One slice; True while there is more."""
    fresh = {"populate_existing": True}
    event = db.session.execute(select(Event).where(Event.id == event_id), execution_options=fresh).scalar_one()
    told_up_to = event.told_up_to
    subscriber = subscribers.by_kind.get(event.kind)
    last, write = subscriber(event, told_up_to, SLICE, now) if subscriber else (None, lambda: None)
    end_reading()
    with transaction() as session:
        ours = select(Event.id).where(
            Event.id == event_id,
            Event.claimed_by == worker,
            Event.told_up_to == told_up_to,
            Event.dispatched_at.is_(None),
        )
        if session.execute(ours.with_for_update()).first() is None:
            return False  # the lease ended meanwhile, and another worker went on
        write()
        if last is None:
            for also in subscribers.beside:
                also(event, now)
            done = {"dispatched_at": now, "claimed_by": None, "lease_until": None}
        else:
            done = {"told_up_to": last, "lease_until": _lease()}
        session.execute(update(Event).where(Event.id == event_id).values(**done))
    return last is not None


def _put_off(event_id: int, worker: str) -> None:
    """A subscriber failed: the others' events go first, this one is tried again later, ever more seldom."""
    with transaction() as session:
        attempts = session.execute(select(Event.attempts).where(Event.id == event_id)).scalar_one()
        pause = min(5 * 2 ** min(attempts, 12), _LONGEST_PAUSE)
        session.execute(
            update(Event)
            .where(Event.id == event_id, Event.claimed_by == worker)
            .values(claimed_by=None, lease_until=_lease(pause))
        )


def _lease(seconds: int | None = None):
    return dialects_sql.database_clock(dialect_name(), LEASE_SECONDS if seconds is None else seconds)
