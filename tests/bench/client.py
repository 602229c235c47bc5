"""The second process that drives a server: wrk where it is installed, else threads of our own.

`drive(port, asked, connections, seconds)` sends the requests in turn, over connections that stay open, as a browser
would: with its headers, asking for compressed answers. With `once=True` each request is sent once at most.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

WRK = shutil.which("wrk")
OWN = False  # the threads even where wrk is installed
HEADERS = {
    "Host": "localhost",
    "Accept": "text/html",
    "Accept-Encoding": "gzip, deflate, br",
    "Accept-Language": "en",
    "Sec-Fetch-Site": "same-origin",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
}


class NotAnswered(Exception):
    """The server gave up a connection, or what it said is no HTTP."""


@dataclass(frozen=True)
class Request:
    path: str
    cookie: str = ""  # the whole header
    method: str = "GET"
    htmx: bool = False

    def raw(self) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in HEADERS.items())]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        if self.htmx:
            lines.append("HX-Request: true")
        if self.method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", "Content-Length: 0"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass(frozen=True)
class Load:
    """What the client saw. `errors`: answers above 399 and connections that broke; `size`: bytes an answer, with head."""

    requests: int
    seconds: float
    p50: float  # ms
    p99: float
    size: float
    errors: int
    sent: int  # how far it came in what was asked, when once

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def drive(
    port: int, asked: list[Request], connections: int = 8, seconds: int = 2, *, once: bool = False, own: bool = False
) -> Load:
    """Raises NotAnswered when nothing came back at all."""
    load = (_with_threads if own or not WRK else _with_wrk)(port, asked, connections, seconds, once)
    if not load.requests:
        raise NotAnswered(f"{asked[0].method} {asked[0].path}")
    return load


_SCRIPT = """
local asked, n, once = {}, 0, false
function init(args)
  local file = io.open(args[1], "rb")
  local text = file:read("*a")
  file:close()
  once = args[2] == "once"
  for one in text:gmatch("(.-)%z") do asked[#asked + 1] = one end
end
function request()
  n = n + 1
  if n > #asked then
    if once then wrk.thread:stop() end
    n = 1
  end
  return asked[n]
end
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "us": %d, "bytes": %d, "bad": %d, "broken": %d, "p50": %f, "p99": %f}\\n', summary.requests,
    summary.duration, summary.bytes, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


def _with_wrk(port: int, asked: list[Request], connections: int, seconds: int, once: bool) -> Load:
    with tempfile.TemporaryDirectory() as folder:
        script, requests = Path(folder, "asked.lua"), Path(folder, "asked")
        script.write_text(_SCRIPT)
        # wrk asks its script once before it begins, to see whether it pipelines, and never sends that one.
        raws = [one.raw() for one in (asked[:1] if once else asked[-1:]) + asked]
        requests.write_bytes(b"".join(raw + b"\0" for raw in raws))
        command = [
            WRK,
            "-t1",
            f"-c{connections}",
            f"-d{max(1, round(seconds))}s",
            "--timeout",
            "20s",
            "-s",
            str(script),
        ]
        said = subprocess.run(
            [*command, f"http://127.0.0.1:{port}/", "--", str(requests), "once" if once else "again"],
            capture_output=True, text=True, timeout=seconds + 60, check=True,
        ).stdout  # fmt: skip
    found = json.loads(said[said.rindex("{") :])
    count = found["requests"]
    # One request may be under way on each connection when the time is over: the server does it, nobody counts it.
    return Load(
        count, found["us"] / 1e6, found["p50"] / 1000, found["p99"] / 1000, found["bytes"] / max(count, 1),
        found["bad"] + found["broken"], min(len(asked), count + connections) if once else count,
    )  # fmt: skip


def _with_threads(port: int, asked: list[Request], connections: int, seconds: float, once: bool) -> Load:
    raws, taken, lock = [one.raw() for one in asked], 0, threading.Lock()
    times: list[float] = []
    sizes: list[int] = []
    errors = 0
    began = time.perf_counter()

    def client() -> None:
        nonlocal taken, errors
        with contextlib.closing(Wire(port)) as wire:
            while time.perf_counter() < began + seconds:
                with lock:
                    if once and taken >= len(raws):
                        return
                    number, taken = taken, taken + 1
                start = time.perf_counter()
                try:
                    status, size = wire.exchange(raws[number % len(raws)])[:2]
                except (OSError, NotAnswered):
                    errors += 1
                    wire.again()
                    continue
                times.append(time.perf_counter() - start)
                sizes.append(size)
                errors += status > 399

    threads = [threading.Thread(target=client) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent, ordered = time.perf_counter() - began, sorted(times)
    if not ordered:
        return Load(0, spent, 0, 0, 0, errors, taken)
    p50, p99 = (1000 * ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
    return Load(len(ordered), spent, p50, p99, sum(sizes) / len(sizes), errors, min(taken, len(raws)))


class Wire:
    """One connection that stays open; it is opened with the first request."""

    def __init__(self, port: int):
        self.port, self.socket = port, None

    def again(self) -> None:
        self.close()
        self.socket = None

    def close(self) -> None:
        if self.socket:
            self.socket.close()

    def exchange(self, raw: bytes) -> tuple[int, int, bytes, bytes]:
        """(status, bytes over the wire, head, body). Raises NotAnswered, OSError."""
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), 20)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(raw)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\ncontent-length: *(\d+)", head)
        wanted = int(length[1]) if length else 0
        while len(body) < wanted:
            body += self._more()
        return int(head.split(b" ", 2)[1]), len(head) + 4 + len(body), head, body

    def _more(self) -> bytes:
        if not (piece := self.socket.recv(262_144)):
            raise NotAnswered("the connection was closed")
        return piece


def ask(port: int, request: Request) -> tuple[int, int, bytes, bytes]:
    """One request on a connection of its own: (status, bytes over the wire, head, body)."""
    with contextlib.closing(Wire(port)) as wire:
        return wire.exchange(request.raw())
