"""The door of kept mails: on this machine only, and only while no relay is set (they hold sign-in codes)."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, make_response, render_template, request

from config import LOOPBACK
from ideaboard.foundation.settings import settings
from ideaboard.notifications.mailbox import kept_mail, kept_mails
from ideaboard.web.gate import gate
from ideaboard.web.here import passed_on

mailbox = Blueprint("mailbox", __name__)
# The mail's own styles are inline; nothing else may run or load, and links open outside the frame.
_MAIL_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@mailbox.app_template_global("mailbox_is_open")
def is_open() -> bool:
    """Asked by somebody on this machine, of a site whose public address is this machine, without a proxy between."""
    host = urlsplit(f"//{request.host}").hostname
    return (
        not settings.smtp_url
        and settings.environment != "production"
        and settings.is_local
        and request.remote_addr in LOOPBACK
        and host in LOOPBACK
        and not passed_on()
    )


@mailbox.before_request
def here_only():
    if not is_open():
        abort(404)


@mailbox.get("/mailbox")
@gate("site.mailbox")
def index():
    mails = kept_mails(request.args.get("to") or None)
    return _private(make_response(render_template("notifications/mailbox.html", mails=mails)))


@mailbox.get("/mailbox/<name>")
@gate("site.mailbox")
def show(name: str):
    mail = kept_mail(name) or abort(404)
    return _private(make_response(render_template("notifications/mail.html", mail=mail)))


@mailbox.get("/mailbox/<name>/html")
@gate("site.mailbox")
def html(name: str):
    """What a mail program would show; opened in a sandboxed frame."""
    mail = kept_mail(name) or abort(404)
    response = Response(mail.html.replace("<head>", '<head><base target="_blank">', 1), mimetype="text/html")
    response.headers["Content-Security-Policy"] = _MAIL_CSP
    return _private(response)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    return response
