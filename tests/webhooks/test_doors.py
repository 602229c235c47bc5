"""An admin's pages: made, changed, paused, a new secret; what is refused and why; secrets are shown once."""

import html
import re

import pytest
from standardwebhooks import Webhook as Reference

from ideaboard.accounts import notices
from ideaboard.events import kinds
from ideaboard.extensions import db, force_locale
from ideaboard.models import Delivery, Event, Site, Webhook, WebhookCall
from ideaboard.notifications.notice_letter import notice_letter
from ideaboard.notifications.rendering import renderer
from ideaboard.webhooks.telling import tell_of_pause
from tests.conftest import NOW
from tests.webhooks.sinks import OK, answer

NEW = "/admin/webhooks/new"
FORM = {"name": "Shop", "shape": "standard", "url": "https://hooks.example.org/x", "board_id": "0",
        "kinds": ["idea.submitted", "comment.edited"]}  # fmt: skip


@pytest.fixture
def root(cast, client_of):
    return client_of(cast.root)


def token_in(page):
    return re.search(r'name="form_token"[^>]* value="([^"]+)"', page.text)[1]


def make(root, **fields):
    return root.post(NEW, data=FORM | {"form_token": token_in(root.get(NEW))} | fields)


def rows():
    db.session.rollback()
    found = db.session.execute(db.select(Webhook), execution_options={"populate_existing": True}).scalars().all()
    db.session.commit()
    return found


def logged():
    kinds_logged = db.session.execute(db.select(Event.kind).where(Event.kind.like("webhook.%"))).scalars().all()
    db.session.commit()
    return kinds_logged


def test_made_its_secret_is_shown_once_and_is_the_one_that_signs(root, submitted_to, sink):
    page = make(root, url=sink.url)
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", html.unescape(page.text))[0]
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "private, no-store"
    (hook,) = rows()
    assert (hook.name, hook.kinds, hook.board_id) == ("Shop", ["idea.submitted", "comment.edited"], None)
    for path in ("", f"/{hook.id}", f"/{hook.id}/change"):
        assert "whsec_" not in root.get(f"/admin/webhooks{path}").text
    stored = str(db.session.execute(db.text("SELECT * FROM webhook")).all())
    assert secret not in stored and secret.removeprefix("whsec_") not in stored
    db.session.commit()
    got = submitted_to(sink)
    assert Reference(secret).verify  # the library takes it
    import standardwebhooks.webhooks as module

    assert (
        module.Webhook(secret).sign(got.headers["webhook-id"], NOW, got.body.decode())
        == got.headers["webhook-signature"]
    )
    assert logged() == ["webhook.created"]


@pytest.fixture
def submitted_to(make_idea, happen, tell, send):
    def do(sink):
        idea = make_idea()
        happen(kinds.IDEA_SUBMITTED, idea=idea)
        tell()
        assert send() == ["sent"]
        return sink.received[-1]

    return do


def test_the_same_form_twice_is_one_webhook(root):
    token = token_in(root.get(NEW))
    assert make(root, form_token=token).status_code == 200
    again = make(root, form_token=token)
    assert again.status_code == 409
    assert "whsec_" not in again.text
    assert len(rows()) == 1


def test_all_that_is_wrong_is_said_at_once_and_what_was_typed_stays(root):
    page = make(root, name="", url="ftp://x", shape="pigeon", board_id="999", kinds=[])
    assert page.status_code == 422
    for sentence in (
        "A name has 1 to 60",
        "This is no address",
        "Choose who listens",
        "This board is not",
        "at least one",
    ):
        assert sentence in page.text
    assert 'value="ftp://x"' in page.text
    assert rows() == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest", "http://10.1.2.3:80/"]
)
def test_a_private_address_is_refused_at_once(root, url):
    page = make(root, url=url)
    assert page.status_code == 422
    assert "OUTBOUND_ALLOW" in page.text


def test_a_chat_chooses_of_what_chats_are_told(root):
    assert make(root, shape="slack").status_code == 303
    assert rows()[0].kinds == ["idea.submitted"]
    assert make(root, shape="slack", kinds=["comment.edited"]).status_code == 422


def test_an_address_is_not_shown_again_and_empty_keeps_it(root, webhook):
    hook = webhook("https://hooks.example.org/services/T000/B000/secretsecret", shape="slack")
    for path in ("", f"/{hook.id}", f"/{hook.id}/change"):
        page = root.get(f"/admin/webhooks{path}").text
        assert "secretse" not in page and "B000" not in page
        assert "hooks.example.org" in page
    sent = root.post(f"/admin/webhooks/{hook.id}/change", data=FORM | {"shape": "slack", "url": "", "name": "Renamed"})
    assert sent.status_code == 303
    assert [(r.name, r.url) for r in rows()] == [("Renamed", hook.url)]
    assert logged() == ["webhook.changed"]


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.org?key=secretsecret",
        "https://hooks.example.org/?key=secretsecret/ab",
        "https://hooks.example.org#secretsecret",
        "https://hooks.example.org/a?secretsecret",
    ],
)
def test_what_opens_an_address_may_stand_behind_a_question_mark(root, webhook, url):
    hook = webhook(url, shape="slack")
    for path in ("", f"/{hook.id}", f"/{hook.id}/change"):
        page = root.get(f"/admin/webhooks{path}").text
        assert "secretsec" not in page and "hooks.example.org" in page


