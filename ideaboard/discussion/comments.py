"""Post, edit and delete comments."""

from datetime import datetime

from sqlalchemy import delete, select, update

from ideaboard.discussion.mentions import mentioned_in, people_of
from ideaboard.events import kinds
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext
from ideaboard.following.follows import add_reason, drop_reason
from ideaboard.foundation.database import transaction
from ideaboard.foundation.markdown import RENDERER_VERSION, clean_text, render
from ideaboard.foundation.refusals import Busy, Conflict, Forbidden, Missing, Refusal
from ideaboard.models import Comment, Idea, Mention, Person
from ideaboard.models.vocabulary import Reason
from ideaboard.permissions import allows
from ideaboard.search.indexing import index_comment

LONGEST = 5_000


class CommentEmpty(Refusal):
    """Nothing to read is left of it."""


class CommentTooLong(Refusal):
    """More than LONGEST characters."""


class CommentGone(Conflict):
    """It was deleted, or what it answers was."""


class MayNotComment(Forbidden):
    """The board's "who may comment" does not admit this person."""


def post_comment(
    idea_id: int, by: Person, now: datetime, *, body: str, parent_id: int | None = None, form_token: str | None = None
) -> Comment:
    """Post a comment, or an answer to one; sending the same form twice posts once.

    Raises Missing, MayNotComment, CommentEmpty, CommentTooLong, CommentGone.
    """
    body = checked(body)
    html = render(body)
    # Unique as a whole: the same token on another idea, or of somebody else, is another form.
    sent_by = f"{idea_id}:{by.id}:{form_token}" if form_token else None
    with transaction():
        idea = db.session.execute(
            select(Idea).where(Idea.id == idea_id, Idea.visible_to(by)).with_for_update(of=Idea, key_share=True),
            execution_options={"populate_existing": True},
        ).scalar_one_or_none()
        if idea is None:
            raise Missing(gettext("This idea is not here."))
        if not allows(by, "idea.comment", idea):
            raise MayNotComment(gettext("Comments on this board are open to its own members only."))
        if sent_by:
            sent = select(Comment).where(Comment.form_token == sent_by)
            if twice := db.session.execute(sent).scalar_one_or_none():
                return twice
        parent = _parent(idea, parent_id)
        comment = Comment(
            idea_id=idea.id, author_id=by.id, parent_id=parent.id if parent else None,
            root_id=(parent.root_id or parent.id) if parent else None, body=body, html=html,
            renderer_version=RENDERER_VERSION, posted_at=now, form_token=sent_by,
        )  # fmt: skip
        comment.idea = idea
        db.session.add(comment)
        db.session.flush()
        _store_mentions(comment, by)
        took_part = {"comments_count": Idea.comments_count + 1}
        if by.id != idea.author_id and idea.others_took_part_at is None:
            took_part["others_took_part_at"] = now
        db.session.execute(update(Idea).where(Idea.id == idea.id).values(took_part))
        add_reason(idea.id, by.id, Reason.COMMENTER, now)
        record(kinds.COMMENT_POSTED, actor=by, at=now, comment=comment, board=idea.board)
        index_comment(comment)
        return comment


def edit_comment(comment_id: int, by: Person, now: datetime, *, body: str) -> Comment:
    """Change the words of one's own comment; it says so afterwards. Raises CommentEmpty, CommentTooLong, CommentGone."""
    body = checked(body)
    html = render(body)
    with transaction():
        comment = _own(comment_id, by, "comment.edit")
        if comment.body != body:
            comment.body, comment.html, comment.renderer_version = body, html, RENDERER_VERSION
            comment.edited_at = now
            db.session.execute(delete(Mention).where(Mention.comment_id == comment.id))
            _store_mentions(comment, by)
            record(kinds.COMMENT_EDITED, actor=by, at=now, comment=comment)
            index_comment(comment)
        return comment


def delete_comment(comment_id: int, by: Person, now: datetime) -> Comment:
    """Take one's own words away; the place stays. Done twice is done once."""
    with transaction():
        comment = _own(comment_id, by, "comment.delete", gone_is_fine=True)
        if comment.deleted_at is None:
            stood = comment.stands
            comment.body = comment.html = ""
            comment.deleted_at = now
            db.session.execute(delete(Mention).where(Mention.comment_id == comment.id))
            if stood:
                less = Idea.comments_count - 1
                db.session.execute(update(Idea).where(Idea.id == comment.idea_id).values(comments_count=less))
            _forget_commenter(comment)
            record(kinds.COMMENT_DELETED, actor=by, at=now, comment=comment)
            index_comment(comment)
        return comment


def checked(body: str) -> str:
    """The words as they are stored. Raises CommentEmpty, CommentTooLong."""
    body = clean_text(body)
    if not any(c.isprintable() and not c.isspace() for c in body):
        raise CommentEmpty(gettext("The comment is empty. Write what you want to say, then send it."), field="body")
    if len(body) > LONGEST:
        long = gettext(
            "The comment has %(length)s characters; %(longest)s fit. Shorten it by %(over)s, or send it in two.",
            length=len(body), longest=LONGEST, over=len(body) - LONGEST,
        )  # fmt: skip
        raise CommentTooLong(long, field="body")
    return body


def _parent(idea: Idea, parent_id: int | None) -> Comment | None:
    if parent_id is None:
        return None
    parent = db.session.get(Comment, parent_id, populate_existing=True) if 0 < parent_id < 2**53 else None
    if parent is None or parent.idea_id != idea.id or not parent.stands:
        gone = gettext(
            "The comment that you answer is gone. Your words are kept here; send them as a comment of its own."
        )
        raise CommentGone(gone, field="body")
    return parent


def _own(comment_id: int, by: Person, permission: str, *, gone_is_fine: bool = False) -> Comment:
    """One's own comment as it stands now. The idea is locked first, as everywhere, so that deeds queue in one order."""
    idea_id = select(Comment.idea_id).where(Comment.id == comment_id).scalar_subquery()
    locked_id = db.session.scalar(select(Idea.id).where(Idea.id == idea_id).with_for_update(key_share=True))
    comment = db.session.execute(
        select(Comment).where(Comment.id == comment_id), execution_options={"populate_existing": True}
    ).scalar_one_or_none()
    if comment is not None and comment.idea_id != locked_id:  # a merge carried it away before its idea was ours
        raise Busy(gettext("Somebody else is writing just now, so nothing was saved. Send it again in a few seconds."))
    if comment is None or comment.hidden_at or comment.held_at:
        raise Missing(gettext("This comment is not here."))
    if not allows(by, permission, comment):
        raise Forbidden(gettext("Only its author may change a comment."))
    if comment.deleted_at and not gone_is_fine:
        raise CommentGone(gettext("This comment was deleted, so it cannot be changed."), field="body")
    return comment


def _store_mentions(comment: Comment, by: Person) -> None:
    if "@" not in comment.body:
        return
    for person_id in mentioned_in(comment.body, people_of(comment.idea)) - {by.id}:
        db.session.add(Mention(comment_id=comment.id, person_id=person_id))


def _forget_commenter(comment: Comment) -> None:
    """The last of one's comments gone takes that reason to hear of the idea away."""
    others = select(Comment.id).where(
        Comment.idea_id == comment.idea_id,
        Comment.author_id == comment.author_id,
        Comment.deleted_at.is_(None),
        Comment.id != comment.id,
    )
    if db.session.execute(others.limit(1)).first() is None:
        drop_reason(comment.idea_id, comment.author_id, Reason.COMMENTER)
