"""The one client for every URL that a person typed.

Public addresses only (foundation/public_addresses.py): all addresses of the name are looked up once and checked, and
the one that was checked is the one connected to. No redirect is followed, no proxy asked. One deadline holds over
name, connection, handshake, headers and body together; of the body no more is read than was asked for.
"""

from __future__ import annotations

import http.client
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, urlsplit

from ideaboard.foundation.public_addresses import Allowed, address_of, is_public
from ideaboard.foundation.settings import settings
from ideaboard.foundation.wire import Deadline, Wire

DEADLINE_SECONDS = 10.0
MAX_BYTES = 64 * 1024
LONGEST_URL = 2000
_HEADERS_BYTES = 64 * 1024  # of status line and headers, interim ones included
_MOST_ADDRESSES = 4  # tried one after the other
_MOST_LOOK_UPS = 8  # names being looked up at a time; the system's resolver cannot be told to stop
_look_ups = threading.BoundedSemaphore(_MOST_LOOK_UPS)
_PRINTABLE = "".join(map(chr, range(33, 127)))

# (host, port) -> addresses as text; raises OSError. Tests put one of their own in its place.
Resolver = Callable[[str, int], list[str]]


class Unreachable(Exception):
    """No answer. `cause`: address (no URL that may be called), private, name, refused, timeout, tls or broken."""

    def __init__(self, cause: str, words: str):
        super().__init__(words)
        self.cause = cause


@dataclass(frozen=True)
class Answer:
    """`headers` by their names in lower case; `whole`: False when the body went on beyond the cap or the deadline."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ms: int = 0
    whole: bool = True


@dataclass(frozen=True)
class Target:
    """A URL taken apart: `host` as it is looked up, `netloc` as the Host header says it, `path` with its query."""

    scheme: str
    host: str
    port: int
    netloc: str
    path: str


def target_of(url: str) -> Target:
    """Raises Unreachable('address') for what is no http(s) URL of a plain kind."""
    if len(url) > LONGEST_URL or re.search(r"[\x00-\x20\x7f-\xa0\\]", url):
        raise Unreachable("address", "the address is too long, or holds a blank, a backslash or a control character")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
        host = host if ":" in host else host.encode("idna").decode("ascii")
    except ValueError as error:  # UnicodeError is one
        raise Unreachable("address", "the address cannot be read") from error
    if parts.scheme not in ("http", "https") or not host or port == 0 or "@" in parts.netloc or "%" in host:
        raise Unreachable("address", "only http:// and https:// addresses are called, without a user's name in them")
    standard = 443 if parts.scheme == "https" else 80
    bracketed = f"[{host}]" if ":" in host else host
    netloc = bracketed if port in (None, standard) else f"{bracketed}:{port}"
    path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_PRINTABLE)
    return Target(parts.scheme, host, port or standard, netloc, path)


def resolve(host: str, port: int) -> list[str]:
    """The system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(entry[4][0] for entry in found))


def call(
    url: str,
    *,
    method: str = "POST",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    deadline_seconds: float = DEADLINE_SECONDS,
    max_bytes: int = MAX_BYTES,
    resolver: Resolver = resolve,
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """Call a URL once. Any status is an Answer, a redirect too. Raises Unreachable."""
    target = target_of(url)
    headers = {"User-Agent": "Ideaboard", **(headers or {}), "Host": target.netloc, "Connection": "close"}
    for name, value in headers.items():
        if not re.fullmatch(r"[A-Za-z0-9-]+", name) or not re.fullmatch(r"[\x20-\x7e]*", value):
            raise ValueError(f"{name!r} is no header that can be sent")
    deadline = Deadline(deadline_seconds)
    try:
        addresses = _checked(target, _look_up(target, resolver, deadline))
        with _connect(addresses, target, deadline, tls) as connected:
            return _exchange(connected, target, method, headers, body, deadline, max_bytes)
    except TimeoutError as error:
        raise Unreachable("timeout", f"no answer within {deadline_seconds:g} seconds") from error
    except ssl.SSLError as error:
        raise Unreachable(
            "tls", f"no safe connection: {getattr(error, 'verify_message', '') or error.reason}"
        ) from error
    except ConnectionRefusedError as error:
        raise Unreachable("refused", "nothing listens there") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable("broken", f"the connection broke: {type(error).__name__} {error}"[:200].strip()) from error


def _look_up(target: Target, resolver: Resolver, deadline: Deadline) -> list[str]:
    """In a thread, since nothing else bounds the system's resolver; at most _MOST_LOOK_UPS of them."""
    if not _look_ups.acquire(timeout=deadline.left()):
        raise TimeoutError("too many names are being looked up")
    answer: queue.SimpleQueue = queue.SimpleQueue()

    def ask():
        try:
            answer.put(resolver(target.host, target.port))
        except (OSError, UnicodeError) as error:
            answer.put(error)
        finally:
            _look_ups.release()

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        found = answer.get(timeout=deadline.left())
    except queue.Empty:
        raise TimeoutError("the name was not found in time") from None
    if isinstance(found, Exception) or not found:
        raise Unreachable("name", f"the name {target.host} is not known")
    return found


def _checked(target: Target, found: list[str]) -> list[str]:
    """The addresses, when every one may be reached: a name that mixes public and private ones is a trap."""
    allowed = Allowed.read(settings.outbound_allow)
    for text in found:
        address = address_of(text)
        if not is_public(address) and not allowed.takes(target.host, target.port, address):
            raise Unreachable("private", f"{target.host} is no public address ({address})")
    return found[:_MOST_ADDRESSES]


def _connect(addresses: list[str], target: Target, deadline: Deadline, tls: ssl.SSLContext | None) -> socket.socket:
    """A connection to the first address that takes one; the certificate is asked for the name."""
    for i, address in enumerate(addresses):
        connection = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            connection.settimeout(deadline.left() / (len(addresses) - i))
            connection.connect((address, target.port))
            if target.scheme == "https":
                connection.settimeout(deadline.left())
                connection = (tls or _tls()).wrap_socket(connection, server_hostname=target.host)
            return connection
        except ssl.SSLError:
            connection.close()
            raise
        except OSError:
            connection.close()
            if i + 1 == len(addresses):
                raise
    raise AssertionError("there is always an address")


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _exchange(connected, target: Target, method, headers, body, deadline: Deadline, max_bytes: int) -> Answer:
    """Send, and read the answer. Once status and headers are there, a body that does not end changes nothing."""
    connection = http.client.HTTPConnection("unused")
    connection.sock = Wire(connected, deadline, max_bytes + _HEADERS_BYTES)
    connection.request(method, target.path, body or None, headers)
    response = connection.getresponse()
    named = {name.lower(): value for name, value in response.getheaders()}
    taken, whole = b"", True
    try:
        while len(taken) <= max_bytes and (piece := response.read1(max_bytes + 1 - len(taken))):
            taken += piece
        whole = len(taken) <= max_bytes and not response.length
    except (OSError, http.client.HTTPException, ValueError):
        whole = False
    ms = round((time.monotonic() - deadline.begun) * 1000)
    return Answer(response.status, named, taken[:max_bytes], ms, whole)
