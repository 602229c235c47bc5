"""Refusals and faults become answers: a sentence on a page, or the same sentence as a fragment for htmx."""

import logging

from flask import Flask, render_template, request
from sqlalchemy.exc import DataError, DBAPIError
from werkzeug.exceptions import HTTPException

from ideaboard.extensions import db, gettext
from ideaboard.foundation import dialects
from ideaboard.foundation.refusals import Busy, Refusal, TooMany
from ideaboard.web.swap import wants_fragment

log = logging.getLogger(__name__)
STATUS = {"invalid": 422, "forbidden": 403, "conflict": 409, "missing": 404, "too_many": 429, "busy": 503}


def _sentences() -> dict[int, tuple[str, str]]:
    """{status: (title, sentence)} for answers that no verb worded."""
    return {
        400: (
            gettext("That request could not be read"),
            gettext("Something in it is broken. Go back, look at what you sent, and send it again."),
        ),
        401: (gettext("Sign in first"), gettext("Sign in, then press it again. Nothing was changed.")),
        403: (gettext("Not yours to do"), gettext("If you think it should be, ask the people who run this site.")),
        404: (
            gettext("Nothing is here"),
            gettext(
                "The address may be old or mistyped, or what was here is not shown to you. The list of ideas may have it."
            ),
        ),
        405: (
            gettext("Not this way"),
            gettext("This address does not take that kind of request. Go back and use the page's own buttons."),
        ),
        408: (gettext("That took too long"), gettext("Not all of what you sent arrived. Send it again.")),
        409: (gettext("That has changed meanwhile"), gettext("Load the page again to see how it stands now.")),
        413: (gettext("That is too large"), gettext("Shorten it, or choose a smaller file, and send it again.")),
        415: (gettext("That kind of file is not taken"), gettext("Choose another kind of file and send it again.")),
        422: (gettext("Something is missing"), gettext("Look at what is marked, mend it, and send it again.")),
        429: (gettext("That was often"), gettext("Wait a few minutes, then go on. Nothing was lost.")),
        500: (
            gettext("A fault of ours"),
            gettext(
                "It is written down for the people who run this site. What you see was not changed; try it once more, or come back in an hour."
            ),
        ),
        503: (gettext("Busy just now"), gettext("Nothing was saved. Send it again in a few seconds.")),
    }


def answer_error(status: int, sentence: str | None = None, retry_after: int | None = None):
    """The error as a page or a fragment, with Retry-After where it helps."""
    title, general = _sentences().get(status, _sentences()[500 if status >= 500 else 400])
    template = "errors/_sentence.html" if wants_fragment() else "errors/error.html"
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return render_template(template, status=status, title=title, sentence=sentence or general), status, headers


def _route() -> str:
    """The route for the log, '/welcome/<token>': an address may be a key, which no log holds."""
    return request.url_rule.rule if request.url_rule else "an address that is none"


def install(app: Flask) -> None:
    """Register the handlers."""

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal):
        db.session.rollback()
        retry = refusal.retry_after if isinstance(refusal, TooMany | Busy) else None
        return answer_error(STATUS[refusal.kind], str(refusal), retry)

    @app.errorhandler(DBAPIError)
    def database(error: DBAPIError):
        db.session.rollback()
        if dialects.is_busy(error):
            return answer_error(503, retry_after=Busy.retry_after)
        if isinstance(error, DataError):  # a value that no column holds: PostgreSQL takes no NUL in a text
            return answer_error(400)
        if dialects.is_race(error):
            log.warning("two deeds at once at %s %s: %s", request.method, _route(), type(error.orig).__name__)
            return answer_error(409)
        log.exception("database error at %s %s", request.method, _route())
        return answer_error(500)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException):
        if error.code is None or error.code < 400:
            return error
        db.session.rollback()
        answered = answer_error(error.code)
        if error.code == 405 and getattr(error, "valid_methods", None):
            answered[2]["Allow"] = ", ".join(sorted(error.valid_methods))
        return answered

    @app.errorhandler(Exception)
    def fault(error: Exception):
        db.session.rollback()
        log.exception("fault at %s %s", request.method, _route())
        return answer_error(500)
