"""Mentions: @ offers the people who took part in this idea; the person is stored, not the name."""

import re

from sqlalchemy import or_, select

from ideaboard.extensions import db
from ideaboard.models import Comment, Idea, Person, StatusChange, Vote


def people_of(idea: Idea) -> list[Person]:
    """Who took part by name: its author, who commented, who answered, who voted by name where members see that."""
    took_part = [
        Person.id == idea.author_id,
        Person.id.in_(select(Comment.author_id).where(Comment.idea_id == idea.id, Comment.deleted_at.is_(None))),
        Person.id.in_(select(StatusChange.actor_id).where(StatusChange.idea_id == idea.id)),
    ]
    if idea.board.voters_seen_by != "staff":
        took_part.append(Person.id.in_(select(Vote.person_id).where(Vote.idea_id == idea.id, ~Vote.is_unnamed)))
    named = Person.display_name.is_not(None), Person.erased_at.is_(None), Person.email.is_not(None)
    return list(db.session.scalars(select(Person).where(or_(*took_part), *named).order_by(Person.display_name)))


def mentioned_in(text: str, people: list[Person]) -> set[int]:
    """Ids of the people whose whole name stands after an @ in the text; of two fitting names the longer one.

    The work grows with the text alone, not with the people: this runs while the idea is locked.
    """
    by_name: dict[str, set[int]] = {}
    for person in people:
        by_name.setdefault(person.display_name.casefold(), set()).add(person.id)
    lengths = sorted({len(name) for name in by_name}, reverse=True)
    text = text.casefold()
    found: set[int] = set()
    for spot in re.finditer("@", text):
        start = spot.end()
        for length in lengths:
            end = start + length
            named = by_name.get(text[start:end])
            if named and not text[end : end + 1].isalnum():
                found |= named
                break
    return found
