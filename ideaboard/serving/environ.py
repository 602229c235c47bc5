"""A request as granian's RSGI gives it, put into the environ that WSGI applications read."""

from __future__ import annotations

import io
import sys
from typing import Any

# Two spellings of one header (X-Forwarded-For, X_Forwarded_For) would become one key: only the hyphened one counts.
# "Proxy" would become HTTP_PROXY, which programs started from here take for a setting.
REFUSED_HEADERS = {"proxy"}
UNPREFIXED = {"content-type": "CONTENT_TYPE"}

BASE: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    # The body is here as a whole: werkzeug may read to the end.
    "wsgi.input_terminated": True,
}


def build(scope: Any, body: bytes) -> dict[str, Any]:
    """The WSGI environ of a request whose body has been read."""
    server, _, port = scope.server.rpartition(":")
    client, _, client_port = scope.client.rpartition(":")
    path = scope.path if scope.path.startswith("/") else "/" + scope.path
    environ = BASE | {
        "REQUEST_METHOD": scope.method,
        # WSGI carries bytes as latin-1; granian has undone the percent-encoding.
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": "HTTP/" + scope.http_version,
        "REMOTE_ADDR": client.strip("[]"),
        "REMOTE_PORT": client_port,
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
    }
    for name, value in scope.headers.items():
        if "_" in name or name in REFUSED_HEADERS:
            continue
        key = UNPREFIXED.get(name) or "HTTP_" + name.upper().replace("-", "_")
        separator = "; " if name == "cookie" else ","
        environ[key] = environ[key] + separator + value if key in environ else value
    if environ.pop("HTTP_CONTENT_LENGTH", None) is not None:
        environ["CONTENT_LENGTH"] = str(len(body))
    if scope.authority:  # "GET http://host/path": RFC 9112 says that this host counts
        environ["HTTP_HOST"] = scope.authority
    return environ
