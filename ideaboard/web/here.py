"""Whether a request comes straight from this machine: the demo and the kept mails open to nobody else."""

from collections.abc import Mapping
from typing import Any

from flask import request

from config import LOOPBACK
from ideaboard.foundation.links import split

_OF_A_PROXY = (
    "HTTP_FORWARDED",
    "HTTP_VIA",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)


def passed_on() -> bool:
    """Whether somebody stands between the browser and us."""
    return passed_on_in(request.environ)


def passed_on_in(environ: Mapping[str, Any]) -> bool:
    """The same of a request that has not reached Flask yet.

    A proxy says so in a header. nginx as it comes says nothing, and names the loopback as Host: but it speaks HTTP/1.0,
    which no browser does, and the page from which a form is sent (Origin) is then not of this machine.
    """
    if any(name in environ for name in _OF_A_PROXY):
        return True
    if environ.get("SERVER_PROTOCOL") in ("HTTP/1.0", "HTTP/1"):
        return True
    origin = environ.get("HTTP_ORIGIN", "")
    name = split(origin).hostname or ""
    return bool(origin) and name not in LOOPBACK and not name.endswith(".localhost")
