"""What erasure takes away of follows: all of them, of ideas, boards and the site."""

from datetime import datetime

from sqlalchemy import delete

from ideaboard.extensions import db
from ideaboard.models import BroadFollow, Follow, Person


def take_follows_away(person: Person, now: datetime, texts_too: bool) -> None:
    """Within the erasure's transaction."""
    for model in (Follow, BroadFollow):
        db.session.execute(delete(model).where(model.person_id == person.id))
