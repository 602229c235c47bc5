"""PostgreSQL plans the statements of a page once for a connection, not once for each reader."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from ideaboard.extensions import db
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
