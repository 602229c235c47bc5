"""The doors of an admin's people. (On the blueprint of admin.)"""

from flask import flash, request, url_for

from ideaboard.accounts.forms import refuse
from ideaboard.admin.areas import all_boards
from ideaboard.admin.forms import PersonForm
from ideaboard.admin.people import BadRole, LastAdmin, change_roles, load_person, page_of_people, staff_boards_of
from ideaboard.admin.views import admin
from ideaboard.extensions import gettext
from ideaboard.foundation.database import end_reading
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import request_now
from ideaboard.web.swap import go, page


@admin.get("/people")
@gate("site.administrate")
def people():
    words = request.args.get("q", "")
    found = page_of_people(words, after=request.args.get("after"), before=request.args.get("before"))
    return page("admin/people.html", found=found, words=words, staff_boards=staff_boards_of(found.items))


@admin.route("/people/<int:person_id>", methods=["GET", "POST"])
@gate("site.administrate")
def person(person_id: int):
    one, boards = load_person(person_id), all_boards()
    if request.method == "GET":
        held = one.board_roles
        staff = {b for b, roles in held.items() if "staff" in roles}
        listed = {b for b, roles in held.items() if "listed" in roles}
        return page(
            "admin/person.html", form=PersonForm(obj=one), person=one, boards=boards, staff=staff, listed=listed
        )
    form = PersonForm(request.form)
    staff, listed = (_ids(name) for name in ("staff", "listed"))
    try:
        end_reading()
        change_roles(
            one.id,
            viewer(),
            request_now(),
            site_role=form.site_role.data or "",
            is_moderator=form.is_moderator.data,
            department=form.department.data or "",
            staff=staff,
            listed=listed,
        )
    except (BadRole, LastAdmin) as refusal:
        refuse(form, refusal, "site_role")
        return page("admin/person.html", 422, form=form, person=one, boards=boards, staff=staff, listed=listed)
    flash(gettext("Saved. Rights that were taken end with the next request."))
    return go(url_for("admin.people"))


def _ids(name: str) -> set[int]:
    return {int(v) for v in request.form.getlist(name) if v.isdecimal() and len(v) < 16}
