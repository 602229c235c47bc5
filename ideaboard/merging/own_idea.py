"""A comment becomes an idea of its own, in its author's words and credited to them; both lead to each other."""

from datetime import datetime

from sqlalchemy import select

from ideaboard.events.kinds import COMMENT_BECAME_IDEA, IDEA_SUBMITTED
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext
from ideaboard.following.follows import add_reason
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.foundation.refusals import Busy, Conflict, Forbidden, Missing
from ideaboard.ideas.wording import Words, words_of
from ideaboard.models import Comment, Idea, Person, Vote
from ideaboard.models.vocabulary import Reason
from ideaboard.permissions import allows
from ideaboard.search.indexing import index_idea
from ideaboard.voting.promise import start_clock


class MayNotMakeIdea(Forbidden):
    """Only its author and staff of the board, where the board takes ideas."""


class NothingLeft(Conflict):
    """The comment was deleted, hidden or redacted: there are no words to make an idea of."""


def make_idea_of(comment_id: int, by: Person, now: datetime, *, title: str) -> Idea:
    """The comment's words under a title, as its author's idea on the same board; done twice is the idea that is there.

    Whoever makes it of their own comment votes for it as with every idea of theirs; staff cast no vote for others.
    Raises NotAnIdea, Missing, MayNotMakeIdea, NothingLeft, Busy.
    """
    text = db.session.scalar(select(Comment.body).where(Comment.id == comment_id)) if 0 < comment_id < 2**53 else None
    end_reading()
    words = words_of(title, text or "")
    with transaction():
        comment = held_comment(comment_id, by)
        if not allows(by, "comment.make_idea", comment):
            raise MayNotMakeIdea(gettext("Only its author and the staff of this board make an idea of a comment."))
        if comment.became_idea_id is not None:
            return db.session.get_one(Idea, comment.became_idea_id)
        if not comment.stands or comment.redacted_at:
            raise NothingLeft(gettext("This comment is not there any more, so no idea can be made of it."))
        if comment.idea.board.archived_at is not None:
            raise MayNotMakeIdea(gettext("%(board)s takes no more ideas.", board=comment.idea.board.name))
        if comment.body != text:
            raise Busy(gettext("The comment was edited just now. Read it again, then send this once more."))
        return _publish(comment, by, now, words)


def held_comment(comment_id: int, by: Person) -> Comment:
    """Within an open transaction: the comment as it stands now, and its idea's row locked. Raises Missing, Busy."""
    at = select(Comment.idea_id).where(Comment.id == comment_id)
    idea_id = db.session.scalar(at)
    seen = select(Idea.id).where(Idea.id == idea_id, Idea.visible_to(by))
    if idea_id is None or db.session.scalar(seen.with_for_update(of=Idea, key_share=True)) is None:
        raise Missing(gettext("This comment is not here."))
    comment = db.session.get_one(Comment, comment_id, populate_existing=True)
    if comment.idea_id != idea_id:  # a merge carried it away before its row was ours
        raise Busy(gettext("Somebody else is writing just now, so nothing was saved. Send it again in a few seconds."))
    if comment.hidden_at or comment.held_at:
        raise Missing(gettext("This comment is not here."))
    return comment


def _publish(comment: Comment, by: Person, now: datetime, words: Words) -> Idea:
    board, author = comment.idea.board, comment.author
    votes = author is not None and author.id == by.id and board.admits(by, board.who_may_vote)
    idea = Idea(
        board_id=board.id,
        author_id=comment.author_id,
        organisation_id=author.organisation_id if author else None,
        votes_count=1 if votes else 0,
        created_at=now,
        visible_at=now,
        has_kin=True,
        **words.columns(),
    )
    db.session.add(idea)
    db.session.flush()
    if votes:
        db.session.add(Vote(idea_id=idea.id, person_id=by.id, cast_at=now, organisation_id=by.organisation_id))
    if author is not None and author.erased_at is None:
        add_reason(idea.id, author.id, Reason.AUTHOR | (Reason.VOTER if votes else 0), now)
    comment.became_idea_id = idea.id
    index_idea(idea)
    record(IDEA_SUBMITTED, actor=by, at=now, idea=idea)
    record(COMMENT_BECAME_IDEA, actor=by, at=now, idea=idea, comment=comment)
    if idea.votes_count >= board.promise_votes:
        start_clock(idea, now, votes=board.promise_votes, days=board.promise_days)
    return idea
