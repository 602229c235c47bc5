"""The window: news of one sort on one idea, for one person, within `window_seconds()` of the first, is one mail.

A waiting delivery with a bundle name is an open window; at most one a person and bundle stands (a unique index).
Claiming it empties the name (claims.py). Joining locks its row, so that on PostgreSQL either the joiner or the claimer
comes first, and on SQLite there is one writer anyway.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, text, update

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.foundation import dialects
from ideaboard.foundation.database import dialect_name
from ideaboard.foundation.settings import settings
from ideaboard.foundation.tokens import new_token
from ideaboard.models import Delivery, Event, Site

DEMO_SECONDS = 10
_OPEN = text("delivery.state = 'waiting' AND delivery.bundle <> ''")


def window_seconds(site: Site) -> int:
    """Fifteen minutes (BUNDLE_SECONDS); ten seconds while the demo is there."""
    return min(DEMO_SECONDS, settings.bundle_seconds) if site.demo_since else settings.bundle_seconds


def bundle_of(event: Event) -> str:
    """The name of the window that an event's news joins."""
    if event.kind == kinds.IDEA_STATUS_CHANGED:
        return f"idea:{event.idea_id}:status"
    if event.kind == kinds.COMMENT_POSTED:
        return f"idea:{event.idea_id}:talk"
    return f"board:{event.board_id}:new"


def deliveries_for(person_ids: list[int], event: Event, window: int, now: datetime) -> dict[int, int]:
    """Within an open transaction: {person id: the delivery that will carry this event's news}, joined or opened."""
    bundle = bundle_of(event)
    due_at = event.happened_at + timedelta(seconds=window)
    found = _join(person_ids, bundle, event)
    for _ in range(3):  # another worker may open the same window between our looking and our writing
        missing = [person_id for person_id in person_ids if person_id not in found]
        if not missing:
            return found
        rows = [
            {
                "kind": "news",
                "channel": "mail",
                "person_id": person_id,
                "bundle": bundle,
                "message_key": new_token(),
                "facts": {},
                "created_at": now,
                "due_at": due_at,
                "state": "waiting",
                "attempts": 0,
            }
            for person_id in missing
        ]
        db.session.execute(dialects.insert_once(dialect_name(), Delivery), rows)
        found |= _join(missing, bundle, event)
    raise RuntimeError(f"no window could be opened for {bundle}")


def _join(person_ids: list[int], bundle: str, event: Event) -> dict[int, int]:
    """The open windows that this event still falls into, their rows locked; windows that have ended are closed."""
    rows = db.session.execute(
        select(Delivery.id, Delivery.person_id, Delivery.due_at)
        .where(_OPEN, Delivery.person_id.in_(person_ids), Delivery.bundle == bundle)
        .order_by(Delivery.id)
        .with_for_update()
    ).all()
    ended = [row.id for row in rows if event.happened_at > row.due_at]
    if ended:
        db.session.execute(update(Delivery).where(Delivery.id.in_(ended)).values(bundle=""))
    return {row.person_id: row.id for row in rows if event.happened_at <= row.due_at}
