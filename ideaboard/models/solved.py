"""The answer to "Does this solve it?" on a launched idea."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime


class Solved(Model):
    __tablename__ = "solved"

    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    solves: Mapped[bool]
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
