"""Which boards there are for whom, and how many ideas each shows."""

from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import exists, literal_column, select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db
from ideaboard.foundation.kept import Kept
from ideaboard.models import Board, Idea, Person
from ideaboard.models.eyes import Eyes, eyes_of
from ideaboard.models.vocabulary import Audience


class BoardLink(NamedTuple):
    id: int
    slug: str
    name: str


@dataclass(frozen=True)
class Sight:
    """Of which boards a viewer may see ideas. `ids`: these boards, archived ones too; `is_whole`: there is no other;
    `uncounted`: those of them that keep their counts from this viewer; `moved`: those with imported totals;
    `boards`: what pages show of those that are not archived, in their order."""

    ids: tuple[int, ...]
    is_whole: bool
    uncounted: frozenset[int]
    moved: frozenset[int]
    boards: tuple[BoardLink, ...] = ()


def sight_of(viewer: Person | None) -> Sight:
    """One kept statement over the few boards there are."""
    eyes = eyes_of(viewer)
    kept = _SIGHTS.get(eyes)
    if kept is None:
        kept = _SIGHTS[eyes] = Kept(lambda _: _sight(eyes))
    rows = tuple(kept.all(viewer_id=viewer.id if viewer is not None else None))
    counted = (row.id for row in rows if row.seen and row.hides_counts and sees_all_counts(viewer, row.id))
    return _sight_over(rows, frozenset(counted))


@lru_cache(maxsize=1000)
def _sight_over(rows: tuple, counted: frozenset[int]) -> Sight:
    """`counted`: boards whose hidden counts this viewer sees."""
    seen = sorted((row for row in rows if row.seen), key=attrgetter("id"))
    uncounted = (row.id for row in seen if row.hides_counts and row.id not in counted)
    moved = frozenset(row.id for row in seen if row.moved)
    shown = sorted((row.position, row.name, row.id, row.slug) for row in seen if row.archived_at is None)
    links = tuple(BoardLink(board_id, slug, name) for _, name, board_id, slug in shown)
    return Sight(tuple(row.id for row in seen), len(seen) == len(rows), frozenset(uncounted), moved, links)


def sees_all_counts(viewer: Person | None, board_id: int) -> bool:
    """Whether hidden counts are nothing to this viewer: staff of the board, moderators, admins."""
    return viewer is not None and (viewer.is_moderator or viewer.is_staff_of(board_id))


def _sight(eyes: Eyes | None):
    # Beside it, one look into an index for each board: whether the order of imported totals has anything to show.
    moved = exists().where(Idea.board_id == Board.id, Idea.in_the_open(), Idea.imported_votes > literal_column("0"))
    shown = (Board.id, Board.hides_counts, Board.slug, Board.name, Board.position, Board.archived_at)
    return select(*shown, Board.visible_to(eyes).label("seen"), moved.label("moved"))


_SIGHTS: dict[Eyes | None, Kept] = {}


def boards_seen_by(viewer: Person | None) -> list[Board]:
    """The boards that the viewer may see, in their order, each with its owner."""
    return list(
        db.session.execute(
            select(Board)
            .where(Board.visible_to(viewer), Board.archived_at.is_(None))
            .options(joinedload(Board.owner))
            .order_by(Board.position, Board.name, Board.id)
        ).scalars()
    )


def boards_open_to(viewer: Person | None, boards: list[Board]) -> list[Board]:
    """Of these boards, those that the viewer may submit to. A guest counts as the member that a code makes of them."""
    boards = [b for b in boards if b.archived_at is None]
    if viewer is None:
        return [b for b in boards if b.who_may_submit in (Audience.EVERYONE, Audience.MEMBERS)]
    return [b for b in boards if b.admits(viewer, b.who_may_submit)]
