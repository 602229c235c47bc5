"""The doors of the site's settings: look, logo, statuses. (Boards and people have theirs in files of their own.)"""

from flask import Blueprint, Response, flash, request, url_for
from wtforms.fields.choices import SelectChoice

from ideaboard.accounts.forms import refuse
from ideaboard.accounts.profile import zones
from ideaboard.admin.forms import LookForm
from ideaboard.admin.look import BadSetting, read_logo, save_look
from ideaboard.admin.statuses import COLOURS, BadStatus, all_statuses, save_statuses
from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Missing
from ideaboard.models import Site
from ideaboard.notifications.waiting import waiting_mails
from ideaboard.site.theme import DARK_PAPERS, LIGHT_PAPERS, Side, accent_sides, contrast, is_colour
from ideaboard.site.views import site
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import LANGUAGES, current_site, request_now
from ideaboard.web.swap import go, page, page_or_fragment
from ideaboard.webhooks.endpoints import paused_webhooks

admin = Blueprint("admin", __name__, url_prefix="/admin")


def contrasts_of(accent: str) -> dict | None:
    """What becomes of an accent colour: both sides with their contrasts; None for what is no colour."""
    if not is_colour(accent.strip()):
        return None
    light, dark = accent_sides(accent.strip())

    def figures(side: Side, paper: str) -> dict:
        return {
            "side": side,
            "paper": paper,
            "button": contrast(side.on_accent, side.accent),
            "link": contrast(side.accent_ink, paper),
        }

    return {
        "accent": accent.strip().lower(),
        "light": figures(light, LIGHT_PAPERS[0]),
        "dark": figures(dark, DARK_PAPERS[0]),
        "adjusted": light.accent_ink != accent.strip().lower(),
    }


def _look_form(data=None) -> LookForm:
    now = current_site()
    shown = ("name", "locale", "time_zone", "accent", "received_reads_under_review", "mails_a_week")
    kept = {field: getattr(now, field) for field in shown} | {"hides_how_we_answer": not now.shows_how_we_answer}
    form = LookForm(data, data=kept if data is None else None)
    form.locale.choices = [SelectChoice(code, name) for code, name in LANGUAGES.items()]
    return form


def _look_page(form: LookForm, status: int = 200):
    return page(
        "admin/index.html",
        status,
        form=form,
        zones=zones(),
        contrasts=contrasts_of(form.accent.data or ""),
        mails=waiting_mails(request_now()),
        paused=paused_webhooks(),
    )


@admin.get("")
@gate("site.administrate")
def index():
    return _look_page(_look_form())


@admin.post("")
@gate("site.administrate")
def save():
    form = _look_form(request.form)
    if request.form.get("try"):
        return _look_page(form)
    upload = request.files.get("logo")
    try:
        # One byte more than is taken tells that it is too large.
        data = upload.stream.read(200 * 1024 + 1) if upload and upload.filename else b""
        save_look(
            viewer(),
            request_now(),
            name=form.name.data or "",
            locale=form.locale.data or "",
            time_zone=(form.time_zone.data or "").strip(),
            accent=form.accent.data or "",
            received_reads_under_review=form.received_reads_under_review.data,
            mails_a_week=(form.mails_a_week.data or 0) if "mails_a_week" in request.form else None,
            shows_how_we_answer=not form.hides_how_we_answer.data,
            languages=LANGUAGES,
            logo=read_logo(data) if data else None,
            remove_logo=form.remove_logo.data,
        )
    except BadSetting as refusal:
        refuse(form, refusal, "name")
        return _look_page(form, 422)
    flash(gettext("Saved."))
    return go(url_for("admin.index"))


@admin.get("/accent")
@gate("site.administrate")
def accent():
    """How a colour reads, while it is being chosen."""
    typed = request.args.get("accent", "")
    return page_or_fragment("admin/accent.html", "admin/_contrast.html", contrasts=contrasts_of(typed))


@site.get("/logo-<digest>")
@gate("site.read")
def logo(digest: str):
    """The picture made anew from what was uploaded; as an attachment, so that it is only ever a picture in a page."""
    row = db.session.get(Site, 1)
    if row is None or not row.logo_hash or row.logo_hash != digest:
        raise Missing(gettext("This picture is not here."))
    response = Response(row.logo, content_type=row.logo_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Disposition"] = 'attachment; filename="logo.png"'
    return response


@admin.route("/statuses", methods=["GET", "POST"])
@gate("site.administrate")
def statuses():
    rows = all_statuses()
    shown = {row.id: {"label": row.label, "colour": row.colour, "position": row.position} for row in rows}
    if request.method == "GET":
        return page("admin/statuses.html", rows=rows, shown=shown, errors={}, colours=COLOURS)
    for row in rows:
        position = request.form.get(f"position-{row.id}", "").strip()
        shown[row.id] = {
            "label": request.form.get(f"label-{row.id}", row.label),
            "colour": request.form.get(f"colour-{row.id}", row.colour),
            "position": int(position) if position.isdecimal() and len(position) < 5 else -1,
        }
    from_page = {status_id: dict(values) for status_id, values in shown.items()}
    try:
        end_reading()
        save_statuses(viewer(), request_now(), from_page)
    except BadStatus as refusal:
        errors = {refusal.field: str(refusal)}
        return page("admin/statuses.html", 422, rows=rows, shown=shown, errors=errors, colours=COLOURS)
    flash(gettext("Saved."))
    return go(url_for("admin.statuses"))
