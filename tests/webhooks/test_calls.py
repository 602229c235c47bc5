"""From an event to a call: written once, signed as the standard says, tried again, given up, paused, told of."""

import json
from datetime import timedelta

import pytest
from standardwebhooks import Webhook as Reference
from standardwebhooks import WebhookVerificationError

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.foundation import outbound
from ideaboard.models import Delivery, Event, WebhookCall
from ideaboard.webhooks import claims, log
from ideaboard.webhooks.calling import call_out
from ideaboard.webhooks.endpoints import mark_of, pause, resume, rotate
from ideaboard.webhooks.sending import make_call, request_of
from ideaboard.webhooks.signing import secret_of
from tests.conftest import NOW
from tests.webhooks.sinks import OK, answer

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def submitted(make_idea, happen, tell):
    """submitted(title) -> an idea whose event is dispatched."""

    def submit(title="Oat milk without the extra charge", at=NOW, **columns):
        idea = make_idea(title, **columns)
        happen(kinds.IDEA_SUBMITTED, idea=idea, actor=idea.author, at=at)
        tell(at)
        return idea

    return submit


@pytest.fixture(autouse=True)
def at_the_moment(monkeypatch):
    """The reference library asks the host's clock; the tests live in March."""
    import standardwebhooks.webhooks as module

    class Then(module.datetime):
        @classmethod
        def now(cls, tz=None):
            return NOW

    monkeypatch.setattr(module, "datetime", Then)


def test_an_event_becomes_one_call_that_the_reference_library_verifies(webhook, sink, submitted, send, calls):
    hook = webhook(sink.url, [kinds.IDEA_SUBMITTED])
    idea = submitted()
    assert send() == ["sent"]
    got = sink.received[0]
    payload = Reference(secret_of(hook.salt)).verify(got.body, got.headers)
    assert payload["type"] == "idea.submitted"
    assert payload["timestamp"] == "2026-03-03T10:00:00.000000Z"
    assert payload["data"]["idea"]["id"] == idea.id
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-id"] == calls()[0].message_id
    with pytest.raises(WebhookVerificationError):
        Reference(secret_of(hook.salt)).verify(got.body.replace(b"Oat", b"Cow"), got.headers)
    with pytest.raises(WebhookVerificationError):
        Reference(secret_of("another salt")).verify(got.body, got.headers)


