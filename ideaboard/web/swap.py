"""Page or fragment: every "HX-" word of the project lives here."""

from collections.abc import Callable

from flask import Response, current_app, make_response, redirect, render_template, request

from ideaboard.foundation.links import split
from ideaboard.web.vary import vary_by


def wants_fragment() -> bool:
    """Whether htmx asks for a part of the page (a boosted link asks for the page)."""
    environ = request.environ  # werkzeug's headers take eight calls for a name that is not there
    return environ.get("HTTP_HX_REQUEST") == "true" and environ.get("HTTP_HX_BOOSTED") != "true"


def page_in_view() -> str:
    """The path (with its query) of the page from which htmx asks, or ''."""
    parts = split(request.headers.get("HX-Current-URL", ""))
    if not wants_fragment() or parts.netloc != request.host:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def page(template: str, status: int = 200, **context) -> Response:
    """A whole page."""
    return _vary(make_response(render_template(template, **context), status))


def page_made(html: str) -> Response:
    """A whole page that is made already."""
    return _vary(make_response(html))


def answer(fragment: str, back_to: str, status: int = 200, **context) -> Response:
    """The answer to a deed: the fragment for htmx, 303 to `back_to` for a plain form."""
    if wants_fragment():
        return _vary(make_response(render_template(fragment, **context), status))
    return _vary(redirect(back_to, 303))


def answer_made(fragment: Callable[[], str], back_to: Callable[[], str]) -> Response:
    """The same with a fragment that its door makes of facts alone: nothing else is looked up for it (no site, no `may`)."""
    if wants_fragment():
        return _vary(current_app.response_class(fragment()))
    return _vary(redirect(back_to(), 303))


def page_or_fragment(template: str, fragment: str, status: int = 200, **context) -> Response:
    """A GET that htmx may ask a part of (more rows, a preview)."""
    return _vary(make_response(render_template(fragment if wants_fragment() else template, **context), status))


def invalid(template: str, fragment: str, target: str, **context) -> Response:
    """422: the form again with what was typed and the reasons; htmx puts the fragment in place of `target`."""
    response = page_or_fragment(template, fragment, 422, **context)
    if wants_fragment():
        response.headers["HX-Retarget"] = target
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def go(location: str) -> Response:
    """Send the browser to another page, also from htmx."""
    if wants_fragment():
        response = make_response("", 204)
        # The browser would only scroll to an address that differs by its anchor: load the page anew, in place.
        if split(request.headers.get("HX-Current-URL", "")).path == split(location).path:
            response.headers["HX-Refresh"] = "true"
        else:
            response.headers["HX-Redirect"] = location
        return _vary(response)
    return redirect(location, 303)


def redirect_for_good(location: str) -> Response:
    """This thing's address is another one now; a browser asks again all the same, since rights may change."""
    return _vary(redirect(location, 308))


def _vary(response: Response) -> Response:
    return vary_by(response, "HX-Request")  # without it, Back shows a fragment
