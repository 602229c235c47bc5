"""A mailbox that is read: over IMAP, or a Maildir on this machine.

`unread(most)` yields (key, bytes) of mails that nobody has dealt with, oldest first; `done(key)` says that one was
(IMAP: \\Seen; Maildir: moved to cur with the flag S). Nothing is deleted. Killed between the two, a mail is read again.
"""

import imaplib
import re
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

LONGEST = 1024 * 1024  # bytes of one mail that are asked for
STEP_SECONDS = 10.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class NotRead(Exception):
    """The mailbox cannot be read now; `str()` says why, without the password."""


class Maildir:
    """maildir:///var/mail/returned"""

    def __init__(self, folder: Path):
        self.folder = folder

    def unread(self, most: int) -> Iterator[tuple[str, bytes]]:
        """Raises NotRead when there is no Maildir, or it cannot be read."""
        try:
            names = sorted(path.name for path in (self.folder / "new").iterdir() if path.is_file())
            for name in names[:most]:
                with suppress(FileNotFoundError), open(self.folder / "new" / name, "rb") as file:  # another reader
                    yield name, file.read(LONGEST)
        except OSError as trouble:
            raise NotRead(f"{self.folder}: {trouble.strerror}") from trouble

    def done(self, key: str) -> None:
        try:
            (self.folder / "new" / key).rename(self.folder / "cur" / f"{key.partition(':')[0]}:2,S")
        except OSError as trouble:
            if not (self.folder / "new" / key).exists():
                return  # another reader was faster
            raise NotRead(f"{self.folder}: {trouble.strerror}") from trouble

    def close(self) -> None:
        pass


class _Cuttable:
    """Known from when its socket is there: also the greeting can be cut off."""

    def __init__(self, known, *arguments, **named):
        self._known = known
        super().__init__(*arguments, **named)

    def open(self, *arguments, **named):
        super().open(*arguments, **named)
        self._known(self)


class _Plain(_Cuttable, imaplib.IMAP4):
    pass


class _Secure(_Cuttable, imaplib.IMAP4_SSL):
    pass


class Imap:
    """imaps://user:password@host/FOLDER; imap:// takes STARTTLS, and goes plain to this machine alone.

    `seconds`: for all of it; then the connection is cut, whatever the server does.
    """

    def __init__(self, url: str, seconds: float):
        parts = urlsplit(url)
        self.host, self.secure = parts.hostname or "localhost", parts.scheme == "imaps"
        self.port = parts.port or (993 if self.secure else 143)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self.folder = unquote(parts.path).strip("/") or "INBOX"
        self._end = time.monotonic() + seconds
        self._imap: imaplib.IMAP4 | None = None
        self._cut = threading.Timer(seconds, self._cut_off)
        self._cut.daemon = True
        self._too_late = False

    def unread(self, most: int) -> Iterator[tuple[str, bytes]]:
        """Raises NotRead."""
        try:
            self._open()
            (found,) = self._ask("SEARCH", None, "UNSEEN") or [b""]
            for uid in (found or b"").split()[:most]:
                answer = self._ask("FETCH", uid.decode(), f"(BODY.PEEK[]<0.{LONGEST}>)")
                for part in answer:
                    if isinstance(part, tuple):
                        yield uid.decode(), part[1][:LONGEST]
        except (OSError, imaplib.IMAP4.error, ValueError) as trouble:
            raise self._trouble(trouble) from trouble

    def done(self, key: str) -> None:
        try:
            self._ask("STORE", key, "+FLAGS.SILENT", r"(\Seen)")
        except (OSError, imaplib.IMAP4.error, ValueError) as trouble:
            raise self._trouble(trouble) from trouble

    def close(self) -> None:
        self._cut.cancel()
        imap, self._imap = self._imap, None
        if imap is None:
            return
        with suppress(OSError, imaplib.IMAP4.error, ValueError):
            imap.sock.settimeout(1.0)
            imap.logout()
        with suppress(OSError):
            imap.shutdown()

    def _open(self) -> None:
        if self._imap is not None:
            return
        self._cut.start()
        step = min(STEP_SECONDS, max(self._end - time.monotonic(), 0.1))
        if self.secure:
            context = ssl.create_default_context()
            _Secure(self._opened, self.host, self.port, ssl_context=context, timeout=step)
        else:
            _Plain(self._opened, self.host, self.port, timeout=step)
            if self.host not in _LOOPBACK:
                self._imap.starttls(ssl.create_default_context())
        self._imap.login(self._user, self._password)
        name = self.folder.replace("\\", "\\\\").replace('"', '\\"')
        answer, words = self._imap.select(f'"{name}"')
        if answer != "OK":
            raise imaplib.IMAP4.error(f"the folder {self.folder}: {_text(words)}")

    def _opened(self, imap: imaplib.IMAP4) -> None:
        self._imap = imap

    def _ask(self, command: str, *arguments) -> list:
        if self._imap is None:
            raise imaplib.IMAP4.error("not open")
        answer, found = self._imap.uid(command, *arguments)
        if answer != "OK":
            raise imaplib.IMAP4.error(f"{command}: {_text(found)}")
        return found

    def _cut_off(self) -> None:
        """A server that drips its answers is cut off: each of its bytes would reset a timeout."""
        self._too_late = True
        if self._imap is not None:
            with suppress(OSError, AttributeError):
                self._imap.sock.shutdown(2)

    def _trouble(self, trouble: Exception) -> NotRead:
        words = "it takes too long" if self._too_late else _text(trouble) or type(trouble).__name__
        if self._password:
            words = words.replace(self._password, "…")
        return NotRead(f"the mailbox at {self.host}: {words}"[:300])


def open_store(url: str, seconds: float) -> Maildir | Imap:
    """What RETURNED_MAIL_URL says. `seconds`: the most that reading it may take."""
    parts = urlsplit(url)
    return Maildir(Path(unquote(parts.path))) if parts.scheme == "maildir" else Imap(url, seconds)


def _text(words) -> str:
    if isinstance(words, list | tuple):
        return " ".join(_text(word) for word in words)
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return re.sub(r"\s+", " ", text).strip()
