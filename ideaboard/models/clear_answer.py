"""The answer to "Was this answer clear?" under an answer."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime


class ClearAnswer(Model):
    """One a person and change; it can be changed."""

    __tablename__ = "clear_answer"

    change_id: Mapped[int] = mapped_column(ForeignKey("status_change.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    is_clear: Mapped[bool]
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
