"""What staff are told about the sending: mails that wait because no worker runs or no relay takes them, a log that grows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from ideaboard.extensions import db, gettext
from ideaboard.foundation import dialects
from ideaboard.foundation.database import dialect_name
from ideaboard.models import Delivery, Event, Site, WorkerPulse
from ideaboard.notifications.bundling import window_seconds
from ideaboard.notifications.causes import cause_of
from ideaboard.notifications.subscribers import SUBSCRIBERS

# A worker pulses every ten seconds, but may hold a slow relay's line for a minute.
SILENT_AFTER = timedelta(seconds=90)
WAL_ALARM_BYTES = 64 * 1024 * 1024
# Below it a hiccup of the relay is nobody's business.
OVERDUE_AFTER = timedelta(minutes=5)
_FAILED = text("delivery.state = 'waiting' AND delivery.last_error IS NOT NULL")


@dataclass(frozen=True)
class Waiting:
    """Mails that wait: since when, and why in the reader's words ('' when no worker runs)."""

    since: datetime
    because: str = ""


def waiting_mails(now: datetime) -> Waiting | None:
    """What staff and admins are told; None while mails go out. Reads only."""
    if worker_runs(now):
        return _not_taken(now)
    since = _oldest(now)
    return Waiting(since) if since else None


def worker_runs(now: datetime) -> bool:
    """Whether any worker was seen lately."""
    seen = db.session.execute(select(func.max(WorkerPulse.seen_at))).scalar()
    return seen is not None and now - seen < SILENT_AFTER


def mails_waiting_since(now: datetime) -> datetime | None:
    """Since when news or mails wait while no worker runs; None: nothing waits, or a worker runs. Reads only."""
    return None if worker_runs(now) else _oldest(now)


def _oldest(now: datetime) -> datetime | None:
    event = (
        select(Event.happened_at)
        .where(
            text("event.dispatched_at IS NULL AND event.origin = 'here'"),
            dialects.beside_the_index(dialect_name(), Event.kind).in_(SUBSCRIBERS),
        )
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


def _not_taken(now: datetime) -> Waiting | None:
    """Mails overdue although a worker runs. What one address refuses for a while is not the server's trouble."""
    overdue = (
        select(Delivery.due_at)
        .where(text("delivery.state = 'waiting'"), Delivery.due_at <= now - OVERDUE_AFTER)
        .order_by(Delivery.due_at)
        .limit(1)
    )
    untried = db.session.execute(overdue).scalar()
    # A tried one was put off: when it should have gone is reckoned from when it was written.
    failed = db.session.execute(
        select(Delivery.kind, Delivery.created_at, Delivery.last_error)
        .where(_FAILED)
        .order_by(Delivery.due_at)
        .limit(50)
    ).all()
    window = timedelta(seconds=window_seconds(Site.current()) if failed else 0)
    causes = {
        row.created_at + (window if row.kind == "news" else timedelta(0)): cause
        for row in failed
        if (cause := cause_of(row.last_error))
    }
    moments = [*causes, *([untried] if untried else [])]
    since = min(moments, default=now)
    if since > now - OVERDUE_AFTER:
        return None
    if not untried and _sent_since(since):
        return None
    because = causes[max(causes)] if causes else gettext("it is slow, or more waits than it takes at once")
    return Waiting(since, because)


def _sent_since(moment: datetime) -> bool:
    """Whether any of the latest mails was taken after `moment` (settled_at has no index: 200 rows at most are read)."""
    latest = select(Delivery.state, Delivery.settled_at).order_by(Delivery.id.desc()).limit(200).subquery()
    return bool(
        db.session.execute(
            select(func.count()).select_from(latest).where(latest.c.state == "sent", latest.c.settled_at > moment)
        ).scalar()
    )


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
