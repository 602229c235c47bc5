"""The doors of leaving: what is erased and what stays, and the deed itself. (On the blueprint of accounts.)"""

from flask import request, session, url_for
from flask_login import logout_user

from ideaboard.accounts.erasing import erase, traces_of
from ideaboard.accounts.forms import EraseForm, refuse
from ideaboard.accounts.passwords import prove_it_is_you
from ideaboard.accounts.profile_views import must_prove
from ideaboard.accounts.views import accounts
from ideaboard.extensions import gettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Busy, Refusal, TooMany
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.swap import go, page
from ideaboard.web.throttle import spend


def _erase_page(status: int = 200, form: EraseForm | None = None):
    return page(
        "accounts/erase.html",
        status,
        form=form or EraseForm(),
        traces=traces_of(viewer().id),
        must_prove=must_prove(),
    )


@accounts.get("/me/erase")
@gate("person.self")
def ask_erase():
    return _erase_page()


@accounts.post("/me/erase")
@gate("person.self")
def erase_me():
    """Erase the person who asks; they are a guest afterwards, so the last word stands on a page of its own."""
    form = EraseForm(request.form)
    person = viewer()
    try:
        if (form.email.data or "").strip().lower() != person.email:
            wrong = gettext("This is not the address you signed in with. Type that one; nothing was erased.")
            raise Refusal(wrong, field="email")
        if must_prove():
            end_reading()
            spend("guess_for_account", f"own:{person.id}", request_now())
            prove_it_is_you(person, form.current_password.data or "")
        end_reading()
        erase(person.id, person, request_now(), texts_too=bool(form.texts_too.data))
    except Busy:
        raise
    except Refusal as refusal:
        refuse(form, refusal, "email")
        return _erase_page(429 if isinstance(refusal, TooMany) else 422, form=form)
    logout_user()
    session.clear()
    response = go(url_for("accounts.erased"))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@accounts.get("/erased")
@gate("site.read")
def erased():
    return page("accounts/erased.html")
