"""Between granian and the application: reads a request's body whole, then takes a thread.

A thread is dear (there are a few) and a slow sender is cheap (a coroutine): so no thread is taken before the last
byte of the body is here, and no body is waited for longer than a deadline or taken beyond a cap. What the application
answers is small (pages, files of an icon's size) and is handed back whole.
"""

from __future__ import annotations

import asyncio
import re
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ideaboard.serving.environ import build

BODY_BYTES = 1024 * 1024
BODY_SECONDS = 20
# Forms with pictures (stories/pictures.py), on their own addresses and nowhere else. They get more time, and a room of
# their own: however many of them drip in, the small bodies of everybody else find theirs free.
ROOMY = re.compile(r"/staff/stories(/\d+/edit)?/?$")
ROOMY_BYTES = 9 * 1024 * 1024
ROOMY_SECONDS = 60
ROOMY_HELD_BYTES = 32 * 1024 * 1024
HELD_BYTES = 64 * 1024 * 1024  # of all bodies in one process together, while they arrive and are worked on
# Requests for one pool, in one process. Readers: at 5 ms each the last of them waits a bit over a second. Writers:
# when each of them waits 250 ms for a lock that it does not get, the last of them waits eight seconds.
WAITING_READERS = 256
WAITING_WRITERS = 32
# Readers and writers have threads of their own, so that nobody reads behind a writer who waits for the lock; and few,
# because threads of one process fight for the interpreter around every call of SQLite (docs/adr/0006-server.md).
READERS = 2
WRITERS = 1
READING = ("GET", "HEAD", "OPTIONS")

REASONS = {
    400: "The request's body was cut off.",
    408: "The request's body did not arrive in time. Send it again.",
    411: "The request's body needs a Content-Length.",
    413: "The request is too big.",
    500: "Something broke on our side.",
    503: "The server is busy. Try again in a moment.",
}


class Refused(Exception):
    """The request ends here, with this status, and the application never hears of it."""

    def __init__(self, status: int):
        self.status = status


