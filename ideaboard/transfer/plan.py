"""What an import would do, worked out before anything is written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlite_utils import Database

from ideaboard.extensions import db
from ideaboard.extensions import gettext as _
from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Refusal
from ideaboard.models import Board, Comment, Idea, Site, Status
from ideaboard.models.vocabulary import Origin
from ideaboard.transfer.comment_rows import CommentRow, comment_rows
from ideaboard.transfer.fields import columns_of_comments, columns_of_ideas, parse_maps
from ideaboard.transfer.idea_rows import IdeaRow, idea_rows
from ideaboard.transfer.notes import Notes
from ideaboard.transfer.reading import Sheet, read_file
from ideaboard.transfer.statuses import Target, parse_statuses, refuse_unsaid

_KEYS_AT_ONCE = 500  # SQLite takes a limited number of values in one question


class NoSuchBoard(Refusal):
    """--board names none; the sentence names those that are there."""


@dataclass(frozen=True)
class Wishes:
    """The command line, unread. `order`: 'day-first', 'month-first' or None; `source`: None takes the file's name."""

    board: str
    ideas: Path
    comments: Path | None = None
    maps: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    order: str | None = None
    source: str | None = None


@dataclass
class Part:
    """One file: its table, which column feeds which field, the rows that come in, and the keys that are there."""

    sheet: Sheet
    columns: dict[str, str]
    rows: list[IdeaRow] | list[CommentRow]
    notes: Notes
    there: set[str]

    @property
    def new(self) -> list:
        """The rows that the import will write."""
        return [row for row in self.rows if row.key not in self.there]


@dataclass
class Plan:
    board_id: int
    board_name: str
    board_is_demo: bool
    source: str
    zone: ZoneInfo
    targets: dict[str, Target]
    status_ids: dict[str, int]  # stage -> the status that imported ideas of this stage get
    ideas: Part
    comments: Part | None
    # When each author and organisation is first met in these files: the same on every run.
    first_met: dict[str, datetime] = field(default_factory=dict)

    @property
    def statuses(self) -> dict[str, int]:
        """{value of the status column: how many rows have it}"""
        column = self.ideas.columns.get("status")
        return self.ideas.sheet.values(column) if column else {}

    def refuse_unsaid(self) -> None:
        """Raise UnknownStatus, with the words to add, while a status of the file has no meaning here."""
        refuse_unsaid(self.statuses, self.targets)


def make_plan(wishes: Wishes, scratch: Database, now: datetime) -> Plan:
    """Read the files and the database; write nothing. Raises a Refusal whose sentence says what to do."""
    asked_of_ideas, asked_of_comments = parse_maps(wishes.maps)
    targets = parse_statuses(wishes.statuses)
    source = wishes.source or wishes.ideas.name.split(".")[0]
    board = _board(wishes.board)
    zone = ZoneInfo(Site.current().time_zone)
    sheet, notes = read_file(wishes.ideas, scratch, "ideas"), Notes()
    columns = columns_of_ideas(sheet, asked_of_ideas)
    rows = list(idea_rows(sheet, columns, targets, zone, wishes.order, notes))
    ideas = Part(sheet, columns, rows, notes, _there(Idea, source))
    comments = None
    if wishes.comments:
        sheet, notes = read_file(wishes.comments, scratch, "comments"), Notes()
        columns = columns_of_comments(sheet, asked_of_comments)
        known = {row.key for row in rows} | ideas.there
        found = comment_rows(sheet, columns, known, zone, wishes.order, notes)
        comments = Part(sheet, columns, found, notes, _there(Comment, source))
    plan = Plan(
        board.id, board.name, board.origin == Origin.DEMO, source, zone, targets, _status_ids(rows), ideas, comments
    )
    end_reading()
    _settle_dates(plan, now)
    return plan


def _board(slug: str) -> Board:
    board = db.session.scalar(select(Board).where(Board.slug == slug))
    if board:
        return board
    slugs = db.session.scalars(select(Board.slug).order_by(Board.position, Board.id)).all()
    if not slugs:
        raise NoSuchBoard(_("There is no board yet. Make one under Admin, Boards, and import into it."))
    raise NoSuchBoard(
        _(
            "There is no board \u201c%(slug)s\u201d. There are: %(slugs)s. Make a new one under Admin, Boards.",
            slug=slug,
            slugs=", ".join(slugs),
        )
    )


def _there(model, source: str) -> set[str]:
    """The keys of this source that are there already, on whatever board."""
    return set(db.session.scalars(select(model.import_id).where(model.import_source == source)))


def _status_ids(rows: Iterable[IdeaRow]) -> dict[str, int]:
    """Of several statuses with one stage, the first in the site's order."""
    found = db.session.execute(select(Status.stage, Status.id).order_by(Status.position.desc(), Status.id.desc()))
    ids = dict(found.tuples().all())
    for stage in {str(row.target.stage) for row in rows} - {"received"} - ids.keys():
        raise Refusal(_("This site has no status for the stage %(stage)s. Add one under Admin.", stage=stage))
    return ids


def _settle_dates(plan: Plan, now: datetime) -> None:
    """Give what has no date the import's; no idea that names only its day comes after a comment of that day."""
    comments = plan.comments.rows if plan.comments else []
    first_comment: dict[str, datetime] = {}
    for comment in comments:
        comment.posted_at = comment.posted_at or now
        first_comment[comment.idea] = min(comment.posted_at, first_comment.get(comment.idea, comment.posted_at))
    for idea in plan.ideas.rows:
        idea.created_at = idea.created_at or now
        first = first_comment.get(idea.key)
        if idea.day_alone and first and first < idea.created_at and _same_day(first, idea.created_at, plan.zone):
            idea.created_at = first
        _meet(plan, idea.author and idea.author.key, idea.created_at)
        _meet(plan, idea.organisation and f"organisation:{idea.organisation}", idea.created_at)
    for comment in comments:
        _meet(plan, comment.author and comment.author.key, comment.posted_at)


def _meet(plan: Plan, key: str | None, moment: datetime) -> None:
    if key:
        plan.first_met[key] = min(moment, plan.first_met.get(key, moment))


def _same_day(one: datetime, other: datetime, zone: ZoneInfo) -> bool:
    return one.astimezone(zone).date() == other.astimezone(zone).date()
