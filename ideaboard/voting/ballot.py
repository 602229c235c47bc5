"""Cast and withdraw: one verified person, one vote, exactly."""

from datetime import datetime

from sqlalchemy import Row, delete, select, update

from ideaboard.extensions import db, gettext
from ideaboard.following.follows import add_reason, drop_reason
from ideaboard.foundation import dialects
from ideaboard.foundation.database import dialect_name, transaction
from ideaboard.foundation.refusals import Conflict, Forbidden, Missing
from ideaboard.models import Board, Idea, Person, Vote
from ideaboard.models.vocabulary import Reason
from ideaboard.permissions import allows
from ideaboard.voting.promise import start_clock
from ideaboard.voting.support import take_kept

_PROMISE = (Board.promise_votes, Board.promise_days)


class VotingClosed(Conflict):
    """There is nothing left to want: the idea is launched, refused, elsewhere, or merged."""


class MayNotVote(Forbidden):
    """The board's "who may vote" does not admit this person."""


def cast_vote(idea_id: int, by: Person, now: datetime, *, unnamed: bool = False) -> bool:
    """Cast a vote; True when it is new, False when it stood already (done twice is done once).

    Raises Missing (not visible any more), MayNotVote, VotingClosed.
    """
    with transaction():
        idea = _reread(idea_id, by)
        if not allows(by, "idea.vote", idea):
            raise MayNotVote(gettext("Voting on this board is open to its own members only."))
        if not idea.is_open_for_votes:
            raise VotingClosed(gettext("Voting on this idea has ended; the count stays as it is."))
        added = db.session.execute(
            dialects.insert_once(dialect_name(), Vote).values(
                idea_id=idea_id, person_id=by.id, cast_at=now, is_unnamed=unnamed, organisation_id=by.organisation_id
            )
        ).rowcount
        if added:
            count = _count(idea_id, added)
            if count.votes_count >= count.promise_votes:
                start_clock(idea, now, votes=count.promise_votes, days=count.promise_days)
            add_reason(idea_id, by.id, Reason.VOTER, now)
            if by.id != idea.author_id and idea.others_took_part_at is None:
                db.session.execute(update(Idea).where(Idea.id == idea_id).values(others_took_part_at=now))
        return bool(added)


def withdraw_vote(idea_id: int, by: Person) -> bool:
    """Withdraw a vote; True when one was there. Always possible, also where voting has ended.

    Of an idea that took others in it is the whole support: the votes kept on those go with it.
    """
    with transaction():
        idea = _reread(idea_id, by)
        removed = db.session.execute(
            delete(Vote).where(Vote.idea_id == idea_id, Vote.person_id == by.id, Vote.set_aside_at.is_(None))
        ).rowcount
        if removed:
            _count(idea_id, -removed)
            drop_reason(idea_id, by.id, Reason.VOTER)
            if idea.has_kin:
                take_kept(idea_id, by.id)
        return bool(removed)


def name_vote(idea_id: int, by: Person, *, unnamed: bool) -> None:
    """Put one's name on a vote, or take it off; the vote itself stays."""
    with transaction():
        _reread(idea_id, by)
        db.session.execute(
            update(Vote).where(Vote.idea_id == idea_id, Vote.person_id == by.id).values(is_unnamed=unnamed)
        )


def _reread(idea_id: int, by: Person) -> Idea:
    """The idea as it stands now, locked on PostgreSQL: votes on one idea queue at its row, in one order.

    key_share (FOR NO KEY UPDATE, as in all deeds on an idea): a row that only points at the idea, like a follow, need
    not wait for it; waiting there with its own lock in hand was a deadlock with the vote of the same person.
    """
    idea = db.session.execute(
        db.select(Idea).where(Idea.id == idea_id, Idea.visible_to(by)).with_for_update(of=Idea, key_share=True),
        execution_options={"populate_existing": True},
    ).scalar_one_or_none()
    if idea is None:
        raise Missing(gettext("This idea is not here."))
    return idea


def _count(idea_id: int, rows: int) -> Row:
    """Move the counter; -> votes_count as it is now, with the board's promise_votes and promise_days.

    The promise is read by the statement that comes after the row was locked: a board that was loaded before may have
    lowered it meanwhile (promise.start_clocks).
    """
    promise = (
        select(column).where(Board.id == Idea.board_id).scalar_subquery().label(column.key) for column in _PROMISE
    )
    return db.session.execute(
        update(Idea)
        .where(Idea.id == idea_id)
        .values(votes_count=Idea.votes_count + rows)
        .returning(Idea.votes_count, *promise)
    ).one()
