"""A Story: what staff write about what became of ideas; its linked ideas; its pictures."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, LargeBinary, and_, or_, select
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.board import Board
from ideaboard.models.columns import NEVER_REUSE, Code, Id, Line, LongText
from ideaboard.models.person import Person
from ideaboard.models.vocabulary import Origin, StoryState


class Story(Model):
    """A story of one board is seen by whom that board admits; one without a board by everyone.

    Its text may name only ideas that all of its readers may see; the verbs of stories/ hold that.
    """

    __tablename__ = "story"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'read', 'scheduled', 'published')", name="state"),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published"),
        CheckConstraint("state <> 'scheduled' OR publish_at IS NOT NULL", name="scheduled"),
        # Nobody reads their own story over.
        CheckConstraint("read_by_id IS NULL OR author_id IS NULL OR read_by_id <> author_id", name="read_by_another"),
        CheckConstraint("(read_by_id IS NULL) = (read_at IS NULL)", name="read"),
        Index("ix_story_newest", "published_at", "id"),
        Index("ix_story_due", "state", "publish_at"),
        NEVER_REUSE,
    )

    id: Mapped[Id]
    board_id: Mapped[int | None] = mapped_column(ForeignKey("board.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    title: Mapped[Line]
    slug: Mapped[Line]
    body: Mapped[LongText] = mapped_column(default="")
    body_html: Mapped[LongText] = mapped_column(default="")
    renderer_version: Mapped[int] = mapped_column(default=0)
    excerpt: Mapped[Line] = mapped_column(default="")
    state: Mapped[Code] = mapped_column(default=StoryState.DRAFT)
    # When colleagues were asked to read it over; None again when it is edited after that reading.
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Later than published_at: corrected then. Who edited last does not read it over either.
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Grows with each edit: a form written against an older one is refused, and nothing typed is lost.
    version: Mapped[int] = mapped_column(default=1)
    # Taken off its page again by staff; it stays theirs to see.
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    origin: Mapped[Code] = mapped_column(default=Origin.HERE)
    # The form that made it, so that sending twice is one story.
    form_token: Mapped[Line | None] = mapped_column(unique=True)

    board: Mapped[Board | None] = relationship()
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])
    read_by: Mapped[Person | None] = relationship(foreign_keys=[read_by_id])

    @classmethod
    def visible_to(cls, viewer: Person | None) -> ColumnElement[bool]:
        """SQL: the published stories that the viewer may read. Drafts are asked for by staff's own pages."""
        of_board = cls.board_id.in_(select(Board.id).where(Board.visible_to(viewer)))
        return and_(cls.state == StoryState.PUBLISHED, cls.hidden_at.is_(None), or_(cls.board_id.is_(None), of_board))


class StoryIdea(Model):
    """An idea that a story is about; its followers are told."""

    __tablename__ = "story_idea"
    __table_args__ = (Index(None, "idea_id"),)

    story_id: Mapped[int] = mapped_column(ForeignKey("story.id", ondelete="CASCADE"), primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)


class Picture(Model):
    """A picture of a story: re-encoded by us, without EXIF, named by the hash of its story and bytes."""

    __tablename__ = "picture"
    __table_args__ = (Index(None, "story_id"), NEVER_REUSE)

    id: Mapped[Id]
    story_id: Mapped[int] = mapped_column(ForeignKey("story.id", ondelete="CASCADE"))
    digest: Mapped[Line] = mapped_column(unique=True)
    content_type: Mapped[Line]
    width: Mapped[int]
    height: Mapped[int]
    data: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
