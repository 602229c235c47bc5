"""Everything that goes wrong with a real mail server and with workers: nobody misses an answer, nobody hears twice.

Twice a mail goes only where an acknowledgement broke or a process died at it, and then under the same Message-ID. Each
row has people told at once, by a daily digest, and held back by the ceiling into a weekly one.
"""

import signal
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.foundation.clock import now
from ideaboard.models import (
    Board,
    Delivery,
    Event,
    Follow,
    Idea,
    Notification,
    Person,
    Preference,
    Site,
    Status,
    StatusChange,
)
from ideaboard.models.vocabulary import How, Reason, Topic

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE, DAILY, HELD = 30, 6, 4  # people
PEOPLE = AT_ONCE + DAILY + HELD
# Seconds. The relay's answer is waited for a sixth of it (killable.py): a busy machine stood still for nearly one, the mail
# had been taken, and was sent again without any fault of the row.
LEASE = 12
pytestmark = pytest.mark.slow


def address(number: int) -> str:
    return f"p{number}@example.org"


@pytest.fixture
def change_id(own_app):
    """An answered change that PEOPLE hear of, not dispatched yet."""
    with own_app.app_context(), db.session.begin():
        moment = now() - timedelta(minutes=10)  # further than the clocks are apart
        site = db.session.get(Site, 1) or Site(id=1, name="Corner Coffee")
        site.mails_a_week = 1
        board = db.session.execute(db.select(Board).where(Board.slug == "drinks")).scalar_one()
        people = [
            Person(email=address(n), display_name=f"P{n}", avatar_seed="x", created_at=moment) for n in range(PEOPLE)
        ]
        idea = Idea(title="Oat milk", slug="oat-milk", board_id=board.id, created_at=moment, visible_at=moment)
        status = db.session.execute(db.select(Status).where(Status.stage == "launched")).scalars().first()
        status = status or Status(stage="launched")
        db.session.add_all([site, idea, status, *people])
        db.session.flush()
        for n, person in enumerate(people):
            db.session.add(Follow(idea_id=idea.id, person_id=person.id, reasons=Reason.VOTER, followed_at=moment))
            if AT_ONCE <= n < AT_ONCE + DAILY:
                db.session.add(Preference(person_id=person.id, kind=Topic.STATUS, how=How.DAILY))
            elif n >= AT_ONCE + DAILY:
                sent = {"state": "sent", "settled_at": moment, "created_at": moment, "due_at": moment}
                db.session.add(Delivery(kind="news", person_id=person.id, message_key=f"before-{n}", **sent))
        facts = {"idea_id": idea.id, "status_id": status.id, "stage": "launched", "changed_at": moment}
        change = StatusChange(text="Here.", html="<p>Here.</p>", **facts)
        db.session.add(change)
        db.session.flush()
        event = Event(kind=kinds.IDEA_STATUS_CHANGED, happened_at=moment, idea_id=idea.id, change_id=change.id)
        event.board_id = board.id
        db.session.add(event)
        return change.id


def until_all_is_settled(own_app, relay, seconds=150):
    """Let every digest fall due at once, and wait until nothing waits."""
    deadline = time.monotonic() + seconds
    while True:
        with own_app.app_context():
            with db.session.begin():
                # Only what was not tried yet: whatever the hour, a digest's day comes now, and a retry waits its time.
                due = db.update(Delivery).where(Delivery.kind == "digest", Delivery.attempts == 0)
                db.session.execute(due.values(due_at=now() - timedelta(minutes=10)))
            waiting = db.select(db.func.count(Delivery.id)).where(Delivery.state == "waiting")
            untold = db.select(db.func.count(Event.id)).where(Event.dispatched_at.is_(None))
            # In this order: an event that is told meanwhile leaves deliveries behind.
            left = db.session.execute(untold).scalar_one() or db.session.execute(waiting).scalar_one()
            db.session.remove()
        if not left:
            return
        assert time.monotonic() < deadline, f"{left} still wait; {len(relay.arrived)} arrived"
        threading.Event().wait(0.1)


