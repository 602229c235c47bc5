"""One address that takes no mail, so that staff's page and the operator's show what they say then."""

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from ideaboard.models import Delivery, Person
from ideaboard.site.demo.crowd import Moment

WHO, SAID = "luca", "550 5.1.1 No such user here"


def plant_unreached(session: Session, people: dict[str, int], moment: Moment) -> None:
    """His mailbox is gone since two days: the last mail was refused, and no other goes there."""
    at = moment(2)
    session.execute(
        update(Person).where(Person.id == people[WHO]).values(mail_refused_at=at, mail_refused_because=SAID)
    )
    session.execute(
        insert(Delivery.__table__).values(
            channel="mail", kind="news", person_id=people[WHO], bundle="", message_key="demo-unreached", facts={},
            created_at=at, due_at=at, settled_at=at, state="refused", cause="address", last_error=SAID, attempts=1,
        )
    )  # fmt: skip
