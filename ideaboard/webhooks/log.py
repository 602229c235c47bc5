"""The log of a webhook's calls: read, send again, send a test."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.paging import Page, paginate
from ideaboard.foundation.refusals import Conflict, Missing
from ideaboard.models import Idea, Webhook, WebhookCall
from ideaboard.webhooks.calling import new_message_id
from ideaboard.webhooks.moments import due_at_once

STATES = ("waiting", "sent", "failed", "dropped")


def page_of_calls(webhook_id: int, state: str = "", *, after=None, before=None) -> Page:
    """The calls of a webhook, newest first; `state`: one of STATES, else all."""
    found = select(WebhookCall).where(WebhookCall.webhook_id == webhook_id).options(joinedload(WebhookCall.event))
    if state in STATES:
        found = found.where(WebhookCall.state == state)
    return paginate(
        found, [(WebhookCall.id, True)], lambda call: [call.id], after=after, before=before, size=25, scalars=True
    )


def counts(webhook_ids: list[int]) -> dict[int, dict[str, int]]:
    """{webhook id: {state: calls}}."""
    found: dict[int, dict[str, int]] = {webhook_id: {} for webhook_id in webhook_ids}
    rows = db.session.execute(
        select(WebhookCall.webhook_id, WebhookCall.state, func.count())
        .where(WebhookCall.webhook_id.in_(webhook_ids))
        .group_by(WebhookCall.webhook_id, WebhookCall.state)
    )
    for webhook_id, state, number in rows:
        found[webhook_id][state] = number
    return found


def load_call(webhook_id: int, call_id: int) -> WebhookCall:
    """Raises Missing."""
    call = None
    if 0 < call_id < 2**53:
        call = db.session.execute(
            select(WebhookCall)
            .where(WebhookCall.id == call_id, WebhookCall.webhook_id == webhook_id)
            .options(joinedload(WebhookCall.event), joinedload(WebhookCall.webhook))
        ).scalar_one_or_none()
    if call is None:
        raise Missing(gettext("This call is not in the log. Calls are kept for 90 days."))
    return call


def send_test(webhook_id: int, now: datetime) -> int:
    """Write a test call, due at once; its id. Raises Conflict while the webhook is paused."""
    with transaction() as session:
        _not_paused(webhook_id)
        call = WebhookCall(webhook_id=webhook_id, message_id=new_message_id(), created_at=now, log=[])
        call.due_at = due_at_once(now)
        session.add(call)
        session.flush()
        return call.id


def replay(webhook_id: int, call_id: int, now: datetime) -> None:
    """Send one call again, under the same webhook-id. Raises Missing, Conflict."""
    with transaction() as session:
        _not_paused(webhook_id)
        call = session.execute(
            select(WebhookCall)
            .where(WebhookCall.id == call_id, WebhookCall.webhook_id == webhook_id)
            .with_for_update(),
            execution_options={"populate_existing": True},
        ).scalar_one_or_none()
        if call is None:
            raise Missing(gettext("This call is not in the log. Calls are kept for 90 days."))
        if call.claimed_by is None:
            call.state, call.due_at, call.attempts, call.settled_at = "waiting", due_at_once(now), 0, None


def replay_failed(webhook_id: int, since: datetime, now: datetime) -> int:
    """Send again all that failed of what happened since; how many that is. Raises Conflict."""
    with transaction() as session:
        _not_paused(webhook_id)
        return session.execute(
            update(WebhookCall)
            .where(
                WebhookCall.webhook_id == webhook_id,
                WebhookCall.state == "failed",
                WebhookCall.event_id.is_not(None),
                WebhookCall.created_at >= since,
            )
            .values(state="waiting", due_at=due_at_once(now), attempts=0, settled_at=None),
            execution_options={"synchronize_session": False},
        ).rowcount


def _not_paused(webhook_id: int) -> None:
    webhook = db.session.get(Webhook, webhook_id, with_for_update=True, populate_existing=True)
    if webhook is None:
        raise Missing(gettext("This webhook is not here."))
    if webhook.paused_at is not None:
        raise Conflict(gettext("This webhook is paused. Let it go on first."))


def titles_of(calls: list[WebhookCall]) -> dict[int, str]:
    """{idea id: title} of what the calls are about, for an admin's eyes."""
    ids = {call.event.idea_id for call in calls if call.event is not None and call.event.idea_id}
    return dict(db.session.execute(select(Idea.id, Idea.title).where(Idea.id.in_(ids))).all()) if ids else {}
