"""One verified person, one vote, exactly: forty at once, on both databases."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import func

from ideaboard.accounts.sessions import open_session
from ideaboard.extensions import db
from ideaboard.following.follows import follow
from ideaboard.foundation.database import transaction, write_wait_ms
from ideaboard.foundation.dialects import PATIENT_MS
from ideaboard.models import Board, Follow, Idea, Person, Vote
from ideaboard.voting.ballot import _locked
from tests.conftest import NOW

AT_ONCE = 40


@pytest.fixture
def idea_id(own_app) -> int:
    with own_app.app_context():
        board = db.session.scalars(db.select(Board).where(Board.slug == "drinks")).one()
        idea = Idea(title="Oat milk", slug="oat-milk", board_id=board.id, created_at=NOW, visible_at=NOW)
        db.session.add(idea)
        db.session.commit()
        return idea.id


@pytest.fixture
def noor(own_app):
    """One signed-in member, from as many browsers as one likes."""
    with own_app.app_context():
        person = db.session.scalars(db.select(Person).where(Person.email == "noor@example.org")).one()
        db.session.commit()
        token = open_session(person, datetime.now(UTC))

    def client():
        browser = own_app.test_client()
        with browser.session_transaction() as cookie:
            cookie["_user_id"] = token
        return browser

    return client


def press(own_app, clients, address):
    """All clients press at once; returns the answers' status codes."""
    own_app.config["SETTINGS"].write_wait_ms = 10_000  # the queue is tested here, not the patience
    own_app.config["SETTINGS"].budget_factor = 1_000

    def one(client):
        return contextvars.Context().run(lambda: client.post(address).status_code)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, clients))


def state(own_app, idea_id):
    with own_app.app_context():
        counter = db.session.scalars(db.select(Idea.votes_count).where(Idea.id == idea_id)).one()
        rows = db.session.scalar(db.select(func.count()).select_from(Vote).where(Vote.idea_id == idea_id))
        follows = db.session.scalars(db.select(Follow.reasons).where(Follow.idea_id == idea_id)).all()
        return counter, rows, follows


def test_forty_votes_at_once_are_one(own_app, idea_id, noor):
    clients = [noor() for _ in range(AT_ONCE)]
    assert set(press(own_app, clients, f"/ideas/{idea_id}/vote")) == {303}
    assert state(own_app, idea_id) == (1, 1, [2])
    assert set(press(own_app, clients, f"/ideas/{idea_id}/vote/withdraw")) == {303}
    assert state(own_app, idea_id) == (0, 0, [0])


@pytest.mark.slow
def test_fifty_rounds_of_forty_votes(own_app, idea_id, noor):
    clients = [noor() for _ in range(AT_ONCE)]
    for _ in range(50):
        answers = press(own_app, clients, f"/ideas/{idea_id}/vote")
        assert not [a for a in answers if a >= 500]
        assert state(own_app, idea_id) == (1, 1, [2])
        press(own_app, clients[:1], f"/ideas/{idea_id}/vote/withdraw")
        assert state(own_app, idea_id) == (0, 0, [0])


def test_votes_and_withdrawals_mixed_keep_the_counter_at_the_rows(own_app, idea_id, noor):
    clients = [noor() for _ in range(AT_ONCE)]
    own_app.config["SETTINGS"].budget_factor = 1_000
    own_app.config["SETTINGS"].write_wait_ms = 10_000

    def one(number):
        verb = "vote" if number % 2 else "vote/withdraw"
        path = f"/ideas/{idea_id}/{verb}"
        return contextvars.Context().run(lambda: clients[number].post(path).status_code)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert not [a for a in pool.map(one, range(AT_ONCE)) if a >= 500]
    counter, rows, _ = state(own_app, idea_id)
    assert counter == rows <= 1


@pytest.mark.postgres
def test_a_follow_does_not_wait_for_a_vote_that_waits_for_it(own_app, idea_id):
    """Else the two deeds of one person deadlock: the vote holds the idea, the follow its own row."""
    with own_app.app_context():
        noor = db.session.scalars(db.select(Person).where(Person.email == "noor@example.org")).one()
        db.session.commit()
        with transaction():
            idea = _locked(idea_id, noor)
            with own_app.app_context():
                write_wait_ms.set(500)
                follow(idea, noor, NOW)  # Busy, were it kept waiting
    write_wait_ms.set(PATIENT_MS)
