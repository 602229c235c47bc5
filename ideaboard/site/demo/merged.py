"""A pair of the demo's ideas that staff merged the day before; another of the kind is left to be merged by clicking."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import update

from ideaboard.extensions import db
from ideaboard.foundation.markdown import render
from ideaboard.merging.merge import take_in
from ideaboard.models import Event, Idea, Person
from ideaboard.models.vocabulary import Origin

IDEA, INTO, STAFF = "small-letters", "bigger-letters", "kofi"
NOTE = "Both of you ask for letters that one can read. One idea with all of your votes is hard to overlook."


def plant_merge(ideas: dict[str, int], people: dict[str, int], moment: Callable[[float], datetime]) -> None:
    """Within the planting's transaction."""
    idea, into = (db.session.get_one(Idea, ideas[key], populate_existing=True) for key in (IDEA, INTO))
    staff = db.session.get_one(Person, people[STAFF])
    made = take_in(idea, into, staff, moment(1), NOTE, render(NOTE), origin=Origin.DEMO)
    db.session.flush()
    db.session.execute(update(Event).where(Event.merge_id == made.id).values(dispatched_at=made.merged_at))
