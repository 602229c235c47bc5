"""A budget: how often something may be done in a window, counted exactly across processes."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import Line


class Budget(Model):
    """`name` holds the deed and a hash of whom it is counted for ('sign_in:peer:9f…'), never an address."""

    __tablename__ = "budget"

    name: Mapped[Line] = mapped_column(primary_key=True)
    window_ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    spent: Mapped[int] = mapped_column(default=0)
