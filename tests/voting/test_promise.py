"""The promise's clock: it starts once, when the votes first reach the board's number, and never again."""

import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from ideaboard.accounts.sessions import open_session
from ideaboard.admin.areas import change_board
from ideaboard.events import kinds
from ideaboard.extensions import db as database
from ideaboard.foundation.database import transaction, write_wait_ms
from ideaboard.foundation.dialects import PATIENT_MS
from ideaboard.ideas.submission import submit_idea
from ideaboard.models import Board, Event, Idea, Person
from ideaboard.models.vocabulary import Origin
from ideaboard.voting.ballot import cast_vote, withdraw_vote
from tests.conftest import NOW

LATER = NOW + timedelta(days=3)
CROWD = 40


def starts(idea_id):
    rows = database.session.scalars(
        database.select(Event).where(Event.kind == kinds.IDEA_PROMISE_REACHED, Event.idea_id == idea_id)
    ).all()
    database.session.commit()
    return rows


def promise(board, votes, days=14):
    """Set straight in the table, as nobody does."""
    database.session.execute(
        database.update(Board).where(Board.id == board.id).values(promise_votes=votes, promise_days=days)
    )
    database.session.commit()


def settings_of(board, **changes):
    values = {column.key: getattr(board, column.key) for column in Board.__table__.columns}
    return values | changes


def test_the_vote_that_reaches_the_number_starts_the_clock_and_names_nobody(cast, make_idea, reload):
    promise(cast.drinks, 2, 9)
    idea = make_idea()
    cast_vote(idea.id, cast.vera, NOW)
    assert not starts(idea.id) and reload(idea).promise_reached_at is None
    cast_vote(idea.id, cast.noor, LATER)
    (start,) = starts(idea.id)
    assert (start.happened_at, start.facts, start.board_id) == (LATER, {"votes": 2, "days": 9}, cast.drinks.id)
    assert start.actor_id is None and start.person_id is None  # whose vote it was is nobody's business
    assert reload(idea).promise_reached_at == LATER


def test_it_never_starts_again(cast, make_idea, reload):
    promise(cast.drinks, 2)
    idea = make_idea()
    for who in (cast.vera, cast.noor):
        cast_vote(idea.id, who, NOW)
    withdraw_vote(idea.id, cast.noor)
    cast_vote(idea.id, cast.noor, LATER)
    cast_vote(idea.id, cast.lena, LATER)
    assert [start.happened_at for start in starts(idea.id)] == [NOW]
    # Raised later, it stays; lowered again, it is not started a second time.
    for votes in (5, 1):
        change_board(cast.drinks.id, cast.root, LATER, settings_of(cast.drinks, promise_votes=votes), {cast.ada.id})
    cast_vote(idea.id, cast.oskar, LATER)
    assert len(starts(idea.id)) == 1 and reload(idea).promise_reached_at == NOW


def test_a_lower_number_starts_what_is_there_already_in_the_same_deed(cast, make_idea, count_rows):
    there, more, fewer = (make_idea(f"With {n}", votes_count=n) for n in (3, 7, 2))
    hidden = make_idea("Hidden", votes_count=9, hidden_at=NOW)
    elsewhere = make_idea("Elsewhere", votes_count=9, board=cast.panel)
    change_board(
        cast.drinks.id, cast.root, LATER, settings_of(cast.drinks, promise_votes=3, promise_days=5), {cast.ada.id}
    )
    for idea in (there, more):
        assert [(s.happened_at, s.facts) for s in starts(idea.id)] == [(LATER, {"votes": 3, "days": 5})]
    assert not any(starts(idea.id) for idea in (fewer, hidden, elsewhere))


def test_imported_votes_and_imported_ideas_start_nothing(cast, make_idea, reload):
    promise(cast.drinks, 2)
    totals = make_idea("Totals of before", imported_votes=400)
    cast_vote(totals.id, cast.noor, NOW)
    assert not starts(totals.id)
    before = make_idea("Of before", origin=Origin.IMPORT, import_source="x", import_id="1")
    for who in (cast.vera, cast.noor):
        cast_vote(before.id, who, NOW)
    change_board(cast.drinks.id, cast.root, LATER, settings_of(cast.drinks, promise_votes=1), {cast.ada.id})
    assert not starts(before.id) and reload(before).promise_reached_at is None
    assert starts(totals.id)  # its one real vote is one now


def test_a_promise_of_one_vote_starts_with_the_authors_own(cast):
    promise(cast.drinks, 1)
    idea = submit_idea(cast.vera, NOW, board_id=cast.drinks.id, title="A shelf", body="", form_token="t" * 43)
    assert [start.happened_at for start in starts(idea.id)] == [NOW] and idea.promise_reached_at == NOW


@pytest.fixture
def crowd(own_app):
    """(idea id, clients of forty members); the promise is thirty votes."""
    with own_app.app_context():
        board = database.session.scalars(database.select(Board).where(Board.slug == "drinks")).one()
        board.promise_votes = 30
        idea = Idea(title="Oat", slug="oat", board_id=board.id, created_at=NOW, visible_at=NOW)
        people = [Person(email=f"{n}@example.org", created_at=NOW) for n in range(CROWD)]
        database.session.add_all([idea, *people])
        database.session.commit()
        tokens = [open_session(person, datetime.now(UTC)) for person in people]
        idea_id = idea.id
    own_app.config["SETTINGS"].write_wait_ms = 20_000
    clients = [own_app.test_client() for _ in tokens]
    for client, token in zip(clients, tokens, strict=True):
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
    return idea_id, clients


def test_forty_people_at_once_start_it_once(own_app, crowd):
    idea_id, clients = crowd

    def press(client):
        return contextvars.Context().run(lambda: client.post(f"/ideas/{idea_id}/vote").status_code)

    with ThreadPoolExecutor(CROWD) as pool:
        assert set(pool.map(press, clients)) == {303}
    with own_app.app_context():
        assert len(starts(idea_id)) == 1
        assert database.session.get(Idea, idea_id).votes_count == CROWD


@pytest.mark.postgres
def test_a_vote_that_was_under_way_while_the_number_fell_is_not_forgotten(own_app, crowd):
    """It holds the idea's row with the old number read long ago; whichever commits first, the clock starts."""
    idea_id, _ = crowd
    with own_app.app_context():
        board = database.session.scalars(database.select(Board).where(Board.slug == "drinks")).one()
        people = database.session.scalars(database.select(Person).where(Person.email.startswith("0@"))).all()
        owner = database.session.get(Person, board.owner_id)
        values, board_id, owners = settings_of(board, promise_votes=1), board.id, {board.owner_id}
        database.session.commit()
        lowering = threading.Thread(
            target=contextvars.Context().run, args=(lower, own_app, board_id, owner, values, owners)
        )
        with transaction():  # the idea's row is held, as by a vote before it has counted
            database.session.execute(database.select(Idea.id).where(Idea.id == idea_id).with_for_update(key_share=True))
            lowering.start()
            lowering.join(0.5)  # it waits for the row
            assert lowering.is_alive()
            database.session.execute(database.update(Idea).where(Idea.id == idea_id).values(votes_count=1))
        lowering.join(20)
        assert len(starts(idea_id)) == 1
        cast_vote(idea_id, people[0], LATER)
        assert len(starts(idea_id)) == 1


def lower(own_app, board_id, owner, values, owners):
    with own_app.app_context():
        write_wait_ms.set(PATIENT_MS)
        change_board(board_id, owner, LATER, values, owners)
