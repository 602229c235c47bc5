"""The doors of one's own profile: name, face, language, zone, password, sign-ins. (On the blueprint of accounts.)"""

from datetime import timedelta

from flask import flash, request, url_for
from wtforms.fields.choices import SelectChoice

from ideaboard.accounts.forms import NewPasswordForm, ProfileForm, refuse
from ideaboard.accounts.passwords import prove_it_is_you, set_password
from ideaboard.accounts.profile import new_face, save_profile, zones
from ideaboard.accounts.sessions import end_other_sessions, end_session_by_id, is_this_browser, opened_at, sessions_of
from ideaboard.accounts.views import accounts
from ideaboard.extensions import gettext, ngettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Refusal, TooMany
from ideaboard.web.browser import browser_name
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import LANGUAGES, request_now
from ideaboard.web.swap import go, page
from ideaboard.web.throttle import spend

# So soon after signing in the current password is not asked: who forgot it signs in by code and sets a new one.
FRESH = timedelta(minutes=15)


def must_prove() -> bool:
    """Whether the current password is asked: there is one, and the sign-in is not fresh."""
    opened = opened_at(viewer().session_token)
    return bool(viewer().password_hash) and (opened is None or opened < request_now() - FRESH)


def _profile_form(data=None) -> ProfileForm:
    person = viewer()
    form = ProfileForm(
        data, display_name=person.display_name or "", locale=person.locale or "", time_zone=person.time_zone or ""
    )
    languages = [SelectChoice(code, name) for code, name in LANGUAGES.items()]
    form.locale.choices = [SelectChoice("", gettext("As my browser asks")), *languages]
    return form


def _profile_page(status: int = 200, form: ProfileForm | None = None, password_form: NewPasswordForm | None = None):
    person = viewer()
    signed_in = sessions_of(person, request_now())
    return page(
        "accounts/profile.html",
        status,
        form=form or _profile_form(),
        password_form=password_form or NewPasswordForm(),
        must_prove=must_prove(),
        zones=zones(),
        sessions=[(row, is_this_browser(row, person.session_token)) for row in signed_in],
    )


@accounts.get("/me")
@gate("person.self")
def profile():
    return _profile_page()


@accounts.post("/me")
@gate("person.self")
def save():
    form = _profile_form(request.form)
    try:
        save_profile(
            viewer(),
            display_name=form.display_name.data or "",
            locale=form.locale.data or "",
            time_zone=(form.time_zone.data or "").strip(),
            languages=LANGUAGES,
        )
    except Refusal as refusal:
        refuse(form, refusal, "display_name")
        return _profile_page(422, form=form)
    flash(gettext("Saved."))
    return go(url_for("accounts.profile"))


@accounts.post("/me/face")
@gate("person.self")
def another_face():
    new_face(viewer())
    return go(url_for("accounts.profile"))


@accounts.post("/me/password")
@gate("person.self")
def change_password():
    """Set a password, or (button "remove") go back to codes alone."""
    form = NewPasswordForm(request.form)
    person, removing = viewer(), bool(request.form.get("remove"))
    try:
        if must_prove():
            end_reading()
            spend("guess_for_account", f"own:{person.id}", request_now())
            prove_it_is_you(person, form.current_password.data or "")
        end_reading()
        new = None if removing else form.new_password.data or ""
        ended = set_password(person, new, request_now(), keep=person.session_token, browser=browser_name())
    except Refusal as refusal:
        if refusal.field is None and not isinstance(refusal, TooMany):
            raise
        refuse(form, refusal, "current_password")
        return _profile_page(429 if isinstance(refusal, TooMany) else 422, password_form=form)
    said = gettext("Your password is gone; codes by mail let you in.") if removing else gettext("Your password is set.")
    flash(said + " " + _signed_out(ended) if ended else said)
    return go(url_for("accounts.profile"))


def _signed_out(number: int) -> str:
    return ngettext("One other browser was signed out.", "%(num)s other browsers were signed out.", number)


@accounts.post("/me/sign-ins/<int:session_id>/end")
@gate("person.self")
def end_sign_in(session_id: int):
    if session_id < 2**53 and end_session_by_id(viewer(), session_id):
        flash(_signed_out(1))
    return go(url_for("accounts.profile") + "#sign-ins")


@accounts.post("/me/sign-ins/end-others")
@gate("person.self")
def end_others():
    ended = end_other_sessions(viewer(), viewer().session_token)
    flash(_signed_out(ended) if ended else gettext("You are signed in nowhere else."))
    return go(url_for("accounts.profile") + "#sign-ins")
