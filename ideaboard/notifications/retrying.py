"""What an operator may do about failures. Each is done once however often it is pressed, beside running workers."""

from datetime import datetime

from sqlalchemy import or_, select, text, update

from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name, transaction
from ideaboard.models import Delivery, Person

SLICE = 1000  # rows in one transaction: the lock is held for milliseconds
MOST_SLICES = 100


def retry_now(now: datetime, cause: str | None = None) -> int:
    """Make due what was put off after a failure (of one cause, or of any); how many. What a worker has in hand is
    left to it, and what waits for its hour (digests, quiet hours) to its hour."""
    moved, since = 0, now
    for _ in range(MOST_SLICES):
        with transaction() as session:
            clock = dialects_sql.database_clock(dialect_name())
            put_off = (
                select(Delivery.id, Delivery.due_at)
                .where(
                    text("delivery.state = 'waiting'"),
                    Delivery.due_at > now,
                    Delivery.due_at >= since,  # PostgreSQL's index still holds what the slices before moved away
                    Delivery.cause.is_not(None) if cause is None else Delivery.cause == cause,
                    or_(Delivery.lease_until.is_(None), Delivery.lease_until < clock),
                )
                .order_by(Delivery.due_at)
                .limit(SLICE)
            )
            rows = session.execute(dialects_sql.skip_locked(dialect_name(), put_off)).all()
            if rows:
                session.execute(
                    update(Delivery)
                    .where(Delivery.id.in_([row.id for row in rows]))
                    .values(due_at=now)
                    .execution_options(synchronize_session=False)
                )
        moved += len(rows)
        if len(rows) < SLICE:
            break
        since = rows[-1].due_at
    return moved


def send_there_again(person_id: int) -> bool:
    """Forget that a mail server refused this person's address: the next mail tries it. False: it was not refused."""
    with transaction() as session:
        return bool(
            session.execute(
                update(Person)
                .where(Person.id == person_id, Person.mail_refused_at.is_not(None))
                .values(mail_refused_at=None, mail_refused_because=None)
                .execution_options(synchronize_session=False)
            ).rowcount
        )
