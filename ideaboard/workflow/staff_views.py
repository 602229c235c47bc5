"""Staff's own page: ideas without an answer, and promises that are due."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_time
from flask import Blueprint, request
from werkzeug.datastructures import MultiDict

from ideaboard.extensions import date_locale
from ideaboard.foundation.clock import day_in
from ideaboard.notifications.unreached import unreached_by
from ideaboard.notifications.waiting import waiting_mails, wal_alarm
from ideaboard.similar.pairs import duplicates_of
from ideaboard.site.waiting import SORTS, waiting_ideas
from ideaboard.web.fragments import SiteFace
from ideaboard.web.gate import gate, viewer
from ideaboard.web.globals import current_site, day, reader_zone, request_now
from ideaboard.web.swap import page_or_fragment
from ideaboard.workflow.promises import passed_promises
from ideaboard.workflow.queue import (
    FILTERS,
    StaffBoard,
    bands_of,
    boards_of,
    counts_of,
    days_late,
)
from ideaboard.workflow.views import under_review_label

staff = Blueprint("staff", __name__)


@staff.app_template_filter()
def clock(moment: datetime) -> str:
    """'10:42' in the reader's zone; with the day when it is not today: '3 March, 10:42'."""
    zone = reader_zone()
    time = format_time(moment.astimezone(ZoneInfo(zone)), "short", locale=date_locale())
    return time if day_in(moment, zone) == day_in(request_now(), zone) else f"{day(moment)}, {time}"


class Wanted(NamedTuple):
    """What the address asks for."""

    which: str
    sort: str
    board: StaffBoard | None


class Likely(NamedTuple):
    """An idea that is likely the same as another, as far as a row names it."""

    id: int
    slug: str
    title: str


@staff.get("/staff")
@gate("staff.read")
def queue():
    boards, site = boards_of(viewer()), current_site()
    wanted = _wanted(request.args, boards)
    now, zone = request_now(), site.time_zone
    waiting = waiting_ideas(
        viewer(), now, zone, **wanted._asdict(), after=request.args.get("after"), before=request.args.get("before")
    )
    ideas = [row.idea for row in waiting.items]
    duplicates = duplicates_of([idea.id for idea in ideas], viewer())
    reads_under_review = site.received_reads_under_review
    return page_or_fragment(
        "staff/queue.html",
        "staff/more.htmx.html",
        boards=tuple(boards),
        wanted=wanted,
        waiting=waiting,
        bands=bands_of(ideas, viewer(), now, zone, which=wanted.which, board=wanted.board)
        if wanted.sort == "votes"
        else {},
        likely={idea_id: Likely(found[0].id, found[0].slug, found[0].title) for idea_id, found in duplicates.items()},
        late={idea.id: days_late(idea, now, zone) for idea in ideas},
        today=day_in(now, zone),
        face=SiteFace(reads_under_review),
        label=under_review_label() if reads_under_review else "",
        counts=counts_of(viewer(), now, zone, wanted.board),
        promises=passed_promises(viewer(), day_in(now, zone)) if waiting.before is None else [],
        mails=waiting_mails(now),
        alarm=wal_alarm(now),
        unreached=unreached_by(viewer()),
    )


def _wanted(values: MultiDict, boards: list[StaffBoard]) -> Wanted:
    """What the address does not know is left out."""
    which, sort = values.get("which", "all"), values.get("sort", "waiting")
    return Wanted(
        which if which in FILTERS else "all",
        sort if sort in SORTS else "waiting",
        next((board for board in boards if board.slug == values.get("board")), None),
    )
