"""What every request asks first: kept, and never older than the database."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import DateTime
from sqlalchemy.dialects import sqlite

from ideaboard.accounts.sessions import open_session, person_of
from ideaboard.extensions import db
from ideaboard.foundation import alone
from ideaboard.foundation.database import OpenTransaction, UtcDateTime, end_reading, has_begun, transaction
from ideaboard.foundation.kept import Kept, given
from ideaboard.foundation.refusals import TooMany
from ideaboard.models import BoardMember, Budget, Idea, Person, Site, Vote
from ideaboard.models.vocabulary import BoardRole
from ideaboard.voting.ballot import VotingClosed, cast_vote
from ideaboard.web.throttle import BUDGETS, spend, spend_along
from tests.conftest import NOW


def test_person_and_roles_come_as_they_are_now(cast, db):
    person = cast.ada
    token = open_session(person, NOW)
    db.session.expunge_all()
    found = person_of(token, NOW)
    assert (found.id, found.display_name, found.created_at) == (person.id, person.display_name, person.created_at)
    assert found.is_staff_of(cast.drinks.id) and db.session.get(Person, person.id) is found
    db.session.execute(db.delete(BoardMember).where(BoardMember.person_id == person.id))
    db.session.execute(db.update(Person).where(Person.id == person.id).values(site_role="admin"))
    db.session.commit()
    db.session.expunge_all()
    again = person_of(token, NOW)
    assert again.is_admin and not again.staff_board_ids
    assert person_of(token, NOW + timedelta(days=181)) is None
    db.session.execute(db.update(Person).where(Person.id == person.id).values(suspended_at=NOW))
    db.session.commit()
    db.session.expunge_all()
    assert person_of(token, NOW) is None


def test_a_change_to_the_person_that_was_read_so_is_written(cast, db):
    token = open_session(cast.noor, NOW)
    db.session.expunge_all()
    person = person_of(token, NOW)
    end_reading()
    with transaction():
        person.display_name = "Noortje"
    db.session.expunge_all()
    assert db.session.get(Person, person.id).display_name == "Noortje"


def test_the_site_is_changed_within_a_transaction(own_app):
    with own_app.app_context():
        with transaction() as session:
            session.merge(Site(id=1))
        assert Site.current().accent != "#123456"
        end_reading()
        with transaction():
            Site.current().accent = "#123456"
        assert (Site.current().name, Site.current().accent) == ("Ideaboard", "#123456")


def test_reading_beside_begins_nothing_and_sees_what_was_committed(own_app):
    names = Kept(lambda _: db.select(Person.display_name).where(Person.id == given("id")))
    with own_app.app_context():
        assert [row.display_name for row in names.beside(id=1)] == ["Ada"]
        assert has_begun(db.session()) == (db.engine.dialect.name == "postgresql")
        end_reading()
        with transaction() as session:
            session.execute(db.update(Person).where(Person.id == 1).values(display_name="Ada L."))
            assert names.beside(id=1)[0].display_name == "Ada L."  # its own writes
        if db.engine.dialect.name == "sqlite":
            assert alone.connection_of(db.engine) is alone.connection_of(
                db.engine
            )  # opened once, not for each statement
        db.engine.dispose()
        assert names.beside(id=1)[0].display_name == "Ada L."


def test_a_door_that_changed_a_row_is_refused_before_a_verb(cast, db):
    db.session.add(BoardMember(board_id=cast.drinks.id, person_id=cast.noor.id, role=BoardRole.LISTED))
    with pytest.raises(OpenTransaction), transaction():
        pass
    db.session.rollback()


def test_a_cookie_is_good_as_long_as_it_says_and_only_as_it_was_signed(app, cast, client_of):
    client = client_of(cast.noor)
    assert client.get("/me").status_code == 200
    assert client.get("/me").status_code == 200  # from what was kept
    cookie = client.get_cookie("session").value
    client.set_cookie("session", cookie[:-2] + ("aa" if cookie[-2:] != "aa" else "bb"))
    assert client.get("/me").status_code == 303
    client.set_cookie("session", cookie)
    assert client.get("/me").status_code == 200
    lasts, app.permanent_session_lifetime = app.permanent_session_lifetime, timedelta(seconds=-1)
    try:
        assert client.get("/me").status_code == 303
    finally:
        app.permanent_session_lifetime = lasts


def test_what_one_request_changes_in_its_session_stays_out_of_the_next(app, cast, client_of):
    client = client_of(cast.noor)
    client.get("/me")
    interface, name = app.session_interface, app.session_interface.get_cookie_name(app)
    cookie = client.get_cookie(name).value
    with app.test_request_context(headers={"Cookie": f"{name}={cookie}"}) as context:
        first = interface.open_session(app, context.request)
        first["more"] = 1
        assert "more" not in interface.open_session(app, context.request)


def budget(db):
    return db.session.scalars(db.select(Budget.spent)).all()


def test_a_budget_is_spent_to_its_end_and_comes_back(db):
    limit, seconds = BUDGETS["submit"]
    for _ in range(limit):
        spend("submit", "somebody", NOW)
    with pytest.raises(TooMany) as refused:
        spend("submit", "somebody", NOW + timedelta(seconds=60))
    assert refused.value.retry_after == seconds - 60
    spend("submit", "another", NOW)
    spend("submit", "somebody", NOW + timedelta(seconds=seconds))
    assert sorted(budget(db)) == [1, 1]


def test_a_vote_over_the_budget_is_not_there(db, cast, make_idea, reload):
    idea, noor = make_idea(), cast.noor

    def over():
        raise TooMany("Enough", retry_after=1)

    with pytest.raises(TooMany):
        cast_vote(idea.id, noor, NOW, along=over)
    assert db.session.get(Vote, (idea.id, noor.id)) is None and reload(idea).votes_count == 0


def test_a_refused_vote_spends_nothing_by_itself_and_its_door_does(db, cast, make_idea, client_of):
    idea, noor = make_idea(standing="launched"), cast.noor
    with pytest.raises(VotingClosed):
        cast_vote(idea.id, noor, NOW, along=lambda: spend_along("vote", noor.id, NOW))
    assert budget(db) == []
    db.session.rollback()
    assert client_of(cast.noor).post(f"/ideas/{idea.id}/vote").status_code == 409
    assert budget(db) == [1]


def test_a_kept_statement_takes_defaults_that_are_constants_and_no_others(db):
    with pytest.raises(TypeError, match="default is computed"):
        Kept(lambda _: db.insert(Idea).values(title="x")).run()
    db.session.rollback()


def test_moments_are_stored_as_sqlalchemy_stores_them():
    """On SQLite they are written in one step; what stands in a file already is compared with them as text."""
    dialect = sqlite.dialect()
    ours = UtcDateTime().bind_processor(dialect)
    theirs = DateTime().dialect_impl(dialect).bind_processor(dialect)
    for moment in (NOW, NOW.replace(microsecond=7), NOW.replace(year=987), NOW.astimezone(ZoneInfo("Asia/Kolkata"))):
        assert ours(moment) == theirs(moment.astimezone(UTC).replace(tzinfo=None))
    assert ours(None) is None
    with pytest.raises(ValueError):
        ours(NOW.replace(tzinfo=None))
