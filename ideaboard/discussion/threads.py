"""The talk on an idea, as a page shows it: threads in the order they began, answers flat below their root.

A page of fifty has rows of 150 things (comment, who wrote it, what it answers). They are read as plain values by kept
statements (docs/adr/0020): as ORM objects they were a third of the idea page's cost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased

from ideaboard.foundation.database import UtcDateTime
from ideaboard.foundation.kept import Kept, given
from ideaboard.foundation.paging import Turn, beyond
from ideaboard.models import BoardMember, Comment, Idea, Person
from ideaboard.models.vocabulary import BoardRole, SiteRole

PAGE = 50
_KEY = (func.coalesce(Comment.root_id, Comment.id), Comment.posted_at, Comment.id)
_VALUES = (given("key_0"), given("key_1", UtcDateTime), given("key_2"))


class Speaker(NamedTuple):
    """What is shown of a person."""

    display_name: str | None
    erased_at: datetime | None
    avatar_seed: str


class Told(NamedTuple):
    """What a page needs of a comment, under the names that it has on Comment; then of its author and of its parent."""

    id: int
    idea_id: int
    author_id: int | None
    parent_id: int | None
    root_id: int | None
    origin_idea_id: int | None
    became_idea_id: int | None
    html: str
    posted_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    held_at: datetime | None
    hidden_at: datetime | None
    redacted_at: datetime | None
    site_role: str | None
    is_staff: bool
    author_name: str | None
    author_erased_at: datetime | None
    author_seed: str | None
    parent_deleted_at: datetime | None
    parent_held_at: datetime | None
    parent_hidden_at: datetime | None
    parent_name: str | None
    parent_erased_at: datetime | None
    parent_seed: str | None

    stands = Comment.stands


class Said(NamedTuple):
    """One comment with what its row shows."""

    comment: Told
    is_reply: bool
    author: Speaker | None
    parent_stands: bool
    answers: Speaker | None  # whom it answers, when it is a reply
    badge: str  # 'staff', 'colleague' or ''


@dataclass(frozen=True)
class Thread:
    """`rows`: of the page in reading order, as the database gave them: what its part of the page is kept by.

    `read`: what turns one into Told; `after`, `before`: cursors of the pages around; `items`: the rows as Said, made
    where they are asked for.
    """

    rows: tuple[tuple, ...]
    read: Callable[[tuple], Told]
    after: str | None
    before: str | None

    @property
    def items(self) -> list[Said]:
        return [_said(self.read(row)) for row in self.rows]

    def has_words_of(self, person_id: int) -> bool:
        return any(row[_AUTHOR_ID] == person_id for row in self.rows)


def thread_of(
    idea: Idea, viewer: Person | None, *, after: str | None = None, before: str | None = None, size: int = PAGE
) -> Thread:
    """One page of the talk: one query, however many comments there are; one more where held ones took places on it."""
    turn = Turn.read(after, before, list(_KEY))
    viewer_id = viewer.id if viewer else None
    rows: list[tuple] = []
    key = turn.values
    while True:
        kept = _page(size + 1, further=key is not None, backwards=turn.backwards and key is not None)
        values = {f"key_{n}": value for n, value in enumerate(key or ())}
        found, read = kept.raw(idea_id=idea.id, board_id=idea.board_id, **values)
        # A gone or hidden comment leaves its place; a held one is there for its author alone. Held ones are left out
        # here: asked of the rows, it had all of an idea's comments read and not their index alone (3 ms of 1,000).
        rows += [row for row in found if row[_HELD_AT] is None or row[_AUTHOR_ID] == viewer_id]
        if len(rows) > size or len(found) <= size:
            break
        key = _key_of(read(found[-1]))
    page = turn.page(rows[: size + 1], size, lambda row: _key_of(read(row)))
    return Thread(tuple(page.items), read, page.after, page.before)


def _key_of(row: Told) -> tuple:
    return row.root_id or row.id, row.posted_at, row.id


def said_in(idea: Idea, comment_id: int) -> Said:
    """One comment of the talk, which the viewer sees."""
    return _said(_ONE.one(idea_id=idea.id, board_id=idea.board_id, id=comment_id))


def _said(row: Told) -> Said:
    badge = ""
    if row.author_seed is not None and row.deleted_at is None:
        if row.is_staff or row.site_role == SiteRole.ADMIN:
            badge = "staff"
        elif row.site_role == SiteRole.COLLEAGUE:
            badge = "colleague"
    is_reply = row.parent_id is not None
    stood = is_reply and not (row.parent_deleted_at or row.parent_held_at or row.parent_hidden_at)
    author = Speaker._make(row[_AUTHOR]) if row.author_seed is not None else None
    answers = Speaker._make(row[_PARENT]) if stood and row.parent_seed is not None else None
    return Said(row, is_reply, author, stood, answers, badge)


_AUTHOR_ID, _HELD_AT = Told._fields.index("author_id"), Told._fields.index("held_at")
_AUTHOR = slice(Told._fields.index("author_name"), Told._fields.index("author_seed") + 1)
_PARENT = slice(Told._fields.index("parent_name"), Told._fields.index("parent_seed") + 1)


def _rows(*conditions, backwards: bool = False, most: int | None = None) -> Select:
    keys = select(Comment.id).where(Comment.idea_id == given("idea_id"), *conditions)
    if most:  # words and people are fetched for the page's rows alone, after the sorting
        keys = keys.order_by(*(column.desc() if backwards else column for column in _KEY))
        keys = keys.limit(most)
    page = keys.subquery()
    author, parent, answered = aliased(Person), aliased(Comment), aliased(Person)
    staff = exists().where(
        BoardMember.board_id == given("board_id"),
        BoardMember.person_id == Comment.author_id,
        BoardMember.role == BoardRole.STAFF,
    )
    own = [getattr(Comment, name) for name in Told._fields[: Told._fields.index("site_role")]]
    return (
        select(
            *own,
            author.site_role,
            staff.label("is_staff"),
            author.display_name.label("author_name"),
            author.erased_at.label("author_erased_at"),
            author.avatar_seed.label("author_seed"),
            parent.deleted_at.label("parent_deleted_at"),
            parent.held_at.label("parent_held_at"),
            parent.hidden_at.label("parent_hidden_at"),
            answered.display_name.label("parent_name"),
            answered.erased_at.label("parent_erased_at"),
            answered.avatar_seed.label("parent_seed"),
        )
        .select_from(page)
        .join(Comment, Comment.id == page.c.id)
        .outerjoin(author, author.id == Comment.author_id)
        .outerjoin(parent, parent.id == Comment.parent_id)
        .outerjoin(answered, answered.id == parent.author_id)
        .order_by(*(column.desc() if backwards else column for column in _KEY))
    )


def _beyond(backwards: bool):
    return beyond([(column, backwards) for column in _KEY], _VALUES)


@cache
def _page(most: int, *, further: bool, backwards: bool) -> Kept:
    conditions = [_beyond(backwards)] if further else []
    return Kept(lambda _: _rows(*conditions, backwards=backwards, most=most), Told)


_ONE = Kept(lambda _: _rows(Comment.id == given("id")), Told)