class Pool:
    """Threads, and a limit to how many requests may wait for one."""

    def __init__(self, name: str, threads: int, waiting: int):
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self.most = threads + waiting
        self.working = 0  # handed to the pool and not answered yet

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Raises Refused when too many are waiting."""
        if self.working >= self.most:
            raise Refused(503)
        self.working += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.threads, function, *arguments)
        finally:
            self.working -= 1


class Gateway:
    """The RSGI application that stands before a WSGI application."""

    def __init__(
        self,
        application: Callable[..., Any],
        *,
        readers: int = READERS,
        writers: int = WRITERS,
        body_bytes: int = BODY_BYTES,
        body_seconds: float = BODY_SECONDS,
        held_bytes: int = HELD_BYTES,
        roomy_bytes: int = ROOMY_BYTES,
        roomy_seconds: float = ROOMY_SECONDS,
        roomy_held_bytes: int = ROOMY_HELD_BYTES,
        waiting_readers: int = WAITING_READERS,
        waiting_writers: int = WAITING_WRITERS,
    ):
        self.application = application
        self.readers = Pool("readers", readers, waiting_readers)
        self.writers = Pool("writers", writers, waiting_writers)
        self.body_bytes = body_bytes
        self.body_seconds = body_seconds
        self.held_bytes = held_bytes
        self.roomy_bytes = roomy_bytes
        self.roomy_seconds = roomy_seconds
        self.roomy_held_bytes = roomy_held_bytes
        self.stopping = False
        self.held = 0  # bytes, of small bodies
        self.roomy_held = 0  # bytes, of big ones
        self.arriving: set[asyncio.Task] = set()

    async def __call__(self, scope: Any, proto: Any) -> None:
        held_before = None
        body = b""
        roomy = scope.method == "POST" and self.is_big(scope) and ROOMY.search(scope.path) is not None
        try:
            body = await self.read_body(scope, proto, roomy)
            held_before = len(body)
            status, headers, payload = await self.work(scope, body)
        except Refused as refusal:
            status, headers, payload = refusal_answer(refusal.status)
        finally:
            if held_before:
                self.hold(-held_before, roomy)
        if self.stopping:
            headers.append(("connection", "close"))
        answer(proto, scope.method, status, headers, payload)

    def is_big(self, scope: Any) -> bool:
        return int(scope.headers.get("content-length") or 0) > self.body_bytes

    def hold(self, size: int, roomy: bool) -> bool:
        """Count bytes of bodies; False when there is no room for more of their kind."""
        if roomy:
            self.roomy_held += size
            return self.roomy_held <= self.roomy_held_bytes
        self.held += size
        return self.held <= self.held_bytes

    async def read_body(self, scope: Any, proto: Any, roomy: bool = False) -> bytes:
        """All bytes of the body, counted by `hold`; raises Refused when too many, too slow or when the server stops."""
        # granian does not tell a body in chunks that was cut off from one that is whole, so a length must be said.
        if "transfer-encoding" in scope.headers:
            raise Refused(411)
        announced = int(scope.headers.get("content-length") or 0)
        if not announced:
            return b""
        if announced > (self.roomy_bytes if roomy else self.body_bytes):
            raise Refused(413)
        if self.stopping:
            raise Refused(503)
        chunks: list[bytes] = []
        size = 0
        task = asyncio.current_task()
        self.arriving.add(task)
        try:
            async with asyncio.timeout(self.roomy_seconds if roomy else self.body_seconds):
                async for chunk in proto:
                    size += len(chunk)
                    chunks.append(chunk)
                    if not self.hold(len(chunk), roomy):
                        raise Refused(503)
            if size != announced:  # the sender left: half a form must not become a whole deed
                raise Refused(400)
        except BaseException as reason:
            self.hold(-size, roomy)
            if isinstance(reason, TimeoutError):
                raise Refused(408) from None
            if isinstance(reason, asyncio.CancelledError) and self.stopping:
                task.uncancel()
                raise Refused(503) from None
            raise
        finally:
            self.arriving.discard(task)
        return b"".join(chunks)

    async def work(self, scope: Any, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """Ask the application, in a thread of one of the pools."""
        pool = self.readers if scope.method in READING else self.writers
        try:
            return await pool.run(ask, self.application, build(scope, body))
        except Refused:
            raise
        except Exception:
            # The framework answers its own errors; what comes as far as this is a fault below it.
            traceback.print_exc(file=sys.stderr)
            raise Refused(500) from None

    async def drain(self, seconds: float) -> None:
        """Refuse what is still arriving and wait until what is being worked on is answered, at most `seconds`."""
        self.stopping = True
        for task in list(self.arriving):
            task.cancel()
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (self.readers.working or self.writers.working or self.arriving) and loop.time() < end:
            await asyncio.sleep(0.02)


def ask(application: Callable[..., Any], environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
    """Call a WSGI application and collect its answer: status, headers, body."""
    answered: list[Any] = []
    chunks: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        answered[:] = [int(status.split(" ", 1)[0]), headers]
        return chunks.append

    iterable = application(environ, start_response)
    try:
        chunks.extend(iterable)
    finally:
        if hasattr(iterable, "close"):
            iterable.close()
    status, headers = answered
    return status, [(name, readable(value)) for name, value in headers], b"".join(chunks)


def readable(value: str) -> str:
    """A header's value as granian wants it: WSGI carries UTF-8 bytes as latin-1."""
    return value if value.isascii() else value.encode("latin-1", "replace").decode("utf-8", "replace")


def refusal_answer(status: int) -> tuple[int, list[tuple[str, str]], bytes]:
    headers = [
        ("content-type", "text/plain; charset=utf-8"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("cache-control", "no-store"),
        ("connection", "close"),
    ]
    if status == 503:
        headers.append(("retry-after", "2"))
    return status, headers, (REASONS[status] + "\n").encode()


def answer(proto: Any, method: str, status: int, headers: list[tuple[str, str]], payload: bytes) -> None:
    """Send it; without a body where HTTP forbids one."""
    if method == "HEAD" or status in (204, 304) or not payload:
        proto.response_empty(status, headers)
    else:
        proto.response_bytes(status, headers, payload)
