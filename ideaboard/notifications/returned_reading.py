"""Reading the mailbox of returned mail: at most so many mails and seconds a run, each believed once.

1. an unread mail is read; 2. what it reports is done, in transactions that do it once; 3. it is flagged as dealt with.
Killed between 2 and 3 it is read again, and nothing happens twice.
"""

import logging
import time
from collections import Counter
from datetime import datetime

from sqlalchemy.exc import DataError, SQLAlchemyError

from ideaboard.extensions import db
from ideaboard.foundation.mail_store import NotRead, open_store
from ideaboard.foundation.refusals import Busy
from ideaboard.foundation.settings import settings
from ideaboard.notifications.returned import reports_of
from ideaboard.notifications.returned_deed import heed

log = logging.getLogger(__name__)
MOST = 50
SECONDS = 20.0  # the worker sends no mail meanwhile
EVERY_SECONDS = 300.0


def read_returned_mail(now: datetime, *, most: int = MOST, seconds: float = SECONDS) -> Counter:
    """{what was done (returned_deed.heed), 'no report': how many mails}; 'mails' counts all that were read.

    Raises NotRead when the mailbox cannot be read, Busy or a database's error when nothing can be written: then what
    was not flagged is read again.
    """
    counted: Counter = Counter()
    end = time.monotonic() + seconds
    store = open_store(settings.returned_mail_url, seconds)
    try:
        for key, raw in store.unread(most):
            counted["mails"] += 1
            counted.update(_heeded(raw, now))
            store.done(key)
            if time.monotonic() > end:
                break
    finally:
        store.close()
    return counted


def _heeded(raw: bytes, now: datetime) -> list[str]:
    """What was done about each report of a mail. One that we fail at is skipped: it must not stop those behind it."""
    try:
        return [heed(report, now) for report in reports_of(raw)] or ["no report"]
    except (Busy, SQLAlchemyError) as trouble:
        if not isinstance(trouble, DataError):  # what no database takes, it takes in five minutes no more
            raise
        db.session.rollback()
        log.exception("a returned mail could not be asked about; it is skipped")
        return ["no report"]
    except Exception:
        db.session.rollback()
        log.exception("a returned mail could not be understood; it is skipped")
        return ["no report"]


def read_now_and_then(worker: str, now: datetime) -> float | None:
    """The worker's job: nothing without RETURNED_MAIL_URL; soon again when a whole run's worth was there."""
    if not settings.returned_mail_url:
        return None
    try:
        counted = read_returned_mail(now)
    except NotRead as trouble:
        db.session.rollback()
        log.warning("returned mail is not read: %s", trouble)
        return None
    if counted["mails"]:
        log.info("returned mail: %s", dict(counted))
    return 5.0 if counted["mails"] >= MOST else None
