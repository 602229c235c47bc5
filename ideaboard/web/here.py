"""Whether a request comes straight from this machine: the demo and the kept mails open to nobody else."""

from flask import request

from config import LOOPBACK
from ideaboard.foundation.links import split

_OF_A_PROXY = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


def passed_on() -> bool:
    """Whether somebody stands between the browser and us.

    A proxy says so in a header. nginx as it comes says nothing, and names the loopback as Host: but it speaks HTTP/1.0,
    which no browser does, and the page from which a form is sent (Origin) is then not of this machine.
    """
    if any(name in request.headers for name in _OF_A_PROXY):
        return True
    if request.environ.get("SERVER_PROTOCOL") in ("HTTP/1.0", "HTTP/1"):
        return True
    origin = request.headers.get("Origin", "")
    name = split(origin).hostname or ""
    return bool(origin) and name not in LOOPBACK and not name.endswith(".localhost")
