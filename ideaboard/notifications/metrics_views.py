"""/metrics for a Prometheus: with the bearer of METRICS_TOKEN; without that setting, to this machine alone."""

import hmac

from flask import Response, abort, request

from config import LOOPBACK
from ideaboard.foundation.settings import settings
from ideaboard.notifications.deliveries import standing
from ideaboard.notifications.delivery_words import as_metrics
from ideaboard.notifications.views import notifications
from ideaboard.web.gate import gate
from ideaboard.web.globals import request_now
from ideaboard.web.here import passed_on


@notifications.get("/metrics")
@gate("site.metrics")
def metrics():
    if not _may_read():
        abort(404)
    text = as_metrics(standing(request_now()), request_now())
    response = Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _may_read() -> bool:
    if not settings.metrics_token:
        return request.remote_addr in LOOPBACK and not passed_on()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known = settings.metrics_token.encode()
    return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode("utf-8", "replace"), known)
