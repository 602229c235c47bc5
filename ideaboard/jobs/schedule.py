"""The one list of what runs when, beside dispatching and sending."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from ideaboard.extensions import db
from ideaboard.foundation import dialects, dialects_sql
from ideaboard.foundation.database import dialect_name, transaction
from ideaboard.models import Budget, Delivery, Draft, OneTimeLink, Pending, SignedIn, WebhookCall, WorkerPulse
from ideaboard.notifications.returned_reading import EVERY_SECONDS, read_now_and_then
from ideaboard.similar.folding import fold_now_and_then
from ideaboard.stories.publishing import publish_due

DELIVERIES_KEPT = timedelta(days=90)
CALLS_KEPT = timedelta(days=90)  # of webhooks
A_DAY = timedelta(days=1)
UNCONFIRMED_DRAFTS_KEPT = timedelta(days=30)  # of addresses that nobody confirmed
LONG_LOG_BYTES = 8 * 1024 * 1024
_SLICE = 1000  # rows removed in one transaction: the lock is held for milliseconds


@dataclass(frozen=True)
class Job:
    """`run(worker, now)` each `every` seconds; what it returns, if anything, is the pause to its next run instead."""

    name: str
    every: float
    run: Callable[[str, datetime], float | None]


def pulse(worker: str, now: datetime) -> None:
    """Say that this worker lives."""
    with transaction() as session:
        statement = dialects_sql.upsert(dialect_name(), WorkerPulse, [WorkerPulse.name], seen_at=now)
        session.execute(statement.values(name=worker, started_at=now, seen_at=now, wal_bytes=0))


def checkpoint(worker: str, now: datetime) -> float | None:
    """Move SQLite's log into the database; when readers were in the way, again in five seconds."""
    with db.engine.connect() as connection:
        left = dialects.checkpoint(connection)
    if left is None:
        return None
    wal = f"{db.engine.url.database}-wal"
    size = os.path.getsize(wal) if os.path.exists(wal) else 0
    with transaction() as session:
        session.execute(update(WorkerPulse).where(WorkerPulse.name == worker).values(wal_bytes=size))
    return 5.0 if left else None


def checkpoint_long_log(worker: str, now: datetime) -> float | None:
    """The same as soon as SQLite's log is long: whoever writes waits as long as it is moved, 0.1 s for 70 MB.

    A thousand votes make as much; once a minute was too seldom for a campaign.
    """
    wal = f"{db.engine.url.database}-wal"
    if os.path.exists(wal) and os.path.getsize(wal) > LONG_LOG_BYTES:
        return checkpoint(worker, now)
    return None


def forget(worker: str, now: datetime) -> float | None:
    """Remove what is of no more use: counted budgets, codes, sessions, links, pulses, deliveries settled long ago."""
    full = False
    for table, key, condition in (
        (Budget, Budget.name, Budget.window_ends_at <= now),
        (Pending, Pending.id, Pending.expires_at < now - A_DAY),
        (Draft, Draft.id, Draft.author_id.is_(None) & (Draft.written_at < now - UNCONFIRMED_DRAFTS_KEPT)),
        (SignedIn, SignedIn.id, SignedIn.expires_at <= now),
        (OneTimeLink, OneTimeLink.id, OneTimeLink.expires_at < now - A_DAY),
        (WorkerPulse, WorkerPulse.name, WorkerPulse.seen_at < now - A_DAY),
        (Delivery, Delivery.id, (Delivery.state != "waiting") & (Delivery.settled_at < now - DELIVERIES_KEPT)),
        (WebhookCall, WebhookCall.id, (WebhookCall.state != "waiting") & (WebhookCall.settled_at < now - CALLS_KEPT)),
    ):
        with transaction() as session:
            old = select(key).where(condition).limit(_SLICE)
            removed = session.execute(
                delete(table).where(key.in_(old)), execution_options={"synchronize_session": False}
            )
            full = full or removed.rowcount >= _SLICE
    return 1.0 if full else None


def publish_stories(worker: str, now: datetime) -> None:
    """Publish the scheduled stories whose moment has come."""
    publish_due(now)


SCHEDULE = (
    Job("pulse", 10, pulse),
    Job("checkpoint", 60, checkpoint),
    Job("long log", 1, checkpoint_long_log),
    Job("forget", 3600, forget),
    Job("returned mail", EVERY_SECONDS, read_now_and_then),
    Job("stories", 10, publish_stories),
    Job("similar", 15, fold_now_and_then),
)
