"""Who is told that an endpoint was paused: whoever made it, and the admins. By mail, beside the pause."""

from datetime import datetime

from sqlalchemy import or_, select

from ideaboard.extensions import db
from ideaboard.foundation.tokens import new_token
from ideaboard.models import Delivery, Person, Webhook

WEBHOOK_PAUSED = "webhook_paused"  # facts["what"] of the notice; worded in paused_letter.py


def tell_of_pause(webhook: Webhook, because: str, now: datetime) -> None:
    """Within an open transaction."""
    people = select(Person.id).where(
        Person.administers(),
        Person.email.is_not(None),
        Person.mail_stopped_at.is_(None),  # they read it on the pages
        or_(Person.valid_until.is_(None), Person.valid_until > now),
    )
    found = set(db.session.execute(people).scalars())
    # Who made it is told even when no longer an admin: only the name of the endpoint is in it.
    owner = webhook.created_by
    if owner is not None and owner.email and owner.is_active_at(now) and not owner.mail_stopped_at:
        found.add(owner.id)
    facts = {"what": WEBHOOK_PAUSED, "at": now.isoformat(), "webhook": webhook.id, "because": because}
    for person_id in sorted(found):
        db.session.add(
            Delivery(
                kind="notice",
                person_id=person_id,
                message_key=new_token(),
                facts=facts,
                created_at=now,
                due_at=now,
            )
        )
