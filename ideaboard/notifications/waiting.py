"""What staff are told about the sending: mails that wait because no worker runs or no relay takes them, a log that grows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from ideaboard.extensions import gettext
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import UtcDateTime
from ideaboard.foundation.kept import Kept, given
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
    seen = _SEEN.one()[0]
    return seen is not None and now - seen < SILENT_AFTER


def mails_waiting_since(now: datetime) -> datetime | None:
    """Since when news or mails wait while no worker runs; None: nothing waits, or a worker runs. Reads only."""
    return None if worker_runs(now) else _oldest(now)


def _oldest(now: datetime) -> datetime | None:
    found = (_UNTOLD.one(), _DUE.one(by=now))
    return min((row[0] for row in found if row is not None), default=None)


def _not_taken(now: datetime) -> Waiting | None:
    """Mails overdue although a worker runs. What one address refuses for a while is not the server's trouble."""
    overdue = _DUE.one(by=now - OVERDUE_AFTER)
    untried = overdue[0] if overdue is not None else None
    # A tried one was put off: when it should have gone is reckoned from when it was written.
    failed = _TRIED.all()
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
    return bool(_SENT.one(moment=moment)[0])


def wal_alarm(now: datetime) -> str | None:
    """A sentence for staff when SQLite's write-ahead log will not shrink; None: all is well."""
    size = _LOG.one(seen=now - SILENT_AFTER)[0]
    if not size or size <= WAL_ALARM_BYTES:
        return None
    return gettext(
        "The database's log has grown to %(mb)s MB, because something reads without an end. Restart the web server; "
        "if it stays, tell your operator.",
        mb=size // (1024 * 1024),
    )


def _untold(dialect: str):
    return (
        select(Event.happened_at)
        .where(
            text("event.dispatched_at IS NULL AND event.origin = 'here'"),
            dialects_sql.beside_the_index(dialect, Event.kind).in_(SUBSCRIBERS),
        )
        .order_by(Event.id)
        .limit(1)
    )


def _due(dialect: str):
    due = select(Delivery.due_at).where(text("delivery.state = 'waiting'"), Delivery.due_at <= given("by", UtcDateTime))
    return due.order_by(Delivery.due_at).limit(1)


def _tried(dialect: str):
    tried = select(Delivery.kind, Delivery.created_at, Delivery.last_error)
    return tried.where(_FAILED).order_by(Delivery.due_at).limit(50)


def _sent(dialect: str):
    latest = select(Delivery.state, Delivery.settled_at).order_by(Delivery.id.desc()).limit(200).subquery()
    sent = select(func.count()).select_from(latest)
    return sent.where(latest.c.state == "sent", latest.c.settled_at > given("moment", UtcDateTime))


def _log(dialect: str):
    return select(func.max(WorkerPulse.wal_bytes)).where(WorkerPulse.seen_at >= given("seen", UtcDateTime))


_SEEN = Kept(lambda _: select(func.max(WorkerPulse.seen_at)))
_UNTOLD, _DUE, _TRIED, _SENT, _LOG = map(Kept, (_untold, _due, _tried, _sent, _log))
