"""What a returned mail says: delivery reports (RFC 3464), complaints (RFC 5965), and what older servers write instead.

Reads bytes, asks nothing and believes nothing: whether a report is genuine is asked in returned_deed.py.
"""

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from urllib.parse import unquote, urlsplit

# What is read of one mail: the report stands at its beginning. Anybody may write to this mailbox, and each empty line may
# begin a part: of a megabyte of them reading makes half a million, and no mail of ours goes meanwhile.
LONGEST = 1024 * 1024
MOST_LINES = 20_000
_MOST_BLOCKS = 10  # recipients of one delivery report; our mails have one
_MOST_NAMED = 50
_MOST_AT_SIGNS = 1000
# Our Message-IDs: 32 hex digits that derive from a delivery's random key (foundation/mail.py).
_OUR_ID = re.compile(r"<([0-9a-f]{32})@[^\s<>@]{1,255}>")
_BEFORE_AT = re.compile(r"[^\s\x00-\x1f\x7f<>\"',;:()\[\]@]{1,64}$")
_AFTER_AT = re.compile(r"[A-Za-z0-9.-]{0,250}[A-Za-z0-9]")
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?=[\s-])")
_UNSUBSCRIBE = re.compile(r"<(https?://[^\s<>]+)>")
_TO = re.compile(r"(?im)^(?:to|delivered-to|x-failed-recipients):(.{0,1000})$")
_ROBOT = re.compile(r"\b(mailer-daemon|postmaster)\b", re.I)
# Plainly about the address; 554 and others may be about the mail.
_ABOUT_ADDRESS = ("550", "551", "553", "556")
_BAD_NEWS = {"failed": "failed", "delayed": "delayed"}
_COMPLAINTS = ("abuse", "fraud")


@dataclass(frozen=True)
class Report:
    """`kind`: 'failed', 'delayed' or 'complaint'. `message_ids`: the hex of Message-IDs like ours that it names.

    `recipients`: addresses that it names, lower case. `tokens`: of our one-click links in the returned headers.
    `status`: '5.1.1' or ''. `said`: in the other server's words, one line of at most 250 characters.
    """

    kind: str
    message_ids: tuple[str, ...]
    recipients: tuple[str, ...]
    status: str = ""
    said: str = ""
    tokens: tuple[str, ...] = ()


def reports_of(raw: bytes) -> list[Report]:
    """The reports in a mail; none for any other mail (an out-of-office note, a person's question)."""
    try:
        raw = b"".join(raw[:LONGEST].splitlines(keepends=True)[:MOST_LINES])
        mail = message_from_bytes(raw)
        parts = list(mail.walk())
        texts = [raw.decode("utf-8", "replace"), *_texts(parts)]
        return _judged(mail, parts, texts)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []  # bent on purpose


def _judged(mail: Message, parts: list[Message], texts: list[str]) -> list[Report]:
    ids = _unique(found for text in texts for found in _OUR_ID.findall(text))
    tokens = _unique(token for text in texts for token in _tokens(text))
    if not ids:
        return []
    kinds = {part.get_content_type(): part for part in reversed(parts)}
    if "message/feedback-report" in kinds:
        return _complaint(kinds["message/feedback-report"], ids, texts, tokens)
    if "message/delivery-status" in kinds:
        return _delivery_status(kinds["message/delivery-status"], texts, ids, tokens)
    return _unstandard(mail, texts, ids, tokens)


def _complaint(part: Message, ids, texts, tokens) -> list[Report]:
    fields = "\n".join(_fields(part))
    kind = re.search(r"(?im)^feedback-type:\s*([a-z-]+)", fields)
    if kind is None or kind[1].lower() not in _COMPLAINTS:
        return []  # 'not-spam' is praise
    return [Report("complaint", ids, _addresses(texts), "", kind[1].lower(), tokens)]


