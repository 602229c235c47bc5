"""The doors of the demo: who one plays, the five steps, what Vera received, and the way out. All 404 elsewhere."""

from flask import Blueprint, Response, abort, has_request_context, request, session
from flask_login import logout_user

from ideaboard.accounts.first_admin import make_link, nobody_administrates
from ideaboard.accounts.sessions import end_session, open_session
from ideaboard.accounts.signing_in import SignIn
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.links import split
from ideaboard.site.demo.bar import Bar
from ideaboard.site.demo.clear import start_for_real
from ideaboard.site.demo.kept import remove_kept_mails
from ideaboard.site.demo.presence import is_offered, played
from ideaboard.site.demo.received import next_mail_at, received, received_mail
from ideaboard.web.browser import browser_name, sign_in_here
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import current_site, request_now
from ideaboard.web.here import passed_on
from ideaboard.web.swap import go, page

demonstration = Blueprint("demo", __name__, url_prefix="/demo")
# The mail's own styles stand inline; nothing else may run or load, and its links open outside the frame.
MAIL_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
# First words of paths that a switch may come back to: anybody's, and whose part one takes.
ANYBODY_MAY_OPEN = ("ideas", "boards", "demo", "roadmap", "launched", "stories", "how-we-answer", "feeds")
MAY_OPEN_TOO = {"vera": ("me",), "ada": ("me", "staff"), "ruth": ("me", "staff", "admin")}


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
    """The demo is there, and this request comes straight from this machine."""
    return not passed_on() and is_offered(current_site(), request.remote_addr, request.host)


@demonstration.get("")
@gate("site.demo")
def steps():
    return page("demo/steps.html")


@demonstration.post("/play")
@gate("site.demo")
def play():
    """Become Vera, Ada, Ruth or a guest, and stay on the page."""
    key = request.form.get("as", "")
    person = played(key)
    end_reading()
    if person is None:
        sign_out()
    else:
        token = open_session(person, request_now(), browser=browser_name())
        sign_in_here(SignIn(person, token))  # ends the one before
    return go(path_back(request.form.get("back", ""), MAY_OPEN_TOO.get(key, ()) if person else ()))


@demonstration.get("/mails")
@gate("site.demo")
def mails():
    vera = played("vera") or abort(404)
    return page("demo/mails.html", mails=received(vera, request_now()), next_at=next_mail_at(vera))


@demonstration.get("/mails/<int:delivery_id>")
@gate("site.demo")
def mail(delivery_id: int):
    delivery, found = load_mail(delivery_id)
    return page("demo/mail.html", delivery=delivery, mail=found)


@demonstration.get("/mails/<int:delivery_id>/html")
@gate("site.demo")
def mail_html(delivery_id: int):
    """What a mail program would show; opened in a sandboxed frame."""
    _, found = load_mail(delivery_id)
    response = Response(found.html.replace("<head>", '<head><base target="_blank">', 1), mimetype="text/html")
    response.headers["Content-Security-Policy"] = MAIL_CSP
    return response


@demonstration.get("/start-for-real")
@gate("site.demo")
def ask_to_start():
    return page("demo/start_for_real.html")


@demonstration.post("/start-for-real")
@gate("site.demo")
def start():
    """Take the demo away; whoever pressed it sits at this machine and may become the first admin."""
    start_for_real()
    remove_kept_mails()
    sign_out()
    if not nobody_administrates():
        return go(request.script_root + "/")
    end_reading()
    return go(make_link(request_now()))


def load_mail(delivery_id: int):
    """A delivery to Vera and its mail; 404 for another."""
    vera = played("vera") or abort(404)
    return received_mail(vera, delivery_id, request_now()) or abort(404)


def sign_out() -> None:
    """End the session of whoever is signed in here; a guest keeps no cookie."""
    if viewer() is not None:
        end_session(viewer().session_token)
        logout_user()
    session.clear()


def path_back(path: str, too: tuple[str, ...] = ()) -> str:
    """The path where a switch was pressed if they may open it, else home. Foreign addresses lead home."""
    home = request.script_root + "/"
    parts = split(path)
    if parts.scheme or parts.netloc or not path.startswith(home) or "\\" in path or path.startswith("//"):
        return home
    first = parts.path.removeprefix(home).partition("/")[0]
    return path if first in ANYBODY_MAY_OPEN + too else home
