"""The session's cookie, read once: its signature does not change its mind, and checking it takes 0.1 ms."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature

from ideaboard.web.vary import vary_by

_PLAIN = {str, int, float, bool, type(None)}


class KeptCookies(SecureCookieSessionInterface):
    """Flask's own sessions. What a cookie says is kept by its whole text, signature included, until it is too old."""

    most = 4096  # cookies, of some hundred bytes each

    def __init__(self, app: Flask):
        self._signer = super().get_signing_serializer(app)
        self._read: OrderedDict[str, tuple[float, dict]] = OrderedDict()  # text: (when it was signed, what it says)
        self._lock = threading.Lock()

    def get_signing_serializer(self, app: Flask):
        return self._signer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        text = request.cookies.get(self.get_cookie_name(app))
        if self._signer is None or not text:
            return super().open_session(app, request)
        lasts = app.permanent_session_lifetime.total_seconds()
        kept = self._read.get(text)
        if kept is not None and time.time() - kept[0] < lasts:
            return self.session_class(kept[1])
        try:
            said, signed = self._signer.loads(text, max_age=int(lasts), return_timestamp=True)
        except BadSignature:
            return self.session_class()
        if all(type(value) in _PLAIN for value in said.values()):  # what could be changed in place is not shared
            with self._lock:
                self._read[text] = signed.timestamp(), said
                if len(self._read) > self.most:
                    self._read.popitem(last=False)
        return self.session_class(said)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """What was not changed is not written: SESSION_REFRESH_EACH_REQUEST is off."""
        if session.modified:
            super().save_session(app, session, response)
        elif session.accessed:
            vary_by(response, "Cookie")


def install(app: Flask) -> None:
    app.session_interface = KeptCookies(app)
