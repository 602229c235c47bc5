"""The ceiling: so many mails of news a person in seven days (site.mails_a_week), save news of one's own ideas.

What it holds back stands in the inbox, which tells it, and comes with the next weekly digest, which always passes.
"""

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, func, or_, select

from ideaboard.extensions import db
from ideaboard.models import Delivery, Person, Site

WEEK = timedelta(days=7)
COUNTED = ("news", "digest")  # codes and notices are security's

_row = Delivery.__table__.c
# Built once: it is asked for every mail.
_GONE = (
    select(func.count())
    .select_from(Delivery.__table__)
    .where(
        _row.person_id == bindparam("person"),
        _row.kind.in_(COUNTED),
        _row.id != bindparam("asking"),
        or_(
            and_(_row.state == "sent", _row.settled_at > bindparam("since")),
            and_(
                _row.state == "waiting",
                _row.lease_until.is_not(None),
                _row.claimed_by.is_distinct_from(bindparam("worker")),
            ),
        ),
    )
)


def over_ceiling(person: Person, now: datetime, site: Site, delivery: Delivery | None = None) -> bool:
    """Whether one more mail (`delivery`: the claimed one that asks) would be too many. Reads only.

    What another worker holds, or held when it was killed, counts as sent: of two mails of one person with two workers
    each sees the other, so the ceiling is never passed; what is held back for a mail that then fails comes with the
    digest. A worker's own mails go one by one, and are seen when sent.
    """
    found = db.session.connection().execute(
        _GONE,
        {
            "person": person.id,
            "since": now - WEEK,
            "asking": delivery.id if delivery is not None else 0,
            "worker": (delivery.claimed_by if delivery is not None else None) or "",
        },
    )
    return found.scalar_one() >= site.mails_a_week
