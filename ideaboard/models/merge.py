"""A merge: one idea taken in by another, in staff's own words; it may be undone, and both stand in the history."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import NEVER_REUSE, Id, LongText
from ideaboard.models.idea import Idea
from ideaboard.models.person import Person

_STANDS = text("unmerged_at IS NULL")


class Merge(Model):
    """While it stands, idea.merged_into_id is its into_id. The counts are those of its moment."""

    __tablename__ = "merge"
    __table_args__ = (
        CheckConstraint("idea_id <> into_id", name="two_ideas"),
        CheckConstraint("length(trim(note, ' \t\n\r')) > 0", name="has_a_note"),
        CheckConstraint("(unmerged_at IS NULL) = (unmerge_note IS NULL)", name="undone_in_words"),
        # An idea is taken in by one other at a time.
        Index("uq_merge_standing", "idea_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
        Index("ix_merge_idea", "idea_id"),
        Index("ix_merge_into", "into_id"),
        NEVER_REUSE,
    )

    id: Mapped[Id]
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    into_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Why, in staff's own words: the people who took part in the merged idea read it.
    note: Mapped[LongText]
    note_html: Mapped[LongText]
    renderer_version: Mapped[int] = mapped_column(default=0)
    # Votes of the merged idea, and how many of their people had voted for the other too: they count once.
    votes: Mapped[int] = mapped_column(default=0)
    both: Mapped[int] = mapped_column(default=0)
    unmerged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unmerged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    unmerge_note: Mapped[LongText | None]
    unmerge_note_html: Mapped[LongText | None]

    idea: Mapped[Idea] = relationship(foreign_keys=[idea_id])
    into: Mapped[Idea] = relationship(foreign_keys=[into_id])
    actor: Mapped[Person | None] = relationship(foreign_keys=[actor_id])
    unmerged_by: Mapped[Person | None] = relationship(foreign_keys=[unmerged_by_id])
