"""Handing a message over: to the relay of SMTP_URL, or, without one, into .eml files of the data folder.

A post box has `send(message, sender, recipient)` and `close()`. Failures are `Refused` (this address, for good) or
`NotNow` (try again later; `whole_server` when no other mail would fare better).
"""

import os
import re
import smtplib
import ssl
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from ideaboard.foundation.mail import Message, mail_host
from ideaboard.foundation.settings import settings
from ideaboard.foundation.timed_smtp import TimedSmtp, TimedSmtpOverTls

STEP_SECONDS = 30.0  # the longest silence of the relay
WHOLE_SECONDS = 60.0  # one handing over in all: below the lease of a delivery
_PER_CONNECTION = 100  # relays limit it
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# 5.1: the address; 5.2.1: the mailbox is closed. Others of class 5 (5.7: policy, 5.2.2: full) may pass.
_FOR_GOOD = re.compile(r"\b5\.(1\.[0-9]+|2\.1)\b")
_LEADING_DOT = re.compile(rb"(?m)^\.")
_ENHANCED = re.compile(r"\b[245]\.[0-9]{1,3}\.[0-9]{1,3}\b")


class Refused(Exception):
    """The relay will never take mail for this address; `str()` is what it said."""


class NotNow(Exception):
    """It may go another time; `str()` says why."""

    def __init__(self, why: str, *, whole_server: bool = False):
        super().__init__(why)
        self.whole_server = whole_server


class SmtpPost:
    """smtp://user:password@host:587 (STARTTLS; plain on loopback or with ?starttls=never), smtps://host:465."""

    def __init__(self, url: str):
        parts = urlsplit(url)
        self.host, self.secure = parts.hostname or "localhost", parts.scheme == "smtps"
        self.port = parts.port or (465 if self.secure else 587)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        plain = self.host in _LOOPBACK or parse_qs(parts.query).get("starttls") == ["never"]
        self.starttls = not self.secure and not plain
        self._smtp: smtplib.SMTP | None = None
        self._sent = 0

    def send(self, message: Message, sender: str, recipient: str) -> None:
        """Hand one message over. Returns when the relay accepted it. Raises Refused, NotNow."""
        self._end = time.monotonic() + WHOLE_SECONDS
        try:
            self._connect()
        except (OSError, smtplib.SMTPException) as trouble:
            self.close(politely=False)
            raise NotNow(f"the mail server at {self.host}: {_words(trouble)}", whole_server=True) from trouble
        try:
            self._hand_over(message, sender, recipient)
            self._sent += 1
        except (OSError, smtplib.SMTPException) as trouble:  # gone in the middle: nobody knows whether it arrived
            self.close(politely=False)
            silent = isinstance(trouble, TimeoutError) or isinstance(trouble.__context__, TimeoutError)
            raise NotNow(_words(trouble), whole_server=silent) from trouble
        except (Refused, NotNow):
            raise
        except BaseException:  # told to stop in the middle
            self.close(politely=False)
            raise

    def try_out(self, seconds: float) -> None:
        """Connect, sign in and leave, within `seconds`. Raises NotNow."""
        self._end = time.monotonic() + seconds
        try:
            self._connect()
        except (OSError, smtplib.SMTPException) as trouble:
            raise NotNow(f"the mail server at {self.host}: {_words(trouble)}", whole_server=True) from trouble
        finally:
            self.close()

    def _hand_over(self, message: Message, sender: str, recipient: str) -> None:
        (code, said), (rcpt_code, rcpt_said) = self._envelope(sender, recipient)
        if code != 250:
            self._reset()
            raise NotNow(f"the sender: {code} {_text(said)}", whole_server=True)
        if rcpt_code not in (250, 251):
            self._reset()
            raise _judged(rcpt_code, _text(rcpt_said))
        code, said = self._step(self._smtp.docmd, "data")
        if code != 354:
            self._reset()
            raise _judged(code, _text(said), of_data=True)
        # Once more the time is asked for here: a process that was stopped meanwhile must not send what another now may.
        code, said = self._step(self._give, message.as_bytes())
        if code != 250:
            self._reset()
            raise _judged(code, _text(said), of_data=True)

    def _envelope(self, sender: str, recipient: str) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
        """What the relay says to MAIL and RCPT. One that closed an idle connection meanwhile is called once more:
        nothing was handed over yet."""
        fresh = not self._sent
        try:
            said = self._say_envelope(sender, recipient)
            if fresh or said[0][0] != 421:
                return said
        except (ConnectionError, smtplib.SMTPServerDisconnected):
            if fresh:
                raise
        self.close(politely=False)
        self._connect()
        return self._say_envelope(sender, recipient)

    def _say_envelope(self, sender: str, recipient: str) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
        smtp = self._smtp
        lines = [f"MAIL FROM:{smtplib.quoteaddr(sender)}", f"RCPT TO:{smtplib.quoteaddr(recipient)}"]
        if not smtp.has_extn("pipelining"):
            mail = self._step(smtp.docmd, lines[0])
            return mail, self._step(smtp.docmd, lines[1]) if mail[0] == 250 else (0, b"")
        if any(set("\r\n") & set(line) for line in lines):
            raise ValueError("a line break in an address")
        self._step(smtp.send, "\r\n".join([*lines, ""]))  # both at once: one way to the relay and back less
        return self._step(smtp.getreply), self._step(smtp.getreply)

    def _give(self, raw: bytes) -> tuple[int, bytes]:
        """The message itself, then the relay's answer."""
        self._smtp.send(_LEADING_DOT.sub(b"..", raw) + b".\r\n")
        return self._smtp.getreply()

    def _connect(self) -> None:
        if self._smtp is not None and self._sent < _PER_CONNECTION:
            return
        self.close()
        make = TimedSmtpOverTls if self.secure else TimedSmtp
        context = {"context": ssl.create_default_context()} if self.secure else {}
        # No host yet: connecting reads the greeting, and that has to end in time too.
        self._smtp = make(local_hostname=mail_host(), timeout=STEP_SECONDS, **context)
        self._smtp.ends, self._smtp._host = self._end, self.host
        code, said = self._smtp.connect(self.host, self.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        self._sent = 0
        self._step(self._smtp.ehlo_or_helo_if_needed)
        if self.starttls:
            self._step(self._smtp.starttls, context=ssl.create_default_context())
            self._step(self._smtp.ehlo)
        if self.user:
            self._step(self._smtp.login, self.user, self.password)

    def _step(self, command, *arguments, **named):
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"it took longer than {WHOLE_SECONDS:.0f} seconds")
        self._smtp.ends = self._end
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(min(STEP_SECONDS, left))
        return command(*arguments, **named)

    def _reset(self) -> None:
        try:
            self._step(self._smtp.rset)
        except (OSError, smtplib.SMTPException):
            self.close()

    def close(self, *, politely: bool = True) -> None:
        """End the connection, with a word to the relay where it still listens; the next send opens one."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        if politely and smtp.sock is not None:
            with suppress(OSError, smtplib.SMTPException):
                smtp.sock.settimeout(1.0)
                smtp.quit()
        with suppress(OSError):
            smtp.close()


def _judged(code: int, said: str, *, of_data: bool = False) -> Exception:
    """Refused only for what is plainly about this address; a relay that is set up wrongly must lose nobody's mail."""
    sentence = f"{code} {said}"
    about_address = bool(_FOR_GOOD.search(said)) or (not _ENHANCED.search(said) and "relay" not in said.lower())
    if code in (550, 551, 553) and about_address:
        return Refused(sentence)
    if code in (552, 554, 556) and (_FOR_GOOD.search(said) or (code == 556 and not of_data)):
        return Refused(sentence)
    return NotNow(sentence, whole_server=code in (421, 530, 535))


