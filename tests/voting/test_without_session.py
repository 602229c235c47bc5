"""A vote is written on a connection of the thread's own, without a session (foundation/database.py:in_kept_statements);
what needs the session after all is done once more with one. Real commits, on both databases."""

from datetime import timedelta

import pytest

from ideaboard.extensions import db
from ideaboard.foundation.database import OpenTransaction, end_reading, in_kept_statements, transaction
from ideaboard.foundation.kept import Kept, given
from ideaboard.foundation.refusals import TooMany
from ideaboard.models import Board, Event, Follow, Idea, Person, Vote
from ideaboard.voting.ballot import _COUNT, cast_vote, withdraw_vote
from tests.conftest import NOW


@pytest.fixture
def context(own_app):
    with own_app.app_context():
        yield
        db.session.remove()


@pytest.fixture
def noor(context) -> Person:
    person = db.session.scalars(db.select(Person).where(Person.email == "noor@example.org")).one()
    assert not person.board_roles  # read now, as with every request
    db.session.commit()
    return person


@pytest.fixture
def idea_id(context) -> int:
    board = db.session.scalars(db.select(Board).where(Board.slug == "drinks")).one()
    idea = Idea(title="Oat", slug="oat", board_id=board.id, created_at=NOW, visible_at=NOW)
    db.session.add(idea)
    db.session.commit()
    db.session.expunge_all()
    return idea.id


def stands(idea_id):
    """(counter, rows of votes, reasons of follows), as another session reads them."""
    db.session.remove()
    counter = db.session.scalar(db.select(Idea.votes_count).where(Idea.id == idea_id))
    votes = db.session.scalars(db.select(Vote.person_id).where(Vote.idea_id == idea_id)).all()
    follows = db.session.scalars(db.select(Follow.reasons).where(Follow.idea_id == idea_id)).all()
    db.session.remove()
    return counter, len(votes), follows


def test_a_vote_begins_no_session(idea_id, noor):
    """On PostgreSQL, where connections are few, it does."""
    begun = []
    db.event.listen(db.session, "after_begin", lambda *_: begun.append(1))
    assert cast_vote(idea_id, noor, NOW) and withdraw_vote(idea_id, noor)
    assert len(begun) == (0 if db.engine.dialect.name == "sqlite" else 2)
    assert stands(idea_id) == (0, 0, [0])


def test_what_is_refused_on_the_way_leaves_nothing(idea_id, noor):
    def refuse():
        raise TooMany("often", retry_after=1)

    person_id = noor.id
    with pytest.raises(TooMany):
        cast_vote(idea_id, noor, NOW, along=refuse)
    assert stands(idea_id) == (0, 0, [])
    again = db.session.get(Person, person_id)
    end_reading()
    assert cast_vote(idea_id, again, NOW)
    assert stands(idea_id) == (1, 1, [2])


def test_what_the_session_holds_of_the_rows_is_as_they_are_written(idea_id, noor):
    idea = db.session.get(Idea, idea_id)
    db.session.commit()
    assert cast_vote(idea_id, noor, NOW)
    assert idea.votes_count == 1


def test_the_vote_that_reaches_the_promise_starts_its_clock_and_counts_once(idea_id, noor):
    db.session.execute(db.update(Board).values(promise_votes=1))
    db.session.commit()
    tries = []
    assert cast_vote(idea_id, noor, NOW, along=lambda: tries.append(1))
    assert len(tries) == (2 if db.engine.dialect.name == "sqlite" else 1)
    assert stands(idea_id) == (1, 1, [2])
    assert db.session.scalar(db.select(Idea.promise_reached_at).where(Idea.id == idea_id)) == NOW
    assert len(db.session.scalars(db.select(Event).where(Event.idea_id == idea_id)).all()) == 1


def test_a_withdrawal_that_wears_trending_out_computes_it_anew(idea_id, noor):
    before = db.session.scalar(db.select(Idea.trending).where(Idea.id == idea_id))
    db.session.commit()
    late = NOW + timedelta(days=90 * 40)
    assert cast_vote(idea_id, noor, late) and withdraw_vote(idea_id, noor)
    assert db.session.scalar(db.select(Idea.trending).where(Idea.id == idea_id)) == before


def test_within_it_reading_beside_sees_what_it_wrote(idea_id, noor):
    """Else it would show what stood before the deed."""
    votes = Kept(lambda _: db.select(Idea.votes_count).where(Idea.id == given("idea_id")))

    def deed():
        _COUNT.one(idea_id=idea_id, weight=1.0, voter_id=noor.id, now=NOW)
        return votes.beside(idea_id=idea_id)[0].votes_count

    assert in_kept_statements(deed) == 1


def test_the_session_is_refused_within_it_and_the_deed_done_again(idea_id, noor):
    asked = []

    def deed():
        asked.append(1)
        return db.session.scalar(db.select(Idea.votes_count).where(Idea.id == idea_id))

    assert in_kept_statements(deed) == 0
    assert len(asked) == (2 if db.engine.dialect.name == "sqlite" else 1)


def test_no_deed_begins_within_another(idea_id, noor):
    with transaction(), pytest.raises(OpenTransaction):
        cast_vote(idea_id, noor, NOW)
    with pytest.raises(OpenTransaction):
        in_kept_statements(lambda: cast_vote(idea_id, noor, NOW))
    assert stands(idea_id) == (0, 0, [])


def test_what_callers_hold_stays_readable_when_the_deed_is_done_again(noor):
    """What is held of a person must not have to be read again: that would open a transaction before the next deed."""
    assert in_kept_statements(lambda: db.session.scalar(db.select(1))) == 1
    assert noor.display_name == "Noor" and not db.session().in_transaction()
