"""A test mail to oneself, by the queue: what the mail server answered stands on its row."""

from datetime import datetime

from sqlalchemy import select

from ideaboard.extensions import db
from ideaboard.foundation.database import transaction
from ideaboard.foundation.tokens import new_token
from ideaboard.models import Delivery, Person

SHOWN = 3


def send_test(person: Person, sample: str, now: datetime) -> Delivery:
    """Put a sample (a key of sample_mails.LABELS) into the queue, to the person's own address and no other."""
    with transaction() as session:
        delivery = Delivery(
            kind="test",
            person_id=person.id,
            message_key=new_token(),
            facts={"sample": sample},
            created_at=now,
            due_at=now,
        )
        session.add(delivery)
    return delivery


def tests_of(person: Person) -> list[Delivery]:
    """The latest test mails of a person, the newest first."""
    return list(
        db.session.execute(
            select(Delivery)
            .where(Delivery.person_id == person.id, Delivery.kind == "test")
            .order_by(Delivery.id.desc())
            .limit(SHOWN),
            execution_options={"populate_existing": True},
        ).scalars()
    )
