"""The operator's page: what waits, what went, what failed and why; and what helps. (On the blueprint of admin.)"""

from flask import flash, request, url_for

from ideaboard.accounts.called import name_of
from ideaboard.admin.people import load_person
from ideaboard.admin.views import admin
from ideaboard.extensions import gettext, ngettext
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.paging import Page
from ideaboard.notifications import delivery_lists as lists
from ideaboard.notifications.causes import CAUSES, to_do, words_of
from ideaboard.notifications.deliveries import MOST_REFUSED, MOST_SETTLED, MOST_WAITING, standing
from ideaboard.notifications.retrying import retry_now, send_there_again
from ideaboard.web.gate import gate
from ideaboard.web.globals import request_now
from ideaboard.web.swap import go, page
from ideaboard.webhooks.words import cause_words

LISTS = ("failed", "again", "addresses")


@admin.get("/deliveries")
@gate("site.administrate")
def deliveries():
    which, cause = request.args.get("list"), request.args.get("cause")
    which, cause = which if which in LISTS else "failed", cause if cause in CAUSES else None
    return page(
        "admin/deliveries.html",
        standing=standing(request_now()),
        which=which,
        cause=cause,
        found=_page_of(which, cause),
        words_of=words_of,
        to_do=to_do,
        call_words=cause_words,
        masked=lists.masked,
        most={"waiting": MOST_WAITING, "settled": MOST_SETTLED, "people": MOST_REFUSED},
    )


def _page_of(which: str, cause: str | None) -> Page:
    place = {"after": request.args.get("after") or None, "before": request.args.get("before") or None}
    if which == "addresses":
        return lists.refused_people(**place)
    return (lists.tried_again if which == "again" else lists.failed_mails)(cause, **place)


@admin.post("/deliveries/retry")
@gate("site.administrate")
def retry():
    """Put-off mails of one cause, or of any, are due now."""
    cause = request.form.get("cause")
    moved = retry_now(request_now(), cause if cause in CAUSES else None) if cause in ("", None, *CAUSES) else 0
    if moved:
        flash(ngettext("%(num)s mail is tried again now.", "%(num)s mails are tried again now.", moved))
    else:
        flash(gettext("Nothing was put off: what waits is due already, or waits for its hour."))
    return go(url_for("admin.deliveries"))


@admin.post("/deliveries/people/<int:person_id>/again")
@gate("site.administrate")
def send_again(person_id: int):
    person = load_person(person_id)
    name = name_of(person)
    end_reading()
    if send_there_again(person.id):
        flash(gettext("The next mail to %(name)s is sent to that address again.", name=name))
    else:
        flash(gettext("Mail goes to %(name)s's address already.", name=name))
    return go(url_for("admin.deliveries", list="addresses"))
