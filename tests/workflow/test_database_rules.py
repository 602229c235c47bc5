"""The rule of one text a change is held by the database itself, whatever the code does: raw SQL on both engines."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ideaboard.extensions import db as database
from ideaboard.models import Idea, Person, Status

INSERT = text(
    "INSERT INTO status_change (idea_id, status_id, stage, outcome, text, html, renderer_version, is_ready_sentence,"
    " actor_id, changed_at, promised_on, linked_url, votes_at_change, entitled_count, told_count, not_told_count, origin)"
    " VALUES (:idea, :status, :stage, :outcome, :text, '', 1, :ready, NULL, '2026-03-03 10:00:00.000000', :promised, NULL,"
    " 0, 0, 0, 0, :origin) RETURNING id"
)


@pytest.fixture
def insert(db, make_idea, status_ids):
    """insert(stage, …) -> the id of a change written by hand; raises IntegrityError where the database refuses."""
    idea = make_idea()

    def write(stage="launched", /, *, of=idea, **given):
        values = {
            "idea": of.id,
            "status": status_ids[stage],
            "stage": stage,
            "outcome": None,
            "text": "Words.",
            "ready": False,
            "promised": None,
            "origin": "here",
        } | given
        with db.session.begin_nested():
            return db.session.execute(INSERT, values).scalar_one()

    return write


def test_a_change_with_words_is_taken(insert):
    assert insert()


@pytest.mark.parametrize("nothing", ["", " ", " \n\t\r ", "\n\n"])
def test_a_change_without_words_is_refused(nothing, insert):
    with pytest.raises(IntegrityError, match="has_a_text"):
        insert(text=nothing)


def test_an_imported_change_may_lack_words_its_month_and_its_link(insert):
    assert insert(text="", origin="import")
    assert insert("reviewed", outcome="not_now", text="", origin="import")
    assert insert("reviewed", outcome="exists", text="", origin="import")


@pytest.mark.parametrize("stage", ["under_review", "coming_soon", "launched"])
def test_an_outcome_stands_on_reviewed_alone(stage, insert):
    with pytest.raises(IntegrityError, match="outcome_on_reviewed"):
        insert(stage, outcome="want")


def test_reviewed_has_an_outcome_that_the_code_knows(insert):
    with pytest.raises(IntegrityError, match="outcome_on_reviewed"):
        insert("reviewed")
    with pytest.raises(IntegrityError, match="outcome"):
        insert("reviewed", outcome="declined")


def test_not_now_names_its_month_and_elsewhere_its_link(insert):
    with pytest.raises(IntegrityError, match="not_now_names_a_month"):
        insert("reviewed", outcome="not_now")
    for outcome in ("exists", "handed_over"):
        with pytest.raises(IntegrityError, match="elsewhere_has_a_link"):
            insert("reviewed", outcome=outcome)


def test_a_ready_sentence_stands_at_under_review_alone(insert):
    assert insert("under_review", ready=True)
    with pytest.raises(IntegrityError, match="ready_sentence"):
        insert("launched", ready=True)


def test_the_stage_of_a_change_is_that_of_its_status(insert):
    with pytest.raises(IntegrityError):
        insert("launched", stage="coming_soon")


def test_a_used_status_keeps_its_stage(db, insert, status_ids):
    change = text("UPDATE status SET stage = 'launched' WHERE id = :id")
    with db.session.begin_nested():
        assert db.session.execute(change, {"id": status_ids["reviewed"]}).rowcount == 1  # unused: it may
    insert("coming_soon")
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(change, {"id": status_ids["coming_soon"]})


def test_a_form_is_one_change(db, insert):
    mark = text("UPDATE status_change SET form_token = 'once' WHERE id = :id")
    with db.session.begin_nested():
        db.session.execute(mark, {"id": insert()})
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(mark, {"id": insert()})


def test_a_status_without_a_change_and_a_change_without_a_status_are_refused(db, insert, status_ids, make_idea):
    idea = make_idea("Soy")
    change = insert(of=idea)
    for half in ({"status": status_ids["launched"], "change": None}, {"status": None, "change": change}):
        with pytest.raises(IntegrityError, match="status_has_a_change"), db.session.begin_nested():
            db.session.execute(
                text("UPDATE idea SET status_id = :status, change_id = :change WHERE id = :idea"),
                half | {"idea": idea.id},
            )


# The key from an idea to its change is deferred: it speaks at the commit, so these need real ones.


@pytest.fixture
def two_ideas(own_app):
    """(app, {"mine", "other": idea ids, "change": a change of mine at launched, "statuses": {stage: id}})"""
    from ideaboard.workflow.progress import change_status
    from tests.conftest import NOW

    with own_app.app_context():
        ada = database.session.execute(database.select(Person).where(Person.email == "ada@example.org")).scalar_one()
        statuses = {s.stage: s.id for s in database.session.execute(database.select(Status)).scalars()}
        ideas = [Idea(title=t, slug=t, board_id=1, created_at=NOW, visible_at=NOW) for t in ("mine", "other")]
        database.session.add_all(ideas)
        database.session.commit()
        change = change_status(ideas[0].id, ada, NOW, status_id=statuses["launched"], text="Words.")
        yield {"mine": ideas[0].id, "other": ideas[1].id, "change": change.id, "statuses": statuses}
        database.session.rollback()


def stand(idea: int, status: int, change: int) -> None:
    with database.session.begin():
        database.session.execute(
            text("UPDATE idea SET status_id = :status, change_id = :change WHERE id = :idea"),
            {"idea": idea, "status": status, "change": change},
        )


def test_an_idea_stands_at_a_change_of_its_own(two_ideas):
    launched = two_ideas["statuses"]["launched"]
    with pytest.raises(IntegrityError):
        stand(two_ideas["other"], launched, two_ideas["change"])
    with pytest.raises(IntegrityError):
        stand(two_ideas["other"], launched, 10**6)
    stand(two_ideas["mine"], launched, two_ideas["change"])


def test_an_idea_has_the_status_of_its_change(two_ideas):
    with pytest.raises(IntegrityError):
        stand(two_ideas["mine"], two_ideas["statuses"]["coming_soon"], two_ideas["change"])


def test_a_change_that_an_idea_stands_at_stays(two_ideas):
    with pytest.raises(IntegrityError), database.session.begin():
        database.session.execute(text("DELETE FROM event"))
        database.session.execute(text("DELETE FROM status_change WHERE id = :id"), {"id": two_ideas["change"]})