def test_both_secrets_verify_for_a_day_after_a_new_one(webhook, sink, submitted, send, cast):
    hook = webhook(sink.url)
    old = secret_of(hook.salt)
    token = "t" * 43
    hook = rotate(hook.id, cast.root, NOW, form_token=token, instead_of=mark_of(hook), at_once=False)
    new = secret_of(hook.salt)
    submitted()
    send()
    got = sink.received[0]
    assert len(got.headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        Reference(secret).verify(got.body, got.headers)
        with pytest.raises(WebhookVerificationError):
            Reference(secret).verify(got.body + b" ", got.headers)
    hook.previous_until = NOW
    db.session.commit()
    submitted("Later")
    send()
    got = sink.received[1]
    Reference(new).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Reference(old).verify(got.body, got.headers)


def test_a_new_secret_at_once_ends_the_old_one(webhook, sink, submitted, send, cast):
    hook = webhook(sink.url)
    old = secret_of(hook.salt)
    rotate(hook.id, cast.root, NOW, form_token="t" * 43, instead_of=mark_of(hook), at_once=True)
    submitted()
    send()
    with pytest.raises(WebhookVerificationError):
        Reference(old).verify(sink.received[0].body, sink.received[0].headers)


def test_dispatched_twice_it_is_one_call(webhook, submitted, calls):
    webhook()
    submitted()
    event = db.session.execute(db.select(Event)).scalars().first()
    call_out(event, NOW)
    db.session.commit()
    assert len(calls()) == 1


def test_only_what_was_chosen(webhook, submitted, calls):
    webhook(kinds_=[kinds.STORY_PUBLISHED])
    submitted()
    assert calls() == []


def test_the_same_id_a_new_timestamp_and_the_schedule_of_the_standard(webhook, sink, submitted, send, calls):
    sink.answers = [answer(500, body=b"no <b>luck</b>\x00 today")]
    webhook(sink.url)
    submitted()
    at = NOW
    waits = []
    while (state := send(at)) == ["waiting"]:
        call = calls()[0]
        waits.append((call.due_at - at).total_seconds())
        assert send(call.due_at - timedelta(seconds=1)) == []
        at = call.due_at
    assert state == ["failed"]
    schedule = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert len(waits) == len(schedule)
    assert all(0.9 * plan <= wait <= 1.1 * plan for wait, plan in zip(waits, schedule, strict=True))
    assert waits[1] != 300  # jitter
    call = calls()[0]
    assert {got.headers["webhook-id"] for got in sink.received} == {call.message_id}
    assert len({got.headers["webhook-timestamp"] for got in sink.received}) == 10
    assert (call.cause, call.last_status, call.last_error) == ("status", 500, "no <b>luck</b> today")
    assert [entry["status"] for entry in call.log] == [500] * 10


def test_500s_and_then_well(webhook, sink, submitted, send, calls, reload):
    sink.answers = [answer(500), answer(503), OK]
    hook = webhook(sink.url)
    submitted()
    at = NOW
    for expected in ("waiting", "waiting", "sent"):
        assert send(at) == [expected]
        at = calls()[0].due_at
    assert reload(hook).failing_since is None
    assert [entry["cause"] for entry in calls()[0].log] == ["status", "status", ""]


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [("3600", HOUR, HOUR + MINUTE), ("Tue, 03 Mar 2026 12:00:00 GMT", 2 * HOUR, 2 * HOUR + MINUTE), ("999999999", DAY, DAY),
     ("-1", timedelta(0), 6 * timedelta(seconds=1)), ("soon", timedelta(0), 6 * timedelta(seconds=1)),
     ("٣", timedelta(0), 6 * timedelta(seconds=1)), ("", timedelta(0), 6 * timedelta(seconds=1))],
)  # fmt: skip
def test_retry_after_is_honoured_within_a_day(webhook, sink, submitted, send, calls, said, least, most):
    told = answer(429).replace(b"\r\n\r\n", f"\r\nRetry-After: {said}\r\n\r\n".encode())
    sink.answers = [told, OK]
    webhook(sink.url)
    submitted()
    assert send() == ["waiting"]
    assert least <= calls()[0].due_at - NOW <= most


def test_asked_to_wait_all_its_calls_wait(webhook, sink, submitted, send, calls):
    sink.answers = [answer(429, "Retry-After: 600"), OK]
    webhook(sink.url)
    submitted("One"), submitted("Two")
    assert send() == ["waiting"]
    assert send(NOW + 9 * MINUTE) == []
    assert send(NOW + 11 * MINUTE) == ["sent", "sent"]


def test_410_pauses_at_once_and_tells(webhook, sink, submitted, send, calls, cast, reload):
    sink.answers = [answer(410)]
    hook = webhook(sink.url)
    submitted("One"), submitted("Two")
    assert send() == ["failed"]
    assert sink.connections == 1
    assert (reload(hook).paused_because, [c.cause for c in calls()]) == ("gone", ["gone", "paused"])
    notices = db.session.execute(db.select(Delivery).where(Delivery.kind == "notice")).scalars().all()
    assert [(n.person_id, n.facts["what"]) for n in notices] == [(cast.root.id, "webhook_paused")]
    assert db.session.execute(db.select(Event.kind).where(Event.kind == "webhook.paused")).scalars().all()


def test_five_days_without_success_pause_it(webhook, sink, submitted, send, calls, reload):
    sink.answers = [answer(500)]
    hook = webhook(sink.url)
    submitted()
    send(NOW)
    submitted("Again", at=NOW + 4 * DAY)
    send(NOW + 4 * DAY)
    assert reload(hook).paused_at is None
    submitted("Still", at=NOW + 5 * DAY)
    send(NOW + 5 * DAY)
    assert reload(hook).paused_because == "failing"
    assert {c.state for c in calls()} == {"failed"}


