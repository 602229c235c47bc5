"""A mail as it goes over the wire. No input reaches a header raw; the wording comes from above.

`Mail` is what somebody reads; `message_of` makes the EmailMessage. How it is handed over: foundation/post.py.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from urllib.parse import urlsplit

from ideaboard.foundation.settings import settings

# Folded at 78, a List-Unsubscribe address becomes an encoded word and one-click unsubscribing dies.
POLICY = SMTP.clone(max_line_length=998)
# Python before 3.11.15 lets CR and LF into headers; the other controls and line separators have no business there.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class UnsafeHeader(ValueError):
    """A header's value holds a line break or another control character."""


@dataclass(frozen=True)
class Mail:
    """What somebody reads: text and HTML say the same."""

    subject: str
    text: str
    html: str


def message_of(
    mail: Mail,
    *,
    to: str,
    sender_name: str,
    message_id: str,
    date: datetime,
    language: str = "en",
    headers: dict[str, str] | None = None,
) -> EmailMessage:
    """The message with its headers. `headers`: further ones. Raises UnsafeHeader, and ValueError for a bad address."""
    message = EmailMessage(policy=POLICY)
    given = {
        "Subject": mail.subject,
        "Date": format_datetime(date),
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        **(headers or {}),
    }
    for value in (*given.values(), to, sender_name, language):
        if _CONTROL.search(value):
            raise UnsafeHeader(f"a control character in a mail header: {value!r}")
    message["From"] = _sender(sender_name)
    message["To"] = Address(addr_spec=to)
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    for name, value in given.items():  # after the content, which takes Content-… headers with it
        message[name] = value
    message["Content-Language"] = language
    return message


def _sender(name: str) -> Address:
    """MAIL_FROM with its own display name, else with the site's."""
    own_name, address = parseaddr(settings.mail_from)
    return Address(display_name=own_name or name, addr_spec=address)


def envelope_sender() -> str:
    """The address that failures come back to."""
    return parseaddr(settings.mail_from)[1]


def mail_host() -> str:
    """The domain under which Message-ID and List-Id stand: the public host, or 'localhost' for a bare address."""
    host = urlsplit(settings.public_url).hostname or "localhost"
    return host if re.search("[a-z]", host) and ":" not in host else "localhost"


def message_id_of(message_key: str) -> str:
    """The Message-ID that derives from a delivery's key: the same for every attempt, and telling nothing."""
    return f"<{sha256(message_key.encode()).hexdigest()[:32]}@{mail_host()}>"
