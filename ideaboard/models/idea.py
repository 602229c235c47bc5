"""An idea: what a person submits, and where it stands."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
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
from ideaboard.models.status import Status
from ideaboard.models.vocabulary import OUTCOMES_THAT_END_VOTING, Origin, Stage

_STANDING = text(
    "status_id IS NOT NULL AND visible_at IS NOT NULL AND held_at IS NULL AND hidden_at IS NULL"
    " AND taken_back_at IS NULL AND merged_into_id IS NULL"
)


class Idea(Model):
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
        Index("ix_idea_board_newest", "board_id", "visible_at", "id"),
        Index("ix_idea_newest", "visible_at", "id"),
        Index("ix_idea_most_voted", "votes_count", "imported_votes", "id"),
        Index("ix_idea_board_most_voted", "board_id", "votes_count", "imported_votes", "id"),
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

    votes_count: Mapped[int] = mapped_column(default=0)
    # Comments that stand: neither deleted, hidden nor held.
    comments_count: Mapped[int] = mapped_column(default=0)
    # "Imported, unattributed": shown apart, never added to real votes, never in figures.
    imported_votes: Mapped[int] = mapped_column(default=0)

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

    @property
    def is_in_the_open(self) -> bool:
        """The same of one idea; elsewhere (merged, taken back, held, hidden) its status rests."""
        out_of_sight = self.held_at or self.hidden_at or self.taken_back_at or self.merged_into_id
        return bool(self.visible_at and not out_of_sight)

    @property
    def stage(self) -> Stage:
        return Stage(self.status.stage) if self.status else Stage.RECEIVED

    @property
    def outcome(self) -> str | None:
        return self.change.outcome if self.change else None

    @property
    def is_open_for_votes(self) -> bool:
        """Votes end when there is nothing left to want (PRODUCT, workflow); `not now` stays open."""
        if self.merged_into_id or self.hidden_at or self.held_at or self.taken_back_at:
            return False
        return self.stage is not Stage.LAUNCHED and self.outcome not in OUTCOMES_THAT_END_VOTING
