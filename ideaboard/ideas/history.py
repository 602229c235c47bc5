"""What was added to an idea, and what it said before."""

from dataclasses import dataclass

from sqlalchemy import select

from ideaboard.foundation.kept import KeptObjects, given
from ideaboard.models import Idea, IdeaAddition, IdeaRevision, Person


@dataclass(frozen=True)
class Version:
    """A revision and the title that came after it; `by_staff`: staff made the title clearer, visibly."""

    revision: IdeaRevision
    became: str
    by_staff: bool


def additions_of(idea: Idea) -> list[IdeaAddition]:
    """Oldest first. Before others took part there are none, and nothing is asked."""
    if idea.others_took_part_at is None:
        return []
    return _ADDITIONS.all(idea_id=idea.id)


def versions_of(idea: Idea) -> list[Version]:
    """What stood before, newest first, with who changed it."""
    revisions = _REVISIONS.all(idea_id=idea.id)
    became = [idea.title, *(r.title for r in revisions[:-1])]
    return [Version(r, after, _by_staff(idea, r)) for r, after in zip(revisions, became, strict=False)]


def _by_staff(idea: Idea, revision: IdeaRevision) -> bool:
    """An author edits only before others took part; what comes later, or from somebody else, is staff's."""
    if idea.others_took_part_at is not None and revision.revised_at >= idea.others_took_part_at:
        return True
    return revision.actor_id is not None and revision.actor_id != idea.author_id


_ADDITIONS = KeptObjects(
    lambda columns: (
        select(*columns)
        .where(IdeaAddition.idea_id == given("idea_id"))
        .order_by(IdeaAddition.added_at, IdeaAddition.id)
    ),
    (IdeaAddition, None),
)
_REVISIONS = KeptObjects(
    lambda columns: (
        select(*columns)
        .select_from(IdeaRevision)
        .outerjoin(Person, Person.id == IdeaRevision.actor_id)
        .where(IdeaRevision.idea_id == given("idea_id"))
        .order_by(IdeaRevision.revised_at.desc(), IdeaRevision.id.desc())
    ),
    (IdeaRevision, None),
    (Person, (0, "actor")),
)
