"""The doors of the demo: who one plays, the five steps, what Vera received, and the way out. All 404 elsewhere."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, has_request_context, request, session
from flask_login import login_user, logout_user

from ideaboard.accounts.sessions import end_session, open_session
from ideaboard.foundation.database import end_reading
from ideaboard.models import Person
from ideaboard.site.demo.bar import Bar
from ideaboard.site.demo.clear import start_for_real
from ideaboard.site.demo.presence import is_offered, played
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import current_site, request_now
from ideaboard.web.swap import go, page

demonstration = Blueprint("demo", __name__, url_prefix="/demo")
ANYBODY_MAY_OPEN = ("ideas", "boards", "demo")  # first words of paths that a switch may come back to


@demonstration.before_request
def only_where_it_is_offered():
    if not offered():
        abort(404)


@demonstration.app_context_processor
def bar():
    if not has_request_context() or not offered():
        return {"demo_bar": None}
    back = request.script_root + request.full_path.rstrip("?") if request.method == "GET" else ""
    return {"demo_bar": Bar(current_site(), viewer(), back)}


def offered() -> bool:
    return is_offered(current_site(), request.remote_addr, request.host)


@demonstration.get("")
@gate("site.demo")
def steps():
    return page("demo/steps.html")


@demonstration.post("/play")
@gate("site.demo")
def play():
    """Become Vera, Ada or a guest, and stay on the page."""
    person = played(request.form.get("as", ""))
    end_reading()
    sign_out()
    if person is not None:
        sign_in(person)
    return go(path_back(request.form.get("back", "")))


@demonstration.get("/start-for-real")
@gate("site.demo")
def ask_to_start():
    return page("demo/start_for_real.html")


@demonstration.post("/start-for-real")
@gate("site.demo")
def start():
    start_for_real()
    sign_out()
    return go(request.script_root + "/")


def sign_in(person: Person) -> None:
    person.session_token = open_session(person, request_now(), browser="the demo bar")
    login_user(person)


def sign_out() -> None:
    """End the session of whoever is signed in here; a guest keeps no cookie."""
    if viewer() is not None:
        end_session(viewer().session_token)
        logout_user()
    session.clear()


def path_back(path: str) -> str:
    """The path where a switch was pressed if anybody may open it, else home. Foreign addresses lead home."""
    home = request.script_root + "/"
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or not path.startswith(home) or "\\" in path or path.startswith("//"):
        return home
    first = parts.path.removeprefix(home).partition("/")[0]
    return path if first in ANYBODY_MAY_OPEN else home
