"""A vote: one person's support. The table is the truth; the counter on the idea follows it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime


class Vote(Model):
    """One row a person and idea, by the primary key. It writes no Event: the row is its own record."""

    __tablename__ = "vote"
    __table_args__ = (Index("ix_vote_person", "person_id", "cast_at"),)

    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    cast_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_unnamed: Mapped[bool] = mapped_column(default=False)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    # The idea it was cast on, when a merge carried it here.
    origin_idea_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))
    # Set aside by moderators for the sake of integrity, in the open and reversibly: not counted.
    set_aside_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
