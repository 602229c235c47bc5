"""Claiming calls, one at a time per endpoint, and writing what became of them. Claim, call, settle.

A claim is a lease by the database's clock; killed half-way the call is made again, under the same webhook-id. "Now" is
the database's clock too: machines whose clocks differ sign the same moment and agree on what is due.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.orm import aliased

from ideaboard.events.kinds import WEBHOOK_PAUSED
from ideaboard.events.record import record
from ideaboard.extensions import db
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name, transaction
from ideaboard.models import Webhook, WebhookCall
from ideaboard.webhooks.calling import PAUSED
from ideaboard.webhooks.telling import tell_of_pause

LEASE_SECONDS = 60  # far above outbound.DEADLINE_SECONDS
# The schedule of Standard Webhooks: seconds after each failed attempt; after the tenth the call has failed.
PAUSES = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
LONGEST_WAIT = timedelta(hours=24)  # of what Retry-After asks for
FAILING_FOR = timedelta(days=5)  # without one success: then the endpoint is paused
ATTEMPTS_KEPT = 20
# Literal, so that both databases see that the partial index answers it.
_WAITING, _HELD_WAITING = text("webhook_call.state = 'waiting'"), text("held.state = 'waiting'")
_Held = aliased(WebhookCall, name="held")


@dataclass(frozen=True)
class Attempt:
    """What one call came to. `wait`: what Retry-After asked for."""

    at: datetime
    status: int | None
    cause: str  # '' when it was taken
    error: str
    ms: int
    wait: timedelta | None = None

    def entry(self) -> dict:
        return {
            "at": self.at.isoformat(timespec="milliseconds"),
            "status": self.status,
            "cause": self.cause,
            "error": self.error[:300],
            "ms": self.ms,
        }


def has_due(now: datetime) -> bool:
    """Whether a call is due and nobody's, at an endpoint that nobody calls just now (a cheap read)."""
    return db.session.execute(_candidates(now).limit(1)).first() is not None


def claim_due(worker: str, now: datetime) -> int | None:
    """The id of a due call that is ours now; None when there is none.

    The endpoint's row is locked first, and only then its calls are read: two workers never call one endpoint at once.
    """
    with transaction() as session:
        for webhook_id in session.execute(_candidates(now).limit(5)).scalars().all():
            locked = dialects_sql.skip_locked(dialect_name(), select(Webhook.id).where(Webhook.id == webhook_id))
            if session.execute(locked).scalar() is None:
                continue
            call_id = session.execute(
                select(WebhookCall.id)
                .where(WebhookCall.webhook_id == webhook_id, *_claimable(now))
                .order_by(WebhookCall.due_at, WebhookCall.id)
                .limit(1)
            ).scalar()
            if call_id is not None:
                lease = dialects_sql.database_clock(dialect_name(), LEASE_SECONDS)
                session.execute(
                    update(WebhookCall)
                    .where(WebhookCall.id == call_id)
                    .values(claimed_by=worker, lease_until=lease, attempts=WebhookCall.attempts + 1)
                )
                return call_id
        return None


def _candidates(now: datetime):
    """Ids of endpoints that may be called, by their longest waiting call."""
    return (
        select(WebhookCall.webhook_id)
        .join(Webhook, Webhook.id == WebhookCall.webhook_id)
        .where(Webhook.paused_at.is_(None), *_claimable(now))
        .group_by(WebhookCall.webhook_id)
        .order_by(func.min(WebhookCall.due_at), WebhookCall.webhook_id)
    )


def _claimable(now: datetime) -> tuple:
    clock = dialects_sql.database_clock(dialect_name())
    free = or_(WebhookCall.lease_until.is_(None), WebhookCall.lease_until < clock)
    # A call in hand is a waiting one with a lease.
    in_hand = select(_Held.webhook_id).where(_HELD_WAITING, _Held.lease_until >= clock)
    return _WAITING, WebhookCall.due_at <= now, free, WebhookCall.webhook_id.not_in(in_hand)


