"""Loop reach by rows made by hand."""

from datetime import timedelta

import pytest

from ideaboard.events import kinds
from ideaboard.models import Delivery, Event, Notification, Person
from ideaboard.notifications.reach import Reach24, loop_reach
from tests.conftest import NOW

BY = NOW + timedelta(minutes=15, hours=24)
SINCE, UNTIL = NOW - timedelta(days=1), NOW + timedelta(days=1)


@pytest.fixture
def launch(db, cast, make_idea):
    """launch((told_by, told_at, delivery kind or None), …) -> the event of a launch with these notifications."""
    made = []

    def write(*told, at=NOW, origin="here", stage="launched", before="coming_soon", board=None):
        idea = make_idea(board=board)
        event = Event(
            kind=kinds.IDEA_STATUS_CHANGED, happened_at=at, idea_id=idea.id, board_id=idea.board_id, origin=origin,
            facts={"stage": stage, "from": before, "outcome": None, "answer": True},
        )  # fmt: skip
        db.session.add(event)
        db.session.flush()
        for told_by, told_at, kind in told:
            person = Person(email=f"reach{len(made)}@example.org", avatar_seed="x", created_at=NOW)
            db.session.add(person)
            db.session.flush()
            made.append(person)
            mail = None
            if kind:
                mail = Delivery(
                    kind=kind, person_id=person.id, message_key=f"reach{len(made)}", created_at=at, due_at=at,
                    state="sent" if told_by else "waiting",
                )  # fmt: skip
                db.session.add(mail)
                db.session.flush()
            db.session.add(Notification(
                event_id=event.id, person_id=person.id, idea_id=idea.id, topic="status", reason="voter",
                created_at=at, told_by=told_by, told_at=told_at, delivery_id=mail.id if mail else None,
            ))  # fmt: skip
        db.session.commit()
        return event

    return write


def test_in_time_late_waiting_refused_and_lost(launch):
    launch(
        ("mail", BY, "news"),
        ("mail", BY + timedelta(seconds=1), "news"),
        ("inbox", NOW, None),
        (None, None, "news"),
        ("refused", NOW, "news"),
        ("lost", NOW, "news"),  # not entitled
    )
    reach = loop_reach(SINCE, UNTIL, None)
    assert reach == Reach24(entitled=5, told_24h=2)
    assert reach.share == 2 / 5


def test_who_chose_a_digest_is_apart(launch):
    launch(
        ("mail", NOW, "news"),
        ("digest", BY + timedelta(days=6), "digest"),
        (None, None, "digest"),
        ("refused", NOW, "digest"),
        ("lost", NOW, "digest"),
        ("inbox", NOW, "digest"),  # held back by the ceiling: the inbox told it
    )
    assert loop_reach(SINCE, UNTIL, None) == Reach24(entitled=2, told_24h=2, digest_entitled=3, digest_told=1)


@pytest.mark.parametrize(
    "other",
    [
        {"origin": "import"},
        {"stage": "reviewed", "before": "under_review"},
        {"before": "launched"},  # a further word
        {"at": SINCE - timedelta(seconds=1)},
        {"at": UNTIL},
    ],
)
def test_what_is_no_launch_of_these_days_is_out(launch, other):
    launch(("mail", NOW, "news"), **other)
    assert loop_reach(SINCE, UNTIL, None) == Reach24()
    assert loop_reach(SINCE, UNTIL, None).share is None


def test_the_demo_counts_while_it_is_there(launch):
    launch(("mail", NOW, "news"), origin="demo")
    assert loop_reach(SINCE, UNTIL, None) == Reach24(1, 1)


def test_by_board(cast, launch):
    launch(("mail", NOW, "news"))
    launch(("inbox", NOW, None), ("lost", NOW, "news"), board=cast.panel)
    assert loop_reach(SINCE, UNTIL, [cast.drinks.id]) == Reach24(1, 1)
    assert loop_reach(SINCE, UNTIL, [cast.drinks.id, cast.panel.id]) == Reach24(2, 2)
    assert loop_reach(SINCE, UNTIL, []) == Reach24()
