"""A comment: anyone's word. The true parent is stored; pages show deeper ones flat."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import NEVER_REUSE, Code, Id, Line, LongText
from ideaboard.models.idea import Idea
from ideaboard.models.person import Person
from ideaboard.models.vocabulary import Origin


class Comment(Model):
    """A deleted comment leaves its place: the row stays, its text goes."""

    __tablename__ = "comment"
    __table_args__ = (
        Index("ix_comment_idea", "idea_id", "root_id", "posted_at", "id"),
        Index("ix_comment_author", "author_id"),
        Index("ix_comment_parent", "parent_id"),
        Index("uq_comment_became", "became_idea_id", unique=True),
        Index("uq_comment_import", "import_source", "import_id", unique=True),
        NEVER_REUSE,
    )

    id: Mapped[Id]
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    # The idea it was written on, while a merge has carried it to another.
    origin_idea_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    # The comment that opened the thread; None for that comment itself.
    root_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    body: Mapped[LongText]
    html: Mapped[LongText]
    # The idea of its own that it became, credited to its author.
    became_idea_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))
    renderer_version: Mapped[int] = mapped_column(default=0)
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    redacted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    origin: Mapped[Code] = mapped_column(default=Origin.HERE)
    import_source: Mapped[Line | None]
    import_id: Mapped[Line | None]
    # The form that sent it, so that sending twice is one comment.
    form_token: Mapped[Line | None] = mapped_column(unique=True)

    idea: Mapped[Idea] = relationship(foreign_keys=[idea_id])
    author: Mapped[Person | None] = relationship()
    parent: Mapped["Comment | None"] = relationship(remote_side="Comment.id", foreign_keys="Comment.parent_id")

    @property
    def stands(self) -> bool:
        """Its words can be read by whoever may see the idea."""
        return not (self.deleted_at or self.held_at or self.hidden_at)


class Mention(Model):
    """Who is mentioned in a comment: the person is stored, not the name."""

    __tablename__ = "mention"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
