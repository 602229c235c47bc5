"""A signed-in browser. Its cookie holds a random token; the table holds the token's hash, so it can be revoked."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import NEVER_REUSE, Id, Line
from ideaboard.models.person import Person


class SignedIn(Model):
    __tablename__ = "signed_in"
    __table_args__ = (Index(None, "person_id"), NEVER_REUSE)

    id: Mapped[Id]
    token_hash: Mapped[Line] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # 'Firefox on Linux', for the list of one's own sign-ins.
    browser: Mapped[Line] = mapped_column(default="")

    person: Mapped[Person] = relationship()
