"""Cross-site requests are refused by where they come from, so that forms and partials carry no token.

The rule of Go's http.CrossOriginProtection: a browser's Sec-Fetch-Site must be same-origin or none; where none is sent
(http on a LAN), Origin must be the request's own host or the public address. Neither header: refused.
"""

from urllib.parse import urlsplit

from flask import current_app, request

from ideaboard.extensions import gettext
from ideaboard.foundation.refusals import Forbidden
from ideaboard.foundation.settings import settings

SAFE = ("GET", "HEAD", "OPTIONS")


class CrossSite(Forbidden):
    """The request was not sent from a page of this site."""


def refuse_cross_site() -> None:
    """Before each request. Raises CrossSite. Token routes (declared at their gate) are exempt."""
    if request.method in SAFE:
        return
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and getattr(view, "gate", None) and view.gate.token_route:
        return
    if not is_same_origin():
        raise CrossSite(
            gettext(
                "This was not sent from a page of this site, so nothing was done. Open the page here and send it again."
            )
        )


def is_same_origin() -> bool:
    fetch_site = request.environ.get("HTTP_SEC_FETCH_SITE")
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    origin = request.environ.get("HTTP_ORIGIN")
    if not origin or origin == "null":
        return False
    public = urlsplit(settings.public_url)
    return origin in (f"{request.scheme}://{request.host}", f"{public.scheme}://{public.netloc}")
