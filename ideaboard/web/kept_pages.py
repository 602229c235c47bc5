"""Guests' pages, kept in the process and handed out again while nothing changed; docs/adr/0019-kept-pages.md.

1. A GET or HEAD without any cookie but `lang` and `theme`, and without a word that could make its answer another one,
   gets a key of all that a guest's page depends on beside the data. Everything else goes straight to the application.
2. The database's snapshot and the running minute are read before anything is rendered.
3. Kept under this key with the same snapshot and minute: that is the answer. Else the application makes one, and
   web/finish.py says on the way whether it is a page of guests; it is kept with the snapshot of step 2. So a deed that
   falls between leaves a page under a snapshot that nobody will ever read again, and no deed has to forget anything.
4. Kept with another snapshot of the same minute: what was read for it is read again (foundation/reads.py), and where
   the rows are the same, so is the page. Most votes move no row of most pages. Where only such rows are others of which
   the page can be put together, it is: a vote for an idea of a list makes one row of it (web/frames.py).
5. If-None-Match is judged here, so that the application always makes the whole page.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Protocol

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.http import parse_cookie, parse_etags, remove_entity_headers

from ideaboard.extensions import db
from ideaboard.foundation import clock
from ideaboard.foundation.reads import Reads, RowsNow, hearing
from ideaboard.foundation.watcher import Watcher
from ideaboard.site.demo.presence import is_loopback
from ideaboard.web.globals import LANGUAGES, THEMES, asked_for
from ideaboard.web.here import passed_on_in
from ideaboard.web.packing import etag_of, packed

SLOT = "ideaboard.kept_page"  # in the environ: where finish() says that the answer may be kept
OURS = {"lang", "theme"}  # cookies that name nobody
# An answer to these is none that another guest would get, or one that is not worth a key.
ELSEWISE = (
    "HTTP_AUTHORIZATION",
    "HTTP_HX_REQUEST",
    "HTTP_IF_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_RANGE",
    "HTTP_IF_UNMODIFIED_SINCE",
    "HTTP_ORIGIN",
    "HTTP_RANGE",
)
MOST_VAIN = 6  # a page that changes with each deed is asked again after every 64th making
LARGEST = 512 * 1024  # bytes of one page
AROUND = 2048  # bytes of headers and key that each page costs beside its body, roughly
LONGEST_QUERY = 1024


class Again(Protocol):
    """Puts a page together of the rows that may move, as they are now: (its HTML, the ideas it shows). None where it has
    to be made: something else of it would be another as well."""

    size: int  # bytes, about

    def __call__(
        self, environ: dict[str, Any], moved: tuple[list[tuple], ...]
    ) -> tuple[str, tuple[int, ...]] | None: ...


@dataclass
class Slot:
    """What the application says of the answer it makes: may it be kept, and which ideas does it show."""

    key: tuple = ()  # what the request brings to the page
    may_be_kept: bool = False
    is_for_now: bool = False  # it changes with the deeds of these minutes: not worth packing well
    shown: list[int] = field(default_factory=list)
    again: Again | None = None


@dataclass(frozen=True)
class Kept:
    at: tuple[str, int]  # the snapshot and the minute
    status: str
    headers: list[tuple[str, str]]
    etag: str
    body: bytes
    shown: tuple[int, ...]
    read: Reads | None = None  # what was read for it, where that is asked again
    rows: RowsNow | None = None  # what it gave
    again: Again | None = None
    vain: int = 0  # how often in a row asking again was for nothing
    rest: int = 0  # so many makings from now it is not tried

    @property
    def size(self) -> int:
        return len(self.body) + AROUND + (self.read.size if self.read else 0) + (self.again.size if self.again else 0)


class Shelf:
    """Answers by key, the least lately used go first; safe among threads."""

    def __init__(self, most: int):
        self.most = most
        self.bytes = 0
        self._kept: OrderedDict[tuple, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: tuple) -> Kept | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def put(self, key: tuple, kept: Kept) -> None:
        with self._lock:
            before = self._kept.pop(key, None)
            self.bytes += kept.size - (before.size if before else 0)
            self._kept[key] = kept
            while self.bytes > self.most:
                self.bytes -= self._kept.popitem(last=False)[1].size


class KeptPages:
    """WSGI, around the application. `saw(environ, idea ids)` is told of each page that is handed out from here."""

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        *,
        most: int,
        snapshot: Callable[[], str | None],
        saw: Callable[[dict, tuple[int, ...]], None],
        rows: Callable[[Reads], RowsNow | None] = lambda read: None,
    ):
        self.application = application
        self.shelf = Shelf(most)
        self.snapshot = snapshot
        self.rows = rows
        self.saw = saw

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        key = key_of(environ)
        snapshot = self.snapshot() if key is not None else None
        if snapshot is None:
            return self.application(environ, start_response)
        at = (snapshot, int(clock.now().timestamp() // 60))
        before = self.shelf.take(key)
        kept = before if before is None or before.at == at else self._as_of(at, before, environ)
        if kept is None:
            return self._make(key, at, before, environ, start_response)
        if kept is not before:
            self.shelf.put(key, kept)
        if kept.shown:
            self.saw(environ, kept.shown)
        return _answer(kept, environ, start_response)

    def _as_of(self, at: tuple[str, int], before: Kept, environ: dict[str, Any]) -> Kept | None:
        """The page as it would be made now, if that can be said. What it says of the clock holds for its minute."""
        now = self.rows(before.read) if before.read is not None and before.at[1] == at[1] else None
        if now is None:
            return None
        if now.digest == before.rows.digest:
            return replace(before, at=at, vain=0)
        if before.again is None or now.still != before.rows.still:
            return None
        page = before.again(environ, now.moving)
        return page and _remade(replace(before, at=at, vain=0, rows=now._replace(moving=())), *page)

    def _make(self, key: tuple, at: tuple[str, int], before: Kept | None, environ, start_response) -> Iterable[bytes]:
        slot = Slot(key, is_for_now=before is not None and before.vain > 0)
        whole = {name: value for name, value in environ.items() if name != "HTTP_IF_NONE_MATCH"} | {SLOT: slot}
        answered: list[Any] = []
        said: list[bytes] = []

        def start(status, headers, exc_info=None):
            answered[:] = [status, headers]
            return said.append

        with hearing() as read:
            chunks = self.application(whole, start)
            try:
                said.extend(chunks)
            finally:
                if hasattr(chunks, "close"):
                    chunks.close()
        status, headers = answered
        head = Headers(headers)
        etag = head.get("ETag", "") if status.startswith("200 ") else ""
        if etag:  # the server says the date: it is that of the sending
            headers = [(name, value) for name, value in headers if name != "Date"]
        made = Kept(at, status, headers, etag, b"".join(said), tuple(slot.shown))
        fit = slot.may_be_kept and etag and "Set-Cookie" not in head and len(made.body) <= LARGEST
        if fit and environ["REQUEST_METHOD"] == "GET":
            self.shelf.put(key, self._with_reads(made, read, slot.again, before))
        return _answer(made, environ, start_response)

    def _with_reads(self, made: Kept, read: Reads, again: Again | None, before: Kept | None) -> Kept:
        """The page with the rows that it was made of, where it is likely to stand when a deed comes between.

        They are read once more: what falls between the making and that, changes the snapshot. A page that was made only
        once is not worth it, and one that changes with each deed is tried after ever more makings.
        """
        if before is None:
            return made
        if before.read is not None and before.at[1] == made.at[1]:
            return _rested(made, before.vain + 1)
        if before.rest:
            return replace(made, vain=before.vain, rest=before.rest - 1)
        rows = self.rows(read)
        if rows is None or self.snapshot() != made.at[0]:
            return _rested(made, before.vain + 1)
        return replace(made, read=read, rows=rows._replace(moving=()), again=again, vain=before.vain)


def _remade(before: Kept, html: str, shown: tuple[int, ...]) -> Kept:
    """The page with other HTML; it changes with the deeds of these minutes, so it is not worth packing well."""
    body = html.encode()
    is_packed = any(name == "Content-Encoding" for name, _ in before.headers)
    etag = etag_of(body, is_packed=is_packed)
    if is_packed:
        body = packed(body, for_many=False)
    anew = {"ETag": etag, "Content-Length": str(len(body))}
    headers = [(name, anew.get(name, value)) for name, value in before.headers]
    return replace(before, headers=headers, etag=etag, body=body, shown=shown)


def _rested(made: Kept, vain: int) -> Kept:
    return replace(made, vain=vain, rest=2 ** min(vain, MOST_VAIN) - 1)


def install(app: Flask, saw: Callable[[dict, tuple[int, ...]], None]) -> None:
    """Keep pages in front of the application, up to KEPT_PAGES_MB; `saw` is told what is handed out."""
    most = app.config["SETTINGS"].kept_pages_mb * 1024 * 1024
    if not most or app.config["SQLALCHEMY_DATABASE_URI"] in ("sqlite://", "sqlite:///:memory:"):
        return

    @cache
    def engine():
        with app.app_context():
            return db.engine

    app.wsgi_app = KeptPages(
        app.wsgi_app,
        most=most,
        snapshot=Watcher(engine).snapshot,
        saw=saw,
        rows=lambda read: read.rows_as_they_are(engine()),
    )


def key_of(environ: dict[str, Any]) -> tuple | None:
    """All that a guest's page depends on beside the data and the clock; None: not to be kept."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or any(name in environ for name in ELSEWISE):
        return None
    cookies = environ.get("HTTP_COOKIE")
    choices: Any = parse_cookie(cookies) if cookies else {}
    query = environ.get("QUERY_STRING", "")
    if len(query) > LONGEST_QUERY or not OURS.issuperset(choices):
        return None
    lang, theme = choices.get("lang"), choices.get("theme")
    return (
        environ.get("SCRIPT_NAME", ""),
        environ.get("PATH_INFO", ""),
        query,
        lang if lang in LANGUAGES else asked_for(environ.get("HTTP_ACCEPT_LANGUAGE", "")),
        theme if theme in THEMES else "",
        "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""),
        environ.get("HTTP_HOST") or environ.get("SERVER_NAME"),
        environ.get("wsgi.url_scheme"),
        # The demo's bar is for who sits at this machine.
        is_loopback(environ.get("REMOTE_ADDR") or "") and not passed_on_in(environ),
    )


def _answer(answer: Kept, environ: dict[str, Any], start_response) -> Iterable[bytes]:
    asked = environ.get("HTTP_IF_NONE_MATCH")
    if answer.etag and asked and parse_etags(asked).contains_weak(answer.etag.removeprefix("W/").strip('"')):
        headers = Headers(answer.headers)
        remove_entity_headers(headers)
        start_response("304 NOT MODIFIED", headers.to_wsgi_list())
        return []
    start_response(answer.status, answer.headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]
