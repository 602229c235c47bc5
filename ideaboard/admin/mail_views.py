"""The doors where an admin looks at every kind of mail, and sends one to themselves. (On the blueprint of admin.)"""

from flask import Response, request, url_for

from ideaboard.admin.views import admin
from ideaboard.extensions import force_locale, gettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.mail import Mail
from ideaboard.foundation.refusals import Missing
from ideaboard.notifications.causes import words_of
from ideaboard.notifications.rendering import renderer
from ideaboard.notifications.sample_mails import LABELS, sample_letter
from ideaboard.notifications.trying import send_test, tests_of
from ideaboard.notifications.waiting import worker_runs
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import LANGUAGES, current_site, reader_locale, request_now
from ideaboard.web.swap import answer, page_or_fragment
from ideaboard.web.throttle import spend

FIRST = "launched"
# A mail's styles are inline; nothing runs, loads, is sent, or leaves its frame.
MAIL_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)

# The mail's dark rules always, or never: a frame takes the reader's own side otherwise.
_SIDES = {"dark": "@media all", "light": "@media not all"}


def _chosen() -> tuple[str, str]:
    """The kind and the language that the address names. Raises Missing for a kind that is none of ours."""
    kind = (request.view_args or {}).get("kind") or request.args.get("kind") or FIRST
    if kind not in LABELS:
        raise Missing(gettext("There is no mail of this kind."))
    language = request.args.get("lang", "")
    return kind, language if language in LANGUAGES else reader_locale()


def _mail(kind: str, language: str) -> Mail:
    site = current_site()
    with force_locale(language):
        return renderer.mail(sample_letter(kind, viewer(), site, request_now()), site, language)


@admin.get("/mails")
@gate("site.administrate")
def mails():
    kind, language = _chosen()
    side = request.args.get("side") if request.args.get("side") in _SIDES else "light"
    return page_or_fragment(
        "admin/mails.html",
        "admin/_tests.html",
        kind=kind,
        language=language,
        side=side,
        kinds=LABELS,
        languages=LANGUAGES,
        mail=_mail(kind, language),
        **_tests(),
    )


@admin.get("/mails/<kind>/html")
@gate("site.administrate")
def mail_html(kind: str):
    """What a mail program would show; in a frame that may do nothing."""
    html = _mail(*_chosen()).html
    if request.args.get("side") in _SIDES:
        html = html.replace("@media (prefers-color-scheme: dark)", _SIDES[request.args["side"]])
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = MAIL_CSP
    response.headers["Cache-Control"] = "private, no-store"
    return response


@admin.post("/mails/<kind>/test")
@gate("site.administrate")
def send_test_mail(kind: str):
    """To the admin's own address, by the queue."""
    kind, _ = _chosen()
    end_reading()
    spend("test_mail", viewer().id, request_now())
    send_test(viewer(), kind, request_now())
    back_to = url_for("admin.mails", kind=kind)
    return answer("admin/_tests.html", back_to + "#tests", kind=kind, kinds=LABELS, **_tests())


def _tests() -> dict:
    return {"tests": tests_of(viewer()), "worker_runs": worker_runs(request_now()), "words_of": words_of}