def test_what_a_paused_one_misses_can_be_sent_after_all(webhook, sink, submitted, send, calls, cast):
    hook = webhook(sink.url)
    pause(hook.id, cast.root, NOW)
    submitted("Missed")
    assert send() == []
    assert [(c.state, c.cause) for c in calls()] == [("failed", "paused")]
    resume(hook.id, cast.root, NOW)
    assert send() == []
    before = calls()[0].message_id
    assert log.replay_failed(hook.id, NOW - DAY, NOW) == 1
    assert send() == ["sent"]
    assert sink.received[0].headers["webhook-id"] == before


def test_one_that_was_sent_can_be_sent_again_under_its_id(webhook, sink, submitted, send, calls, cast):
    hook = webhook(sink.url)
    submitted()
    send()
    log.replay(hook.id, calls()[0].id, NOW)
    assert send() == ["sent"]
    assert sink.received[0].headers["webhook-id"] == sink.received[1].headers["webhook-id"]


def test_a_test_is_tried_once_and_says_what_it_is(webhook, sink, send, calls):
    hook = webhook(sink.url)
    log.send_test(hook.id, NOW)
    assert send() == ["sent"]
    assert json.loads(sink.received[0].body)["type"] == "webhook.test"
    sink.answers = [answer(500)]
    log.send_test(hook.id, NOW)
    assert send() == ["failed"]


@pytest.mark.parametrize("told", [answer(302, "Location: http://169.254.169.254/latest"), answer(404), answer(199)])
def test_everything_but_2xx_is_a_failure(webhook, sink, submitted, send, told):
    sink.answers = [told]
    webhook(sink.url)
    submitted()
    assert send() == ["waiting"]
    assert sink.connections == 1


def test_nonsense_with_control_characters_is_written_down(webhook, sink, submitted, send, calls):
    """PostgreSQL takes no NUL: what could not be written down would be called again and again."""
    sink.answers = [b"\0\x1b[2J nonsense\r\n\r\n"]
    webhook(sink.url)
    submitted()
    assert send() == ["waiting"]
    (call,) = calls()
    assert (call.cause, call.claimed_by) == ("broken", None)
    assert call.last_error.isprintable() and "nonsense" in call.last_error


def test_a_private_address_is_not_called(app, webhook, submitted, send, calls):
    webhook("http://127.0.0.1:9/")
    submitted()
    assert send() == ["waiting"]
    assert calls()[0].cause == "private"


def test_killed_at_sending_it_goes_again_under_the_same_id(webhook, sink, submitted, calls, monkeypatch):
    """The first worker dies after the call and before it wrote so down."""
    webhook(sink.url)
    submitted()
    monkeypatch.setattr(claims, "LEASE_SECONDS", -1)
    first = claims.claim_due("dies", NOW)
    request = request_of(db.session.get(WebhookCall, first), NOW)
    db.session.commit()
    outbound.call(request.url, headers=request.headers, body=request.body)
    monkeypatch.undo()
    second = claims.claim_due("lives", NOW)
    assert second == first
    # The dead one wakes up: its word does not count any more.
    assert claims.settle(first, "dies", claims.Attempt(NOW, 200, "", "", 1)) is None
    assert make_call(second, "lives", NOW) == "sent"
    assert len(sink.received) == 2
    assert len({got.headers["webhook-id"] for got in sink.received}) == 1


def test_one_at_a_time_for_an_endpoint_and_others_meanwhile(webhook, submitted):
    webhook(name="A"), webhook(name="B")
    submitted("One"), submitted("Two")
    claimed = [claims.claim_due("a", NOW), claims.claim_due("b", NOW)]
    assert None not in claimed
    hooks = db.session.execute(db.select(WebhookCall.webhook_id).where(WebhookCall.id.in_(claimed))).scalars().all()
    assert len(set(hooks)) == 2
    db.session.commit()
    assert not claims.has_due(NOW)
    db.session.commit()
    assert claims.claim_due("c", NOW) is None
