"""Recount finds what was falsified, says where, and sets right nothing unless told."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from ideaboard.events import kinds
from ideaboard.models import Comment, Delivery, Event, Idea, Notification, Status, StatusChange, Vote
from ideaboard.site.commands import recount
from ideaboard.site.recount import find_drift, repair
from tests.conftest import NOW


@pytest.fixture
def run(app, db):
    """run('--repair') -> the result of the command."""

    def invoke(*args):
        db.session.commit()
        return app.test_cli_runner().invoke(recount, list(args))

    return invoke


@pytest.fixture
def idea(make_idea, cast, db):
    """An idea with two votes (a third set aside), a comment that stands and one hidden; its counters are right."""
    idea = make_idea(votes_count=2, comments_count=1)
    for person, aside in ((cast.noor, None), (cast.oskar, None), (cast.lena, NOW)):
        db.session.add(Vote(idea_id=idea.id, person_id=person.id, cast_at=NOW, set_aside_at=aside))
    for hidden in (None, NOW):
        db.session.add(Comment(idea_id=idea.id, body="x", html="<p>x</p>", posted_at=NOW, hidden_at=hidden))
    db.session.commit()
    return idea


@pytest.fixture
def change(idea, db, cast):
    """change(stage, at, ...) -> a StatusChange at which the idea then stands."""

    def make(stage="under_review", at=NOW, stands=True, **columns):
        status = db.session.scalars(select(Status).where(Status.stage == stage)).first()
        row = StatusChange(
            idea_id=idea.id, status_id=status.id, stage=stage, text="Looking.", html="<p>Looking.</p>",
            actor_id=cast.ada.id, changed_at=at, **columns,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        if stands:
            at = {"change_id": row.id, "status_id": status.id, "standing": row.standing}
            db.session.execute(update(Idea).where(Idea.id == idea.id).values(**at))
        db.session.commit()
        return row

    return make


def falsify(db, row, **columns):
    db.session.execute(update(type(row)).where(type(row).id == row.id).values(**columns))
    db.session.commit()


def test_no_drift(run, idea, change):
    change()
    result = run()
    assert result.exit_code == 0
    assert "Drift 0. Counted: 1 ideas, 3 votes, 2 comments, 1 changes." in result.output


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"votes_count": 9}, "votes_count is 9, the rows say 2"),
        ({"votes_count": 0}, "votes_count is 0, the rows say 2"),
        ({"comments_count": 2}, "comments_count is 2, the rows say 1"),
    ],
)
def test_a_false_counter_is_found_and_repaired_only_when_told(run, idea, db, reload, columns, sentence):
    falsify(db, idea, **columns)
    result = run()
    assert result.exit_code == 1
    assert f"idea {idea.id}: {sentence}" in result.output
    (name, wrong), *_rest = columns.items()
    assert getattr(reload(idea), name) == wrong
    result = run("--repair")
    assert result.exit_code == 0
    assert "Set right: 1 counter." in result.output
    assert (reload(idea).votes_count, idea.comments_count) == (2, 1)
    assert run().exit_code == 0


@pytest.mark.parametrize("wrong", [{"trending": 0.5}, {"showing_due": 0.0}])
def test_a_false_place_in_a_list_is_found_and_repaired(run, idea, db, reload, wrong):
    (name, value), *_rest = wrong.items()
    right = getattr(reload(idea), name)
    falsify(db, idea, **wrong)
    assert f"idea {idea.id}: {name} is {value}, the rows say" in run().output
    run("--repair")
    assert getattr(reload(idea), name) == pytest.approx(right)
    assert run().exit_code == 0


def test_the_last_bits_of_a_score_are_no_drift(run, idea, db, reload):
    falsify(db, idea, trending=reload(idea).trending * (1 + 1e-9))
    assert run().exit_code == 0


def test_counters_of_an_idea_without_rows(run, make_idea, db, reload):
    bare = make_idea(votes_count=3)
    assert run().exit_code == 1
    run("--repair")
    assert reload(bare).votes_count == 0


def test_an_idea_at_an_older_change_is_found(run, idea, change, db, reload):
    older = change("under_review")
    latest = change("launched", NOW + timedelta(days=1), stands=False)
    result = run()
    assert result.exit_code == 1
    assert f"idea {idea.id} stands at change {older.id}, its latest is {latest.id}" in result.output
    run("--repair")
    assert (reload(idea).change_id, idea.status_id, idea.standing) == (latest.id, latest.status_id, "launched")
    assert run().exit_code == 0


@pytest.mark.parametrize("wrong", ["received", "reviewed", "will_not"])
def test_a_false_standing_is_found_and_repaired(run, idea, change, db, reload, wrong):
    change("reviewed", outcome="want")
    falsify(db, idea, standing=wrong)
    result = run()
    assert result.exit_code == 1
    assert f"idea {idea.id}: standing is {wrong}, the rows say want" in result.output
    run("--repair")
    assert reload(idea).standing == "want"
    assert run().exit_code == 0


def test_a_standing_without_a_change_is_found_and_repaired(run, make_idea, reload):
    bare = make_idea(standing="launched")
    assert f"idea {bare.id}: standing is launched, the rows say received" in run().output
    run("--repair")
    assert reload(bare).standing == "received"


def test_an_idea_that_fell_back_to_none_is_found(run, idea, change, db, reload):
    latest = change("launched")
    falsify(db, idea, change_id=None, status_id=None, standing="received")
    assert f"idea {idea.id} stands at change none, its latest is {latest.id}" in run().output
    run("--repair")
    assert (reload(idea).change_id, idea.standing) == (latest.id, "launched")


def test_a_lost_row_is_found_too(run, idea, db):
    db.session.delete(db.session.scalars(select(Vote).where(Vote.idea_id == idea.id)).first())
    assert "votes_count is 2, the rows say 1" in run().output


@pytest.fixture
def told(change, db, cast, idea):
    """told(state, ...) -> a change of which one person was told for each state; 'inbox' has no mail."""

    def make(*states, at=NOW, origin="here", **columns):
        row = change(at=at, **columns)
        event = Event(
            kind=kinds.IDEA_STATUS_CHANGED, happened_at=at, idea_id=idea.id, change_id=row.id, origin=origin,
            dispatched_at=at,
        )  # fmt: skip
        db.session.add(event)
        db.session.flush()
        for number, (state, person) in enumerate(
            zip(states, (cast.vera, cast.noor, cast.oskar, cast.lena), strict=False)
        ):
            mail = None
            told_by = {"sent": "mail", "inbox": "inbox", "refused": "refused", "dropped": "lost"}.get(state)
            if state != "inbox":
                mail = Delivery(
                    kind="news", person_id=person.id, message_key=f"k{number}", created_at=at, due_at=at, state=state
                )
                db.session.add(mail)
                db.session.flush()
            db.session.add(
                Notification(
                    event_id=event.id,
                    person_id=person.id,
                    idea_id=idea.id,
                    topic="status",
                    reason="voter",
                    created_at=at,
                    told_at=at if told_by else None,
                    told_by=told_by,
                    delivery_id=mail.id if mail else None,
                )  # fmt: skip
            )
        db.session.commit()
        return row

    return make


def test_who_was_told_is_counted_from_inbox_and_mails(told, reload):
    row = told("sent", "inbox", "refused", "dropped", entitled_count=4, told_count=3, not_told_count=2)
    found = find_drift(NOW + timedelta(days=1))
    assert {(drift.counter, drift.id, drift.stored, drift.found) for drift in found} == {("told_count", row.id, 3, 2)}
    repair(found, NOW + timedelta(days=1))
    assert (reload(row).entitled_count, row.told_count, row.not_told_count) == (4, 2, 2)
    assert find_drift(NOW + timedelta(days=1)) == []


def test_a_wrong_number_of_entitled_is_found(told, reload):
    row = told("sent", "inbox", entitled_count=5, told_count=2)
    found = find_drift(NOW + timedelta(days=1))
    assert [(drift.counter, drift.stored, drift.found) for drift in found] == [("entitled_count", 5, 2)]
    assert str(found[0]) == f"idea {row.idea_id}, change {row.id}: entitled_count is 5, the rows say 2"
    repair(found, NOW + timedelta(days=1))
    assert reload(row).entitled_count == 2


def test_mails_that_still_wait_are_neither_told_nor_drift(told):
    told("sent", "waiting", entitled_count=2, told_count=1)
    assert find_drift(NOW + timedelta(days=1)) == []


def test_a_mail_that_no_longer_told_of_this_change_is_no_drift(told):
    told("sent", "sent", entitled_count=2, told_count=1, not_told_count=1)
    assert find_drift(NOW + timedelta(days=1)) == []


def test_mails_that_are_no_longer_kept_are_no_drift(told):
    told("inbox", entitled_count=3, told_count=2, not_told_count=1)
    assert find_drift(NOW + timedelta(days=1)) != []
    assert find_drift(NOW + timedelta(days=90)) == []


def test_demo_and_import_told_nobody_here(told):
    told(origin="demo", entitled_count=3, told_count=3)
    assert find_drift(NOW + timedelta(days=1)) == []


def test_repair_counts_again_inside_its_transaction(idea, db, reload):
    falsify(db, idea, votes_count=9)
    found = find_drift(NOW)
    falsify(db, idea, votes_count=2)
    assert repair(found, NOW) == []
    assert reload(idea).votes_count == 2
