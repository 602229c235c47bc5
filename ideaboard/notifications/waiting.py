"""What staff are told about the sending: mails that wait because no worker runs, a log that grows."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from ideaboard.extensions import db, gettext
from ideaboard.models import Delivery, Event, WorkerPulse
from ideaboard.notifications.subscribers import SUBSCRIBERS

# A worker pulses every ten seconds, but may hold a slow relay's line for a minute.
SILENT_AFTER = timedelta(seconds=90)
WAL_ALARM_BYTES = 64 * 1024 * 1024


def worker_runs(now: datetime) -> bool:
    """Whether any worker was seen lately."""
    seen = db.session.execute(select(func.max(WorkerPulse.seen_at))).scalar()
    return seen is not None and now - seen < SILENT_AFTER


def mails_waiting_since(now: datetime) -> datetime | None:
    """Since when news or mails wait while no worker runs; None: nothing waits, or a worker runs. Reads only."""
    if worker_runs(now):
        return None
    event = (
        select(Event.happened_at)
        .where(text("event.dispatched_at IS NULL AND event.origin = 'here'"), Event.kind.in_(SUBSCRIBERS))
        .order_by(Event.id)
        .limit(1)
    )
    due = (
        select(Delivery.due_at)
        .where(text("delivery.state = 'waiting'"), Delivery.due_at <= now)
        .order_by(Delivery.due_at)
        .limit(1)
    )
    moments = [moment for found in (event, due) if (moment := db.session.execute(found).scalar()) is not None]
    return min(moments, default=None)


def wal_alarm(now: datetime) -> str | None:
    """A sentence for staff when SQLite's write-ahead log will not shrink; None: all is well."""
    seen = now - SILENT_AFTER
    size = db.session.execute(select(func.max(WorkerPulse.wal_bytes)).where(WorkerPulse.seen_at >= seen)).scalar()
    if not size or size <= WAL_ALARM_BYTES:
        return None
    return gettext(
        "The database's log has grown to %(mb)s MB, because something reads without an end. Restart the web server; "
        "if it stays, tell your operator.",
        mb=size // (1024 * 1024),
    )
