"""Boards: create, change, order, archive."""

from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError

from ideaboard.events.kinds import BOARD_CHANGED, BOARD_CREATED
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.markdown import clean_line, clean_text
from ideaboard.foundation.refusals import Busy, Missing, Refusal
from ideaboard.foundation.slugs import slugify
from ideaboard.models import Board, BoardMember, Person
from ideaboard.models.vocabulary import Audience, BoardRole, SiteRole, VotersSeenBy
from ideaboard.voting.promise import start_clocks

BRIEFS = ("brief_asks", "brief_fixed", "brief_decides", "brief_hear")
DOORS = ("who_may_see", "who_may_submit", "who_may_vote", "who_may_comment")
LONGEST_BRIEF = 2000


class BadBoard(Refusal):
    """A field that cannot be kept; `field` says which."""


def all_boards() -> list[Board]:
    """Every board, archived ones last."""
    return list(
        db.session.execute(
            select(Board).order_by(Board.archived_at.is_not(None), Board.position, Board.name, Board.id)
        ).scalars()
    )


def possible_owners(board: Board | None) -> list[Person]:
    """Who may own a board: its staff, and admins; and whoever owns it now."""
    staff = select(BoardMember.person_id).where(BoardMember.role == BoardRole.STAFF)
    if board is not None:
        staff = staff.where(BoardMember.board_id == board.id)
    able = Person.id.in_(staff) | (Person.site_role == SiteRole.ADMIN)
    if board is not None and board.owner_id:
        able = able | (Person.id == board.owner_id)
    found = select(Person).where(able, Person.erased_at.is_(None), Person.suspended_at.is_(None))
    return list(db.session.execute(found.order_by(Person.display_name, Person.id).limit(500)).scalars())


def checked(values: dict, owners: set[int]) -> dict:
    """The fields of a board as they are stored: name, brief, owner_id, first_look_days, promise, doors. Raises BadBoard."""
    good = {"name": clean_line(values["name"] or "")}
    if not 2 <= len(good["name"]) <= 60:
        raise BadBoard(gettext("A board's name has 2 to 60 characters."), field="name")
    for field in BRIEFS:
        good[field] = clean_text(values[field] or "")
        if len(good[field]) > LONGEST_BRIEF:
            raise BadBoard(gettext("This has more than 2,000 characters. Shorten it."), field=field)
    good["owner_id"] = values["owner_id"] or None
    if good["owner_id"] is not None and good["owner_id"] not in owners:
        raise BadBoard(gettext("The owner is one of the board's staff, or an admin."), field="owner_id")
    good["first_look_days"] = values["first_look_days"]
    if good["first_look_days"] is None or not 1 <= good["first_look_days"] <= 365:
        raise BadBoard(gettext("The first look is promised within 1 to 365 days."), field="first_look_days")
    good["promise_votes"] = values["promise_votes"]
    if good["promise_votes"] is None or not 1 <= good["promise_votes"] <= 100_000:
        raise BadBoard(gettext("The promise names 1 to 100,000 votes."), field="promise_votes")
    good["promise_days"] = values["promise_days"]
    if good["promise_days"] is None or not 1 <= good["promise_days"] <= 365:
        raise BadBoard(gettext("The answer is promised within 1 to 365 days."), field="promise_days")
    for field in DOORS:
        good[field] = values[field]
        if good[field] not in set(Audience):
            raise BadBoard(gettext("Choose one of the four."), field=field)
    good["hides_counts"] = bool(values.get("hides_counts"))
    good["voters_seen_by"] = values["voters_seen_by"]
    if good["voters_seen_by"] not in set(VotersSeenBy):
        raise BadBoard(gettext("Choose one of the three."), field="voters_seen_by")
    return good


def create_board(by: Person, now: datetime, values: dict, owners: set[int]) -> Board:
    """Make a board, at the end of the order; its address comes from its name and stays. Raises BadBoard."""
    good = checked(values, owners)
    for _ in range(
        20
    ):  # of two admins who name a board alike at once, PostgreSQL refuses one the address: it asks again
        try:
            return _create(by, now, good)
        except IntegrityError:
            continue
    raise Busy(gettext("Many make boards just now. Send it again in a few seconds."))


def _create(by: Person, now: datetime, good: dict) -> Board:
    with transaction() as session:
        wanted = slug = slugify(good["name"])
        number = 1
        # "new" is the address of the form for a new board.
        while slug == "new" or session.scalar(select(exists().where(Board.slug == slug))):
            number += 1
            slug = f"{wanted}-{number}"
        last = session.scalar(select(func.max(Board.position))) or 0
        board = Board(slug=slug, position=last + 1, created_at=now, **good)
        session.add(board)
        session.flush()
        record(BOARD_CREATED, actor=by, board=board, at=now)
        return board


def change_board(board_id: int, by: Person, now: datetime, values: dict, owners: set[int]) -> list[str]:
    """Change a board's fields; returns the names of those that changed. Raises BadBoard, Missing."""
    good = checked(values, owners)
    with transaction():
        board = _reread(board_id)
        changed = [field for field, value in good.items() if getattr(board, field) != value]
        lowered = good["promise_votes"] < board.promise_votes
        for field in changed:
            setattr(board, field, good[field])
        if changed:
            record(BOARD_CHANGED, actor=by, board=board, at=now, fields=changed)
        if lowered:
            start_clocks(board, now)
    return changed


def archive(board_id: int, by: Person, now: datetime, *, archived: bool) -> None:
    """Take a board out of the lists, or bring it back; its ideas stay where they are. Raises Missing."""
    with transaction():
        board = _reread(board_id)
        if bool(board.archived_at) != archived:
            board.archived_at = now if archived else None
            record(BOARD_CHANGED, actor=by, board=board, at=now, fields=["archived_at"])


def move(board_id: int, by: Person, now: datetime, *, up: bool) -> None:
    """Change places with the neighbour above or below. Raises Missing."""
    with transaction() as session:
        rows = list(
            session.execute(
                select(Board)
                .order_by(Board.archived_at.is_not(None), Board.position, Board.name, Board.id)
                .with_for_update(),
                execution_options={"populate_existing": True},
            ).scalars()
        )
        here = next((i for i, row in enumerate(rows) if row.id == board_id), None)
        if here is None:
            raise Missing(gettext("This board is not here."))
        there = here - 1 if up else here + 1
        if not 0 <= there < len(rows):
            return
        rows[here], rows[there] = rows[there], rows[here]
        for place, row in enumerate(rows, 1):
            row.position = place
        record(BOARD_CHANGED, actor=by, board=rows[there], at=now, fields=["position"])


def _reread(board_id: int) -> Board:
    # key_share, as in all deeds on an idea: an event that names the board need not wait for it.
    board = db.session.get(Board, board_id, with_for_update={"key_share": True}, populate_existing=True)
    if board is None:
        raise Missing(gettext("This board is not here."))
    return board
