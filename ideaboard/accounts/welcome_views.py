"""After signing in: a name, and words that could not be posted. (On the blueprint of accounts.)"""

from flask import flash, request, url_for

from ideaboard.accounts.deeds import do_deed, take_deed, text_of, unfinished
from ideaboard.accounts.forms import NameForm, refuse
from ideaboard.accounts.names import suggest_name
from ideaboard.accounts.profile import set_name
from ideaboard.accounts.views import accounts, home
from ideaboard.extensions import gettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Missing, Refusal
from ideaboard.models import Pending
from ideaboard.web.asking import local_path
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.swap import go, page


@accounts.route("/me/name", methods=["GET", "POST"])
@gate("person.self")
def name():
    """After joining: a name or pseudonym, with a suggestion."""
    form = NameForm(request.form if request.method == "POST" else None, back=request.args.get("back", ""))
    if request.method == "POST" and request.form.get("another"):
        form.display_name.data = suggest_name()
    elif request.method == "POST":
        try:
            set_name(viewer(), form.display_name.data or "")
            return go(local_path(form.back.data) or home())
        except Refusal as refusal:
            refuse(form, refusal, "display_name")
            return page("accounts/name.html", 422, form=form)
    else:
        form.display_name.data = viewer().display_name or suggest_name()
    return page("accounts/name.html", form=form)


def _mine(pending_id: int) -> Pending:
    pending = unfinished(pending_id, viewer())
    if pending is None:
        raise Missing(gettext("Nothing waits here any more."))
    return pending


@accounts.get("/me/unfinished/<int:pending_id>")
@gate("person.self")
def unfinished_deed(pending_id: int):
    """Words that could not be posted, with the reason."""
    pending = _mine(pending_id)
    return page("accounts/unfinished.html", pending=pending, text=text_of(pending.deed), back=pending.back_to or home())


@accounts.post("/me/unfinished/<int:pending_id>")
@gate("person.self")
def try_again(pending_id: int):
    back = _mine(pending_id).back_to
    end_reading()
    done = do_deed(pending_id, viewer(), request_now())
    if done.refused:
        return go(url_for("accounts.unfinished_deed", pending_id=pending_id))
    return go(done.path or back or home())


@accounts.post("/me/unfinished/<int:pending_id>/drop")
@gate("person.self")
def drop_unfinished(pending_id: int):
    back = _mine(pending_id).back_to
    end_reading()
    take_deed(pending_id, viewer())
    flash(gettext("Let go."))
    return go(back or home())
