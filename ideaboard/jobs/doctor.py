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
from ideaboard.foundation.mail_store import NotRead, open_store
from ideaboard.foundation.post import FilePost, NotNow, post_box
from ideaboard.foundation.schema import OtherSchema, require_schema, revisions
from ideaboard.foundation.settings import settings
from ideaboard.models import Delivery, WorkerPulse
from ideaboard.notifications import deliveries
from ideaboard.notifications.waiting import WAL_ALARM_BYTES, waiting_mails, worker_runs

ASK_SECONDS = 10.0  # for the mail server, and for the mailbox of returned mail
FEW, TOLERATED = 20, 0.1  # undelivered mails of a week, and their share, that are nobody's alarm


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
    figures = deliveries.standing(now)
    return [*found, _worker(now), _mails(now), _mail_server(), _undelivered(figures), _returned()]


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


def _mail_server() -> Finding:
    """Connects and signs in, and sends nothing."""
    box = post_box()
    if isinstance(box, FilePost):
        return Finding("mail server", f"none (SMTP_URL is not set): mails are kept in {box.folder}")
    try:
        box.try_out(ASK_SECONDS)
    except NotNow as trouble:
        return Finding("mail server", str(trouble), False)
    return Finding("mail server", f"{box.host} answers")


def _undelivered(figures: deliveries.Standing) -> Finding:
    """The share of a week's mails that did not arrive; much of it is mostly the sender's own fault (SPF, DKIM)."""
    sent, failed = figures.sent["week"], figures.failed
    share = failed / (sent + failed) if failed else 0.0
    words = (
        f"{failed} of {sent + failed} in 7 days ({share:.0%}); addresses that take no mail: {figures.refused_people}"
    )
    if failed:
        words += f"; mostly: {max(figures.causes, key=lambda row: row.failed).code}"
    return Finding("not delivered", words, failed < FEW or share <= TOLERATED)


def _returned() -> Finding:
    """Whether the mailbox of returned mail can be opened; nothing is read or flagged."""
    if not settings.returned_mail_url:
        taken = "taken at /mail/returned" if settings.returned_mail_token else "not read: RETURNED_MAIL_URL is not set"
        return Finding("returned mail", taken)
    store = open_store(settings.returned_mail_url, ASK_SECONDS)
    try:
        list(store.unread(0))
    except NotRead as trouble:
        return Finding("returned mail", str(trouble), False)
    finally:
        store.close()
    return Finding("returned mail", "the mailbox can be read")


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
