"""Of many ideas nobody waits for the counting: the kept figures are shown, and counted anew beside the reader."""

import threading
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import event

from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading
from ideaboard.insights import kept
from ideaboard.models import Board, Idea, Person, Status
from ideaboard.workflow.progress import change_status
from tests.conftest import NOW

LATER = NOW + timedelta(days=3)


def counted_beside() -> None:
    for thread in threading.enumerate():
        if thread.name == "scoreboard":
            thread.join()


@pytest.fixture
def many(own_app, monkeypatch):
    """An application whose three ideas are many."""
    monkeypatch.setattr(kept, "AT_ONCE", 2)
    monkeypatch.setattr(kept, "REST", 0)
    with own_app.app_context():
        by, board = db.session.scalars(db.select(Person)).first(), db.session.scalars(db.select(Board.id)).first()
        facts = {"board_id": board, "author_id": by.id, "created_at": NOW, "visible_at": NOW}
        db.session.add_all(Idea(title=str(n), slug=str(n), **facts) for n in range(3))
        db.session.commit()
        yield own_app
        counted_beside()


def figures(minutes=0):
    boards = tuple(db.session.scalars(db.select(Board.id).order_by(Board.id)))
    found = kept.scoreboard_of(
        boards, LATER + timedelta(minutes=minutes), "UTC", current_app._get_current_object().app_context
    )
    end_reading()
    return found


def decide() -> None:
    ada = db.session.scalars(db.select(Person).where(Person.display_name == "Ada")).one()
    idea = db.session.scalars(db.select(Idea.id).where(Idea.status_id.is_(None))).first()
    launched = db.session.scalars(db.select(Status.id).where(Status.stage == "launched")).one()
    end_reading()
    change_status(idea, ada, NOW + timedelta(days=1), status_id=launched, text="It is done.")
    end_reading()


def test_the_kept_figures_are_shown_while_they_are_counted_anew(many):
    assert figures().whole.decided == 0
    decide()
    assert figures().whole.decided == 0
    counted_beside()
    assert figures().whole.decided == 1


def test_figures_say_of_when_they_are(many):
    assert figures().counted_at == LATER
    assert figures(minutes=5).counted_at == LATER
    counted_beside()
    assert figures(minutes=5).counted_at == LATER + timedelta(minutes=5)


@pytest.fixture
def beside(many):
    """beside(do): what happens to each statement of the thread that counts; gives a list of the statements it began with."""
    begun, heard = [], []

    def on(do):
        def hear(connection, cursor, statement, *_):
            if threading.current_thread().name == "scoreboard" and "status_change" in statement:
                begun.append(statement)
                do()

        event.listen(db.engine, "before_cursor_execute", hear)
        heard.append(hear)
        return begun

    yield on
    for hear in heard:
        event.remove(db.engine, "before_cursor_execute", hear)


def test_one_counts_at_a_time_and_then_it_rests(beside, monkeypatch):
    may_count = threading.Event()
    assert figures().whole.ideas == 3
    monkeypatch.setattr(kept, "REST", 1_000_000)
    begun = beside(lambda: may_count.wait(10))
    for minutes in (1, 2, 3):
        assert figures(minutes).counted_at == LATER
    assert sum(thread.name == "scoreboard" for thread in threading.enumerate()) == 1
    may_count.set()
    counted_beside()
    once = len(begun)
    for minutes in (4, 5):
        assert figures(minutes).counted_at == LATER + timedelta(minutes=1)
        counted_beside()
    assert len(begun) == once


def test_a_fault_while_counting_leaves_the_kept_figures(beside):
    def fault():
        raise OSError("the disk is away")

    assert figures().whole.ideas == 3
    begun = beside(fault)
    for minutes in (1, 2):
        assert figures(minutes).counted_at == LATER
        counted_beside()
    assert len(begun) == 1
