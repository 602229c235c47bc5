"""A bare WSGI application behind the real server: `python -m tests.serving.standin PORT '{"body_bytes": 1000}'`."""

from __future__ import annotations

import functools
import json
import socket
import sys
import time

from ideaboard.serving import parent, web

remembered = []


def application(environ, start_response):
    """`/` says what came in, `/sleep/1.5` takes its time, `/status/304` and the like answer so."""
    path = environ["PATH_INFO"]
    if path.startswith("/sleep/"):
        time.sleep(float(path.rsplit("/", 1)[1]))
    if path.startswith("/status/"):
        start_response(path.rsplit("/", 1)[1] + " X", [("ETag", '"a"')])
        return [b"never seen with 204 and 304"]
    if path == "/remember":
        remembered.append(1)
    if path == "/remembered":
        start_response("200 OK", [])
        return [str(len(remembered)).encode()]
    if path == "/broken":
        raise ValueError("a fault below the framework")
    if path == "/big":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return (b"x" * 1000 for _ in range(5000))
    if path == "/cookies":
        start_response("200 OK", [("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2"), ("X-Name", "\u00c3\u00a5")])
        return [b"two"]
    body = environ.pop("wsgi.input").read()
    seen = {key: value for key, value in environ.items() if isinstance(value, str)}
    answer = json.dumps({"environ": seen, "body": len(body)}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer]


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    port, limits = int(sys.argv[1]), json.loads(sys.argv[2])
    run = functools.partial(web.serve, application, "127.0.0.1", port, **limits)
    children = [parent.Child("web server", run)]
    sys.exit(parent.Parent(children, lambda: answers(port), lambda: print("ready", flush=True)).run())
