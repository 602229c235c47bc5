"""Mails that were kept as files, read back for the browser of who tries the product on their own machine."""

import email
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from ideaboard.foundation.post import mail_folder

_NAME = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{1,32}")
_SHOWN = 200


@dataclass(frozen=True)
class KeptMail:
    name: str
    subject: str
    to: str
    sender: str
    date: datetime | None
    text: str
    html: str


def kept_mails(address: str | None = None, at_most: int = _SHOWN) -> list[KeptMail]:
    """The newest mails first; `address`: only those to it."""
    files = sorted(mail_folder().glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    found = []
    for path in files:
        mail = _read(path)
        if address is None or mail.to == address:
            found.append(mail)
        if len(found) >= at_most:
            break
    return found


def kept_mail(name: str) -> KeptMail | None:
    """One mail by its name (the file's, without .eml), or None."""
    path = mail_folder() / f"{name}.eml"
    return _read(path) if _NAME.fullmatch(name) and path.is_file() else None


def _read(path: Path) -> KeptMail:
    message: EmailMessage = email.message_from_bytes(path.read_bytes(), policy=SMTP)
    parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    date = message["Date"]
    return KeptMail(
        name=path.stem,
        subject=str(message["Subject"]),
        to=message["To"].addresses[0].addr_spec,
        sender=str(message["From"]),
        date=date.datetime if date else None,
        text=parts["plain"].get_content() if parts["plain"] else "",
        html=parts["html"].get_content() if parts["html"] else "",
    )
