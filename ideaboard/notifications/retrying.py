"""What an operator may do about failures. Each is done once however often it is pressed, beside running workers."""

from datetime import datetime

from sqlalchemy import or_, select, text, update

from ideaboard.foundation import dialects
from ideaboard.foundation.database import dialect_name, transaction
from ideaboard.models import Delivery, Person

SLICE = 1000  # rows in one transaction: the lock is held for milliseconds
MOST_SLICES = 100


def retry_now(now: datetime, cause: str | None = None) -> int:
    """Make due what was put off after a failure (of one cause, or of any); how many. What a worker has in hand is
    left to it, and what waits for its hour (digests, quiet hours) to its hour."""
    moved = 0
    for _ in range(MOST_SLICES):
        with transaction() as session:
            clock = dialects.database_clock(dialect_name())
            put_off = (
                select(Delivery.id)
                .where(
                    text("delivery.state = 'waiting'"),
                    Delivery.due_at > now,
                    Delivery.cause.is_not(None) if cause is None else Delivery.cause == cause,
                    or_(Delivery.lease_until.is_(None), Delivery.lease_until < clock),
                )
                .order_by(Delivery.due_at)
                .limit(SLICE)
            )
            ids = list(session.execute(dialects.skip_locked(dialect_name(), put_off)).scalars())
            if ids:
                session.execute(
                    update(Delivery)
                    .where(Delivery.id.in_(ids))
                    .values(due_at=now)
                    .execution_options(synchronize_session=False)
                )
        moved += len(ids)
        if len(ids) < SLICE:
            break
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
