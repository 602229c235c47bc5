"""Ideas without an answer: nobody has looked, or only the ready sentence was said, or the promised day has passed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true, union_all
from sqlalchemy.orm import aliased, joinedload

from ideaboard.extensions import db
from ideaboard.foundation.clock import day_in
from ideaboard.foundation.paging import Page, paginate
from ideaboard.models import Board, Idea, Person, StatusChange
from ideaboard.models.idea import MANY
from ideaboard.models.vocabulary import Origin, Stage
from ideaboard.workflow.bands import RANKED, band

FILTERS = ("all", "unseen", "late", "past")
SORTS = ("waiting", "votes")


@dataclass(frozen=True)
class Counts:
    """How many ideas each filter shows, up to MANY + 1."""

    all: int
    unseen: int
    late: int
    past: int


def decided_by(viewer: Person) -> ColumnElement[bool]:
    """SQL: ideas on the viewer's boards; all of them for an admin."""
    if viewer.is_admin:
        return true()
    return Idea.board_id.in_(viewer.staff_board_ids) if viewer.staff_board_ids else false()


def boards_of(viewer: Person) -> list[Board]:
    """The boards on which the viewer decides, in their order."""
    mine = true() if viewer.is_admin else Board.id.in_(viewer.staff_board_ids)
    return list(db.session.execute(select(Board).where(mine).order_by(Board.position, Board.id)).scalars())


def waiting_ideas(
    viewer: Person,
    now: datetime,
    zone: str,
    *,
    which: str = "all",
    board: Board | None = None,
    sort: str = "waiting",
    after: str | None = None,
    before: str | None = None,
) -> Page:
    """One page of 20, longest waiting first or most voted first, with board, author, status and change loaded."""
    statement = (
        select(Idea)
        .where(Idea.in_the_open(), decided_by(viewer), _filters(viewer, now, zone)[which])
        .options(
            joinedload(Idea.board),
            joinedload(Idea.author),
            joinedload(Idea.status),
            joinedload(Idea.change).joinedload(StatusChange.actor),
        )
    )
    if board is not None:
        statement = statement.where(Idea.board_id == board.id)
    if sort == "votes":
        key = [(Idea.votes_count, True), (Idea.imported_votes, True), (Idea.id, True)]
        return paginate(statement, key, lambda i: [i.votes_count, i.imported_votes, i.id], after=after, before=before)
    key = [(Idea.visible_at, False), (Idea.id, False)]
    return paginate(statement, key, lambda i: [i.visible_at, i.id], after=after, before=before)


def bands_of(
    ideas: Sequence[Idea], viewer: Person, now: datetime, zone: str, *, which: str = "all", board: Board | None = None
) -> dict[int, tuple[int, int]]:
    """{idea id: (best, worst) rank by votes among the ideas of this list}, as far as ranks are told (workflow/bands.py)."""
    statement = select(Idea.votes_count).where(
        Idea.in_the_open(), decided_by(viewer), _filters(viewer, now, zone)[which]
    )
    if board is not None:
        statement = statement.where(Idea.board_id == board.id)
    order = (Idea.votes_count.desc(), Idea.imported_votes.desc(), Idea.id.desc())
    votes = db.session.scalars(statement.order_by(*order).limit(RANKED + 1)).all()
    found = {idea.id: band(idea.votes_count, votes[:RANKED], more_below=len(votes) > RANKED) for idea in ideas}
    return {idea_id: ranks for idea_id, ranks in found.items() if ranks}


def counts_of(viewer: Person, now: datetime, zone: str, board: Board | None = None) -> Counts:
    """How many ideas wait, by filter, each counted up to MANY + 1: one query."""
    filters = _filters(viewer, now, zone)
    where = [Idea.in_the_open(), decided_by(viewer), *([Idea.board_id == board.id] if board is not None else [])]
    # By where they stand, so that each is a range of an index and ends with the last that is counted.
    unseen, looked_at = Idea.standing == Stage.RECEIVED, Idea.standing == Stage.UNDER_REVIEW
    parts = {
        "all": [(unseen, filters["unseen"]), (looked_at, filters["all"])],
        "unseen": [(unseen, filters["unseen"])],
        "late": [(unseen, filters["late"])],
        "past": [(looked_at, filters["past"])],
    }
    counted = []
    for name in FILTERS:
        found = [select(Idea.id).where(*where, *part) for part in parts[name]]
        bounded = (union_all(*found) if len(found) > 1 else found[0]).limit(MANY + 1).subquery()
        counted.append(select(func.count()).select_from(bounded).scalar_subquery().label(name))
    return Counts(**db.session.execute(select(*counted)).mappings().one())


def days_late(idea: Idea, now: datetime, zone: str) -> int:
    """How many days ago the promised first look was due; 0 while it is not, or nobody promised one (imports)."""
    if idea.change_id is not None or idea.origin == Origin.IMPORT:
        return 0
    due = day_in(idea.visible_at, zone) + timedelta(days=idea.board.first_look_days)
    return max(0, (day_in(now, zone) - due).days)


def _filters(viewer: Person, now: datetime, zone: str) -> dict[str, ColumnElement[bool]]:
    today = day_in(now, zone)
    unseen = Idea.change_id.is_(None)
    latest, worded = aliased(StatusChange), aliased(StatusChange)
    under_review = exists().where(latest.id == Idea.change_id, latest.stage == Stage.UNDER_REVIEW)
    answered = exists().where(worded.idea_id == Idea.id, worded.text != "", ~worded.is_ready_sentence)
    past = exists().where(latest.id == Idea.change_id, latest.stage == Stage.UNDER_REVIEW, latest.promised_on < today)
    return {
        "all": or_(unseen, and_(under_review, ~answered), past),
        "unseen": unseen,
        "late": and_(unseen, Idea.origin != Origin.IMPORT, _overdue(viewer, today, zone)),
        "past": past,
    }


def _overdue(viewer: Person, today: date, zone: str) -> ColumnElement[bool]:
    """SQL: the day of the promised first look has passed; each board promises its own number of days."""
    boards = boards_of(viewer)
    late = [
        and_(
            Idea.board_id == board.id, Idea.visible_at < _start_of(today - timedelta(days=board.first_look_days), zone)
        )
        for board in boards
    ]
    return or_(*late) if late else false()


def _start_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
