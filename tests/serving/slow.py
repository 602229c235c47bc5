"""Slow senders: connections that are opened and never finish what they began."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time

BEGINNINGS = {
    # From a page of this site, or it would be refused before anybody asks for the body.
    "bodies": b"POST /sign-in HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\na",
    "headers": b"GET / HTTP/1.1\r\nHost: x\r\nX-A: a",
}


@contextlib.contextmanager
def dripping(port: int, kind: str, number: int):
    """Open `number` connections; gives a function that sends one more byte on each."""
    connections = []

    def drip() -> None:
        for connection in connections:
            with contextlib.suppress(OSError):  # the server may have given up waiting
                connection.send(b"a")

    try:
        for _ in range(number):
            connection = socket.create_connection(("127.0.0.1", port), 10)
            connections.append(connection)
            connection.sendall(BEGINNINGS[kind])
            connection.setblocking(False)
        yield drip
    finally:
        for connection in connections:
            connection.close()


def visit(port: int, path: str = "/", timeout: float = 15) -> float:
    """Seconds that a new visitor waits for a page."""
    start = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    with contextlib.closing(connection):
        connection.request("GET", path)
        with connection.getresponse() as answer:
            answer.read()
            assert answer.status == 200, answer.status
    return time.perf_counter() - start


def worst_visit(port: int, kind: str, number: int, visits: int = 10) -> float:
    """Seconds: the slowest of some visits while `number` connections drip a byte before each."""
    with dripping(port, kind, number) as drip:
        worst = 0.0
        for _ in range(visits):
            drip()
            worst = max(worst, visit(port))
            time.sleep(0.2)
    return worst