def hold_against(own_app, relay, change_id, *, repeats=0, refused=()):
    """Everybody once, save the refused; counted and marked so."""
    ids = {}
    for recipient, message_id, _ in relay.arrived:
        ids.setdefault(recipient, set()).add(message_id)
    assert set(ids) == {address(n) for n in range(PEOPLE)} - set(refused)
    assert all(len(found) == 1 for found in ids.values()), ids
    assert len({message_id for found in ids.values() for message_id in found}) == len(ids)
    assert len(relay.arrived) - len(ids) <= repeats
    with own_app.app_context():
        change = db.session.get(StatusChange, change_id)
        assert (change.entitled_count, change.not_told_count) == (PEOPLE, len(refused))
        assert change.told_count == PEOPLE - len(refused)
        told_by = [row for (row,) in db.session.execute(db.select(Notification.told_by))]
        assert sorted(told_by) == sorted(
            ["digest"] * DAILY + ["inbox"] * HELD + ["mail"] * (AT_ONCE - len(refused)) + ["refused"] * len(refused)
        )
        stopped = db.session.execute(db.select(Person.email).where(Person.mail_refused_at.is_not(None))).scalars()
        assert set(stopped) == set(refused)


LATER, CLOSED = "450 4.2.1 try again later", "421 4.3.2 closing"
ROWS = {
    "never greets, hangs at DATA, hangs after it": {"deaf": 2, "stuck": 2, "silent": 2},
    "is slow, refuses and closes for a while": {"slow": 0.05, "first_says": [LATER] * 25 + [CLOSED] * 3},
}


@pytest.mark.parametrize("row", ROWS)
def test_a_mail_server_that(own_app, relay, start, change_id, row):
    for name, value in ROWS[row].items():
        setattr(relay, name, list(value) if isinstance(value, list) else value)
    start(lease=LEASE), start(lease=LEASE)
    until_all_is_settled(own_app, relay)
    hold_against(own_app, relay, change_id)


def test_a_mail_server_that_refuses_some_for_good_and_breaks_off_after_taking_others(own_app, relay, start, change_id):
    """Where the acknowledgement is lost, of single mails and of a digest, it is repeated under the same Message-ID."""
    gone = [address(n) for n in (1, 7, 20)]
    relay.answers = {gone[0]: "550 5.1.1 no such user", gone[1]: "553 5.1.3 bad address"}
    relay.after_data = {gone[2]: "550 5.1.1 no such user"}
    relay.breaks_ack_for = {address(n) for n in (0, 5, 11, AT_ONCE + 1)}
    start(lease=LEASE), start(lease=LEASE)
    until_all_is_settled(own_app, relay)
    hold_against(own_app, relay, change_id, repeats=4, refused=gone)
    assert len(relay.arrived) == PEOPLE - len(gone) + 4


def test_four_workers_of_which_one_is_stopped_while_it_holds_its_lease(own_app, relay, start, change_id):
    relay.slow = 0.1
    stopped = start(lease=LEASE)  # before the others, who would leave a late one nothing to hold
    holds = db.select(Delivery.claimed_by).where(Delivery.claimed_by.like(f"%:{stopped.pid}:%"))
    deadline = time.monotonic() + 30
    with own_app.app_context():
        while not db.session.execute(holds).first():
            db.session.rollback()
            assert time.monotonic() < deadline, "it never held one"
        db.session.remove()
    stopped.send_signal(signal.SIGSTOP)
    try:
        start(lease=LEASE), start(lease=LEASE), start(lease=LEASE)
        threading.Event().wait(LEASE + 2)  # beyond its lease and the rest after it: the others go on without it
    finally:
        stopped.send_signal(signal.SIGCONT)
    until_all_is_settled(own_app, relay)
    # One message may have been on its way when it was stopped.
    hold_against(own_app, relay, change_id, repeats=1)


def test_workers_that_die_at_it(own_app, relay, start, change_id):
    relay.slow = 0.02
    for goal in (3, 12, 22, 31):
        worker = start(lease=LEASE)
        deadline = time.monotonic() + 30
        while len(relay.arrived) < goal and time.monotonic() < deadline:
            threading.Event().wait(0.005)
        worker.kill()
        worker.wait()
    start(lease=LEASE)
    until_all_is_settled(own_app, relay)
    hold_against(own_app, relay, change_id, repeats=4)


@pytest.mark.postgres
def test_workers_whose_clocks_are_five_minutes_apart(own_app, relay, start, change_id):
    """Leases go by the database's clock: what the slow clock holds is not taken by the one that runs ahead."""
    relay.slow = 0.05
    start(lease=LEASE, offset=-150), start(lease=LEASE, offset=150)
    until_all_is_settled(own_app, relay)
    hold_against(own_app, relay, change_id)
