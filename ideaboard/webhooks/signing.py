"""Secrets and signatures after Standard Webhooks. No secret is stored: each derives from its salt under SECRET_KEY."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from ideaboard.foundation.tokens import derive, new_token
from ideaboard.models import Webhook

OLD_SECRET_VALID = timedelta(hours=24)


def new_salt() -> str:
    return new_token()


def secret_of(salt: str) -> str:
    """'whsec_…', as the receiver keeps it."""
    return "whsec_" + base64.b64encode(derive("webhook", salt)).decode()


def headers_of(webhook: Webhook, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of an attempt at `at`; signed with both secrets while one replaces the other."""
    stamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    salts = [webhook.salt]
    if webhook.previous_salt and webhook.previous_until > at:
        salts.append(webhook.previous_salt)
    signatures = [hmac.new(derive("webhook", salt), signed, hashlib.sha256).digest() for salt in salts]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in signatures),
    }
