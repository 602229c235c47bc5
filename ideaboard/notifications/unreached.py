"""Who of the people that a reader of staff's page answers cannot be reached by mail."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import exists, literal, or_, select, true

from ideaboard.accounts.called import name_of
from ideaboard.foundation.kept import Kept
from ideaboard.models import Comment, Follow, Idea, Person
from ideaboard.models.eyes import Eyes, eyes_of
from ideaboard.notifications.deliveries import REFUSED_PEOPLE

MOST_COUNTED = 100
MOST_NAMED = 3


@dataclass(frozen=True)
class Unreached:
    """`number`: how many, one more than MOST_COUNTED when there are more; `names`: of some; `others`: all the rest."""

    number: int
    names: list[str]

    @property
    def others(self) -> int:
        return self.number - len(self.names)


def unreached_by(reader: Person) -> Unreached:
    """An admin: everybody whose address is refused. Staff: who follows ideas of their boards; by name only who is named
    there anyhow, as an author or in the talk (who voted unnamed stays so)."""
    rows = _refused(eyes_of(reader)).all(viewer_id=reader.id)
    return Unreached(len(rows), [name_of(row) for row in rows if row.named and row.display_name][:MOST_NAMED])


@cache
def _refused(eyes: Eyes) -> Kept:
    followed = named = true()
    if not eyes.is_admin:
        boards = Idea.board_id.in_(eyes.staff_board_ids)
        followed = exists(literal(1)).where(Follow.person_id == Person.id, Follow.idea_id == Idea.id, boards)
        named = or_(
            exists(literal(1)).where(Idea.author_id == Person.id, boards, Idea.author_stepped_back_at.is_(None)),
            exists(literal(1)).where(
                Comment.author_id == Person.id, Comment.idea_id == Idea.id, boards, Comment.deleted_at.is_(None)
            ),
        )
    statement = (
        select(Person.display_name, Person.erased_at, named.label("named"))
        .where(REFUSED_PEOPLE, Person.erased_at.is_(None), followed)
        .order_by(Person.mail_refused_at.desc(), Person.id)
        .limit(MOST_COUNTED + 1)
    )
    return Kept(lambda _: statement)
