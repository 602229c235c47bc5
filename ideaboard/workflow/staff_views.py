"""Staff's own page: ideas without an answer, and promises that are due."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_time
from flask import Blueprint, request
from werkzeug.datastructures import MultiDict

from ideaboard.extensions import date_locale
from ideaboard.foundation.clock import day_in
from ideaboard.models import Board
from ideaboard.notifications.unreached import unreached_by
from ideaboard.notifications.waiting import waiting_mails, wal_alarm
from ideaboard.similar.pairs import duplicates_of
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import current_site, day, reader_zone, request_now
from ideaboard.web.swap import page_or_fragment
from ideaboard.workflow.promises import passed_promises
from ideaboard.workflow.queue import FILTERS, SORTS, bands_of, boards_of, counts_of, days_late, waiting_ideas

staff = Blueprint("staff", __name__)


@staff.app_template_filter()
def clock(moment: datetime) -> str:
    """'10:42' in the reader's zone; with the day when it is not today: '3 March, 10:42'."""
    zone = reader_zone()
    time = format_time(moment.astimezone(ZoneInfo(zone)), "short", locale=date_locale())
    return time if day_in(moment, zone) == day_in(request_now(), zone) else f"{day(moment)}, {time}"


@staff.get("/staff")
@gate("staff.read")
def queue():
    boards = boards_of(viewer())
    wanted = _wanted(request.args, boards)
    now, zone = request_now(), current_site().time_zone
    waiting = waiting_ideas(
        viewer(), now, zone, **wanted, after=request.args.get("after"), before=request.args.get("before")
    )
    first_page = waiting.before is None
    return page_or_fragment(
        "staff/queue.html",
        "staff/more.htmx.html",
        boards=boards,
        wanted=wanted,
        waiting=waiting,
        bands=bands_of(waiting.items, viewer(), now, zone, which=wanted["which"], board=wanted["board"])
        if wanted["sort"] == "votes"
        else {},
        duplicates=duplicates_of([idea.id for idea in waiting.items], viewer()),
        late={idea.id: days_late(idea, now, zone) for idea in waiting.items},
        today=day_in(now, zone),
        counts=counts_of(viewer(), now, zone, wanted["board"]),
        promises=passed_promises(viewer(), day_in(now, zone)) if first_page else [],
        mails=waiting_mails(now),
        alarm=wal_alarm(now),
        unreached=unreached_by(viewer()),
    )


def _wanted(values: MultiDict, boards: list[Board]) -> dict:
    """{which, sort, board} of the address; what it does not know is left out."""
    which, sort = values.get("which", "all"), values.get("sort", "waiting")
    return {
        "which": which if which in FILTERS else "all",
        "sort": sort if sort in SORTS else "waiting",
        "board": next((board for board in boards if board.slug == values.get("board")), None),
    }
