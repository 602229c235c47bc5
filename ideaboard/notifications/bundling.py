"""The windows: all news of one person within `window_seconds()` of the first is one mail; a digest is a long window.

A waiting delivery with a bundle name is an open window; at most one a person and bundle stands (a unique index):
'news' for what comes at once, 'digest:daily' and 'digest:weekly'. Claiming it empties the name (claims.py). Joining
locks its row, so that on PostgreSQL either the joiner or the claimer comes first, and on SQLite there is one writer
anyway.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text, update

from ideaboard.extensions import db
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name
from ideaboard.foundation.settings import settings
from ideaboard.foundation.tokens import new_token
from ideaboard.models import Delivery, Event, Notification, Person, Site
from ideaboard.models.vocabulary import DIGESTS
from ideaboard.notifications.moments import next_digest, quiet_until

DEMO_SECONDS = 10
# In the demo a digest is met by clicking: it comes a minute after its first news, day or night.
DEMO_DIGEST_SECONDS = 60
NEWS = "news"
_OPEN = text("delivery.state = 'waiting' AND delivery.bundle <> ''")


@dataclass(frozen=True)
class Reader:
    """What decides when news reaches a person: how they chose it (vocabulary.How, not NEVER), their clock."""

    person_id: int
    how: str
    time_zone: str | None = None
    quiet_from: int | None = None
    quiet_until: int | None = None


def window_seconds(site: Site) -> int:
    """Fifteen minutes (BUNDLE_SECONDS); ten seconds while the demo is there."""
    return min(DEMO_SECONDS, settings.bundle_seconds) if site.demo_since else settings.bundle_seconds


def bundle_of(how: str) -> str:
    """The name of the window that news chosen so joins."""
    return f"digest:{how}" if how in DIGESTS else NEWS


def deliveries_for(readers: list[Reader], event: Event, site: Site, now: datetime) -> dict[int, int]:
    """Within an open transaction: {person id: the delivery that will carry this event's news}, joined or opened."""
    return _deliveries(readers, event.happened_at, site, now)


def move_to_digest(notification_ids: list[int], person: Person, rhythm: str, now: datetime) -> None:
    """Within an open transaction: the person's open digest of this rhythm carries these notifications from now on."""
    reader = Reader(person.id, rhythm, person.time_zone, person.quiet_from, person.quiet_until)
    delivery_id = _deliveries([reader], now, Site.current(), now)[person.id]
    db.session.execute(
        update(Notification).where(Notification.id.in_(notification_ids)).values(delivery_id=delivery_id)
    )


def due_moment(reader: Reader, happened_at: datetime, site: Site, now: datetime) -> datetime:
    """When a window that opens with this news ends, after the reader's quiet hours."""
    zone = reader.time_zone or site.time_zone
    if reader.how not in DIGESTS:
        due = happened_at + timedelta(seconds=window_seconds(site))
    elif site.demo_since:
        due = now + timedelta(seconds=DEMO_DIGEST_SECONDS)
    else:
        due = next_digest(now, zone, reader.how)
    return quiet_until(due, zone, reader.quiet_from, reader.quiet_until) or due


def _deliveries(readers: list[Reader], happened_at: datetime, site: Site, now: datetime) -> dict[int, int]:
    bundles = {reader.person_id: bundle_of(reader.how) for reader in readers}
    found = _join(bundles, happened_at)
    due: dict[tuple, datetime] = {}  # a slice has few clocks and many people
    for _ in range(3):  # another worker may open the same window between our looking and our writing
        missing = [reader for reader in readers if reader.person_id not in found]
        if not missing:
            return found
        rows = []
        for reader in missing:
            clock = (reader.how in DIGESTS and reader.how, reader.time_zone, reader.quiet_from, reader.quiet_until)
            if clock not in due:
                due[clock] = due_moment(reader, happened_at, site, now)
            rows.append(_row(reader, due[clock], now))
        db.session.execute(dialects_sql.insert_once(dialect_name(), Delivery), rows)
        found |= _join({reader.person_id: bundles[reader.person_id] for reader in missing}, happened_at)
    raise RuntimeError("no window could be opened")


def _row(reader: Reader, due_at: datetime, now: datetime) -> dict:
    is_digest = reader.how in DIGESTS
    return {
        "kind": "digest" if is_digest else "news",
        "channel": "mail",
        "person_id": reader.person_id,
        "bundle": bundle_of(reader.how),
        "message_key": new_token(),
        "facts": {"rhythm": str(reader.how)} if is_digest else {},
        "created_at": now,
        "due_at": due_at,
        "state": "waiting",
        "attempts": 0,
    }


def _join(bundles: dict[int, str], happened_at: datetime) -> dict[int, int]:
    """The open windows of these people, their rows locked. A window of news that ended before this happened is
    closed; a digest is joined for as long as nobody has claimed it."""
    rows = db.session.execute(
        select(Delivery.id, Delivery.person_id, Delivery.due_at, Delivery.bundle)
        .where(_OPEN, Delivery.person_id.in_(bundles), Delivery.bundle.in_(set(bundles.values())))
        .order_by(Delivery.id)
        .with_for_update()
    ).all()
    rows = [row for row in rows if row.bundle == bundles[row.person_id]]
    _close(row.id for row in rows if row.bundle == NEWS and happened_at > row.due_at)
    return {row.person_id: row.id for row in rows if row.bundle != NEWS or happened_at <= row.due_at}


def _close(delivery_ids: Iterable[int]) -> None:
    ended = list(delivery_ids)
    if ended:
        db.session.execute(update(Delivery).where(Delivery.id.in_(ended)).values(bundle=""))
