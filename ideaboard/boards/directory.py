"""Which boards there are for whom, and how many ideas each shows."""

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db
from ideaboard.models import Board, Idea, Person
from ideaboard.models.vocabulary import Audience


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


def idea_counts(viewer: Person | None) -> dict[int, int]:
    """{board id: ideas that the viewer finds in its list}; boards without one are left out."""
    rows = db.session.execute(
        select(Idea.board_id, func.count()).where(Idea.in_the_open(), Idea.visible_to(viewer)).group_by(Idea.board_id)
    )
    return dict(rows.tuples().all())
