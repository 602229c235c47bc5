"""An admin looks at every kind of mail, in a frame that may do nothing, and sends one to themselves alone."""

from datetime import UTC, datetime, timedelta

import pytest

from ideaboard.extensions import db
from ideaboard.foundation.post import NotNow
from ideaboard.models import Delivery
from ideaboard.notifications.sample_mails import LABELS
from ideaboard.notifications.sending import send_one
from tests.conftest import NOW
from tests.notifications.reading import read_html, said


class Box:
    """A post box at the edge: keeps what it is given, or answers as it is told."""

    def __init__(self, trouble: Exception | None = None):
        self.sent, self.trouble = [], trouble

    def send(self, message, sender, recipient):
        if self.trouble:
            raise self.trouble
        self.sent.append((message, recipient))

    def close(self):
        pass


@pytest.fixture
def ruth(cast, client_of):
    return client_of(cast.root)


def soon():
    return datetime.now(UTC) + timedelta(seconds=5)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", LABELS)
def test_every_kind_is_shown_in_every_language(ruth, kind, language):
    page = ruth.get(f"/admin/mails?kind={kind}&lang={language}")
    assert page.status_code == 200
    frame = ruth.get(f"/admin/mails/{kind}/html?lang={language}")
    assert frame.status_code == 200
    assert f'<html lang="{language}"' in frame.text
    read = read_html(frame.text)
    assert not read.loads
    assert read.headings[0] == 1


def test_the_frame_runs_loads_and_sends_nothing(ruth):
    policy = ruth.get("/admin/mails/story/html").headers["Content-Security-Policy"]
    parts = [part.strip() for part in policy.split(";")]
    assert parts[0] == "default-src 'none'" and "sandbox" in parts
    assert "style-src 'unsafe-inline'" in parts and "form-action 'none'" in parts and "img-src data:" in parts
    assert not any("script" in part or "allow" in part for part in parts)
    assert 'sandbox=""' in ruth.get("/admin/mails?kind=story").text


def test_the_side_is_the_one_that_was_chosen(ruth):
    dark, light = (ruth.get(f"/admin/mails/story/html?side={side}").text for side in ("dark", "light"))
    assert "@media all {" in dark and "@media not all {" in light
    assert "prefers-color-scheme" not in dark + light
    assert "prefers-color-scheme: dark" in ruth.get("/admin/mails/story/html").text
    assert "side=dark" in ruth.get("/admin/mails?side=dark").text


def test_a_kind_that_is_not_there_is_missing(ruth):
    assert ruth.get("/admin/mails?kind=nonsense").status_code == 404
    assert ruth.get("/admin/mails/nonsense/html").status_code == 404
    assert ruth.post("/admin/mails/nonsense/test").status_code == 404


def test_a_test_mail_goes_to_the_admin_alone_whatever_the_form_says(ruth, cast):
    answer = ruth.post("/admin/mails/launched/test", data={"to": "victim@example.org", "email": "victim@example.org"})
    assert answer.status_code == 303
    box = Box()
    assert send_one("test", soon(), box).state == "sent"
    ((message, recipient),) = box.sent
    assert recipient == cast.root.email
    assert message["Subject"].startswith("A test: “Oat milk")
    assert "victim" not in said(message)
    assert "The mail server took it" in ruth.get("/admin/mails").text


def test_what_the_mail_server_answered_is_said(ruth):
    answer = ruth.post("/admin/mails/code/test", headers={"HX-Request": "true"})
    assert 'id="tests"' in answer.text and "hx-trigger" in answer.text
    assert send_one("test", soon(), Box(NotNow("451 4.7.1 greylisted, come back"))).state == "later"
    assert "451 4.7.1 greylisted, come back" in ruth.get("/admin/mails").text


def test_who_stops_being_an_admin_gets_none(ruth, cast):
    ruth.post("/admin/mails/launched/test")
    cast.root.site_role = "member"
    db.session.commit()
    box = Box()
    assert send_one("test", soon(), box).state == "dropped"
    assert not box.sent


def test_test_mails_have_a_budget(ruth, cast, monkeypatch):
    from ideaboard.web.throttle import BUDGETS

    monkeypatch.setitem(BUDGETS, "test_mail", (2, 3600))
    codes = [ruth.post("/admin/mails/launched/test").status_code for _ in range(3)]
    assert codes == [303, 303, 429]
    assert db.session.query(Delivery).filter_by(kind="test").count() == 2


def test_a_sample_never_touches_an_idea_that_is_there(ruth, cast, make_idea):
    """The ids of samples are no row's: their links mute nobody's idea."""
    from ideaboard.notifications.unsubscribing import holder_of

    make_idea()
    html = ruth.get("/admin/mails/several/html").text
    tokens = [link.rsplit("/", 1)[1] for link in read_html(html).links if "/unsubscribe/" in link]
    assert len(tokens) == 4
    assert all(holder_of(token, NOW).idea is None for token in tokens)
