"""PostgreSQL: somebody holds the row of one idea; its vote says 503, every other goes on."""

import time

import pytest
from sqlalchemy import text

from ideaboard.accounts.sessions import open_session
from ideaboard.extensions import db
from ideaboard.foundation.database import write_wait_ms
from ideaboard.models import Idea, Person
from ideaboard.voting.ballot import cast_vote
from tests.conftest import NOW

pytestmark = pytest.mark.postgres


def test_a_row_that_is_held_stops_its_own_vote_alone(own_app):
    with own_app.app_context():
        vera = db.session.scalar(db.select(Person).where(Person.email == "vera@example.org"))
        drinks = db.session.scalar(text("SELECT id FROM board WHERE slug = 'drinks'"))
        db.session.commit()
        with db.session.begin():
            ideas = [
                Idea(title=title, slug="x", board_id=drinks, author_id=vera.id, created_at=NOW, visible_at=NOW)
                for title in ("Held", "Free")
            ]
            db.session.add_all(ideas)
        held, free = [idea.id for idea in ideas]
        noor = db.session.scalar(db.select(Person).where(Person.email == "noor@example.org"))
        db.session.commit()
        token = open_session(noor, NOW.now(NOW.tzinfo))
        client = own_app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(_user_id=token, _fresh=True)
        with db.engine.connect() as other:
            other.execute(text("SELECT 1 FROM idea WHERE id = :id FOR UPDATE"), {"id": held})
            start = time.monotonic()
            answer = client.post(f"/ideas/{held}/vote")
            waited = time.monotonic() - start
            assert (answer.status_code, bool(answer.headers["Retry-After"])) == (503, True)
            assert waited < 3  # it gives up after 0.25 s
            assert client.post(f"/ideas/{free}/vote").status_code == 303
            assert client.get(f"/ideas/{held}-x").status_code == 200
            other.rollback()
        assert client.post(f"/ideas/{held}/vote").status_code == 303
        counts = db.session.execute(db.select(Idea.votes_count).order_by(Idea.id)).scalars().all()
        assert counts[-2:] == [1, 1]
        assert write_wait_ms.get() > 0
        db.session.remove()
        assert not cast_vote(held, noor, NOW)
