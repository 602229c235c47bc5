"""An idea: what a person submits, and where it stands."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    and_,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.board import Board
from ideaboard.models.columns import NEVER_REUSE, Code, Key, Line, LongText
from ideaboard.models.person import Person
from ideaboard.models.ranking import looks_at_birth, showing_due_at_birth, trending_at_birth
from ideaboard.models.status import Status
from ideaboard.models.vocabulary import Origin, Stage
from ideaboard.models.votable import Staged

_OPEN = (
    "visible_at IS NOT NULL AND held_at IS NULL AND hidden_at IS NULL"
    " AND taken_back_at IS NULL AND merged_into_id IS NULL"
)
_MERGED = text("merged_into_id IS NOT NULL")
_STANDING = text(f"status_id IS NOT NULL AND {_OPEN}")
# The orders of lists: {name: (the columns, and which ideas have a place in it beside standing in the open)}.
# ideas/listing.py reads them forwards or backwards; each is kept for all, by board and by standing, so that no list sorts.
ORDERS = {
    "trending": (("trending", "id"), None),
    "votes": (("votes_count", "imported_votes", "id"), None),
    "newest": (("visible_at", "id"), None),
    "discussed": (("comments_count", "id"), None),
    "waiting": (("visible_at", "id"), "standing IN ('received', 'under_review')"),
    "unseen": (("showing_due", "id"), None),
    "imported": (("imported_votes", "id"), "imported_votes > 0"),
}

MANY = 1_000  # ideas are counted so far; beyond it a page says "more than 1,000"


def _indexes_of_orders() -> list[Index]:
    found = []
    for order, (columns, also) in ORDERS.items():
        where = text(f"{_OPEN} AND {also}" if also else _OPEN)
        # Waiting is a standing: over all boards its ranges are those of "newest" by standing.
        for scope in ("board_id",) if order == "waiting" else ("", "board_id", "standing"):
            name = f"ix_idea_{order}_{scope.removesuffix('_id')}".rstrip("_")
            found.append(Index(name, *filter(None, (scope,)), *columns, sqlite_where=where, postgresql_where=where))
    return found


class Idea(Staged, Model):
    """Counters move in the transaction that moves their rows; `flask recount` reports drift."""

    __tablename__ = "idea"
    __table_args__ = (
        # An idea stands at a change of its own, with that change's status, or at none (received).
        ForeignKeyConstraint(
            ["change_id", "id", "status_id"],
            ["status_change.id", "status_change.idea_id", "status_change.status_id"],
            name="fk_idea_stands_at_its_change",
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
        CheckConstraint("(change_id IS NULL) = (status_id IS NULL)", name="status_has_a_change"),
        CheckConstraint("votes_count >= 0 AND comments_count >= 0", name="counts"),
        CheckConstraint("(merged_at IS NULL) = (merged_into_id IS NULL)", name="merged"),
        *_indexes_of_orders(),
        Index("ix_idea_author", "author_id", "id"),
        Index("ix_idea_status", "status_id", "id"),
        # The roadmap: how many stand in the open at a status, and the most voted of them.
        Index(
            "ix_idea_standing",
            "status_id",
            "votes_count",
            "imported_votes",
            "id",
            "board_id",
            "change_id",
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
        Index("ix_idea_merged_into", "merged_into_id", sqlite_where=_MERGED, postgresql_where=_MERGED),
        Index("uq_idea_import", "import_source", "import_id", unique=True),
        NEVER_REUSE,
    )

    # autoincrement is said aloud because id is also part of a foreign key, which SQLAlchemy takes for an outside key.
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    title: Mapped[Line]
    slug: Mapped[Line]
    body: Mapped[LongText] = mapped_column(default="")
    body_html: Mapped[LongText] = mapped_column(default="")
    renderer_version: Mapped[int] = mapped_column(default=0)
    # The body's first words as plain text, for lists.
    excerpt: Mapped[Line] = mapped_column(default="")

    status_id: Mapped[int | None] = mapped_column(ForeignKey("status.id"))
    change_id: Mapped[int | None]
    # Where it stands, in the word of lists: its stage, or on Reviewed the outcome (vocabulary.Stage, vocabulary.Outcome).
    standing: Mapped[Code] = mapped_column(default=Stage.RECEIVED)

    votes_count: Mapped[int] = mapped_column(default=0)
    # Comments that stand: neither deleted, hidden nor held.
    comments_count: Mapped[int] = mapped_column(default=0)
    # "Imported, unattributed": shown apart, never added to real votes, never in figures.
    imported_votes: Mapped[int] = mapped_column(default=0)
    # The decaying score of "Trending", kept so that its order needs no clock (models/ranking.py has the formula).
    trending: Mapped[float] = mapped_column(Double, default=trending_at_birth)
    # How often it was put before somebody, in a list or on its page; counted in memory and written in batches.
    views_count: Mapped[int] = mapped_column(default=looks_at_birth)
    # When, in seconds since 1970, it is due for the next look by its age and views: the smaller, the less seen.
    showing_due: Mapped[float] = mapped_column(Double, default=showing_due_at_birth)

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The clock of "first look" and "first answer" starts here; None while held from the start.
    visible_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When its votes first reached the board's promise_votes; set once, with one Event, and never again.
    promise_reached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # From then on its author adds, and no longer edits (the first vote or comment of somebody else).
    others_took_part_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    author_stepped_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))
    # It took part in a merge, standing or undone, or came of a comment: only then its page asks for these.
    has_kin: Mapped[bool] = mapped_column(default=False)

    # Its author was shown a similar idea and said why theirs is another: for staff.
    different_from_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))
    different_because: Mapped[LongText] = mapped_column(default="", server_default="")

    origin: Mapped[Code] = mapped_column(default=Origin.HERE)
    import_source: Mapped[Line | None]
    import_id: Mapped[Line | None]

    board: Mapped[Board] = relationship()
    author: Mapped[Person | None] = relationship()
    status: Mapped[Status | None] = relationship(foreign_keys=[status_id])
    change: Mapped["StatusChange | None"] = relationship(  # noqa: F821 (named, to keep the circle out of imports)
        primaryjoin="foreign(Idea.change_id) == StatusChange.id", viewonly=True
    )

    @classmethod
    def in_the_open(cls) -> ColumnElement[bool]:
        """SQL: what lists and figures show, also to those who may see more (an author's idea taken back, a held one)."""
        return and_(
            cls.visible_at.is_not(None),
            cls.held_at.is_(None),
            cls.hidden_at.is_(None),
            cls.taken_back_at.is_(None),
            cls.merged_into_id.is_(None),
        )

    @classmethod
    def visible_to(cls, viewer: Person | None, *, merged: bool = False) -> ColumnElement[bool]:
        """SQL: the ideas that the viewer may see; the one place that decides it, on every surface.

        `merged=True` also lets merged ideas through (the idea's own address, which redirects, asks so).
        """
        standing = and_(
            cls.visible_at.is_not(None), cls.held_at.is_(None), cls.hidden_at.is_(None), cls.taken_back_at.is_(None)
        )
        if viewer is not None:
            if viewer.is_admin or viewer.is_moderator:
                standing = or_(standing, cls.taken_back_at.is_(None))
            else:
                standing = or_(standing, and_(cls.author_id == viewer.id, cls.hidden_at.is_(None)))
        on_a_board = cls.board_id.in_(select(Board.id).where(Board.visible_to(viewer)))
        return and_(standing, on_a_board, true() if merged else cls.merged_into_id.is_(None))

    @classmethod
    def open_to(cls, viewer: Person | None, board_id: ColumnElement | None = None) -> ColumnElement[bool]:
        """SQL: `in_the_open()` and `visible_to(viewer)`, said once: of what stands in the open the board alone decides.

        `board_id`: the column in other words, where it shall not choose the index (dialects_sql.beside_the_index).
        """
        boards = select(Board.id).where(Board.visible_to(viewer))
        return and_(cls.in_the_open(), (cls.board_id if board_id is None else board_id).in_(boards))

    @classmethod
    def stands_at(cls, stage: Stage) -> ColumnElement[bool]:
        """SQL: that it does, by its status; and that it has votes or none, which leads SQLite to ix_idea_standing.

        Of what stands in the open this index knows status and board, so that to count looks at no row.
        """
        return and_(cls.status_id.in_(select(Status.id).where(Status.stage == stage)), cls.votes_count >= 0)

    @property
    def is_in_the_open(self) -> bool:
        """The same of one idea; elsewhere (merged, taken back, held, hidden) its status rests."""
        out_of_sight = self.held_at or self.hidden_at or self.taken_back_at or self.merged_into_id
        return bool(self.visible_at and not out_of_sight)
