"""A request is read and answered with less work, and says the same."""

import io

import pytest
from flask import Response
from htmx_flask.requests import HtmxAwareRequest
from werkzeug.exceptions import ClientDisconnected

from ideaboard.extensions import db
from ideaboard.foundation import dialects
from ideaboard.foundation.database import connection_at_hand, transaction
from ideaboard.web.request import Request
from ideaboard.web.vary import vary_by

BODIES = [
    b"",
    b"size=list",
    b"a=1&a=2&b=",
    b"a",
    b"a=%ff&b=%C3%A9",
    b"a=\xff",
    b"a=b;c=d&&=x",
    b"a=+%2B",
    b"x=" + b"y" * 70_000,
]


def asked(body: bytes, kind: str = "application/x-www-form-urlencoded", **more):
    return {
        "REQUEST_METHOD": "POST", "wsgi.input": io.BytesIO(body), "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "x", "SERVER_PORT": "80", "wsgi.url_scheme": "http", **more,
    }  # fmt: skip


@pytest.mark.parametrize("body", BODIES)
def test_a_plain_form_says_what_it_says_to_werkzeug(app, body):
    ours, theirs = Request(asked(body)), HtmxAwareRequest(asked(body))
    assert ours.form == theirs.form and list(ours.form.items(multi=True)) == list(theirs.form.items(multi=True))
    assert ours.files == theirs.files and ours.stream.read() == theirs.stream.read() == b""
    assert type(ours.form) is type(theirs.form)


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/x-www-form-urlencoded; charset=x"])
def test_other_bodies_are_read_by_werkzeug(app, kind):
    assert Request(asked(b"a=1", kind)).form == HtmxAwareRequest(asked(b"a=1", kind)).form


def test_half_a_form_is_none(app):
    with pytest.raises(ClientDisconnected):
        _ = Request(asked(b"body=so", CONTENT_LENGTH="20")).form


def test_a_body_that_was_read_already_stays_readable(app):
    request = Request(asked(b"a=1"))
    assert request.get_data() == b"a=1" and request.form["a"] == "1"


def test_vary_names_each_once():
    response = vary_by(vary_by(Response(), "Cookie"), "cookie", "HX-Request", "Accept-Encoding")
    assert response.headers.getlist("Vary") == ["Cookie, HX-Request, Accept-Encoding"]
    assert vary_by(response, "HX-Request").headers["Vary"] == "Cookie, HX-Request, Accept-Encoding"


def test_the_connection_at_hand_is_that_of_the_open_transaction(app, db):
    with transaction() as session:
        assert connection_at_hand() is session.connection()
        session.rollback()
        assert not connection_at_hand().closed  # another one: that of the transaction went with it
    assert connection_at_hand() is db.session().connection()


def test_a_vote_asks_nothing_that_it_does_not_need(cast, client_of, make_idea, app):
    """Of the site only its language could count, and the browser says one."""
    idea, client, seen = make_idea(), client_of(cast.noor), []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    db.event.listen(db.engine, "before_cursor_execute", note)
    try:
        answer = client.post(f"/ideas/{idea.id}/vote", headers={"HX-Request": "true", "Accept-Language": "de"})
    finally:
        db.event.remove(db.engine, "before_cursor_execute", note)
    assert answer.status_code == 200 and "Stimme" in answer.text
    assert len([statement for statement in seen if statement.startswith(("SELECT", "INSERT", "UPDATE"))]) <= 7
    assert not any("FROM site" in statement for statement in seen)


def test_who_waits_for_the_lock_looks_often(own_app):
    """SQLite alone: its own waiting would sleep ever longer, while other processes take the lock one after the other."""
    with own_app.app_context():
        if db.engine.dialect.name != "sqlite":
            return
        with transaction() as session:
            raw = session.connection().connection.driver_connection
            assert raw.execute("PRAGMA busy_timeout").fetchone()[0] == dialects.LOOK_MS
        session.connection()  # reading waits for what only a start after a crash makes it wait for
        assert raw.execute("PRAGMA busy_timeout").fetchone()[0] == dialects.PATIENT_MS
