"""A list is read on the thread's own connection, as of one moment (foundation/database.py:one_reading). Real commits."""

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from ideaboard.extensions import db
from ideaboard.foundation.database import one_reading
from ideaboard.foundation.kept import Kept
from ideaboard.ideas.listing import Filter, page_of
from ideaboard.models import Board, Idea
from tests.conftest import NOW


@pytest.fixture
def context(own_app):
    with own_app.app_context():
        board = db.session.scalars(db.select(Board).where(Board.slug == "drinks")).one()
        add(board.id)
        db.session.remove()
        yield
        db.session.remove()


def add(board_id: int) -> None:
    with db.engine.begin() as connection:
        connection.execute(
            db.insert(Idea).values(title="Oat", slug="oat", board_id=board_id, created_at=NOW, visible_at=NOW)
        )


def is_alone() -> bool:
    return db.engine.dialect.name == "sqlite"


def test_a_list_begins_no_session(own_app, context):
    """On PostgreSQL, where connections are few, it does."""
    begun = []
    event.listen(db.session, "after_begin", lambda *_: begun.append(1))
    assert "Oat" in own_app.test_client().get("/ideas").text
    assert len(begun) == (0 if is_alone() else 1)


def test_a_reading_is_of_one_moment_and_the_next_one_of_another(context):
    with one_reading():
        (line,) = page_of(Filter(), None).items
        if is_alone():
            add(line.board_id)
            assert len(page_of(Filter(), None).items) == 1
    if is_alone():
        assert len(page_of(Filter(), None).items) == 2


def test_after_a_reading_that_failed_is_read_as_before(context):
    with pytest.raises(DBAPIError), one_reading():
        Kept(lambda _: db.text("SELECT nothing FROM nowhere").columns(db.column("nothing"))).all()
    db.session.rollback()
    with one_reading():
        assert page_of(Filter(), None).items


def test_with_a_transaction_open_it_is_read_within(context):
    board_id = db.session.scalars(db.select(Board.id).where(Board.slug == "drinks")).one()
    db.session.add(Idea(title="Soy", slug="soy", board_id=board_id, created_at=NOW, visible_at=NOW))
    db.session.flush()
    with one_reading():
        assert len(page_of(Filter(), None).items) == 2
