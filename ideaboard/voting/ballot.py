"""Cast and withdraw: one verified person, one vote, exactly.

The statements are kept (foundation/kept.py): a vote is the deed that campaigns press a thousand times a minute.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, Double, case, delete, func, select, update

from ideaboard.extensions import db, gettext
from ideaboard.following.follows import add_reason, drop_reason
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import UtcDateTime, in_kept_statements, transaction
from ideaboard.foundation.kept import Kept, given, read_anew
from ideaboard.foundation.refusals import Conflict, Forbidden, Missing
from ideaboard.models import Board, Idea, Person, Vote
from ideaboard.models.idea_glance import IdeaGlance, glance_at
from ideaboard.models.ranking import is_worn, weight
from ideaboard.models.vocabulary import Origin, Reason
from ideaboard.permissions import allows
from ideaboard.voting.promise import start_clock
from ideaboard.voting.support import take_kept
from ideaboard.voting.trending import recompute, trending_moved


class VotingClosed(Conflict):
    """There is nothing left to want: the idea is launched, refused, elsewhere, or merged."""


class MayNotVote(Forbidden):
    """The board's "who may vote" does not admit this person."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """What stands after a deed; true when the deed moved something, false when done twice."""

    idea: IdeaGlance  # with the count as it is now
    stands: bool  # whether a vote of this person is there
    moved: bool

    def __bool__(self) -> bool:
        return self.moved


def cast_vote(
    idea_id: int, by: Person, now: datetime, *, unnamed: bool = False, along: Callable[[], None] = lambda: None
) -> Ballot:
    """Cast a vote; true when it is new, false when it stood already (done twice is done once).

    along: done in the same transaction, once the vote is allowed: what the door counts against a budget, and may refuse.
    Raises Missing (not visible any more), MayNotVote, VotingClosed.
    """

    def deed() -> Ballot:
        idea = _locked(idea_id, by)
        if not allows(by, "idea.vote", idea):
            raise MayNotVote(gettext("Voting on this board is open to its own members only."))
        if not idea.is_open_for_votes:
            raise VotingClosed(gettext("Voting on this idea has ended; the count stays as it is."))
        along()
        added = _CAST.run(
            idea_id=idea_id, person_id=by.id, cast_at=now, unnamed=unnamed, organisation_id=by.organisation_id
        )
        if added:
            count = _COUNT.one(idea_id=idea_id, weight=weight(now), voter_id=by.id, now=now)
            read_anew(Idea, idea_id)
            reached = count.votes_count >= count.promise_votes and count.origin != Origin.IMPORT
            if reached and idea.promise_reached_at is None:
                start_clock(db.session.get_one(Idea, idea_id), now, votes=count.promise_votes, days=count.promise_days)
            add_reason(idea_id, by.id, Reason.VOTER, now)
            idea = idea._replace(votes_count=count.votes_count)
        elif _STANDS.one(idea_id=idea_id, person_id=by.id) is None:
            raise MayNotVote(gettext("You were erased meanwhile, so no vote was cast."))
        return Ballot(idea, True, bool(added))

    return in_kept_statements(deed)


def withdraw_vote(idea_id: int, by: Person) -> Ballot:
    """Withdraw a vote; true when one was there. Always possible, also where voting has ended.

    One that moderators set aside is not counted and stays. Of an idea that took others in it is the whole support: the
    votes kept on those go with it.
    """

    def deed() -> Ballot:
        idea = _locked(idea_id, by)
        vote = _WITHDRAW.one(idea_id=idea_id, person_id=by.id)
        if vote is None:
            return Ballot(idea, _STANDS.one(idea_id=idea_id, person_id=by.id) is not None, False)
        lost = weight(vote.cast_at)
        count = _UNCOUNT.one(idea_id=idea_id, weight=-lost)
        read_anew(Vote, idea_id, by.id)
        if is_worn(count.trending + lost, count.trending):
            recompute([idea_id])
        read_anew(Idea, idea_id)
        drop_reason(idea_id, by.id, Reason.VOTER)
        if idea.has_kin:
            take_kept(idea_id, by.id)
        return Ballot(idea._replace(votes_count=count.votes_count), False, True)

    return in_kept_statements(deed)


def name_vote(idea_id: int, by: Person, *, unnamed: bool) -> None:
    """Put one's name on a vote, or take it off; the vote itself stays."""
    with transaction():
        _locked(idea_id, by)
        db.session.execute(
            update(Vote).where(Vote.idea_id == idea_id, Vote.person_id == by.id).values(is_unnamed=unnamed)
        )


def _locked(idea_id: int, by: Person) -> IdeaGlance:
    """The idea as it stands now, its row held until the transaction ends. Raises Missing."""
    idea = glance_at(idea_id, by)
    if idea is None:
        raise Missing(gettext("This idea is not here."))
    return idea


_MINE = (Vote.idea_id == given("idea_id"), Vote.person_id == given("person_id"))
_STANDS = Kept(lambda _: select(Vote.idea_id).where(*_MINE))
_WITHDRAW = Kept(lambda _: delete(Vote).where(*_MINE, Vote.set_aside_at.is_(None)).returning(Vote.cast_at))
# Of a person who was erased meanwhile no row is made: the shell's row is held while the vote is written.
_CAST = Kept(
    lambda dialect: dialects_sql.insert_once(dialect, Vote).from_select(
        ["idea_id", "person_id", "cast_at", "is_unnamed", "organisation_id"],
        select(
            given("idea_id"),
            Person.id,
            given("cast_at", UtcDateTime),
            given("unnamed", Boolean),
            given("organisation_id"),
        )
        .where(Person.id == given("person_id"), Person.erased_at.is_(None))
        .with_for_update(read=True, key_share=True),
    )
)


def _count(dialect: str):
    """Move the counter up, and what moves with it.

    The promise is read by the statement that comes after the row was locked: a board that was loaded before may have
    lowered it meanwhile (promise.start_clocks). From somebody else's first vote on, the author adds and no longer edits.
    """
    by_another = Idea.author_id.is_distinct_from(given("voter_id"))
    took_part = case(
        (by_another, func.coalesce(Idea.others_took_part_at, given("now", UtcDateTime))), else_=Idea.others_took_part_at
    )
    promise = (
        select(column).where(Board.id == Idea.board_id).scalar_subquery().label(column.key)
        for column in (Board.promise_votes, Board.promise_days)
    )
    return _counter(1, others_took_part_at=took_part).returning(Idea.votes_count, Idea.origin, *promise)


def _counter(rows: int, **also):
    values = {"votes_count": Idea.votes_count + rows, "trending": trending_moved(given("weight", Double)), **also}
    return update(Idea).where(Idea.id == given("idea_id")).values(**values)


_COUNT = Kept(_count)
_UNCOUNT = Kept(lambda _: _counter(-1).returning(Idea.votes_count, Idea.trending))
