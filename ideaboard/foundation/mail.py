"""A mail as it goes over the wire. No input reaches a header raw; the wording comes from above.

`Mail` is what somebody reads; `message_of` makes the bytes. How they are handed over: foundation/post.py.
"""

import re
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cached_property, lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

from ideaboard.foundation.settings import settings

# Folded at 78, a List-Unsubscribe address becomes an encoded word and one-click unsubscribing dies.
POLICY = SMTP.clone(max_line_length=998)
# Python before 3.11.15 lets CR and LF into headers; the other controls and line separators have no business there.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# What needs no encoding goes as it is: the registry of headers takes milliseconds for it.
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_PLAIN = re.compile(r"(?!.*=\?)[\x20-\x7e]{1,900}")


class UnsafeHeader(ValueError):
    """A header's value holds a line break or another control character."""


@dataclass(frozen=True)
class Mail:
    """What somebody reads: text and HTML say the same."""

    subject: str
    text: str
    html: str


class Message:
    """The bytes of a mail; reads like an EmailMessage, which is parsed from them when somebody asks."""

    def __init__(self, raw: bytes, message_id: str, date: datetime):
        self.raw, self.message_id, self.date = raw, message_id, date

    @cached_property
    def parsed(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=POLICY)

    def as_bytes(self) -> bytes:
        return self.raw

    def __str__(self) -> str:
        return str(self.parsed)

    def __getitem__(self, header: str):
        return self.parsed[header]

    def __getattr__(self, name: str):
        return getattr(self.parsed, name)


def message_of(
    mail: Mail,
    *,
    to: str,
    sender_name: str,
    message_id: str,
    date: datetime,
    language: str = "en",
    headers: dict[str, str] | None = None,
) -> Message:
    """The message with its headers. `headers`: further ones. Raises UnsafeHeader, and ValueError for a bad address."""
    given = {
        "Subject": mail.subject,
        "Date": format_datetime(date),
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        **(headers or {}),
        "Content-Language": language,
    }
    for value in (*given.values(), to, sender_name, message_id):
        if _CONTROL.search(value):
            raise UnsafeHeader(f"a control character in a mail header: {value!r}")
    recipient = to if _PLAIN_ADDRESS.fullmatch(to) else str(Address(addr_spec=to))
    # "=_" cannot occur in quoted-printable text.
    boundary = f"=_{sha256(message_id.encode()).hexdigest()[:24]}"
    lines = [
        _header("From", str(_sender(sender_name))),
        _header("To", recipient),
        *(_header(name, value) for name, value in given.items()),
        f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="{boundary}"\r\n'.encode(),
        *_part(boundary, "plain", mail.text),
        *_part(boundary, "html", mail.html),
        f"\r\n--{boundary}--\r\n".encode(),
    ]
    return Message(b"".join(lines), message_id, date)


def _header(name: str, value: str) -> bytes:
    if _PLAIN.fullmatch(value):
        return f"{name}: {value}\r\n".encode()
    return _encoded(name, value)


@lru_cache(maxsize=256)
def _encoded(name: str, value: str) -> bytes:
    """A header with what is not plain encoded (RFC 2047); a thousand readers of one answer get the same."""
    return POLICY.fold(*POLICY.header_store_parse(name, value)).encode("ascii")


def _part(boundary: str, subtype: str, content: str) -> tuple[bytes, ...]:
    head = f"\r\n--{boundary}\r\n"
    head += f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    wired = "\r\n".join(content.splitlines()) + "\r\n"
    return head.encode(), b2a_qp(wired.encode(), istext=True)


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
