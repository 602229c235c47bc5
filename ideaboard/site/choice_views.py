"""What a visitor chooses for this browser: light or dark, and the language. (On the blueprint of the site.)"""

from flask import Response, request

from ideaboard.accounts.profile import set_language as remember_language
from ideaboard.extensions import gettext
from ideaboard.foundation.links import split
from ideaboard.foundation.refusals import Refusal
from ideaboard.site.views import site
from ideaboard.web.asking import local_path
from ideaboard.web.browser import set_cookie
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import LANGUAGES, THEMES
from ideaboard.web.swap import go

YEAR = 365 * 24 * 3600


def page_before() -> str:
    """The path of the page whose form was sent, or the home."""
    came_from = split(request.headers.get("Referer", ""))
    path = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return (local_path(path) if came_from.netloc == request.host else "") or request.script_root + "/"


def _keep(name: str, value: str) -> Response:
    response = go(page_before())
    set_cookie(response, name, value, YEAR if value else 0)
    return response


@site.post("/theme")
@gate("site.read")
def set_theme():
    """theme=light|dark|auto; auto is as the device has it."""
    chosen = request.form.get("theme", "")
    if chosen not in (*THEMES, "auto"):
        raise Refusal(gettext("That look is not there. Choose light, dark, or as your device has it."))
    return _keep("theme", "" if chosen == "auto" else chosen)


@site.post("/language")
@gate("site.read")
def set_language():
    """lang=en|…; for a signed-in person it is also their language everywhere."""
    chosen = request.form.get("lang", "")
    if chosen not in LANGUAGES:
        raise Refusal(gettext("That language is not there. Choose one of the list."))
    if viewer() is not None:
        remember_language(viewer(), chosen)
    return _keep("lang", chosen)
