"""Ideas without an answer: nobody has looked, or only the ready sentence was said, or the promised day has passed.

Which they are, how many, and how they rank; site/waiting.py has their page.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, and_, false, func, or_, select, true, union_all
from sqlalchemy.orm import aliased

from ideaboard.foundation.clock import day_in
from ideaboard.foundation.database import UtcDateTime
from ideaboard.foundation.kept import Kept, given
from ideaboard.models import Board, Idea, Person, Status, StatusChange
from ideaboard.models.eyes import Eyes, eyes_of
from ideaboard.models.idea import MANY
from ideaboard.models.vocabulary import Origin, Stage
from ideaboard.workflow.bands import RANKED, band

FILTERS = ("all", "unseen", "late", "past")


class Counts(NamedTuple):
    """How many ideas each filter shows, up to MANY + 1."""

    all: int
    unseen: int
    late: int
    past: int


class StaffBoard(NamedTuple):
    id: int
    slug: str
    name: str
    first_look_days: int


def decided_by(eyes: Eyes) -> ColumnElement[bool]:
    """SQL: ideas on the viewer's boards; all of them for an admin."""
    return true() if eyes.is_admin else Idea.board_id.in_(eyes.staff_board_ids)


def boards_of(viewer: Person) -> list[StaffBoard]:
    """The boards on which the viewer decides, in their order."""
    return _boards(eyes_of(viewer)).all(viewer_id=viewer.id)


@cache
def _boards(eyes: Eyes) -> Kept:
    mine = true() if eyes.is_admin else Board.id.in_(eyes.staff_board_ids)
    shown = select(Board.id, Board.slug, Board.name, Board.first_look_days)
    return Kept(lambda _: shown.where(mine).order_by(Board.position, Board.id), StaffBoard)


def bands_of(
    ideas: Sequence[Idea],
    viewer: Person,
    now: datetime,
    zone: str,
    *,
    which: str = "all",
    board: Board | StaffBoard | None = None,
) -> dict[int, tuple[int, int]]:
    """{idea id: (best, worst) rank by votes among the ideas of this list}, as far as ranks are told (workflow/bands.py)."""
    boards, values = now_given(viewer, now, zone, board)
    kept = _votes(eyes_of(viewer), which, board is not None, boards if which == "late" else 0)
    votes = [row[0] for row in kept.all(**values)]
    found = {idea.id: band(idea.votes_count, votes[:RANKED], more_below=len(votes) > RANKED) for idea in ideas}
    return {idea_id: ranks for idea_id, ranks in found.items() if ranks}


@cache
def _votes(eyes: Eyes, which: str, of_one: bool, boards: int) -> Kept:
    statement = select(Idea.votes_count).where(*in_reach(eyes, of_one), filters_of(boards)[which])
    order = (Idea.votes_count.desc(), Idea.imported_votes.desc(), Idea.id.desc())
    return Kept(lambda _: statement.order_by(*order).limit(RANKED + 1))


def counts_of(viewer: Person, now: datetime, zone: str, board: Board | StaffBoard | None = None) -> Counts:
    """How many ideas wait, by filter, each counted up to MANY + 1: one query."""
    boards, values = now_given(viewer, now, zone, board)
    return _counts(eyes_of(viewer), board is not None, boards, MANY + 1).one(**values)


@cache
def _counts(eyes: Eyes, of_one: bool, boards: int, most: int) -> Kept:
    filters, where = filters_of(boards), in_reach(eyes, of_one)
    # By where they stand, so that each is a range of an index and ends with the last that is counted.
    unseen = Idea.standing == Stage.RECEIVED
    # By the roadmap's index, which knows board and change: in the row itself they come after its text. A count of votes
    # is never below 0; asked for, it lets SQLite choose that index.
    under_review = Idea.status_id.in_(select(Status.id).where(Status.stage == Stage.UNDER_REVIEW))
    looked_at = and_(Idea.status_id.is_not(None), under_review, Idea.votes_count >= 0)
    parts = {
        "all": [(unseen, true()), (looked_at, filters["all"])],
        "unseen": [(unseen, true())],
        "late": [(unseen, filters["late"])],
        "past": [(looked_at, filters["past"])],
    }
    counted = []
    for name in FILTERS:
        found = [select(Idea.id).where(*where, *part) for part in parts[name]]
        bounded = (union_all(*found) if len(found) > 1 else found[0]).limit(most).subquery()
        counted.append(select(func.count()).select_from(bounded).scalar_subquery().label(name))
    return Kept(lambda _: select(*counted), Counts)


def days_late(idea: Idea, now: datetime, zone: str) -> int:
    """How many days ago the promised first look was due; 0 while it is not, or nobody promised one (imports)."""
    if idea.change_id is not None or idea.origin == Origin.IMPORT:
        return 0
    due = day_in(idea.visible_at, zone) + timedelta(days=idea.board.first_look_days)
    return max(0, (day_in(now, zone) - due).days)


def now_given(viewer: Person, now: datetime, zone: str, board: Board | StaffBoard | None) -> tuple[int, dict]:
    """-> (how many boards the viewer decides on, what the statements of this list are given)."""
    today, boards = day_in(now, zone), boards_of(viewer)
    values = {"viewer_id": viewer.id, "today": today, "board_id": board and board.id}
    for place, one in enumerate(boards):
        values[f"board_{place}"] = one.id
        values[f"before_{place}"] = _start_of(today - timedelta(days=one.first_look_days), zone)
    return len(boards), values


def in_reach(eyes: Eyes, of_one: bool) -> list[ColumnElement[bool]]:
    """SQL: what the viewer decides on; `of_one`: of the board `board_id` alone."""
    return [Idea.in_the_open(), decided_by(eyes), *([Idea.board_id == given("board_id")] if of_one else [])]


def filters_of(boards: int) -> dict[str, ColumnElement[bool]]:
    """`boards`: how many there are of which `late` is asked.

    Its change is asked of each idea by a value, not by EXISTS: of that PostgreSQL makes a table of all changes first.
    """
    unseen = Idea.change_id.is_(None)
    latest, worded = aliased(StatusChange), aliased(StatusChange)
    under_review = _of(latest.stage, latest.id == Idea.change_id) == Stage.UNDER_REVIEW
    promised_on = _of(latest.promised_on, latest.id == Idea.change_id)
    worded_one = _of(worded.id, worded.idea_id == Idea.id, worded.text != "", ~worded.is_ready_sentence)
    past = and_(under_review, promised_on < given("today", Date))
    return {
        "all": or_(unseen, and_(under_review, worded_one.is_(None)), past),
        "unseen": unseen,
        "late": and_(unseen, Idea.origin != Origin.IMPORT, _overdue(boards)),
        "past": past,
    }


def _of(column: ColumnElement, *conditions: ColumnElement[bool]) -> ColumnElement:
    """SQL: the column of a row of which they hold; NULL where there is none."""
    return select(column).where(*conditions).limit(1).scalar_subquery()


def _overdue(boards: int) -> ColumnElement[bool]:
    """SQL: the day of the promised first look has passed; each board promises its own number of days."""
    late = [
        and_(Idea.board_id == given(f"board_{place}"), Idea.visible_at < given(f"before_{place}", UtcDateTime))
        for place in range(boards)
    ]
    return or_(*late) if late else false()


def _start_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
