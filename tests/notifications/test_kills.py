"""Killed with -9 amid 500 mails to a server that counts raw arrivals: no one missed, one Message-ID each."""

import random
import threading
import time
from pathlib import Path

import pytest

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.foundation.clock import now
from ideaboard.models import Board, Delivery, Event, Follow, Idea, Notification, Person, Status, StatusChange
from ideaboard.models.vocabulary import Reason

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 500
KILLS = 10
pytestmark = pytest.mark.slow


@pytest.fixture
def change_id(own_app):
    """A change on an idea that 500 people follow, with its event; nothing is dispatched yet."""
    with own_app.app_context(), db.session.begin():
        moment = now()
        board = db.session.execute(db.select(Board).where(Board.slug == "drinks")).scalar_one()
        people = [
            Person(email=f"p{i}@example.org", display_name=f"P{i}", avatar_seed="x", created_at=moment)
            for i in range(PEOPLE)
        ]
        idea = Idea(title="Oat milk", slug="oat-milk", board_id=board.id, created_at=moment, visible_at=moment)
        status = db.session.execute(db.select(Status).where(Status.stage == "launched")).scalars().first()
        status = status or Status(stage="launched")
        db.session.add_all([idea, status, *people])
        db.session.flush()
        for person in people:
            db.session.add(Follow(idea_id=idea.id, person_id=person.id, reasons=Reason.VOTER, followed_at=moment))
        change = StatusChange(
            idea_id=idea.id, status_id=status.id, stage="launched", text="Here.", html="<p>Here.</p>", changed_at=moment
        )
        db.session.add(change)
        db.session.flush()
        db.session.add(
            Event(
                kind=kinds.IDEA_STATUS_CHANGED,
                happened_at=moment,
                idea_id=idea.id,
                board_id=board.id,
                change_id=change.id,
            )
        )
        return change.id


def count(app, column, *conditions):
    with app.app_context():
        return db.session.execute(db.select(db.func.count(column)).where(*conditions)).scalar_one()


def wait_until(reached, seconds=300):
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "the worker makes no progress"
        threading.Event().wait(0.005)


def everybody_was_told_once(own_app, relay, change_id, repeats):
    assert len(relay.by_recipient) == PEOPLE
    ids = {}
    for recipient, message_id, _ in relay.arrived:
        ids.setdefault(recipient, set()).add(message_id)
    assert all(len(found) == 1 for found in ids.values())
    assert len({message_id for found in ids.values() for message_id in found}) == PEOPLE
    assert len(relay.arrived) - PEOPLE <= repeats
    with own_app.app_context():
        change = db.session.get(StatusChange, change_id)
        assert (change.entitled_count, change.told_count, change.not_told_count) == (PEOPLE, PEOPLE, 0)
    assert count(own_app, Notification.id) == PEOPLE


def test_killed_ten_times_it_misses_nobody(own_app, relay, start, change_id):
    chance = random.Random(7)
    # Three times while the event is told, seven times while mails go.
    told = [lambda n=n: count(own_app, Notification.id) >= n for n in (1, 150, 350)]
    sent = [lambda n=n: len(relay.arrived) >= n for n in sorted(chance.sample(range(5, PEOPLE - 20), KILLS - 3))]
    for moment in told + sent:
        worker = start()
        wait_until(moment)
        worker.kill()
        worker.wait()
    start()
    wait_until(
        lambda: not count(own_app, Delivery.id, Delivery.state == "waiting") and len(relay.by_recipient) == PEOPLE
    )
    everybody_was_told_once(own_app, relay, change_id, repeats=KILLS)


def test_two_workers_side_by_side_tell_nobody_twice(own_app, relay, start, change_id):
    start(lease=90), start(lease=90)
    wait_until(lambda: count(own_app, Delivery.id, Delivery.state == "sent") == PEOPLE)
    everybody_was_told_once(own_app, relay, change_id, repeats=0)


def test_told_to_stop_it_leaves_a_relay_that_hangs(own_app, relay, start, change_id):
    relay.hangs = True
    worker = start()
    wait_until(lambda: relay.connections and count(own_app, Delivery.id, Delivery.claimed_by.is_not(None)))
    worker.terminate()
    asked = time.monotonic()
    assert worker.wait(10) == 0
    assert time.monotonic() - asked < 5
