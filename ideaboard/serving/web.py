"""One web process: granian in front, the gateway behind it, a clean end on TERM."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from collections.abc import Callable
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from ideaboard.ideas.looks import Writer
from ideaboard.serving.gateway import Gateway

CONNECTIONS = 4096  # open at once in one process; a thousand slow ones leave room for everybody else
HEADER_SECONDS = 15
STOP_SECONDS = 3  # for the requests under way


def serve(application: Callable[..., Any], host: str, port: int, *, looks: Writer | None = None, **limits: Any) -> None:
    """Serve until TERM or INT, answer what is under way, and end the process; `limits` are those of Gateway.
    looks: the thread that writes what was seen; it starts here, in the process that serves, and writes the rest at the end.

    Several processes may serve one port: each listens on a socket of its own (SO_REUSEPORT).
    """
    allow_files(CONNECTIONS + 512)
    asyncio.run(_serve(Gateway(application, **limits), host, port, looks))


def allow_files(number: int) -> None:
    """Raise how many files this process may open: the usual 1,024 are fewer than the connections it takes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _serve(gateway: Gateway, host: str, port: int, looks: Writer | None) -> None:
    if looks:
        looks.start()
    server = Server(
        gateway,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=64 * 1024),
        websockets=False,
        backlog=1024,
        backpressure=CONNECTIONS,
        log_level=LogLevels.error,
    )
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    serving = asyncio.ensure_future(server.serve())
    waiting = asyncio.ensure_future(told.wait())
    await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
        raise SystemExit("The web server stopped by itself.")
    server.stop()
    await gateway.drain(STOP_SECONDS)
    await asyncio.sleep(0.1)  # the last answers leave the process
    if looks:
        looks.stop()
    # granian panics when its event loop is closed under a connection that is still open: leave without closing it.
    os._exit(0)
