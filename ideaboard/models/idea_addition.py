"""A dated addition by an idea's author, after others took part."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import NEVER_REUSE, Id, LongText


class IdeaAddition(Model):
    __tablename__ = "idea_addition"
    __table_args__ = (Index(None, "idea_id"), NEVER_REUSE)

    id: Mapped[Id]
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    body: Mapped[LongText]
    html: Mapped[LongText]
    renderer_version: Mapped[int] = mapped_column(default=0)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
