"""An organisation that members speak for. Room is left for it; no page shows it yet."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import NEVER_REUSE, Id, Line


class Organisation(Model):
    __tablename__ = "organisation"
    __table_args__ = (NEVER_REUSE,)

    id: Mapped[Id]
    name: Mapped[Line]
    external_id: Mapped[Line | None] = mapped_column(unique=True)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
