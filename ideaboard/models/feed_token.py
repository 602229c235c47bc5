"""The key of a person's private feed: stored hashed, revocable, one at a time."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import Line


class FeedToken(Model):
    __tablename__ = "feed_token"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[Line] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
