"""A connected socket on which everything together ends by one deadline: what http.client is given to speak over."""

import io
import socket
import time


class Deadline:
    def __init__(self, seconds: float):
        self.begun = time.monotonic()
        self._end = self.begun + seconds

    def left(self) -> float:
        """Seconds; raises TimeoutError when none are."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the time was over")
        return seconds


class _Reader(io.RawIOBase):
    """What comes in, each piece within what is left of the deadline, and no more than `most` bytes in all."""

    def __init__(self, connected: socket.socket, deadline: Deadline, most: int):
        self._socket, self._deadline, self._left = connected, deadline, most

    def readable(self):
        return True

    def readinto(self, buffer):
        if self._left <= 0:
            raise ConnectionError("more came than is read")
        self._socket.settimeout(self._deadline.left())
        got = self._socket.recv_into(memoryview(buffer)[: self._left])
        self._left -= got
        return got


class Wire:
    """What http.client takes for a socket. Closing it does nothing: whoever opened the real one closes it."""

    def __init__(self, connected: socket.socket, deadline: Deadline, most: int):
        self._socket, self._deadline, self._most = connected, deadline, most

    def sendall(self, data) -> None:
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(self._deadline.left())
            rest = rest[self._socket.send(rest) :]

    def makefile(self, mode):
        return io.BufferedReader(_Reader(self._socket, self._deadline, self._most))

    def close(self) -> None:
        pass
