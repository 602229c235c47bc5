"""A one-time link: whoever holds it becomes the first admin. Stored hashed, used by POST, once."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import NEVER_REUSE, Code, Id, Line


class OneTimeLink(Model):
    __tablename__ = "one_time_link"
    __table_args__ = (NEVER_REUSE,)

    id: Mapped[Id]
    purpose: Mapped[Code]
    token_hash: Mapped[Line] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
