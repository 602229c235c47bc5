"""Mails to made-up people, which are kept as files; they go with the demo."""

from email.parser import BytesHeaderParser
from email.policy import SMTP
from pathlib import Path

from ideaboard.foundation.post import mail_folder
from ideaboard.site.demo.content import MAIL_DOMAIN


def remove_kept_mails() -> int:
    """Remove the files of mails to people of the demo; returns how many."""
    gone = [path for path in mail_folder().glob("*.eml") if _is_to_the_demo(path)]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _is_to_the_demo(path: Path) -> bool:
    with path.open("rb") as file:
        to = BytesHeaderParser(policy=SMTP).parse(file)["To"]
    return to is not None and all(address.domain == MAIL_DOMAIN for address in to.addresses)
