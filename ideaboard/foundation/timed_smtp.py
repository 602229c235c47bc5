"""smtplib's connections with an end: a whole answer comes in time, or it is left."""

import smtplib
import time


class Timed:
    """Beside a class of smtplib: no reply takes longer than until `ends`, however slowly its bytes drip in."""

    ends = float("inf")

    def getreply(self):
        if self.file is None:
            self.file = _Reader(self)
        return super().getreply()


class _Reader:
    """What smtplib reads lines from."""

    def __init__(self, smtp):
        self._smtp, self._left = smtp, b""

    def readline(self, limit: int) -> bytes:
        """A line with its end, or what came before the relay hung up. Raises TimeoutError."""
        while b"\n" not in self._left and len(self._left) < limit:
            left = self._smtp.ends - time.monotonic()
            if left <= 0:
                raise TimeoutError("the mail server's answer did not end in time")
            self._smtp.sock.settimeout(min(self._smtp.timeout, left))
            piece = self._smtp.sock.recv(4096)
            if not piece:
                break
            self._left += piece
        end = self._left.find(b"\n") + 1 or min(len(self._left), limit)
        line, self._left = self._left[:end], self._left[end:]
        return line

    def close(self) -> None:
        self._left = b""


class TimedSmtp(Timed, smtplib.SMTP):
    pass


class TimedSmtpOverTls(Timed, smtplib.SMTP_SSL):
    pass
