"""The doors of signing in and out."""

from flask import Blueprint, flash, request, session, url_for
from flask_login import logout_user
from markupsafe import Markup

from ideaboard.accounts.chain import all_of
from ideaboard.accounts.codes import pending_of_attempt
from ideaboard.accounts.deeds import do_deed, set_aside, was_pressed_elsewhere
from ideaboard.accounts.forms import AddressForm, CodeForm, PasswordForm, refuse
from ideaboard.accounts.sessions import end_session
from ideaboard.accounts.signing_in import SignIn, UsedJustNow, WrongCode, confirm_code, sign_in_by_password
from ideaboard.extensions import gettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Refusal, TooMany
from ideaboard.models import Pending
from ideaboard.web.asking import code_sent, code_words, local_path, what_was_asked, words_of
from ideaboard.web.browser import attempt, browser_name, remember_known, sign_in_here
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.guesses import spend_code_guess, spend_code_mail, spend_password_guess
from ideaboard.web.swap import go, page, wants_fragment

accounts = Blueprint("accounts", __name__)


def home() -> str:
    return url_for("site.home")


@accounts.get("/sign-in")
@gate("site.sign_in")
def sign_in():
    back = local_path(request.args.get("back"))
    if viewer() is not None:
        return go(back or home())
    return _sign_in_page(back)


def _sign_in_page(back: str, address_form=None, code_form=None, password_form=None, status: int = 200):
    return page(
        "accounts/sign_in.html",
        status,
        address_form=address_form or AddressForm(),
        code_form=code_form or CodeForm(),
        password_form=password_form or PasswordForm(),
        back=back,
    )


@accounts.post("/sign-in")
@gate("site.sign_in")
def send():
    """Send a code to an address, with what waits for it."""
    form = AddressForm(request.form)
    deed, back = what_was_asked(form.asked.data)
    back = back or local_path(form.back.data)
    if not form.validate():
        return _ask_again(form, deed, back, 422)
    try:
        spend_code_mail(form.address, request_now())
    except TooMany as refusal:
        refuse(form, refusal, "email")
        return _retry_later(_ask_again(form, deed, back, 429), refusal)
    return code_sent(form.address, deed, back)


def _ask_again(form: AddressForm, deed: dict, back: str, status: int):
    if not deed:
        return _sign_in_page(back, address_form=form, status=status)
    return page(
        "accounts/_ask.html" if wants_fragment() else "accounts/ask.html",
        status,
        asked=form.asked.data,
        words=words_of(deed["deed"]),
        email=form.email.data,
        error=form.email.errors[0],
        text=deed.get("text") or deed.get("body") or "",
    )


def _retry_later(response, refusal: TooMany):
    response.headers["Retry-After"] = str(refusal.retry_after)
    return response


@accounts.post("/sign-in/again")
@gate("site.sign_in")
def send_again():
    """A new code for the address that this browser asked one for; what waited goes on waiting."""
    pending = pending_of_attempt(attempt())
    end_reading()
    if pending is None or pending.used_at is not None:
        return go(url_for("accounts.sign_in"))
    try:
        spend_code_mail(pending.email, request_now())
    except TooMany as refusal:
        return _retry_later(_code_page(pending, str(refusal), 429), refusal)
    return code_sent(pending.email, pending.deed, pending.back_to)


@accounts.get("/sign-in/code")
@gate("site.sign_in")
def code():
    pending = pending_of_attempt(attempt()) if attempt() else None
    if pending is None or pending.used_at is not None:
        return go(url_for("accounts.sign_in"))
    return _code_page(pending, None, 200)


def _code_page(pending: Pending, error: str | None, status: int):
    words = {**code_words(pending.email, pending.deed), "error": error}
    response = page("accounts/_code.html" if wants_fragment() else "accounts/code.html", status, **words)
    response.headers["Cache-Control"] = "private, no-store"  # it names an address
    return response


@accounts.post("/sign-in/code")
@gate("site.sign_in")
def confirm():
    """The typed code: signs in, joins the first time, and does what waited."""
    form = CodeForm(request.form)
    back = local_path(form.back.data)
    if viewer() is not None:  # the form was sent twice
        return go(back or home())
    if not form.validate():
        return _code_again(form, back, 422)
    if sum(c.isdigit() for c in form.code.data or "") != 6:
        refuse(form, WrongCode(gettext("Type the six digits of the mail."), field="code"), "code")
        return _code_again(form, back, 422)
    try:
        known = spend_code_guess(form.address, request_now())
        signed_in = confirm_code(
            form.address, form.code.data, request_now(), attempt=attempt(), known=known, browser=browser_name()
        )
    except TooMany as refusal:
        refuse(form, refusal, "code")
        return _retry_later(_code_again(form, back, 429), refusal)
    except UsedJustNow as twice:  # the other answer brings the sign-in; this one only leads there
        return go(twice.back_to or back or home())
    except WrongCode as refusal:
        refuse(form, refusal, "code")
        return _code_again(form, back, 422)
    return _go_on(signed_in, back)


def _code_again(form: CodeForm, back: str, status: int):
    pending = pending_of_attempt(attempt()) if attempt() else None
    if pending is not None and pending.email == form.address:
        return _code_page(pending, form.code.errors[0], status)
    return _sign_in_page(back, code_form=form, status=status)


def _go_on(signed_in: SignIn, back: str):
    """Signed in: do what waited, and lead back to where it was pressed."""
    sign_in_here(signed_in)
    person, pending = signed_in.person, signed_in.pending
    names = {deed["deed"] for deed in all_of(pending.deed)} if pending else set()
    path = (pending.back_to if pending else "") or back
    if names:
        elsewhere = was_pressed_elsewhere(pending, attempt())
        end_reading()
        done = set_aside(pending.id, person) if elsewhere else do_deed(pending.id, person, request_now())
        if done.text and done.refused:
            return remember_known(go(url_for("accounts.unfinished_deed", pending_id=pending.id)), person)
        if done.refused:
            flash(done.refused, "warning")
        elif names - {"vote", "follow"} or not path:
            path = done.path or path
        if signed_in.joined:
            flash(_you_are_called(person.display_name))
    elif signed_in.joined:
        path = url_for("accounts.name", back=path or None)
    return remember_known(go(path or home()), person)


def _you_are_called(name: str) -> Markup:
    words = gettext("You are called %(name)s here until you choose another name.", name=name)
    return Markup('{} <a href="{}">{}</a>').format(words, url_for("accounts.name"), gettext("Choose a name"))


@accounts.post("/sign-in/password")
@gate("site.sign_in")
def by_password():
    form = PasswordForm(request.form)
    back = local_path(form.back.data)
    if viewer() is not None:
        return go(back or home())
    if not form.validate():
        return _sign_in_page(back, password_form=form, status=422)
    try:
        known = spend_password_guess(form.address, request_now())
        signed_in = sign_in_by_password(
            form.address, form.password.data or "", request_now(), known=known, browser=browser_name()
        )
    except Refusal as refusal:
        refuse(form, refusal, "password")
        if isinstance(refusal, TooMany):
            return _retry_later(_sign_in_page(back, password_form=form, status=429), refusal)
        return _sign_in_page(back, password_form=form, status=422)
    return _go_on(signed_in, back)


@accounts.post("/sign-out")
@gate("site.sign_in")
def sign_out():
    token = session.get("_user_id")
    if token:
        end_reading()
        end_session(token)
    logout_user()
    session.clear()
    response = go(home())
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
