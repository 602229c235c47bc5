"""The doors of an admin's webhooks: list, make, change, and what one does with them."""

from flask import Blueprint, flash, request, url_for

from ideaboard.admin.areas import all_boards
from ideaboard.extensions import gettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.tokens import new_token
from ideaboard.models import Webhook
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.swap import go, page
from ideaboard.webhooks import endpoints, log
from ideaboard.webhooks.endpoints import BadWebhook
from ideaboard.webhooks.forms import WebhookForm
from ideaboard.webhooks.offers import ANNOUNCED, OFFERED, SHAPES, STANDARD
from ideaboard.webhooks.signing import secret_of
from ideaboard.webhooks.words import masked

webhooks = Blueprint("webhooks", __name__, url_prefix="/admin/webhooks")


@webhooks.get("")
@gate("site.administrate")
def index():
    rows = endpoints.all_webhooks()
    boards = {board.id: board.name for board in all_boards()}
    return page(
        "webhooks/index.html",
        rows=rows,
        boards=boards,
        counts=log.counts([row.id for row in rows]),
        shapes=SHAPES,
        masked=masked,
        paused=endpoints.paused_webhooks(),
    )


def _form(data=None, webhook: Webhook | None = None) -> WebhookForm:
    shown = ("name", "shape", "board_id", "kinds")
    known = {field: getattr(webhook, field) for field in shown} if webhook and data is None else None
    form = WebhookForm(data, data=known)
    form.offer(all_boards())
    return form


def _form_page(form: WebhookForm, webhook: Webhook | None = None, status: int = 200):
    kept = masked(webhook.url) if webhook else ""
    return page("webhooks/form.html", status, form=form, webhook=webhook, kept=kept, announced=ANNOUNCED)


def _refused(form: WebhookForm, refusal: BadWebhook, webhook: Webhook | None = None):
    for name, sentence in refusal.fields.items():
        form[name].errors = [*form[name].errors, sentence]
    return _form_page(form, webhook, 422)


def _columns(form: WebhookForm, url: str) -> dict:
    boards = {board.id for board in all_boards()}
    return endpoints.checked(
        form.name.data or "", url, form.shape.data or "", form.kinds.data or [], form.board_id.data or None, boards
    )


@webhooks.route("/new", methods=["GET", "POST"])
@gate("site.administrate")
def new():
    if request.method == "GET":
        form = _form()
        form.form_token.data = new_token()
        form.kinds.data = list(ANNOUNCED)
        return _form_page(form)
    form = _form(request.form)
    try:
        columns = _columns(form, form.url.data or "")
        end_reading()
        made = endpoints.create(viewer(), request_now(), columns, form.form_token.data or "")
    except BadWebhook as refusal:
        return _refused(form, refusal)
    if made.shape != STANDARD:
        flash(gettext("The webhook %(name)s is there. Send a test to see whether it works.", name=made.name))
        return go(url_for("webhooks.show", webhook_id=made.id))
    return page("webhooks/secret.html", webhook=made, secret=secret_of(made.salt), is_new=True)


@webhooks.route("/<int:webhook_id>/change", methods=["GET", "POST"])
@gate("site.administrate")
def change(webhook_id: int):
    webhook = endpoints.load_webhook(webhook_id)
    if request.method == "GET":
        return _form_page(_form(webhook=webhook), webhook)
    form = _form(request.form)
    try:
        # The address of a chat opens it, so it is not shown again: empty keeps it.
        columns = _columns(form, (form.url.data or "").strip() or webhook.url)
        end_reading()
        endpoints.change(webhook_id, viewer(), request_now(), columns)
    except BadWebhook as refusal:
        return _refused(form, refusal, webhook)
    flash(gettext("Saved."))
    return go(url_for("webhooks.show", webhook_id=webhook_id))


@webhooks.post("/<int:webhook_id>/pause")
@gate("site.administrate")
def pause(webhook_id: int):
    """paused=1 pauses it, paused=0 lets it go on."""
    if request.form.get("paused") == "0":
        endpoints.resume(webhook_id, viewer(), request_now())
        flash(gettext("It goes on. Send again what failed, if it is still wanted."))
    else:
        endpoints.pause(webhook_id, viewer(), request_now())
        flash(gettext("Paused. What happens meanwhile stands in its log."))
    return go(url_for("webhooks.show", webhook_id=webhook_id))


@webhooks.post("/<int:webhook_id>/secret")
@gate("site.administrate")
def rotate(webhook_id: int):
    webhook = endpoints.rotate(
        webhook_id,
        viewer(),
        request_now(),
        form_token=request.form.get("form_token", ""),
        instead_of=request.form.get("instead_of", ""),
        at_once=request.form.get("at_once") == "1",
    )
    return page("webhooks/secret.html", webhook=webhook, secret=secret_of(webhook.salt), is_new=False)


@webhooks.post("/<int:webhook_id>/delete")
@gate("site.administrate")
def delete(webhook_id: int):
    name = endpoints.delete(webhook_id, viewer(), request_now())
    flash(gettext("The webhook %(name)s is deleted, and its log with it.", name=name))
    return go(url_for("webhooks.index"))


def event_words(kind: str | None) -> str:
    """'A new idea'; a call without an event is a test."""
    return str(OFFERED.get(kind, kind)) if kind else gettext("A test")
