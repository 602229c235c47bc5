"""Joining a window against claiming it, at the same time, with real commits."""

import threading
from datetime import timedelta

from ideaboard.events import dispatch, kinds
from ideaboard.extensions import db
from ideaboard.models import Board, Event, Follow, Idea, Notification, Person, Status, StatusChange
from ideaboard.models.vocabulary import Reason
from ideaboard.notifications.claims import claim_due
from tests.conftest import NOW

CHANGES = 12


def plant() -> None:
    """An idea that all of the cast follow, and a dozen changes of the same moment."""
    with db.session.begin():
        board = db.session.execute(db.select(Board).where(Board.slug == "drinks")).scalar_one()
        idea = Idea(title="Oat milk", slug="oat-milk", board_id=board.id, created_at=NOW, visible_at=NOW)
        status = db.session.execute(db.select(Status).where(Status.stage == "launched")).scalars().first()
        status = status or Status(stage="launched")
        db.session.add_all([idea, status])
        db.session.flush()
        for person_id in db.session.execute(db.select(Person.id)).scalars():
            db.session.add(Follow(idea_id=idea.id, person_id=person_id, reasons=Reason.VOTER, followed_at=NOW))
        for _ in range(CHANGES):
            facts = {"idea_id": idea.id, "status_id": status.id, "stage": "launched", "changed_at": NOW}
            change = StatusChange(text="Here.", html="<p>Here.</p>", **facts)
            db.session.add(change)
            db.session.flush()
            event = Event(kind=kinds.IDEA_STATUS_CHANGED, happened_at=NOW, idea_id=idea.id, change_id=change.id)
            event.board_id = board.id
            db.session.add(event)


def carried_by(delivery_id):
    return set(db.session.execute(db.select(Notification.id).where(Notification.delivery_id == delivery_id)).scalars())


def test_what_is_claimed_is_closed_and_nothing_is_left_outside(own_app):
    with own_app.app_context():
        plant()
        people = db.session.execute(db.select(db.func.count(Person.id))).scalar_one()
        db.session.remove()
    claimed, faults, told = {}, [], threading.Event()
    later = NOW + timedelta(hours=1)

    def claim_all():
        with own_app.app_context():
            try:
                while True:
                    ended = told.is_set()
                    delivery_id = claim_due("claimer", later)
                    if delivery_id is not None:
                        claimed[delivery_id] = carried_by(delivery_id)
                        db.session.commit()
                    elif ended:
                        return
            except Exception as fault:
                faults.append(fault)
            finally:
                db.session.remove()

    def tell(name):
        with own_app.app_context():
            try:
                while dispatch.dispatch_one(name, NOW):
                    pass
            except Exception as fault:
                faults.append(fault)
            finally:
                db.session.remove()

    claimer = threading.Thread(target=claim_all)
    tellers = [threading.Thread(target=tell, args=(name,)) for name in ("one", "two")]
    for thread in (claimer, *tellers):
        thread.start()
    for thread in tellers:
        thread.join()
    told.set()
    claimer.join()
    assert faults == []
    with own_app.app_context():
        entries = db.session.execute(db.select(Notification.id)).scalars().all()
        assert len(entries) == people * CHANGES
        assert {delivery_id: carried_by(delivery_id) for delivery_id in claimed} == claimed
        assert set().union(*claimed.values()) == set(entries)
