"""How sending stands: the operator's figures. Reads only, in a constant number of queries.

Counts are bounded: beyond MOST_WAITING or MOST_SETTLED they read "more than 10,000", and cost no more.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import case, func, literal, select, text

from ideaboard.extensions import db
from ideaboard.models import Delivery, Event, Person, Webhook, WebhookCall, WorkerPulse
from ideaboard.notifications.waiting import SILENT_AFTER, Waiting, waiting_mails, wal_alarm

MOST_WAITING = 10_000
MOST_SETTLED = 100_000
MOST_REFUSED = 1_000
MOST_HOOKS = 50
SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
# Literal, so that both databases see that the partial indexes answer them.
_WAITING = text("delivery.state = 'waiting'")
_CALLS_WAITING = text("webhook_call.state = 'waiting'")
_EVENTS_WAITING = text("event.dispatched_at IS NULL AND event.origin = 'here'")
REFUSED_PEOPLE = text("person.mail_refused_at IS NOT NULL")


@dataclass
class CauseRow:
    """Mails that failed by one cause. `trying`: they go again by themselves; `failed`: they do not (7 days)."""

    code: str
    trying: int = 0
    failed: int = 0
    since: datetime | None = None


@dataclass
class HookRow:
    """One webhook's calls. `sent`, `failed`: in the last 7 days."""

    id: int
    name: str
    failing_since: datetime | None
    paused_at: datetime | None
    waiting: int = 0
    oldest: datetime | None = None
    sent: int = 0
    failed: int = 0
    cause: str | None = None


@dataclass
class Standing:
    """`waiting`: all mails that wait, one more than MOST_WAITING when there are more; of the first so many by when
    they are due: `due` now, `later`, in `digests`, `codes`, `trying` (again, after a failure)."""

    waiting: int = 0
    due: int = 0
    later: int = 0
    digests: int = 0
    codes: int = 0
    trying: int = 0
    oldest: datetime | None = None
    events: int = 0
    events_since: datetime | None = None
    sent: dict[str, int] = field(default_factory=dict)
    dropped: int = 0
    failed: int = 0
    last_sent: datetime | None = None
    causes: list[CauseRow] = field(default_factory=list)
    refused_people: int = 0
    workers: list[tuple[str, datetime, bool]] = field(default_factory=list)
    hooks: list[HookRow] = field(default_factory=list)
    trouble: Waiting | None = None
    wal_alarm: str | None = None


def standing(now: datetime) -> Standing:
    """Everything that the page shows above its list."""
    found = Standing(trouble=waiting_mails(now), wal_alarm=wal_alarm(now))
    by_cause: dict[str, CauseRow] = {}
    _add_waiting(found, by_cause, now)
    _add_settled(found, now)
    _add_failed(by_cause, now)
    found.causes = sorted(by_cause.values(), key=lambda row: (-row.trying, -row.failed, row.code))
    found.workers = [
        (name, seen, now - seen < SILENT_AFTER)
        for name, seen in db.session.execute(
            select(WorkerPulse.name, WorkerPulse.seen_at).order_by(WorkerPulse.seen_at.desc()).limit(10)
        )
    ]
    _add_hooks(found, now)
    return found


def _bounded(*conditions, of=Delivery, most: int):
    """How many rows, counted up to one more than `most`: a scalar subquery."""
    return select(func.count()).select_from(
        select(literal(1)).select_from(of).where(*conditions).limit(most + 1).subquery()
    )


def _add_waiting(found: Standing, by_cause: dict, now: datetime) -> None:
    first = (
        select(Delivery.kind, Delivery.cause, Delivery.due_at, Delivery.created_at)
        .where(_WAITING)
        .order_by(Delivery.due_at, Delivery.id)
        .limit(MOST_WAITING + 1)
        .subquery()
    )
    due = case((first.c.due_at <= now, 1), else_=0)
    groups = select(
        first.c.kind, first.c.cause, due, func.count(), func.min(first.c.due_at), func.min(first.c.created_at)
    ).group_by(first.c.kind, first.c.cause, due)
    for kind, cause, is_due, number, due_at, created_at in db.session.execute(groups):
        found.waiting += number
        found.codes += number if kind == "code" else 0
        if cause is not None:
            found.trying += number
            row = by_cause.setdefault(cause, CauseRow(cause))
            row.trying += number
            row.since = _earlier(row.since, created_at)
        if is_due:
            found.due += number
            found.oldest = _earlier(found.oldest, due_at)
        elif kind == "digest":
            found.digests += number
        else:
            found.later += number


