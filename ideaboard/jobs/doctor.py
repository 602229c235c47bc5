"""`flask --app wsgi doctor`: how things stand, for whoever operates this. Reads only."""

import os
import platform
from dataclasses import dataclass
from datetime import datetime

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select, text

from ideaboard.extensions import db
from ideaboard.foundation import clock, dialects
from ideaboard.foundation.schema import OtherSchema, require_schema, revisions
from ideaboard.models import Delivery, WorkerPulse
from ideaboard.notifications.waiting import WAL_ALARM_BYTES, waiting_mails, worker_runs


@dataclass(frozen=True)
class Finding:
    what: str
    words: str
    is_well: bool = True

    def __str__(self) -> str:
        return f"{'ok   ' if self.is_well else 'WRONG'}  {self.what}: {self.words}"


def examine(now: datetime) -> list[Finding]:
    """What was found, in the order in which one thing rests on another. Raises OtherSchema: no database can be opened."""
    standing, wanted, _ = revisions()
    found = [Finding("Python", platform.python_version())]
    connection = db.session.connection()
    found.append(Finding("database", dialects.version_of(connection)))
    for name, (value, is_well) in dialects.pragmas_of(connection).items():
        found.append(Finding(f"pragma {name}", value, is_well))
    if dialects.one_writer(connection.dialect.name):
        found.append(_log(f"{db.engine.url.database}-wal"))
    try:
        require_schema()
        found.append(Finding("migrations", f"none pending (at {', '.join(standing)})"))
    except OtherSchema as other:
        stands = f"at {', '.join(standing) or 'nothing'}, this code wants {', '.join(wanted)}"
        return [*found, Finding("migrations", f"{stands}. {other}", False)]
    return [*found, _worker(now), _mails(now)]


def _log(path: str) -> Finding:
    size = os.path.getsize(path) if os.path.exists(path) else 0
    return Finding("write-ahead log", f"{size / 1024 / 1024:.1f} MB", size <= WAL_ALARM_BYTES)


def _worker(now: datetime) -> Finding:
    seen = db.session.execute(select(func.max(WorkerPulse.seen_at))).scalar()
    words = f"last seen {seen:%Y-%m-%d %H:%M:%S} UTC" if seen else "never seen"
    return Finding("worker", words, worker_runs(now))


def _mails(now: datetime) -> Finding:
    waiting, oldest = db.session.execute(
        select(func.count(), func.min(Delivery.due_at)).where(text("delivery.state = 'waiting'"))
    ).one()
    trouble = waiting_mails(now)
    words = f"{waiting} waiting, the oldest due {oldest:%Y-%m-%d %H:%M:%S} UTC" if waiting else "none waiting"
    if trouble:
        why = f"the mail server does not take them: {trouble.because}" if trouble.because else "no worker sends them"
        words += f"; overdue since {trouble.since:%Y-%m-%d %H:%M:%S} UTC, {why}"
    return Finding("mails", words, trouble is None)


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Say how things stand; the exit status is 1 when something is wrong."""
    try:
        found = examine(clock.now())
    except OtherSchema as trouble:
        raise click.ClickException(str(trouble)) from None
    for finding in found:
        click.echo(str(finding))
    if not all(finding.is_well for finding in found):
        raise SystemExit(1)
