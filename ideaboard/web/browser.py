"""What a browser holds of a person: the sign-in, the attempt that waits for its code, and that it is known.

`attempt`: the random token of a Pending row, for as long as its code lives. `known`: signed, one random name of the
browser and the ids of who signed in with it; it opens nothing, it only keeps the owner's own way in open while
strangers guess (web/guesses.py).
"""

import secrets

from flask import Response, request, session
from flask_login import login_user

from ideaboard.accounts.codes import CODE_LASTS
from ideaboard.accounts.sessions import end_session
from ideaboard.accounts.signing_in import SignIn
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.settings import settings
from ideaboard.foundation.tokens import sign, unsign
from ideaboard.models import Person

ATTEMPT, KNOWN = "attempt", "known"
KNOWN_LASTS = 400 * 24 * 3600  # the longest that browsers keep a cookie
PEOPLE_KNOWN = 5  # a family's tablet

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    """A cookie of ours: for this site alone, out of reach of scripts."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=settings.sub_path or "/",
        secure=settings.is_https,
        httponly=True,
        samesite="Lax",
    )


def attempt() -> str:
    """The browser's attempt token, or ''."""
    return request.cookies.get(ATTEMPT, "")


def remember_attempt(response: Response, token: str) -> Response:
    set_cookie(response, ATTEMPT, token, int(CODE_LASTS.total_seconds()))
    return response


def known_as(person: Person | None) -> str:
    """The browser's own name if this person signed in with it before, else ''."""
    held = _known()
    return held["browser"] if person is not None and person.id in held["people"] else ""


def _known() -> dict:
    held = unsign("known-browser", request.cookies.get(KNOWN, "")) or {}
    return {"browser": held.get("browser") or secrets.token_urlsafe(12), "people": held.get("people") or []}


def browser_name() -> str:
    """'Firefox on Linux', for the list of one's own sign-ins."""
    words = request.headers.get("User-Agent", "")
    browser = next((name for sign_, name in _BROWSERS if sign_ in words), "A browser")
    system = next((name for sign_, name in _SYSTEMS if sign_ in words), "")
    return f"{browser} on {system}" if system else browser


def sign_in_here(signed_in: SignIn) -> None:
    """Put the sign-in into the browser's session; an earlier one of this browser ends."""
    before = session.get("_user_id")
    session.clear()
    if before:
        end_reading()
        end_session(before)
    signed_in.person.session_token = signed_in.token
    session.permanent = True
    login_user(signed_in.person)


def remember_known(response: Response, person: Person) -> Response:
    """Let the browser be known to this person from now on; its attempt is over."""
    held = _known()
    people = [person.id, *(i for i in held["people"] if i != person.id)][:PEOPLE_KNOWN]
    set_cookie(response, KNOWN, sign("known-browser", {"browser": held["browser"], "people": people}), KNOWN_LASTS)
    response.delete_cookie(
        ATTEMPT, path=settings.sub_path or "/", secure=settings.is_https, httponly=True, samesite="Lax"
    )
    return response
