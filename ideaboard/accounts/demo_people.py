"""Anybody who reaches the demo can be its staff by one click: production does not start beside demo people."""

from sqlalchemy import exists, select

from ideaboard.extensions import db
from ideaboard.models import Person
from ideaboard.models.vocabulary import Origin


def demo_people_exist() -> bool:
    """Whether a person of the demo is in the database."""
    return bool(db.session.scalar(select(exists().where(Person.origin == Origin.DEMO))))
