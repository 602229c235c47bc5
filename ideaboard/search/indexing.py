"""Keeps the index true. Every function works in the transaction of the deed that it belongs to, which has its row locked.

A text is in the index while it can be read by somebody: not when it was taken back, deleted or redacted to nothing.
Whether a certain person may see it is judged when reading (search/reading.py), by the idea itself.
"""

from collections.abc import Callable, Iterable

from sqlalchemy import Select, select

from ideaboard.extensions import db
from ideaboard.foundation.database import dialect_name
from ideaboard.foundation.dialects_text import Row, full_text
from ideaboard.models import Comment, Idea, IdeaAddition, StatusChange
from ideaboard.search.documents import ANSWER, COMMENT, IDEA, document, number_of

AT_ONCE = 500  # documents a statement


def index_idea(idea: Idea) -> None:
    """A new idea, or new words of one: its title, its text and what was added to it."""
    index_ideas([idea.id])


def index_answer(change: StatusChange) -> None:
    """Staff's own words of a change."""
    index_answers([change.id])


def index_comment(comment: Comment) -> None:
    """A new comment, new words of one, or one that is gone."""
    index_comments([comment.id])


def index_ideas(ids: Iterable[int]) -> None:
    _index(ids, IDEA, _ideas)


def index_answers(ids: Iterable[int]) -> None:
    _index(ids, ANSWER, _answers)


def index_comments(ids: Iterable[int]) -> None:
    _index(ids, COMMENT, _comments)


def index_all_of(idea_ids: Iterable[int]) -> None:
    """Ideas with their answers and comments, when what they belong to has changed."""
    ids = list(idea_ids)
    index_ideas(ids)
    index_answers(answers_of(ids))
    index_comments(db.session.scalars(select(Comment.id).where(Comment.idea_id.in_(ids))))


def answers_of(idea_ids: Iterable[int]) -> list[int]:
    """The ids of the changes of these ideas."""
    return list(db.session.scalars(select(StatusChange.id).where(StatusChange.idea_id.in_(list(idea_ids)))))


def forget(kind: int, ids: Iterable[int]) -> None:
    """Take documents out whose rows go."""
    full_text(dialect_name()).take(db.session.connection(), [number_of(kind, row_id) for row_id in ids])


def _index(ids: Iterable[int], kind: int, documents: Callable[[list[int]], Iterable[Row]]) -> None:
    """Put what the rows say now in the place of what was there. Their rows are read: they must be flushed."""
    text, ids = full_text(dialect_name()), list(ids)
    db.session.flush()
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        forget(kind, part)
        text.put(db.session.connection(), list(documents(part)))


def _ideas(ids: list[int]) -> Iterable[Row]:
    added: dict[int, list[str]] = {}
    additions = select(IdeaAddition.idea_id, IdeaAddition.html).where(IdeaAddition.idea_id.in_(ids))
    for idea_id, html in db.session.execute(additions.order_by(IdeaAddition.id)):
        added.setdefault(idea_id, []).append(html)
    query = select(Idea.id, Idea.board_id, Idea.title, Idea.body_html)
    for idea_id, board_id, title, html in db.session.execute(
        query.where(Idea.id.in_(ids), Idea.taken_back_at.is_(None))
    ):
        yield document(IDEA, idea_id, board_id, title, [html, *added.get(idea_id, ())])


def _answers(ids: list[int]) -> Iterable[Row]:
    query = (
        select(StatusChange.id, Idea.board_id, StatusChange.html)
        .join(Idea, Idea.id == StatusChange.idea_id)
        .where(StatusChange.id.in_(ids), StatusChange.text != "", ~StatusChange.is_ready_sentence)
    )
    return _without_title(query, ANSWER)


def _comments(ids: list[int]) -> Iterable[Row]:
    query = (
        select(Comment.id, Idea.board_id, Comment.html)
        .join(Idea, Idea.id == Comment.idea_id)
        .where(Comment.id.in_(ids), Comment.deleted_at.is_(None))
    )
    return _without_title(query, COMMENT)


def _without_title(query: Select, kind: int) -> Iterable[Row]:
    for row_id, board_id, html in db.session.execute(query):
        yield document(kind, row_id, board_id, "", [html])
