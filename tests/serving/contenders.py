"""The servers that were compared, each serving `application` with two processes on a port: one function each."""

from __future__ import annotations

import functools
import importlib.util
import os
import socket
import subprocess
import sys

from ideaboard.serving import web
from ideaboard.serving.parent import Child, Parent

PROCESSES = 2


def gateway(application, port: int, **limits: int) -> None:
    """granian's RSGI with our gateway, under our parent: what `tasks.py run` starts."""
    run = functools.partial(web.serve, application, "127.0.0.1", port, **limits)
    Parent([Child("web server", run) for _ in range(PROCESSES)], lambda: True, lambda: None).run()


def granian_wsgi(application, port: int, threads: int) -> None:
    """granian as it comes."""
    words = f"--interface wsgi --workers {PROCESSES} --blocking-threads {threads} --port {port} --log-level error"
    target = "wsgi:application"
    os.execv(sys.executable, [sys.executable, "-m", "granian", *words.split(), target])


def waitress(application, port: int, threads: int) -> None:
    """Two processes of waitress on one socket."""
    from waitress.server import create_server

    shared = socket.create_server(("127.0.0.1", port), backlog=1024)
    run = functools.partial(_waitress, create_server, application, shared, threads)
    Parent([Child("web server", run) for _ in range(PROCESSES)], lambda: True, lambda: None).run()


def _waitress(create_server, application, shared: socket.socket, threads: int) -> None:
    limits = {"connection_limit": 4000, "asyncore_use_poll": True, "max_request_body_size": 1024 * 1024}
    create_server(application, sockets=[shared], threads=threads, **limits).run()


CONTENDERS = {
    "gateway, 2 readers + 1 writer": gateway,
    "gateway, 1 reader + 1 writer": functools.partial(gateway, readers=1),
    "gateway, 4 readers + 4 writers": functools.partial(gateway, readers=4, writers=4),
    "granian wsgi, 1 thread": functools.partial(granian_wsgi, threads=1),
    "granian wsgi, 4 threads": functools.partial(granian_wsgi, threads=4),
    "waitress, 4 threads": functools.partial(waitress, threads=4),
}
if not importlib.util.find_spec("waitress"):
    del CONTENDERS["waitress, 4 threads"]


def start(name: str, port: int, environ: dict) -> subprocess.Popen:
    """The contender as a process of its own, serving the real application."""
    return subprocess.Popen([sys.executable, "-m", __name__, name, str(port)], env={**os.environ, **environ})


if __name__ == "__main__":
    from wsgi import application

    CONTENDERS[sys.argv[1]](application, int(sys.argv[2]))
