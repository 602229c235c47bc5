"""The ceiling: so many mails of news a person in seven days (site.mails_a_week), save news of one's own ideas.

What it holds back stands in the inbox, which tells it, and comes with the next weekly digest, which always passes.
"""

from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from ideaboard.extensions import db
from ideaboard.models import Delivery, Person, Site

WEEK = timedelta(days=7)
COUNTED = ("news", "digest")  # codes and notices are security's


def over_ceiling(person: Person, now: datetime, site: Site, delivery_id: int | None = None) -> bool:
    """Whether one more mail (`delivery_id`: the one that asks) would be too many. Reads only.

    What somebody has claimed counts as sent: of two mails at once, sent by two workers, each sees the other, so the
    ceiling is never passed; a mail held back for one that then fails comes with the digest.
    """
    sent = and_(Delivery.state == "sent", Delivery.settled_at > now - WEEK)
    going = and_(Delivery.state == "waiting", Delivery.claimed_by.is_not(None), Delivery.id != (delivery_id or 0))
    counted = (
        select(func.count())
        .select_from(Delivery)
        .where(Delivery.person_id == person.id, Delivery.kind.in_(COUNTED), or_(sent, going))
    )
    return db.session.execute(counted).scalar_one() >= site.mails_a_week
