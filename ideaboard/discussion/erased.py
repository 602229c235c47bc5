"""What erasure takes away of comments: mentions of the person; the words themselves where that is asked for."""

from datetime import datetime

from sqlalchemy import delete, func, select, update

from ideaboard.extensions import db
from ideaboard.models import Comment, Idea, Mention, Person
from ideaboard.search.indexing import index_comments


def take_comments_away(person: Person, now: datetime, texts_too: bool) -> None:
    """Within the erasure's transaction. A comment whose words go leaves its place, as one that was deleted."""
    db.session.execute(delete(Mention).where(Mention.person_id == person.id))
    if not texts_too:
        return
    own = select(Comment.id).where(Comment.author_id == person.id)
    db.session.execute(delete(Mention).where(Mention.comment_id.in_(own)))
    stood = (
        select(Comment.idea_id, func.count())
        .where(Comment.author_id == person.id)
        .where(Comment.deleted_at.is_(None), Comment.held_at.is_(None), Comment.hidden_at.is_(None))
        .group_by(Comment.idea_id)
        .order_by(Comment.idea_id)
    )
    for idea_id, number in db.session.execute(stood).all():
        less = {"comments_count": Idea.comments_count - number}
        db.session.execute(update(Idea).where(Idea.id == idea_id).values(less))
    db.session.execute(
        update(Comment)
        .where(Comment.author_id == person.id)
        .values(body="", html="", deleted_at=func.coalesce(Comment.deleted_at, now))
    )
    index_comments(db.session.scalars(own).all())
