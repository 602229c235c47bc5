"""The ceiling: so many mails of news a person in seven days (site.mails_a_week), save news of one's own ideas.

What it holds back stands in the inbox, which tells it, and comes with the next weekly digest, which always passes.
"""

from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from ideaboard.extensions import db
from ideaboard.models import Delivery, Person, Site

WEEK = timedelta(days=7)
COUNTED = ("news", "digest")  # codes and notices are security's


def over_ceiling(person: Person, now: datetime, site: Site, delivery: Delivery | None = None) -> bool:
    """Whether one more mail (`delivery`: the claimed one that asks) would be too many. Reads only.

    What another worker holds, or held when it was killed, counts as sent: of two mails of one person with two workers
    each sees the other, so the ceiling is never passed; what is held back for a mail that then fails comes with the
    digest. A worker's own mails go one by one, and are seen when sent.
    """
    sent = and_(Delivery.state == "sent", Delivery.settled_at > now - WEEK)
    going = and_(Delivery.state == "waiting", Delivery.lease_until.is_not(None))
    if delivery is not None and delivery.claimed_by is not None:
        going = and_(going, Delivery.claimed_by.is_distinct_from(delivery.claimed_by))
    counted = (
        select(func.count())
        .select_from(Delivery)
        .where(
            Delivery.person_id == person.id,
            Delivery.kind.in_(COUNTED),
            Delivery.id != (delivery.id if delivery is not None else 0),
            or_(sent, going),
        )
    )
    return db.session.execute(counted).scalar_one() >= site.mails_a_week
