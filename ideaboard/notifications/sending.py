"""Sending what is due, one by one, so that nobody is missed and nobody is told twice.

1. claim it (claims.py), and a few more when mails go quickly: ours for LEASE_SECONDS, by the database's clock;
2. judge now whom and what it may still tell, and compose it (composing.py); nothing left: dropped;
3. hand it to the relay, outside any transaction, under the Message-ID that derives from its row;
4. settle it, before the next is handed over: sent, or refused for good, or put off.

Killed between 3 and 4 the lease ends and that one mail is sent again, under the same Message-ID. A handing over that
could outlive the lease is not begun: a worker that was stopped for a while gives up what it holds.
"""

import logging
import random
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from ideaboard.extensions import db
from ideaboard.foundation import post as posting
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.mail import envelope_sender, message_id_of, message_of
from ideaboard.foundation.post import FilePost, NotNow, Refused, mail_folder
from ideaboard.foundation.refusals import Busy
from ideaboard.models import Delivery, Person, Site
from ideaboard.models.vocabulary import Origin, ToldBy
from ideaboard.notifications import claims
from ideaboard.notifications.claims import Fate, claim, put_off, release, settle
from ideaboard.notifications.composing import COMPOSERS, Dropped, Parcel, Postponed
from ideaboard.notifications.entitlement import judge_ahead

log = logging.getLogger(__name__)
# News: 1, 2, 4 … minutes up to 6 hours, given up after five days of failing. A code is worth little after minutes.
FIRST_PAUSE = {"code": timedelta(seconds=5)}
LONGEST_PAUSE = {"code": timedelta(seconds=60)}
GIVE_UP_AFTER = timedelta(days=5)
MOST_HELD = 20
QUICK_SECONDS = 0.1


@dataclass(frozen=True)
class Sent:
    """What became of one delivery: 'sent', 'refused', 'dropped' or 'later'. `trouble`: why no mail would go now."""

    state: str
    trouble: str = ""


class _Attempt(NamedTuple):
    """What of the delivery is needed after a fault has emptied the session."""

    id: int
    kind: str
    attempts: int
    facts: dict


class Hand:
    """What one worker has claimed and not yet sent."""

    def __init__(self, worker: str, post, most: int = MOST_HELD):
        self.worker, self.post, self._most = worker, post, most
        self._held: deque[int] = deque()
        self._next_claim, self._begin_by, self._kept = 1, 0.0, []

    def __bool__(self) -> bool:
        return bool(self._held)

    def send_next(self, now: datetime) -> Sent | None:
        """Send the next due delivery; None when nothing is due."""
        began = time.monotonic()
        if self._held and began > self._begin_by:
            self.let_go()
        if not self._held and not self._claim(now):
            return None
        sent = _send(self._held.popleft(), self.worker, now, self.post, self._begin_by)
        # A relay that takes its time gets its mails one by one: what waits in the hand of a killed worker waits long.
        quick = time.monotonic() - began < QUICK_SECONDS
        self._next_claim = min(self._next_claim * 2, self._most) if quick else 1
        return sent

    def let_go(self) -> None:
        """Give back what is held."""
        if self._held:
            ids, self._held = list(self._held), deque()
            release(self.worker, ids)

    def _claim(self, now: datetime) -> bool:
        self._begin_by = time.monotonic() + 0.9 * claims.LEASE_SECONDS - posting.WHOLE_SECONDS
        self._held.extend(claim(self.worker, now, self._next_claim))
        if self._held:
            found = select(Delivery).where(Delivery.id.in_(self._held))
            rows = db.session.execute(found, execution_options={"populate_existing": True}).scalars().all()
            if len(rows) > 1:
                judge_ahead([row for row in rows if row.kind in ("news", "digest") and row.person_id is not None], now)
            self._kept = [Site.current(), *rows]  # the session holds what is held elsewhere: they are read once
            end_reading()
        return bool(self._held)


def send_one(worker: str, now: datetime, post) -> Sent | None:
    """Send the next due delivery; None when nothing is due. `post`: a post box (foundation/post.py)."""
    return Hand(worker, post, most=1).send_next(now)


