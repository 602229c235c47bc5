"""What an idea said before: an author's free edit, or staff making a title clearer, visibly."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import NEVER_REUSE, Id, Line, LongText
from ideaboard.models.person import Person


class IdeaRevision(Model):
    """The title and body that stood until `revised_at`."""

    __tablename__ = "idea_revision"
    __table_args__ = (Index(None, "idea_id"), NEVER_REUSE)

    id: Mapped[Id]
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    title: Mapped[Line]
    body: Mapped[LongText]
    revised_at: Mapped[datetime] = mapped_column(UtcDateTime)

    actor: Mapped[Person | None] = relationship()
