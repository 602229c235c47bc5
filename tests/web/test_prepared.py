"""PostgreSQL plans the statements of a page once for a connection, not once for each reader."""

import pytest
from sqlalchemy import func, literal, select, text
from sqlalchemy.exc import ProgrammingError

from ideaboard.extensions import db
from ideaboard.foundation.kept import Kept, given
from ideaboard.ideas.ranges import Scope, page_statement
from ideaboard.models import Board
from tests.conftest import NOW

pytestmark = pytest.mark.postgres
_PREPARED = text("SELECT count(*) FROM pg_prepared_statements")
OFTEN = 8  # psycopg prepares what it runs for the sixth time


def test_what_pages_ask_stays_prepared(own_app):
    client = own_app.test_client()
    for _ in range(OFTEN):
        assert client.get("/boards").status_code == 200
    with own_app.app_context(), db.engine.connect() as connection:
        assert connection.scalar(_PREPARED) > 3


@pytest.mark.parametrize("fails", [False, True])
def test_what_is_let_go_is_undone(own_app, fails):
    with own_app.app_context():
        before = db.session.scalar(select(func.count(Board.id)))
        db.session.add(Board(slug="gone", name="Gone", created_at=NOW))
        db.session.flush()
        if fails:
            with pytest.raises(ProgrammingError):
                db.session.execute(text("SELECT * FROM nothing_of_this_name"))
        db.session.remove()
        assert db.session.scalar(select(func.count(Board.id))) == before
        assert db.session.scalar(select(func.count(Board.id)).where(Board.slug == "gone")) == 0


def test_a_plan_for_any_values_knows_what_never_changes(own_app):
    """Of a LIMIT or a stage that is sent beside, PostgreSQL knows nothing when it plans once, and so it plans each time."""
    with own_app.app_context():
        page = page_statement("trending", Scope("board_id", 2, standings=1), 21, True, False, True)
        ready = page._ready_for(db.engine.dialect)
        assert {given for _, given, *_ in ready.slots} == {"s0", "s1", "t0", "k0", "k1"}
        assert "LIMIT 21" in ready.sql
        quoted = Kept(lambda _: select(Board.id, literal("50 % of 'all'").label("said")).where(Board.id == given("id")))
        assert quoted.one(id=db.session.scalar(select(Board.id).limit(1))).said == "50 % of 'all'"