def settle(call_id: int, worker: str, attempt: Attempt) -> str | None:
    """Write an attempt down; the call's state then, None when the claim was not ours any more."""
    with transaction():
        call = _ours(call_id, worker)
        if call is None:
            return None
        webhook = call.webhook
        call.log = [*call.log, attempt.entry()][-ATTEMPTS_KEPT:]
        call.last_status, call.cause, call.last_error = (
            attempt.status,
            attempt.cause or None,
            attempt.error[:300] or None,
        )
        call.claimed_by = call.lease_until = None
        if not attempt.cause:
            call.state, call.settled_at = "sent", attempt.at
            webhook.failing_since = None
            return call.state
        webhook.failing_since = webhook.failing_since or attempt.at
        if attempt.cause == "gone":
            _end(call, "failed", attempt.at)
            _pause(webhook, "gone", attempt.at)
        elif call.event_id is None or call.attempts > len(PAUSES):  # a test is tried once
            _end(call, "failed", attempt.at)
        else:
            _put_off(call, attempt)
        if webhook.paused_at is None and attempt.at - webhook.failing_since >= FAILING_FOR:
            _pause(webhook, "failing", attempt.at)
        return call.state


def drop(call_id: int, worker: str, because: str, now: datetime) -> None:
    """No longer entitled: nothing is sent."""
    with transaction():
        call = _ours(call_id, worker)
        if call is not None:
            call.claimed_by = call.lease_until = None
            call.cause, call.last_error = because, None
            _end(call, "dropped", now)


def pause(webhook: Webhook, because: str, now: datetime) -> None:
    """Within an open transaction: no more calls; what waits stands in the log as not sent."""
    webhook.paused_at, webhook.paused_because = now, because
    db.session.execute(
        update(WebhookCall)
        .where(WebhookCall.webhook_id == webhook.id, _WAITING)
        .values(state="failed", cause=PAUSED, settled_at=now, claimed_by=None, lease_until=None)
        .execution_options(synchronize_session="fetch")
    )


def _pause(webhook: Webhook, because: str, now: datetime) -> None:
    db.session.flush()
    pause(webhook, because, now)
    record(WEBHOOK_PAUSED, actor=None, at=now, webhook=webhook.id, because=because)
    tell_of_pause(webhook, because, now)


def _ours(call_id: int, worker: str) -> WebhookCall | None:
    """The call with its endpoint, both locked: the endpoint first, as everywhere."""
    webhook_id = db.session.execute(select(WebhookCall.webhook_id).where(WebhookCall.id == call_id)).scalar()
    fresh = {"populate_existing": True}
    db.session.execute(select(Webhook).where(Webhook.id == webhook_id).with_for_update(), execution_options=fresh).all()
    return db.session.execute(
        select(WebhookCall)
        .where(WebhookCall.id == call_id, WebhookCall.claimed_by == worker, WebhookCall.state == "waiting")
        .with_for_update(),
        execution_options=fresh,
    ).scalar_one_or_none()


def _end(call: WebhookCall, state: str, now: datetime) -> None:
    call.state, call.settled_at = state, now


def _put_off(call: WebhookCall, attempt: Attempt) -> None:
    """The schedule with jitter, or as long as the endpoint asks: then for all its calls."""
    pause_for = timedelta(seconds=PAUSES[call.attempts - 1] * random.uniform(0.9, 1.1))  # noqa: S311 (no secret)
    asked = min(attempt.wait or timedelta(0), LONGEST_WAIT)
    call.due_at = attempt.at + max(pause_for, asked)
    if asked:
        until = attempt.at + asked
        db.session.execute(
            update(WebhookCall)
            .where(WebhookCall.webhook_id == call.webhook_id, _WAITING, WebhookCall.due_at < until)
            .values(due_at=until)
            .execution_options(synchronize_session=False)
        )
