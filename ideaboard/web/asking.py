"""A guest pressed Vote, Comment or Follow: one e-mail field in place; the typed code does what was pressed."""

from flask import Response, url_for

from ideaboard.accounts.codes import send_code
from ideaboard.extensions import gettext
from ideaboard.foundation.tokens import sign, unsign
from ideaboard.models import Idea
from ideaboard.web.browser import attempt, remember_attempt
from ideaboard.web.globals import reader_locale, request_now
from ideaboard.web.guesses import spend_code_mail
from ideaboard.web.swap import answer, page_in_view, page_or_fragment


def words_of(deed: str) -> dict[str, str]:
    """What the fields in place say: `title` above the address, `hint` below it, `press` on the code's button."""
    sign_in = {
        "title": gettext("Your e-mail address"),
        "hint": gettext("We send six digits to type. Other people never see your address."),
        "press": gettext("Sign in"),
    }
    return {
        "vote": {
            "title": gettext("Your vote waits for one thing: your e-mail address"),
            "hint": gettext("We send six digits; typing them casts the vote. Other people never see your address."),
            "press": gettext("Vote"),
        },
        "vote_while_writing": {
            "title": gettext("Your vote waits for one thing: your e-mail address"),
            "hint": gettext(
                "We send six digits; typing them casts the vote. What you have written here is kept for you."
            ),
            "press": gettext("Vote"),
        },
        "follow": {
            "title": gettext("To hear from this idea, give your e-mail address"),
            "hint": gettext("We send six digits; typing them follows the idea. Other people never see your address."),
            "press": gettext("Follow"),
        },
        "comment": {
            "title": gettext("Your comment waits for one thing: your e-mail address"),
            "hint": gettext("We send six digits; typing them posts the comment. Other people never see your address."),
            "press": gettext("Comment"),
        },
        "publish_draft": {
            "title": gettext("Your idea is kept. To publish it, give your e-mail address"),
            "hint": gettext(
                "We send six digits; after typing them you see your idea once more, with the button to publish it."
            ),
            "press": gettext("Go on"),
        },
    }.get(deed, sign_in)


def ask_for_address(deed: str, facts: dict, *, idea: Idea | None = None, email: str = "") -> Response:
    """Ask a guest for an address, in place (htmx) or on a page; `facts` wait with the code (accounts/deeds.py).

    `facts` are small JSON values; a text that was written goes under "body", and is shown again if it is refused.
    `email`: a normal_address() that the guest typed already; then its code is sent at once. Raises TooMany then.
    """
    back = page_in_view()
    if not back and idea is not None:
        back = url_for("ideas.show", idea_id=idea.id, slug=idea.slug)
    if email:
        spend_code_mail(email, request_now())
        return code_sent(email, {"deed": deed, **facts}, local_path(back))
    return page_or_fragment(
        "accounts/ask.html",
        "accounts/_ask.html",
        **asked_for(deed, facts, back),
        text=facts.get("text") or facts.get("body") or "",
        idea=idea,
    )


def asked_for(deed: str, facts: dict, back: str = "") -> dict:
    """What accounts/_ask.html needs, for a page that shows it beside something else."""
    asked = sign("ask", {"deed": deed, "facts": facts, "back": back})
    return {"asked": asked, "words": words_of(deed), "email": "", "error": None}


def code_sent(email: str, deed: dict, back: str) -> Response:
    """Send a code to an address, with what waits for it, and ask for the code; the mail was counted before."""
    token = send_code(email, request_now(), deed=deed, back_to=back, locale=reader_locale(), attempt=attempt())
    return remember_attempt(answer("accounts/_code.html", url_for("accounts.code"), **code_words(email, deed)), token)


def code_words(email: str, deed: dict) -> dict:
    """What accounts/_code.html needs."""
    return {"email": email, "words": words_of(deed.get("deed", "")), "deed": deed.get("deed", ""), "error": None}


def what_was_asked(token: str) -> tuple[dict, str]:
    """(deed with its facts, path to go back to) of a form that ask_for_address() made; ({}, '') for any other."""
    held = unsign("ask", token) if token else None
    if not held:
        return {}, ""
    return {"deed": held["deed"], **held["facts"]}, local_path(held["back"])


def local_path(path: str | None) -> str:
    """The path if it leads to a page of this site and not back into signing in or out, else ''."""
    path = path or ""
    if not path.startswith("/") or path.startswith("//") or "\\" in path or any(ord(c) < 33 for c in path):
        return ""
    own = (url_for("accounts.sign_in"), url_for("accounts.sign_out"))
    return "" if path.startswith(own) else path
