"""Signing in below a path of the public address."""

from datetime import UTC, datetime

from ideaboard.accounts.codes import code_of, live_pending
from ideaboard.accounts.first_admin import make_link
from ideaboard.extensions import db
from tests.conftest import make_app


def test_everything_stays_below_the_path(own_app, tmp_path):
    app = make_app(own_app.config["SQLALCHEMY_DATABASE_URI"], tmp_path, public_url="http://localhost/ideas")
    client = app.test_client()
    assert client.get("/ideas/me").location == "/ideas/sign-in?back=/ideas/me"
    sent = client.post("/ideas/sign-in", data={"email": "vera@example.org", "back": "/ideas/me"})
    assert sent.location == "/ideas/sign-in/code" and "Path=/ideas;" in sent.headers["Set-Cookie"]
    with app.app_context():
        code = code_of(live_pending("vera@example.org", datetime.now(UTC)))
    with app.app_context():
        assert make_link(datetime.now(UTC)).startswith("http://localhost/ideas/welcome/")
    done = client.post("/ideas/sign-in/code", data={"email": "vera@example.org", "code": code})
    assert done.location == "/ideas/me"
    assert all("Path=/ideas" in cookie for cookie in done.headers.getlist("Set-Cookie"))
    assert client.get("/ideas/me").status_code == 200
    assert client.post("/ideas/sign-out").location == "/ideas/"
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
