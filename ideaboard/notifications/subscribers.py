"""What notifications hear of: each event becomes entries in inboxes, and mails where they are wished.

registry.py hangs SUBSCRIBERS on the events. `tell` reads a slice of the audience; what it returns writes the slice's
rows: unique by event and person, so that nobody is told twice, and the change's counters with them. Who gets no mail
is told by the entry itself, at once; the others when their mail is settled (claims.py).
"""

from collections.abc import Callable
from datetime import datetime

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name
from ideaboard.models import Event, Notification, Site
from ideaboard.models.vocabulary import ToldBy
from ideaboard.notifications.audience import Hearer, hearers
from ideaboard.notifications.bundling import deliveries_for
from ideaboard.notifications.channels import Channel
from ideaboard.notifications.claims import count

_AT_ONCE = {Channel.INBOX: ToldBy.INBOX, Channel.REFUSED: ToldBy.REFUSED}


def tell(event: Event, after: int, size: int, now: datetime) -> tuple[int | None, Callable[[], None]]:
    """The next slice of an event's audience: (its last person id or None at the end, how to write it)."""
    people, last = hearers(event, after, size, now)
    site = Site.current()
    return last, lambda: _write(event, people, site, now)


def _write(event: Event, people: list[Hearer], site: Site, now: datetime) -> None:
    if not people:
        return
    by_mail = [hearer.reader for hearer in people if hearer.channel is Channel.MAIL]
    delivery_of = deliveries_for(by_mail, event, site, now) if by_mail else {}
    rows = []
    for hearer in people:
        told_by = _AT_ONCE.get(hearer.channel)
        rows.append(
            {
                "event_id": event.id,
                "person_id": hearer.person_id,
                "idea_id": hearer.idea_id,
                "topic": str(hearer.topic),
                "reason": hearer.reason,
                "created_at": now,
                "told_at": now if told_by else None,
                "told_by": told_by and str(told_by),
                "delivery_id": delivery_of.get(hearer.person_id),
            }
        )
    written = db.session.execute(
        dialects_sql.insert_once(dialect_name(), Notification).returning(Notification.person_id), rows
    )
    new = set(written.scalars())
    if event.change_id is not None:
        channels = [hearer.channel for hearer in people if hearer.person_id in new]
        one = [event.change_id]
        count(
            entitled=one * len(channels),
            told=one * channels.count(Channel.INBOX),
            not_told=one * channels.count(Channel.REFUSED),
        )


SUBSCRIBERS = {
    kinds.IDEA_STATUS_CHANGED: tell,
    kinds.IDEA_MERGED: tell,
    kinds.IDEA_UNMERGED: tell,
    kinds.COMMENT_POSTED: tell,
    kinds.COMMENT_BECAME_IDEA: tell,
    kinds.IDEA_SUBMITTED: tell,
    kinds.STORY_PUBLISHED: tell,
}
