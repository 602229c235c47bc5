"""Follow: the wish to hear of an idea, with its reasons; mute: the wish not to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import NEVER_REUSE, Id


class Follow(Model):
    """The only audience of an idea. `reasons`: bits of vocabulary.Reason; 0 is nobody's wish any more."""

    __tablename__ = "follow"
    __table_args__ = (CheckConstraint("reasons BETWEEN 0 AND 15", name="reasons"), Index(None, "person_id"))

    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    reasons: Mapped[int] = mapped_column(default=0)
    followed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    muted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What only a merge brought here and an unmerge takes away again: Reason.CHOSEN, and Follow.MUTE for the mute.
    carried: Mapped[int] = mapped_column(default=0)

    MUTE = 16


class BroadFollow(Model):
    """Following or muting a board, or (board_id None) the whole site."""

    __tablename__ = "broad_follow"
    __table_args__ = (
        Index("uq_broad_follow_board", "person_id", "board_id", unique=True),
        Index(
            "uq_broad_follow_site",
            "person_id",
            unique=True,
            sqlite_where=text("board_id IS NULL"),
            postgresql_where=text("board_id IS NULL"),
        ),
        CheckConstraint("(followed_at IS NULL) <> (muted_at IS NULL)", name="follow_or_mute"),
        NEVER_REUSE,
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("board.id", ondelete="CASCADE"))
    followed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    muted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
