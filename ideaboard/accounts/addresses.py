"""E-mail addresses as people type them, and the one form in which they are stored."""

import unicodedata

from ideaboard.extensions import gettext
from ideaboard.foundation.refusals import Refusal

LONGEST = 254  # RFC 5321; longer ones no relay takes


class NoAddress(Refusal):
    """What was typed is no e-mail address; `field` is 'email'."""


def normal_address(typed: str) -> str:
    """'Vera@Example.org ' -> 'vera@example.org': ASCII, lower case; no look-up of its domain. Raises NoAddress.

    Control characters are refused: Python before 3.11.15 lets line breaks into mail headers.
    """
    address = typed.strip(" \t")
    if not address:
        raise NoAddress(gettext("Type your e-mail address, like vera@example.com."), field="email")
    if len(address) > LONGEST or any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in address):
        raise NoAddress(_sentence(), field="email")
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 (30 ms of patterns, that no start needs)

    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise NoAddress(_sentence(), field="email") from None
    return found.ascii_email.lower()


def mailbox_of(address: str) -> str:
    """'vera+a@example.org' -> 'vera@example.org': whom mails are counted for. Many addresses may fill one mailbox."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def _sentence() -> str:
    return gettext("This is no e-mail address that mail could reach. Look for a typing slip, like vera@example.com.")