def _send(delivery_id: int, worker: str, now: datetime, post, begin_by: float) -> Sent:
    """Compose, hand over and settle a delivery that is ours. `begin_by`: by the monotonic clock."""
    delivery = db.session.get(Delivery, delivery_id)
    attempt = _Attempt(delivery_id, delivery.kind, delivery.attempts, delivery.facts)
    try:
        parcel = COMPOSERS[delivery.kind](delivery, now)
        message = _message(delivery, parcel, now) if isinstance(parcel, Parcel) else None
    except Exception as fault:
        db.session.rollback()
        log.exception("delivery %s could not be composed; it is tried again", delivery_id)
        return _later(attempt, worker, now, f"could not be composed: {type(fault).__name__}: {fault}", [])
    demo = delivery.person is not None and delivery.person.origin == Origin.DEMO
    end_reading()
    if isinstance(parcel, Dropped):
        settle(delivery_id, worker, now, "dropped", parcel.settled, parcel.because, parcel.also)
        return Sent("dropped")
    if isinstance(parcel, Postponed):
        put_off(delivery_id, worker, parcel.until, failed=False)
        return Sent("later")
    # Whose address was made up for the demo gets no mail by a real relay.
    box = FilePost(mail_folder()) if demo else post
    if time.monotonic() > begin_by:  # it was stopped meanwhile: the lease may end before the relay answers
        release(worker, [delivery_id])
        return Sent("later")
    try:
        box.send(message, envelope_sender(), parcel.address)
    except Refused as refusal:
        also = _both(parcel.also, _refuse_address(delivery, parcel, str(refusal), now))
        _surely(settle, delivery_id, worker, now, "refused", _not_told(parcel), str(refusal), also)
        return Sent("refused")
    except NotNow as trouble:
        later = _later(attempt, worker, now, str(trouble), _not_told(parcel), parcel.also)
        return Sent(later.state, str(trouble) if trouble.whole_server else "")
    fates = [*parcel.settled, *parcel.carried]
    also = _both(parcel.also, _address_takes_mail(delivery, parcel))
    _surely(settle, delivery_id, worker, now, "sent", fates, "", also)
    return Sent("sent")


def _surely(write, *facts) -> None:
    """Write what the relay said, however long the database is busy: forgotten, the mail would go twice.

    It cannot renew its lease meanwhile: that were a write as well. So it asks more often than an ended lease rests
    (claims.REST_SECONDS): whoever is let in first after a long lock, the mail is known as sent before it is claimed.
    """
    pause = 0.2
    while True:
        try:
            write(*facts)
            return
        except (Busy, OperationalError) as trouble:
            db.session.rollback()
            log.warning("a mail was sent, and the database cannot be told yet: %s", str(trouble).splitlines()[0])
            time.sleep(pause)
            pause = min(pause * 2, 1.0)


def _message(delivery: Delivery, parcel: Parcel, now: datetime):
    return message_of(
        parcel.mail,
        to=parcel.address,
        sender_name=Site.current().name,
        message_id=message_id_of(delivery.message_key),
        date=now,
        language=parcel.language,
        headers=parcel.headers,
    )


def _not_told(parcel: Parcel) -> list[Fate]:
    """What becomes of the notifications when the mail server takes the mail never."""
    return [*parcel.settled, *(fate._replace(told_by=ToldBy.REFUSED) for fate in parcel.carried)]


def _later(attempt: _Attempt, worker: str, now: datetime, why: str, given_up: list[Fate], also=None) -> Sent:
    """Put it off, twice as long each time, with jitter; after five days give up."""
    # Counted from the first failure: a digest waits a week for its hour, and a worker may have been away.
    failing_since = attempt.facts.get("failing_since") or now.isoformat()
    if now - datetime.fromisoformat(failing_since) > GIVE_UP_AFTER:
        settle(attempt.id, worker, now, "refused", given_up, f"given up after five days: {why}", also)
        return Sent("refused")
    pause = FIRST_PAUSE.get(attempt.kind, timedelta(minutes=1)) * 2 ** min(attempt.attempts - 1, 12)
    pause = min(pause, LONGEST_PAUSE.get(attempt.kind, timedelta(hours=6)))
    due_at = now + pause * random.uniform(0.75, 1.25)  # noqa: S311 (no secret)
    put_off(attempt.id, worker, due_at, why, facts={**attempt.facts, "failing_since": failing_since})
    return Sent("later")


def _both(*writes):
    """One write of several, those that are None left out."""
    return lambda: [write() for write in writes if write is not None]


def _refuse_address(delivery: Delivery, parcel: Parcel, because: str, now: datetime):
    """No further news goes to an address that the relay refused for good; its owner is told in the inbox."""
    if delivery.person_id is None:
        return None
    return lambda: db.session.execute(
        update(Person)
        .where(Person.id == delivery.person_id, Person.email == parcel.address)
        .values(mail_refused_at=now, mail_refused_because=because[:300])
    )


def _address_takes_mail(delivery: Delivery, parcel: Parcel):
    """A code that arrived proves that the address takes mail again."""
    if delivery.kind != "code":
        return None
    return lambda: db.session.execute(
        update(Person)
        .where(Person.email == parcel.address, Person.mail_refused_at.is_not(None))
        .values(mail_refused_at=None, mail_refused_because=None)
    )
