"""The doors of an admin's boards. (On the blueprint of admin.)"""

from flask import flash, request, url_for
from wtforms.fields.choices import SelectChoice

from ideaboard.accounts.forms import refuse
from ideaboard.admin import areas
from ideaboard.admin.forms import BoardForm
from ideaboard.admin.views import admin
from ideaboard.extensions import gettext
from ideaboard.foundation.database import end_reading
from ideaboard.models import Board
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.swap import go, page


@admin.get("/boards")
@gate("site.administrate")
def boards():
    return page("admin/boards.html", boards=areas.all_boards())


def _form(board: Board | None, data=None) -> tuple[BoardForm, set[int]]:
    owners = areas.possible_owners(board)
    form = BoardForm(data, obj=board)
    names = [SelectChoice(p.id, p.display_name or gettext("a member")) for p in owners]
    form.owner_id.choices = [SelectChoice(0, gettext("nobody")), *names]
    return form, {p.id for p in owners}


@admin.route("/boards/new", methods=["GET", "POST"])
@gate("site.administrate")
def new_board():
    form, owners = _form(None, request.form if request.method == "POST" else None)
    if request.method == "GET":
        form.owner_id.data = viewer().id  # who makes a board answers there, unless somebody else is named
        return page("admin/board.html", form=form, board=None)
    form.validate()
    try:
        end_reading()
        made = areas.create_board(viewer(), request_now(), form.data, owners)
    except areas.BadBoard as refusal:
        refuse(form, refusal, "name")
        return page("admin/board.html", 422, form=form, board=None)
    flash(gettext("The board %(name)s is there.", name=made.name))
    return go(url_for("admin.boards"))


@admin.route("/boards/<slug>", methods=["GET", "POST"])
@gate("site.administrate", "board")
def board(board: Board):
    form, owners = _form(board, request.form if request.method == "POST" else None)
    if request.method == "GET":
        return page("admin/board.html", form=form, board=board)
    form.validate()
    try:
        end_reading()
        areas.change_board(board.id, viewer(), request_now(), form.data, owners)
    except areas.BadBoard as refusal:
        refuse(form, refusal, "name")
        return page("admin/board.html", 422, form=form, board=board)
    flash(gettext("Saved."))
    return go(url_for("admin.boards"))


@admin.post("/boards/<slug>/move")
@gate("site.administrate", "board")
def move_board(board: Board):
    areas.move(board.id, viewer(), request_now(), up=request.form.get("to") == "up")
    return go(url_for("admin.boards"))


@admin.post("/boards/<slug>/archive")
@gate("site.administrate", "board")
def archive_board(board: Board):
    """archived=1 takes the board out of the lists, archived=0 brings it back."""
    archived = request.form.get("archived") == "1"
    areas.archive(board.id, viewer(), request_now(), archived=archived)
    name = board.name
    flash(gettext("%(name)s is archived.", name=name) if archived else gettext("%(name)s is back.", name=name))
    return go(url_for("admin.boards"))
