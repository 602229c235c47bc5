"""Who a request comes from: flask-login's cookie holds the token of a SignedIn row."""

from flask import Flask, g

from ideaboard.accounts.sessions import person_of
from ideaboard.extensions import login_manager
from ideaboard.foundation.clock import now


def install(app: Flask) -> None:
    login_manager.session_protection = None  # the token is its own; an address that changes is a phone on a train
    login_manager.user_loader(lambda token: person_of(token, g.get("now") or now()))
