"""The operator's figures for a shell and for machines: plain lines, JSON, and Prometheus' text."""

from datetime import datetime

from ideaboard.notifications.causes import words_of
from ideaboard.notifications.deliveries import Standing


def as_json(found: Standing) -> dict:
    """Everything in plain values; moments in ISO 8601, UTC."""
    return {
        "waiting": {
            name: getattr(found, name) for name in ("waiting", "due", "later", "digests", "codes", "trying")
        }
        | {"oldest": _iso(found.oldest)},
        "sent": found.sent | {"last": _iso(found.last_sent)},
        "not_delivered": {"week": found.failed, "dropped": found.dropped, "addresses": found.refused_people},
        "causes": [
            {"cause": row.code, "trying": row.trying, "failed": row.failed, "since": _iso(row.since)}
            for row in found.causes
        ],
        "events": {"waiting": found.events, "since": _iso(found.events_since)},
        "workers": [{"name": name, "seen": _iso(seen), "runs": runs} for name, seen, runs in found.workers],
        "webhooks": [
            {
                "id": hook.id, "name": hook.name, "waiting": hook.waiting, "oldest": _iso(hook.oldest),
                "sent": hook.sent, "failed": hook.failed, "failing_since": _iso(hook.failing_since),
                "paused": hook.paused_at is not None,
            }
            for hook in found.hooks
        ],
        "wal_alarm": found.wal_alarm is not None,
    }  # fmt: skip


def as_lines(found: Standing) -> list[str]:
    """For somebody at a shell."""
    running = [name for name, _, runs in found.workers if runs]
    lines = [
        f"waiting: {found.waiting} ({found.due} due, {found.later} later, {found.digests} in digests, "
        f"{found.codes} sign-in codes, {found.trying} tried again)",
        f"oldest due: {_utc(found.oldest)}",
        f"sent: {found.sent['hour']} in the last hour, {found.sent['day']} in a day, {found.sent['week']} in 7 days; "
        f"the last at {_utc(found.last_sent)}",
        f"not delivered in 7 days: {found.failed}; dropped, as nothing was left to tell: {found.dropped}",
        f"addresses that take no mail: {found.refused_people}",
        f"events to be handed on: {found.events}, since {_utc(found.events_since)}",
        f"workers: {', '.join(running) or 'none'}",
    ]
    lines += [
        f"{words_of(row.code)} [{row.code}]: {row.trying} tried again, {row.failed} not delivered, "
        f"since {_utc(row.since)}"
        for row in found.causes
    ]
    lines += [
        f"webhook {hook.name}: {hook.waiting} waiting, {hook.sent} sent and {hook.failed} failed in 7 days"
        + (
            ", paused"
            if hook.paused_at
            else f", failing since {_utc(hook.failing_since)}"
            if hook.failing_since
            else ""
        )
        for hook in found.hooks
    ]
    return lines + ([found.wal_alarm] if found.wal_alarm else [])


def as_metrics(found: Standing, now: datetime) -> str:
    """Prometheus' text format. Gauges all: they are counted anew in the database, and bounded there."""
    lines: list[str] = []

    def gauge(name: str, what: str, values: list[tuple[str, float]]) -> None:
        lines.append(f"# HELP ideaboard_{name} {what}")
        lines.append(f"# TYPE ideaboard_{name} gauge")
        lines.extend(f"ideaboard_{name}{labels} {value:g}" for labels, value in values)

    gauge(
        "mails_waiting", "Mails that wait.",
        [(f'{{kind="{kind}"}}', getattr(found, kind)) for kind in ("due", "later", "digests")],
    )  # fmt: skip
    gauge("codes_waiting", "Sign-in codes that wait.", [("", found.codes)])
    gauge("mail_oldest_due_seconds", "How long the oldest mail has been due.", [("", _age(found.oldest, now))])
    gauge("mails_sent", "Mails sent.", [(f'{{in="{span}"}}', number) for span, number in found.sent.items()])
    gauge("mails_dropped_week", "Mails dropped in 7 days, as nothing was left to tell.", [("", found.dropped)])
    gauge("mails_trying", "Mails tried again, by cause.", [(_cause(row.code), row.trying) for row in found.causes])
    gauge(
        "mails_failed_week", "Mails not delivered in 7 days.", [(_cause(row.code), row.failed) for row in found.causes]
    )
    gauge("addresses_refused", "People whose address takes no mail.", [("", found.refused_people)])
    gauge("events_waiting", "Events to be handed on.", [("", found.events)])
    gauge("workers_running", "Workers seen lately.", [("", sum(runs for _, _, runs in found.workers))])
    gauge("wal_alarm", "1 when the database's log will not shrink.", [("", found.wal_alarm is not None)])
    hooks = [(f'{{webhook="{hook.id}"}}', hook) for hook in found.hooks]
    gauge("calls_waiting", "Calls of a webhook that wait.", [(label, hook.waiting) for label, hook in hooks])
    gauge("calls_failed_week", "Calls that failed in 7 days.", [(label, hook.failed) for label, hook in hooks])
    return "\n".join(lines) + "\n"


def _cause(code: str) -> str:
    return f'{{cause="{code}"}}'


def _age(moment: datetime | None, now: datetime) -> float:
    return max((now - moment).total_seconds(), 0.0) if moment else 0.0


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _utc(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "–"
