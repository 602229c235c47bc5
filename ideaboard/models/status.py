"""A status: label, colour and order are an admin's; the stage behind it is code's."""

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.models.columns import NEVER_REUSE, Code, Id, Line


class Status(Model):
    """A used status cannot change its stage: status_change refers to (id, stage)."""

    __tablename__ = "status"
    __table_args__ = (
        UniqueConstraint("id", "stage"),
        CheckConstraint("stage IN ('under_review', 'reviewed', 'coming_soon', 'launched')", name="stage"),
        NEVER_REUSE,
    )

    id: Mapped[Id]
    stage: Mapped[Code]
    # Empty: the stage's own name in the reader's language.
    label: Mapped[Line] = mapped_column(default="")
    # A colour of the palette in static/css/tokens.css: amber, blue, purple, green, grey. Empty: the stage's own.
    colour: Mapped[Code] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