def _add_settled(found: Standing, now: datetime) -> None:
    counts = {
        f"sent_{span}": _bounded(Delivery.state == "sent", Delivery.settled_at > now - length, most=MOST_SETTLED)
        for span, length in SPANS.items()
    }
    week = now - SPANS["week"]
    counts["dropped"] = _bounded(Delivery.state == "dropped", Delivery.settled_at > week, most=MOST_SETTLED)
    counts["failed"] = _bounded(Delivery.state == "refused", Delivery.settled_at > week, most=MOST_SETTLED)
    sent = (Delivery.state == "sent") & Delivery.settled_at.is_not(None)
    counts["last_sent"] = select(Delivery.settled_at).where(sent).order_by(Delivery.settled_at.desc()).limit(1)
    counts["events"] = _bounded(_EVENTS_WAITING, of=Event, most=MOST_WAITING)
    # The first by its number, not by its time: that is what the index keeps.
    counts["events_since"] = select(Event.happened_at).where(_EVENTS_WAITING).order_by(Event.id).limit(1)
    counts["people"] = _bounded(REFUSED_PEOPLE, of=Person, most=MOST_REFUSED)
    row = db.session.execute(select(*(q.scalar_subquery().label(name) for name, q in counts.items()))).one()
    found.sent = {span: getattr(row, f"sent_{span}") for span in SPANS}
    found.dropped, found.failed, found.last_sent = row.dropped, row.failed, row.last_sent
    found.events, found.events_since, found.refused_people = row.events, row.events_since, row.people


def _add_failed(by_cause: dict, now: datetime) -> None:
    newest = (
        select(Delivery.cause, Delivery.settled_at)
        .where(Delivery.state == "refused", Delivery.settled_at > now - SPANS["week"])
        .order_by(Delivery.settled_at.desc())
        .limit(MOST_WAITING + 1)
        .subquery()
    )
    code = func.coalesce(newest.c.cause, "other")
    for cause, number, since in db.session.execute(
        select(code, func.count(), func.min(newest.c.settled_at)).group_by(code)
    ):
        row = by_cause.setdefault(cause, CauseRow(cause))
        row.failed += number
        row.since = _earlier(row.since, since)


def _add_hooks(found: Standing, now: datetime) -> None:
    hooks = select(Webhook.id, Webhook.name, Webhook.failing_since, Webhook.paused_at).order_by(Webhook.id)
    rows = {row.id: HookRow(*row) for row in db.session.execute(hooks.limit(MOST_HOOKS))}
    found.hooks = list(rows.values())
    if not rows:
        return
    waiting = select(WebhookCall.webhook_id, WebhookCall.due_at, WebhookCall.cause).where(_CALLS_WAITING)
    waiting = waiting.order_by(WebhookCall.due_at).limit(MOST_WAITING + 1).subquery()
    for hook_id, number, oldest, cause in db.session.execute(
        select(waiting.c.webhook_id, func.count(), func.min(waiting.c.due_at), func.max(waiting.c.cause)).group_by(
            waiting.c.webhook_id
        )
    ):
        if hook_id in rows:
            rows[hook_id].waiting, rows[hook_id].oldest, rows[hook_id].cause = number, oldest, cause
    settled = select(WebhookCall.webhook_id, WebhookCall.state).where(
        WebhookCall.state.in_(("sent", "failed")), WebhookCall.settled_at > now - SPANS["week"]
    )
    settled = settled.limit(MOST_SETTLED + 1).subquery()
    for hook_id, state, number in db.session.execute(
        select(settled.c.webhook_id, settled.c.state, func.count()).group_by(settled.c.webhook_id, settled.c.state)
    ):
        if hook_id in rows:
            setattr(rows[hook_id], state, number)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)
