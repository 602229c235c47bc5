"""Follow or mute a board, or (board None) mute the whole site."""

from datetime import datetime

from sqlalchemy import delete, select

from ideaboard.extensions import db
from ideaboard.foundation.database import transaction
from ideaboard.models import Board, BroadFollow, Person


def follow_board(board: Board | None, by: Person, now: datetime) -> None:
    """Hear of new ideas here; ends a mute."""
    _choose(board, by, followed_at=now)


def mute_board(board: Board | None, by: Person, now: datetime) -> None:
    """Hear of nothing here, whatever one follows."""
    _choose(board, by, muted_at=now)


def forget_board(board: Board | None, by: Person) -> None:
    """Neither follow nor mute any more."""
    _choose(board, by)


def broad_follow_of(board: Board | None, viewer: Person | None) -> BroadFollow | None:
    """The viewer's row for a board (None: the site)."""
    if viewer is None:
        return None
    return db.session.execute(
        select(BroadFollow).where(*_mine(board.id if board else None, viewer.id))
    ).scalar_one_or_none()


def choose_within(board_id: int | None, person_id: int, **choice: datetime) -> None:
    """Within an open transaction: followed_at=…, muted_at=…, or neither for no choice any more."""
    # The person's row is locked so that two clicks at once leave one choice.
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    db.session.execute(delete(BroadFollow).where(*_mine(board_id, person_id)))
    if choice:
        db.session.add(BroadFollow(person_id=person_id, board_id=board_id, **choice))
        db.session.flush()


def _choose(board: Board | None, by: Person, **choice: datetime) -> None:
    with transaction():
        choose_within(board.id if board else None, by.id, **choice)


def _mine(board_id: int | None, person_id: int) -> tuple:
    where = BroadFollow.board_id == board_id if board_id else BroadFollow.board_id.is_(None)
    return BroadFollow.person_id == person_id, where
