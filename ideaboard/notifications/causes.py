"""Why a mail did not go: a short code, kept in delivery.cause, and its words for staff and operators.

What a mail server said may hold addresses: it stays in the row's last_error, and pages show it to admins alone.
"""

import re
from dataclasses import dataclass
from typing import Any

from ideaboard.extensions import lazy_gettext as _l

Words = Any  # a LazyString: worded in the language of who reads it


@dataclass(frozen=True)
class Cause:
    """`words`: what is the matter; `to_do`: what helps; `clause`: the same after "the mail server does not take them:".

    A clause stands where the trouble is the whole server's; what one address refuses has none.
    """

    words: Words
    to_do: Words
    clause: Words | None = None


CAUSES: dict[str, Cause] = {
    "folder": Cause(
        _l("The folder where mails are kept cannot be written"),
        _l("Make room on the disk, or let the product write in DATA_DIR."),
        _l("the folder where mails are kept cannot be written"),
    ),
    "sender": Cause(
        _l("The mail server does not accept the sender's address"),
        _l("Set MAIL_FROM to an address that this server may send for."),
        _l("it does not accept the sender's address (MAIL_FROM)"),
    ),
    "tls": Cause(
        _l("The mail server's certificate is not trusted"),
        _l("Name the server in SMTP_URL as its certificate does, or renew the certificate."),
        _l("its certificate is not trusted"),
    ),
    "sign_in": Cause(
        _l("The mail server does not accept the user name and password"),
        _l("Put the right ones into SMTP_URL and restart."),
        _l("it does not accept the user name and password (SMTP_URL)"),
    ),
    "timeout": Cause(
        _l("The mail server does not answer in time"),
        _l("Look whether it is overloaded. Mails go by themselves once it answers."),
        _l("it does not answer in time"),
    ),
    "not_listening": Cause(
        _l("Nothing answers at the mail server's address"),
        _l("Look at host and port in SMTP_URL, and whether the server runs."),
        _l("nothing answers at its address (SMTP_URL)"),
    ),
    "dns": Cause(
        _l("The mail server's name is not found"),
        _l("Look at the host in SMTP_URL, and at this machine's name service."),
        _l("its name is not found (SMTP_URL)"),
    ),
    "closed": Cause(
        _l("The mail server is closed for the moment"),
        _l("Nothing to do: mails go by themselves once it opens."),
        _l("it is closed for the moment"),
    ),
    "connection": Cause(
        _l("No connection to the mail server can be made"),
        _l("Look at the network between the two. Mails go by themselves once it holds."),
        _l("no connection to it can be made"),
    ),
    "broke": Cause(
        _l("The connection broke in the middle of a mail"),
        _l("Nothing to do: it goes again, under the same Message-ID."),
    ),
    "address": Cause(
        _l("There is no such address"),
        _l("No mail goes there any more. Ask the person for another address, or have it tried again below."),
    ),
    "mailbox_full": Cause(
        _l("The mailbox is full"),
        _l("Nothing to do: it is tried again for five days, and the inbox has it in any case."),
    ),
    "policy": Cause(
        _l("The other side does not want the mail"),
        _l("Look at SPF, DKIM and DMARC of the sender's domain, and whether it stands on a block list."),
    ),
    "later": Cause(
        _l("The other side asks to come back later"),
        _l("Nothing to do: it is tried again for five days, and the inbox has it in any case."),
    ),
    "composing": Cause(
        _l("The mail could not be written"),
        _l("This is a fault of the product: the worker's log names it. It is tried again."),
    ),
    "given_up": Cause(
        _l("Given up after five days"),
        _l("The inbox has it. Look at the reason of each below."),
    ),
    "complaint": Cause(
        _l("The reader called it spam"),
        _l("All mail to them is stopped. They can allow it again in their preferences."),
    ),
    "other": Cause(
        _l("Another reason"),
        _l("What was said stands beside each below."),
    ),
}
SERVER_CAUSES = tuple(code for code, cause in CAUSES.items() if cause.clause is not None)
_TRANSIENT = re.compile(r"\b4[0-9]{2}\b|\b4\.[0-9]{1,3}\.[0-9]{1,3}\b")
# In this order: what names the trouble best comes first.
_SIGNS = (
    ("given_up", re.compile(r"^given up after")),
    ("composing", re.compile(r"^could not be composed")),
    ("complaint", re.compile(r"^a complaint")),
    ("folder", re.compile(r"cannot be written")),
    ("sender", re.compile(r"^the sender:")),
    ("tls", re.compile(r"certificate|ssl")),
    ("sign_in", re.compile(r"\b53[05]\b")),
    ("timeout", re.compile(r"timed out|took longer than")),
    ("not_listening", re.compile(r"(?s)^(?=.*refused)(?=.*errno)")),
    ("dns", re.compile(r"getaddrinfo|name resolution|not known")),
    ("closed", re.compile(r"^421| 421 ")),
    ("connection", re.compile(r"^the mail server at")),
    ("broke", re.compile(r"connection (unexpectedly )?(closed|reset|lost)|broken pipe")),
    ("mailbox_full", re.compile(r"\b[45]\.2\.2\b|\b[45]52\b|mailbox (is )?full|over ?quota")),
    ("later", _TRANSIENT),
    ("policy", re.compile(r"\b5\.7\.[0-9]{1,3}\b|\bspam|\bblocked|relay")),
    ("address", re.compile(r"\b5\.(1\.[0-9]{1,3}|2\.1)\b|\b55[0136]\b")),
)


def cause_code(last_error: str) -> str:
    """The short, stable code of a delivery's last_error: a key of CAUSES ('other' for what nothing names)."""
    said = last_error.casefold()
    return next((code for code, sign in _SIGNS if sign.search(said)), "other")


def words_of(code: str | None) -> Words:
    """What is the matter, as a lazily translated sentence without a full stop."""
    return CAUSES.get(code or "", CAUSES["other"]).words


def to_do(code: str | None) -> Words:
    """What helps, as one lazily translated sentence."""
    return CAUSES.get(code or "", CAUSES["other"]).to_do


def cause_of(last_error: str) -> str | None:
    """The named cause for staff, after "the mail server does not take them:"; None: it is about that one address."""
    clause = CAUSES[cause_code(last_error)].clause
    return None if clause is None else str(clause)
