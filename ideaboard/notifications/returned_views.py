"""The door of returned mail: whoever receives it for us brings it here, with the bearer of RETURNED_MAIL_TOKEN."""

import hmac
import re

from flask import Response, abort, jsonify, request

from ideaboard.foundation.settings import settings
from ideaboard.notifications.returned import Report, reports_of
from ideaboard.notifications.returned_deed import heed
from ideaboard.notifications.views import notifications
from ideaboard.web.gate import gate
from ideaboard.web.globals import request_now

_ID = re.compile(r"<?([0-9a-f]{32})@[^\s<>@]{1,255}>?$")
_STATUS = re.compile(r"([245])\.\d{1,3}\.\d{1,3}$")


@notifications.post("/mail/returned")
@gate("token.holder", token_route=True)
def take_returned():
    """A mail as message/rfc822, or JSON {"message_id", "recipient", "status", "diagnostic"} ("type": "complaint").

    200 with what was done: again and again the same, done once.
    """
    if not settings.returned_mail_token:
        abort(404)
    if not _is_bearer(request.headers.get("Authorization", "")):
        return _said({"error": "the bearer token is missing or wrong"}, 401)
    found = _from_json() if request.is_json else reports_of(request.get_data(cache=False))
    if found is None:
        return _said({"error": "message_id, recipient and status (like 5.1.1) are needed"}, 422)
    return _said({"done": [heed(report, request_now()) for report in found]})


def _is_bearer(given: str) -> bool:
    scheme, _, token = given.partition(" ")
    known = settings.returned_mail_token.encode()
    return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode("utf-8", "replace"), known)


def _from_json() -> list[Report] | None:
    """The one report of a JSON body; None for one that lacks what is needed."""
    body = request.get_json(silent=True)
    fields = body if isinstance(body, dict) else {}
    texts = {name: fields.get(name) for name in ("message_id", "recipient", "status", "diagnostic", "type")}
    texts = {name: value.strip() if isinstance(value, str) else "" for name, value in texts.items()}
    about, status = _ID.match(texts["message_id"]), _STATUS.match(texts["status"])
    complains = texts["type"] == "complaint"
    if about is None or not texts["recipient"] or not texts["recipient"].isprintable() or not (status or complains):
        return None
    if not complains and status[1] == "2":
        return []
    kind = "complaint" if complains else {"5": "failed", "4": "delayed"}[status[1]]
    said = " ".join("".join(c if c.isprintable() else " " for c in texts["diagnostic"]).split())[:250]
    return [Report(kind, (about[1],), (texts["recipient"].lower()[:254],), texts["status"], said or kind)]


def _said(what: dict, status: int = 200) -> Response:
    response = jsonify(what)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