def _text(said: bytes | str) -> str:
    """One line without control characters: it is written down, and a database takes no NUL."""
    said = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())


def _words(trouble: BaseException) -> str:
    if isinstance(trouble, smtplib.SMTPResponseException):
        return f"{trouble.smtp_code} {_text(trouble.smtp_error)}"
    return _text(str(trouble)) or type(trouble).__name__


class FilePost:
    """Each message a file below DATA_DIR/mail, whole or not there; the same Message-ID is the same file."""

    def __init__(self, folder: Path):
        self.folder = folder

    def send(self, message: Message, sender: str, recipient: str) -> None:
        """Write the message. Raises NotNow when the folder cannot be written."""
        name = re.sub(r"[^0-9A-Za-z]", "", message.message_id.split("@")[0])[:32]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            there = next(self.folder.glob(f"*-{name}.eml"), None)
            place = there or self.folder / f"{message.date:%Y%m%dT%H%M%S}-{name}.eml"
            scratch = place.with_suffix(".part")
            with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            os.replace(scratch, place)
        except OSError as trouble:
            raise NotNow(f"{self.folder} cannot be written: {trouble.strerror}", whole_server=True) from trouble

    def close(self) -> None:
        pass


def mail_folder() -> Path:
    """Where mails land as files when there is no SMTP_URL (and always those to people of the demo)."""
    return settings.data_dir / "mail"


def post_box() -> SmtpPost | FilePost:
    """What SMTP_URL says."""
    return SmtpPost(settings.smtp_url) if settings.smtp_url else FilePost(mail_folder())
