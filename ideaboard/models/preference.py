"""A person's choice of how news of a kind comes by mail."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.models.columns import Code


class Preference(Model):
    """No row: at once, save for new ideas on boards, which nobody gets unasked."""

    __tablename__ = "preference"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[Code] = mapped_column(primary_key=True)
    how: Mapped[Code]
