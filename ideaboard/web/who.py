"""Who a request comes from: flask-login's cookie holds the token of a SignedIn row."""

from flask import Flask, g, session
from flask_login import AnonymousUserMixin

from ideaboard.accounts.sessions import person_of
from ideaboard.extensions import login_manager
from ideaboard.foundation.clock import now
from ideaboard.models import Person

_NOBODY = AnonymousUserMixin()


def install(app: Flask) -> None:
    login_manager.session_protection = None  # the token is its own; an address that changes is a phone on a train
    login_manager.user_loader(_behind)


def signed_in(*, to_read: bool = False) -> Person | None:
    """The person of this request. flask-login keeps whom it found in g, and changes it when somebody signs in or out.

    Asked once a request; its own way there takes as long as the reading. `to_read`: as of `person_of`.
    """
    held = g._get_current_object()
    user = held.get("_login_user")
    if user is None:
        token = session.get("_user_id")
        user = held._login_user = (_behind(token, to_read=to_read) if token else None) or _NOBODY
    return None if user is _NOBODY or not user.is_authenticated else user


def _behind(token: str, *, to_read: bool = False) -> Person | None:
    return person_of(token, g.get("now") or now(), to_read=to_read)
