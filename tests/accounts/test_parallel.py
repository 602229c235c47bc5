"""Two at once, with real commits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy import func, select

from ideaboard.accounts.codes import code_of, live_pending, send_code
from ideaboard.extensions import db
from ideaboard.models import Delivery, Event, Pending, Person, SignedIn

AT_ONCE = 12


def at_once(deed) -> list:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda _: deed(), range(AT_ONCE)))


def count(model, *where) -> int:
    return db.session.execute(select(func.count()).select_from(model).where(*where)).scalar_one()


def test_one_code_opens_one_browser_however_many_type_it(own_app):
    now = datetime.now(UTC)
    with own_app.app_context():
        send_code("new@example.com", now)
        code = code_of(live_pending("new@example.com", now))
    form = {"email": "new@example.com", "code": code}
    statuses = at_once(lambda: own_app.test_client().post("/sign-in/code", data=form).status_code)
    assert statuses.count(303) == 1 and set(statuses) <= {303, 422, 429, 503}
    with own_app.app_context():
        assert count(Person, Person.email == "new@example.com") == 1
        assert count(SignedIn) == 1
        assert count(Event, Event.kind == "person.joined") == 1


def test_one_address_has_one_live_code_however_many_ask(own_app):
    now = datetime.now(UTC)

    def ask():
        with own_app.app_context():
            send_code("new@example.com", now)

    at_once(ask)
    with own_app.app_context():
        live = (Pending.used_at.is_(None), Pending.ended_at.is_(None))
        assert count(Pending, *live) == 1
        assert count(Pending) == count(Delivery) == AT_ONCE


def test_guesses_at_once_are_counted_exactly(own_app):
    now = datetime.now(UTC)
    with own_app.app_context():
        send_code("new@example.com", now)
        right = code_of(live_pending("new@example.com", now))
    form = {"email": "new@example.com", "code": f"{(int(right) + 1) % 10**6:06d}"}
    at_once(lambda: own_app.test_client().post("/sign-in/code", data=form).status_code)
    with own_app.app_context():
        assert db.session.execute(select(Pending.tries)).scalar_one() <= 3
