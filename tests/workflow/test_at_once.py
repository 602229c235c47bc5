"""Two of staff, or one form twice, in the same moment: threads and real commits on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from ideaboard.extensions import db
from ideaboard.foundation.refusals import Conflict
from ideaboard.models import Event, Idea, Person, Status, StatusChange
from ideaboard.workflow.progress import ChangedMeanwhile, change_status
from tests.conftest import NOW


@pytest.fixture
def at_once(own_app):
    """at_once([{email, stage, …}, …]) -> (the idea's id, what each call returned or raised), all started together."""
    with own_app.app_context():
        people = {p.email: p.id for p in db.session.execute(select(Person)).scalars()}
        statuses = {s.stage: s.id for s in db.session.execute(select(Status)).scalars()}
        idea = Idea(title="Oat", slug="oat", board_id=1, created_at=NOW, visible_at=NOW)
        db.session.add(idea)
        db.session.commit()
        idea_id = idea.id
        db.session.remove()

    def run(calls):
        gate = Barrier(len(calls))

        def one(call):
            call = dict(call)
            who, stage = call.pop("who"), call.pop("stage")
            with own_app.app_context():
                person = db.session.get(Person, people[f"{who}@example.org"])
                assert person.board_roles is not None
                db.session.commit()
                gate.wait(10)
                try:
                    return change_status(idea_id, person, NOW, status_id=statuses[stage], **call).id
                except Conflict as refusal:
                    return refusal
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(len(calls)) as pool:
            return idea_id, list(pool.map(one, calls))

    return run


def counted(app, idea_id):
    with app.app_context():
        found = db.session.execute(
            select(
                select(func.count()).where(StatusChange.idea_id == idea_id).scalar_subquery(),
                select(func.count()).where(Event.idea_id == idea_id).scalar_subquery(),
                select(Idea.change_id).where(Idea.id == idea_id).scalar_subquery(),
            )
        ).one()
        db.session.remove()
        return found


def test_two_of_staff_at_once_one_comes_first_and_the_other_is_told(at_once, own_app):
    idea_id, results = at_once(
        [
            {"who": "ada", "stage": "launched", "text": "It is there.", "written_against": None},
            {"who": "root", "stage": "coming_soon", "text": "Soon.", "written_against": None},
        ]
    )
    won = [r for r in results if isinstance(r, int)]
    assert len(won) == 1
    assert [type(r) for r in results if not isinstance(r, int)] == [ChangedMeanwhile]
    assert counted(own_app, idea_id) == (1, 1, won[0])


def test_one_form_sent_many_times_at_once_is_one_change_and_one_event(at_once, own_app):
    call = {"who": "ada", "stage": "launched", "text": "It is there.", "form_token": "t" * 43, "written_against": None}
    idea_id, results = at_once([call] * 6)
    assert len(set(results)) == 1 and isinstance(results[0], int)
    assert counted(own_app, idea_id) == (1, 1, results[0])
