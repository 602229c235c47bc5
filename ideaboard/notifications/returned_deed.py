"""What becomes of a genuine report: the mail counts as not told, the address is left alone, or all mail is stopped.

Genuine is a report that names the Message-ID of a mail that we sent to an address that it names too. That Message-ID
derives from 256 random bits which only that mail carries: nobody can stop a stranger's address with a made-up report
(docs/adr/0012-returned-mail.md).
"""

import logging
import re
from collections import Counter
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update

from ideaboard.extensions import db
from ideaboard.foundation.database import end_reading, transaction
from ideaboard.foundation.mail import message_id_of
from ideaboard.foundation.tokens import unsign
from ideaboard.models import Delivery, Event, Notification, Person, StatusChange
from ideaboard.models.vocabulary import ToldBy
from ideaboard.notifications.causes import cause_code
from ideaboard.notifications.returned import Report

log = logging.getLogger(__name__)
# Class 5, and yet not the address' fault: full, too large, their system, loops and time, protocol, content, policy.
# One broken DKIM record must not stop everybody's address.
_NOT_THE_ADDRESS = re.compile(r"5\.(2\.[234]|3\.\d+|4\.[567]|5\.[1-9]\d*|6\.\d+|7\.\d+)$")
_MOST_LOOKED_AT = 2000  # of one person's mails: the newest


class _Mail(NamedTuple):
    """The delivery that a report is about. `address`: where it went."""

    id: int
    person_id: int
    address: str


def heed(report: Report, now: datetime) -> str:
    """Do what the report asks for. Done twice is done once.

    Returns 'unknown' (not about a mail of ours: nothing is done), 'noted' (it may still arrive), 'returned' (it did
    not arrive), 'stopped' (nor will others: the address is left alone), 'complained' or 'known' (done before).
    """
    mail = _mail_of(report)
    end_reading()
    if mail is None:
        return "unknown"
    if report.kind == "complaint":
        done = _complained(mail, report, now)
    elif report.kind == "delayed":
        done = _note(mail, report)
    else:
        done = _did_not_arrive(mail, report, now)
    log.info("a report about delivery %s: %s", mail.id, done)
    return done


def stops_the_address(status: str) -> bool:
    """Whether a failure with this status ('5.1.1') says that no mail will ever go there."""
    return status.startswith("5.") and not _NOT_THE_ADDRESS.match(status)


def _mail_of(report: Report) -> _Mail | None:
    """The delivery with a Message-ID that the report names, to a person whose address it names.

    A complaint may have its addresses blacked out: there the signed one-click token in its headers names the person.
    """
    people = Person.email.in_(report.recipients)
    if report.kind == "complaint":
        payloads = [unsign("unsubscribe", token) for token in report.tokens]
        people = people | Person.id.in_([p[0] for p in payloads if isinstance(p, list) and p and type(p[0]) is int])
    rows = db.session.execute(
        select(Delivery.id, Delivery.message_key, Delivery.person_id, Delivery.address, Person.email)
        .join(Person, Person.id == Delivery.person_id)
        .where(people, Person.email.is_not(None), Delivery.channel == "mail")
        .order_by(Delivery.id.desc())
        .limit(_MOST_LOOKED_AT)
    )
    for row in rows:
        if message_id_of(row.message_key)[1:33] in report.message_ids:
            return _Mail(row.id, row.person_id, (row.address or row.email).lower())
    return None


def _did_not_arrive(mail: _Mail, report: Report, now: datetime) -> str:
    said = f"returned: {report.status} {report.said.removeprefix(report.status)}".strip()[:300]
    # Class 4 that failed all the same: the other side gave up after its days.
    cause = cause_code(said) if report.status.startswith("5") else "given_up"
    with transaction() as session:
        ours = session.execute(
            update(Delivery)
            .where(Delivery.id == mail.id, Delivery.state == "sent")
            .values(state="refused", last_error=said, cause=cause, settled_at=now)
        ).rowcount
        # Accepted by the relay, and its word broke off: it still waits here, and is judged anew when it is due.
        waits = not ours and session.scalar(
            select(Delivery.id).where(Delivery.id == mail.id, Delivery.state == "waiting")
        )
        if not (ours or waits):
            return "known"
        if ours:
            _untell(mail.id)
        stopped = 0
        if stops_the_address(report.status):
            stopped = session.execute(
                update(Person)
                .where(Person.id == mail.person_id, Person.email == mail.address, Person.mail_refused_at.is_(None))
                .values(mail_refused_at=now, mail_refused_because=said)
            ).rowcount
    if stopped:
        return "stopped"
    return "returned" if ours else "known"


def _untell(delivery_id: int) -> None:
    """Within an open transaction: what this mail told was not told after all; the changes' counters move with it."""
    told = db.session.execute(
        select(Notification.id, Event.change_id)
        .join(Event, Event.id == Notification.event_id)
        .where(Notification.delivery_id == delivery_id, Notification.told_by.in_((ToldBy.MAIL, ToldBy.DIGEST)))
    ).all()
    if not told:
        return
    db.session.execute(
        update(Notification)
        .where(Notification.id.in_([row.id for row in told]))
        .values(told_by=ToldBy.REFUSED)
        .execution_options(synchronize_session=False)
    )
    moved = Counter(row.change_id for row in told if row.change_id is not None)
    for change_id in sorted(moved):  # in the order of their ids, as whoever settles a mail does
        db.session.execute(
            update(StatusChange)
            .where(StatusChange.id == change_id)
            .values(
                told_count=StatusChange.told_count - moved[change_id],
                not_told_count=StatusChange.not_told_count + moved[change_id],
            )
            .execution_options(synchronize_session=False)
        )


def _note(mail: _Mail, report: Report) -> str:
    """It may still arrive: kept beside the mail, nothing else."""
    with transaction() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id == mail.id, Delivery.state == "sent", Delivery.cause.is_(None))
            .values(last_error=f"delayed: {report.status} {report.said}"[:300], cause="later")
        )
    return "noted"


def _complained(mail: _Mail, report: Report, now: datetime) -> str:
    """All mail of this person is stopped, once for each complaint: who allows it again is not stopped by the same."""
    with transaction() as session:
        first = session.execute(
            update(Delivery)
            .where(Delivery.id == mail.id, Delivery.state != "waiting", Delivery.cause.is_distinct_from("complaint"))
            .values(last_error=f"a complaint: {report.said}"[:300], cause="complaint")
        ).rowcount
        if not first:
            return "known"
        session.execute(
            update(Person)
            .where(Person.id == mail.person_id, Person.mail_stopped_at.is_(None))
            .values(mail_stopped_at=now)
        )
    return "complained"
