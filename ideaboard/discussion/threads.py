"""The talk on an idea, as a page shows it: threads in the order they began, answers flat below their root."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import defer, joinedload, load_only

from ideaboard.extensions import db
from ideaboard.foundation.paging import paginate
from ideaboard.models import BoardMember, Comment, Idea, Person
from ideaboard.models.vocabulary import BoardRole, SiteRole

PAGE = 50
_SHOWN_OF_PERSON = (Person.display_name, Person.erased_at, Person.avatar_seed, Person.site_role)


@dataclass(frozen=True)
class Said:
    """One comment with what its row shows."""

    comment: Comment
    is_reply: bool
    answers: Person | None  # whom it answers, when it is a reply
    badge: str  # 'staff', 'colleague' or ''


@dataclass(frozen=True)
class Thread:
    """`items`: Said in reading order; `after`, `before`: cursors of the pages around."""

    items: list[Said]
    after: str | None
    before: str | None


def thread_of(
    idea: Idea, viewer: Person | None, *, after: str | None = None, before: str | None = None, size: int = PAGE
) -> Thread:
    """One page of the talk: three queries, however many comments there are."""
    began = func.coalesce(Comment.root_id, Comment.id)
    # A gone comment leaves its place; a hidden or held one leaves it only where something answers it.
    statement = (
        select(Comment)
        .where(
            Comment.idea_id == idea.id,
            or_(Comment.held_at.is_(None), Comment.author_id == (viewer.id if viewer else 0)),
        )
        # A page of fifty has 150 rows of the three; of each only what is shown.
        .options(
            defer(Comment.body),
            joinedload(Comment.author).load_only(*_SHOWN_OF_PERSON),
            joinedload(Comment.parent).options(
                load_only(Comment.author_id, Comment.deleted_at, Comment.held_at, Comment.hidden_at),
                joinedload(Comment.author).load_only(*_SHOWN_OF_PERSON),
            ),
        )
    )
    page = paginate(
        statement, [(began, False), (Comment.posted_at, False), (Comment.id, False)],
        lambda c: (c.root_id or c.id, c.posted_at, c.id), after=after, before=before, size=size,
    )  # fmt: skip
    staff = staff_of(idea)
    return Thread([said(comment, staff) for comment in page.items], page.after, page.before)


def said(comment: Comment, staff: set[int]) -> Said:
    """A comment with its badge; `staff` as of staff_of()."""
    author, parent = comment.author, comment.parent
    badge = ""
    if author is not None and comment.deleted_at is None:
        if author.id in staff or author.site_role == SiteRole.ADMIN:
            badge = "staff"
        elif author.site_role == SiteRole.COLLEAGUE:
            badge = "colleague"
    return Said(comment, comment.parent_id is not None, parent.author if parent and parent.stands else None, badge)


def staff_of(idea: Idea) -> set[int]:
    """Ids of the staff of the idea's board."""
    rows = select(BoardMember.person_id).where(
        BoardMember.board_id == idea.board_id, BoardMember.role == BoardRole.STAFF
    )
    return set(db.session.scalars(rows))
