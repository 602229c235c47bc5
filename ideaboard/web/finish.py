"""After each request: who may keep the answer, how it is packed, and what a browser may do with it."""

from flask import Flask, Response, current_app, request
from werkzeug.routing import RequestRedirect

from ideaboard.foundation.links import split
from ideaboard.foundation.settings import settings
from ideaboard.web.gate import viewer
from ideaboard.web.kept_pages import SLOT
from ideaboard.web.packing import etag_of, packed
from ideaboard.web.vary import vary_by

# One policy for every page: nothing inline, nothing from elsewhere.
CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
READ_BY_GUESTS = {"site.read", "board.read", "idea.read", "story.read"}  # pages of these permissions may be kept
_ALWAYS = (
    ("Content-Security-Policy", CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
_HTTPS = (("Strict-Transport-Security", "max-age=31536000"),)
_MIN_GZIP = 600  # below it the header costs more than it saves


def install(app: Flask) -> None:
    app.after_request(finish)


def finish(response: Response) -> Response:
    """Security headers; Cache-Control; for a guest's page an ETag and no cookie; gzip."""
    headers = response.headers
    said = {name.lower() for name, _ in headers}
    for name, value in _ALWAYS + _HTTPS if settings.is_https else _ALWAYS:
        if name.lower() not in said:
            headers.add(name, value)
    if "Cache-Control" not in headers:
        if _is_guest_page(response):
            headers["Cache-Control"] = "private, no-cache"
            vary_by(response, "Cookie", "Accept-Language")
            headers["ETag"] = etag_of(response.get_data())
            slot = request.environ.get(SLOT)
            if slot is not None:
                slot.may_be_kept = _is_for_every_guest()
        else:
            headers["Cache-Control"] = "private, no-store"
    # The router mends /ideas//1 with the Host that the request named: what we say is the path alone.
    if isinstance(request.routing_exception, RequestRedirect):
        there = split(headers["Location"])
        headers["Location"] = "/" + there.path.lstrip("/") + (f"?{there.query}" if there.query else "")
    _pack(response)
    # What stands in front (web/kept_pages.py) judges If-None-Match itself.
    if response.status_code == 200 and "ETag" in headers and SLOT not in request.environ:
        response.make_conditional(request)
    return response


def _is_guest_page(response: Response) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and response.status_code == 200
        and "Set-Cookie" not in response.headers
        and viewer() is None
    )


def _is_for_every_guest() -> bool:
    """Not what a token opens, and nothing of signing in."""
    door = current_app.view_functions[request.endpoint].gate
    return door.permission in READ_BY_GUESTS and not door.token_route


def _pack(response: Response) -> None:
    kind = response.mimetype
    if response.direct_passthrough or "Content-Encoding" in response.headers or response.status_code in (204, 304):
        return
    if not (kind.startswith("text/") or kind in ("application/json", "application/atom+xml", "image/svg+xml")):
        return
    vary_by(response, "Accept-Encoding")
    data = response.get_data()
    if len(data) < _MIN_GZIP or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return
    slot = request.environ.get(SLOT)
    for_many = "ETag" in response.headers and not (slot is not None and slot.is_for_now)
    response.set_data(packed(data, for_many=for_many))
    response.headers["Content-Encoding"] = "gzip"
    etag, weak = response.get_etag()
    if etag and not weak:
        response.set_etag(etag, weak=True)
