"""Where an admin names the sites that may show the roadmap in a frame. (On the blueprint of admin.)"""

from flask import flash, request, url_for

from ideaboard.accounts.forms import refuse
from ideaboard.admin.forms import FramesForm
from ideaboard.admin.views import admin
from ideaboard.boards.directory import boards_seen_by
from ideaboard.extensions import gettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.links import links
from ideaboard.roadmap.frames import BadFrameSite, frame_sites, save_frame_sites
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import current_site, request_now
from ideaboard.web.swap import go, page


@admin.route("/frames", methods=["GET", "POST"])
@gate("site.administrate")
def frames():
    named = frame_sites(current_site())
    if request.method == "GET":
        return _page(FramesForm(data={"sites": "\n".join(named)}), named)
    form = FramesForm(request.form)
    try:
        end_reading()
        save_frame_sites(viewer(), request_now(), form.sites.data or "")
    except BadFrameSite as refusal:
        refuse(form, refusal, "sites")
        return _page(form, named, 422)
    flash(gettext("Saved."))
    return go(url_for("admin.frames"))


def _page(form: FramesForm, named: list[str], status: int = 200):
    # What a guest sees of a board is what a frame can show of it.
    address = links.public("roadmap.frame")
    return page("admin/frames.html", status, form=form, named=named, address=address, boards=boards_seen_by(None))