def test_a_new_secret_once_for_each_form(root, webhook):
    hook = webhook("https://hooks.example.org/")
    before = hook.salt
    page = root.get(f"/admin/webhooks/{hook.id}")
    form = {name: re.search(f'name="{name}" value="([^"]+)"', page.text)[1] for name in ("form_token", "instead_of")}
    first = root.post(f"/admin/webhooks/{hook.id}/secret", data=form)
    assert "whsec_" in first.text
    again = root.post(f"/admin/webhooks/{hook.id}/secret", data=form)
    assert again.status_code == 409 and "whsec_" not in again.text
    (now,) = rows()
    assert now.previous_salt == before and now.previous_until is not None
    assert logged() == ["webhook.rotated"]


def test_pause_go_on_test_and_send_again(root, webhook, sink, send, calls):
    hook = webhook(sink.url)
    at = f"/admin/webhooks/{hook.id}"
    assert root.post(f"{at}/pause", data={"paused": "1"}).status_code == 303
    assert root.post(f"{at}/test").status_code == 409
    assert "Paused since" in root.get(at).text
    assert root.post(f"{at}/pause", data={"paused": "0"}).status_code == 303
    sink.answers = [answer(500, body=b"<script>alert(1)</script>"), OK]
    assert root.post(f"{at}/test").status_code == 303
    from ideaboard.foundation.clock import now

    assert send(now()) == ["failed"]
    (call,) = calls()
    page = root.get(f"{at}/calls/{call.id}").text
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page
    assert "webhook.test" in page
    assert root.post(f"{at}/calls/{call.id}/again").status_code == 303
    assert send(now()) == ["sent"]
    assert logged() == ["webhook.paused", "webhook.resumed"]


def test_the_log_shows_what_would_be_sent_now(root, webhook, make_idea, happen, tell, calls):
    hook = webhook("https://hooks.example.org/", shape="slack")
    idea = make_idea("Oat milk")
    happen(kinds.IDEA_SUBMITTED, idea=idea)
    tell()
    at = f"/admin/webhooks/{hook.id}/calls/{calls()[0].id}"
    assert "A new idea on Drinks by Vera" in root.get(at).text
    idea.hidden_at = NOW
    db.session.commit()
    assert "may not be told any more" in root.get(at).text


def test_sending_again_since_a_day(root, webhook):
    hook = webhook("https://hooks.example.org/")
    page = root.post(f"/admin/webhooks/{hook.id}/again", data={"since": "yesterday"})
    assert page.status_code == 422
    assert "Choose a day" in page.text and 'value="yesterday"' in page.text


def test_deleted_with_its_log(root, webhook, make_idea, happen, tell):
    hook = webhook("https://hooks.example.org/")
    happen(kinds.IDEA_SUBMITTED, idea=make_idea())
    tell()
    assert root.post(f"/admin/webhooks/{hook.id}/delete").status_code == 303
    assert rows() == []
    assert db.session.execute(db.select(WebhookCall.id)).all() == []
    assert logged() == ["webhook.deleted"]


def test_a_pause_is_told_by_mail_and_on_the_pages(root, webhook, cast):
    hook = webhook("https://hooks.example.org/", name="The shop")
    hook.paused_at, hook.paused_because = NOW, "failing"
    db.session.flush()
    tell_of_pause(hook, "failing", NOW)
    db.session.commit()
    for path in ("/admin", "/admin/webhooks"):
        assert "The webhook “The shop” is paused." in root.get(path).text
    delivery = db.session.execute(db.select(Delivery).where(Delivery.kind == "notice")).scalar_one()
    assert delivery.facts["what"] not in vars(notices).values()
    site = Site.current()
    with force_locale("en"):
        mail = renderer.mail(notice_letter(delivery, cast.root, site), site, "en")
    assert mail.subject == "The webhook “The shop” is paused"
    assert "No call got through for five days." in mail.text
    assert f"http://localhost/admin/webhooks/{hook.id}" in mail.text
    db.session.execute(db.delete(Webhook))
    db.session.commit()
    with force_locale("en"):
        assert "deleted now" in renderer.mail(notice_letter(delivery, cast.root, site), site, "en").text


def test_who_stopped_all_mail_reads_of_it_on_the_pages_alone(webhook, cast):
    root = cast.root
    root.mail_stopped_at = NOW
    db.session.commit()
    tell_of_pause(webhook("https://hooks.example.org/"), "gone", NOW)
    assert db.session.execute(db.select(Delivery)).all() == []
