"""Making one call: judged now, shaped, signed, called outside any transaction, and written down."""

import json
import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from sqlalchemy.exc import OperationalError

from ideaboard.extensions import babel, db, force_locale
from ideaboard.foundation import outbound
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Busy
from ideaboard.models import Site, WebhookCall
from ideaboard.webhooks.chats import CHATS, announcement_of, test_announcement
from ideaboard.webhooks.claims import Attempt, drop, settle
from ideaboard.webhooks.entitled import about
from ideaboard.webhooks.offers import STANDARD
from ideaboard.webhooks.shapes import payload_of, test_payload
from ideaboard.webhooks.signing import headers_of

log = logging.getLogger(__name__)
GONE = 410


@dataclass(frozen=True)
class Request:
    url: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict, repr=False)


def request_of(call: WebhookCall, at: datetime) -> Request | None:
    """What is sent at `at`; None when the endpoint may not hear of it any more. Reads only."""
    webhook, site = call.webhook, Site.current()
    found = about(call.event, webhook) if call.event is not None else None
    if call.event is not None and found is None:
        return None
    spoken = {str(locale) for locale in babel.list_translations()}
    with force_locale(site.locale if site.locale in spoken else "en"):
        if webhook.shape == STANDARD:
            payload = payload_of(found, webhook) if found else test_payload(at)
        else:
            payload = CHATS[webhook.shape](announcement_of(found) if found else test_announcement(site))
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json"}
    if webhook.shape == STANDARD:
        headers |= headers_of(webhook, call.message_id, at, body)
    return Request(webhook.url, body, headers)


def make_call(call_id: int, worker: str, at: datetime) -> str | None:
    """Make a claimed call; its state then ('waiting': it is tried again), None when the claim was lost."""
    try:
        request = request_of(db.session.get(WebhookCall, call_id, populate_existing=True), at)
        end_reading()
    except Exception as fault:
        db.session.rollback()
        log.exception("webhook call %s could not be composed; it is tried again", call_id)
        return surely(settle, call_id, worker, Attempt(at, None, "ours", type(fault).__name__, 0))
    if request is None:
        surely(drop, call_id, worker, "not_entitled", at)
        return "dropped"
    return surely(settle, call_id, worker, _attempt(request, at))


def _attempt(request: Request, at: datetime) -> Attempt:
    begun = time.monotonic()
    try:
        answer = outbound.call(request.url, headers=request.headers, body=request.body)
    except outbound.Unreachable as trouble:
        # It quotes what the other side said, and a database takes no control characters.
        return Attempt(at, None, trouble.cause, _printable(str(trouble)), round((time.monotonic() - begun) * 1000))
    except ValueError as trouble:
        return Attempt(at, None, "ours", str(trouble), 0)
    cause = _cause(answer.status)
    words = answer.body[:200].decode("utf-8", "replace") if cause else ""
    return Attempt(at, answer.status, cause, _printable(words), answer.ms, _retry_after(answer.headers, at))


def _cause(status: int) -> str:
    """'' for 2xx."""
    if 200 <= status < 300:
        return ""
    if status == GONE:
        return "gone"
    return "redirect" if 300 <= status < 400 else "status"


def _retry_after(headers: dict[str, str], at: datetime) -> timedelta | None:
    """Seconds, or a date by the other side's clock; None when it says neither."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdecimal():
        return timedelta(seconds=min(int(said[:9]), 10**6))
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return max((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - at, timedelta(0))


def _printable(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def surely(write, *facts):
    """Write what the other side said, however long the database is busy: forgotten, the call would go twice."""
    pause = 0.2
    while True:
        try:
            return write(*facts)
        except (Busy, OperationalError) as trouble:
            db.session.rollback()
            log.warning("a webhook was called, and the database cannot be told yet: %s", str(trouble).splitlines()[0])
            time.sleep(pause)
            pause = min(pause * 2, 5.0)
