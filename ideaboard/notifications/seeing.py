"""Who of many may see an idea: `Idea.visible_to` alone decides, and is asked once where it admits every member."""

from sqlalchemy import select

from ideaboard.extensions import db
from ideaboard.models import Idea, Person, Story
from ideaboard.models.vocabulary import SiteRole


def _a_mere_member() -> Person:
    """Somebody without role, board or idea: what they see, every person sees."""
    nobody = Person(id=-1, site_role=SiteRole.MEMBER, is_moderator=False)
    nobody.__dict__["board_roles"] = {}
    return nobody


def seers(idea_id: int, person_ids: list[int]) -> set[int]:
    """Those of the people who may see the idea now. Reads only."""
    if not person_ids:
        return set()
    if may_see(idea_id, _a_mere_member()):
        return set(person_ids)
    people = db.session.execute(select(Person).where(Person.id.in_(person_ids))).scalars()
    return {person.id for person in people if may_see(idea_id, fresh(person))}


def story_seers(story_id: int, person_ids: list[int]) -> set[int]:
    """Those of the people who may read the story now. Reads only."""
    if not person_ids:
        return set()

    def may_read(person: Person) -> bool:
        return (
            db.session.execute(select(Story.id).where(Story.id == story_id, Story.visible_to(person))).first()
            is not None
        )

    if may_read(_a_mere_member()):
        return set(person_ids)
    people = db.session.execute(select(Person).where(Person.id.in_(person_ids))).scalars()
    return {person.id for person in people if may_read(fresh(person))}


def may_see(idea_id: int, person: Person) -> bool:
    """A merged idea too: what was said on it is told, and its address leads on."""
    seen = select(Idea.id).where(Idea.id == idea_id, Idea.visible_to(person, merged=True))
    return db.session.execute(seen).first() is not None


def fresh(person: Person) -> Person:
    """The person with rights to be judged anew."""
    person.__dict__.pop("board_roles", None)
    return person
