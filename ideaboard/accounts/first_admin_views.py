"""The door of the one-time link. (On the blueprint of accounts.)"""

from flask import request, url_for

from ideaboard.accounts.first_admin import LinkEnded, become_admin, ended_sentence, is_open
from ideaboard.accounts.forms import FirstAdminForm, refuse
from ideaboard.accounts.views import accounts
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Refusal
from ideaboard.web.browser import browser_name, remember_known, sign_in_here
from ideaboard.web.gate import gate
from ideaboard.web.globals import request_now
from ideaboard.web.swap import go, page


@accounts.route("/welcome/<token>", methods=["GET", "POST"])
@gate("token.holder")
def first_admin(token: str):
    """GET shows a form and changes nothing (mail scanners and previews open links); POST uses the link."""
    if not is_open(token, request_now()):
        raise LinkEnded(ended_sentence())
    form = FirstAdminForm(request.form if request.method == "POST" else None)
    if request.method == "GET":
        return _secret(page("accounts/first_admin.html", form=form, token=token))
    end_reading()
    try:
        signed_in = become_admin(
            token, form.email.data or "", form.display_name.data or "", request_now(), browser=browser_name()
        )
    except LinkEnded:
        raise
    except Refusal as refusal:
        if refusal.field is None:
            raise
        refuse(form, refusal, "email")
        return _secret(page("accounts/first_admin.html", 422, form=form, token=token))
    sign_in_here(signed_in)
    return remember_known(go(url_for("admin.index")), signed_in.person)


def _secret(response):
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is a secret
    return response