def _delivery_status(part: Message, texts, ids, tokens) -> list[Report]:
    """One report for each recipient of the machine's part (ours name one)."""
    blocks = [b for b in _blocks(part) if b.get("Final-Recipient") or b.get("Original-Recipient") or b.get("Action")]
    named = [line for text in texts for line in _TO.findall(text)]
    found = []
    for block in blocks[:_MOST_BLOCKS]:
        diagnostic = _line(re.sub(r"(?i)^\s*[a-z0-9-]+\s*;", "", str(block.get("Diagnostic-Code", ""))))
        status = _status(str(block.get("Status", "")), diagnostic)
        action = str(block.get("Action", "")).split("(")[0].strip().lower()
        kind = _BAD_NEWS.get(action) if action else {"5": "failed", "4": "delayed"}.get(status[:1])
        if kind is None:
            continue
        own = [str(block.get(name, "")) for name in ("Original-Recipient", "Final-Recipient")]
        recipients = _addresses(own + (named if len(blocks) == 1 else []))
        found.append(Report(kind, ids, recipients, status, diagnostic or status, tokens))
    return found


def _unstandard(mail: Message, texts, ids, tokens) -> list[Report]:
    """Sent by a mail server, with a code in its words: qmail, old Exim, appliances."""
    robot = _ROBOT.search(str(mail.get("From", ""))) or str(mail.get("Return-Path", "")).strip() == "<>"
    if not robot and mail.get("X-Failed-Recipients") is None:
        return []
    body = next((text for text in texts[1:] if _ENHANCED.search(text) or _REPLY.search(text)), "")
    status = _status("", body)
    kind = {"5": "failed", "4": "delayed"}.get(status[:1])
    if kind is None:
        return []
    said = next((line for line in body.splitlines() if _ENHANCED.search(line) or _REPLY.search(line)), status)
    return [
        Report(kind, ids, _addresses([str(mail.get("X-Failed-Recipients", "")), *texts]), status, _line(said), tokens)
    ]


def _status(given: str, words: str) -> str:
    """'5.1.1' of a Status field; where that says nothing (x.0.0), of the words; '' where there is none."""
    field, inside = _ENHANCED.search(given), _ENHANCED.search(words)
    if field and not field[1].endswith(".0.0"):
        return field[1]
    if inside and (field is None or inside[1][0] == field[1][0]):
        return inside[1]
    if field:
        return field[1]
    reply = _REPLY.search(words)
    if reply is None:
        return ""
    if reply[1][0] == "4":
        return "4.0.0"
    return {"552": "5.2.2"}.get(reply[1]) or ("5.0.0" if reply[1] in _ABOUT_ADDRESS else "5.3.0")


def _texts(parts: list[Message]) -> Iterator[str]:
    """The words of every leaf, decoded."""
    for part in parts:
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True) or b""
        yield data.decode("utf-8", "replace")


def _blocks(part: Message) -> list[Message]:
    """The groups of fields of a message/delivery-status, in base64 too (some servers encode it)."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        words = (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    elif str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        packed = "".join(str(block.get_payload()) for block in payload)
        words = b64decode(re.sub(r"[^A-Za-z0-9+/]", "", packed) + "===").decode("utf-8", "replace")
    else:
        return [block for block in payload if isinstance(block, Message)]
    groups = re.split(r"\r?\n\s*\r?\n", words, maxsplit=2 * _MOST_BLOCKS)
    return [message_from_bytes(group.encode()) for group in groups[: 2 * _MOST_BLOCKS] if group.strip()]


def _fields(part: Message) -> Iterator[str]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (str(inner) for inner in payload)
    yield (part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _addresses(texts: Iterable[str]) -> tuple[str, ...]:
    return _unique(address for text in texts for address in _addresses_in(text))


def _addresses_in(text: str) -> Iterator[str]:
    """From @ to @: one pattern for the whole address tries every letter of a megabyte without one."""
    at = -1
    for _ in range(_MOST_AT_SIGNS):
        at = text.find("@", at + 1)
        if at < 0:
            return
        before = _BEFORE_AT.search(text[max(0, at - 64) : at])
        after = _AFTER_AT.match(text, at + 1)
        address = f"{before[0]}@{after[0]}".lower() if before and after else ""
        if address and not _OUR_ID.match(f"<{address}>"):
            yield address


def _tokens(text: str) -> Iterator[str]:
    for header in re.findall(r"(?im)^list-unsubscribe:\s*(.+(?:\n[ \t].+)*)", text):
        for link in _UNSUBSCRIBE.findall(header):
            yield unquote(urlsplit(link).path.rsplit("/", 1)[-1])


def _unique(found) -> tuple[str, ...]:
    """In their order, each once, the first fifty."""
    kept: dict[str, None] = {}
    for one in found:
        kept.setdefault(one)
        if len(kept) >= _MOST_NAMED:
            break
    return tuple(kept)


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:250]
