"""A Notification: what one person is told of one Event. It is the entry in the inbox."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import NEVER_REUSE, Code, Id
from ideaboard.models.event import Event
from ideaboard.models.idea import Idea

_UNREAD = text("read_at IS NULL")


class Notification(Model):
    __tablename__ = "notification"
    __table_args__ = (
        # Two workers, or one killed half-way, still tell each person once.
        UniqueConstraint("event_id", "person_id"),
        Index("ix_notification_inbox", "person_id", "id"),
        Index("ix_notification_unread", "person_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index("ix_notification_delivery", "delivery_id"),
        CheckConstraint("(told_at IS NULL) = (told_by IS NULL)", name="told"),
        NEVER_REUSE,
    )

    id: Mapped[Id]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    idea_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))
    # vocabulary.Topic, and why this person hears: 'author', 'voter', 'commenter', 'chosen', 'mentioned', 'replied_to'.
    topic: Mapped[Code]
    reason: Mapped[Code]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # vocabulary.ToldBy and when; set once: what is set is not counted again ("told 409 of 412", loop reach).
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_by: Mapped[Code | None]
    # The mail that carries it; None: the inbox alone does.
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id", ondelete="SET NULL"))

    event: Mapped[Event] = relationship()
    idea: Mapped[Idea | None] = relationship()
