"""The admins of a site, held together by whoever may take one away."""

from sqlalchemy import or_, select

from ideaboard.extensions import db
from ideaboard.models import Person


def locked_with_admins(person_id: int) -> tuple[Person | None, bool]:
    """The person as stored now, and whether an admin who can act is there beside; all of them are locked.

    Within an open transaction. In one statement and in the order of ids: two admins who leave or step down at once wait
    for each other, the second sees what the first did, and nobody deadlocks.
    """
    together = select(Person).where(or_(Person.administers(), Person.id == person_id)).order_by(Person.id)
    rows = db.session.execute(together.with_for_update(), execution_options={"populate_existing": True}).scalars().all()
    person = next((row for row in rows if row.id == person_id), None)
    return person, any(row.id != person_id for row in rows)
