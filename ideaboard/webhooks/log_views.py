"""The doors of a webhook's log: its calls, one of them, a test, and sending again."""

import json
from datetime import UTC, date, datetime, time, timedelta

from flask import flash, request, url_for

from ideaboard.extensions import gettext, ngettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.tokens import new_token
from ideaboard.models import WebhookCall
from ideaboard.web.gate import gate
from ideaboard.web.globals import request_now
from ideaboard.web.swap import go, page
from ideaboard.webhooks import log
from ideaboard.webhooks.endpoints import load_webhook, mark_of
from ideaboard.webhooks.offers import SHAPES, STANDARD
from ideaboard.webhooks.sending import request_of
from ideaboard.webhooks.views import event_words, webhooks
from ideaboard.webhooks.words import cause_words, masked, paused_words


def _show(webhook_id: int, status: int = 200, *, since: str = "", since_error: str = ""):
    webhook = load_webhook(webhook_id)
    chosen = request.args.get("state", "")
    chosen = chosen if chosen in log.STATES else ""
    calls = log.page_of_calls(webhook_id, chosen, after=request.args.get("after"), before=request.args.get("before"))
    return page(
        "webhooks/show.html",
        status,
        webhook=webhook,
        shape=SHAPES[webhook.shape],
        kept=masked(webhook.url),
        is_signed=webhook.shape == STANDARD,
        calls=calls,
        chosen=chosen,
        counts=log.counts([webhook_id])[webhook_id],
        titles=log.titles_of(calls.items),
        event_words=event_words,
        cause_words=cause_words,
        paused_words=paused_words,
        secret_mark=mark_of(webhook),
        form_token=new_token(),
        since=since or (webhook.failing_since or request_now() - timedelta(days=7)).date().isoformat(),
        since_error=since_error,
    )


@webhooks.get("/<int:webhook_id>")
@gate("site.administrate")
def show(webhook_id: int):
    return _show(webhook_id)


@webhooks.get("/<int:webhook_id>/calls/<int:call_id>")
@gate("site.administrate")
def call(webhook_id: int, call_id: int):
    found = log.load_call(webhook_id, call_id)
    return page(
        "webhooks/call.html",
        call=found,
        webhook=found.webhook,
        body=_body(found),
        attempts=[entry | {"at": datetime.fromisoformat(entry["at"])} for entry in reversed(found.log)],
        titles=log.titles_of([found]),
        event_words=event_words,
        cause_words=cause_words,
    )


def _body(found: WebhookCall) -> str | None:
    """What would be sent now, as text to read; None: nothing would."""
    sent = request_of(found, request_now())
    return json.dumps(json.loads(sent.body), indent=2, ensure_ascii=False) if sent else None


@webhooks.post("/<int:webhook_id>/test")
@gate("site.administrate")
def test(webhook_id: int):
    call_id = log.send_test(webhook_id, request_now())
    flash(gettext("The test is on its way. Look at this page again in a few seconds."))
    return go(url_for("webhooks.call", webhook_id=webhook_id, call_id=call_id))


@webhooks.post("/<int:webhook_id>/calls/<int:call_id>/again")
@gate("site.administrate")
def again(webhook_id: int, call_id: int):
    log.replay(webhook_id, call_id, request_now())
    flash(gettext("It is sent again."))
    return go(url_for("webhooks.call", webhook_id=webhook_id, call_id=call_id))


@webhooks.post("/<int:webhook_id>/again")
@gate("site.administrate")
def again_since(webhook_id: int):
    """since=2026-03-01: all that failed of what happened from that day on."""
    typed = request.form.get("since", "").strip()
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return _show(webhook_id, 422, since=typed, since_error=gettext("Choose a day, like 2026-03-01."))
    end_reading()
    number = log.replay_failed(webhook_id, datetime.combine(day, time(), UTC), request_now())
    flash(ngettext("%(num)d call is sent again.", "%(num)d calls are sent again.", number))
    return go(url_for("webhooks.show", webhook_id=webhook_id))
