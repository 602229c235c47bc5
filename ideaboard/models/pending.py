"""A pending address: a code was sent to it; what was pressed waits on the row until the code is typed."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.board import Board
from ideaboard.models.columns import NEVER_REUSE, Code, Id, Line, LongText

_LIVE = text("used_at IS NULL AND ended_at IS NULL")


class Pending(Model):
    """One live code an address: a new one ends the old. `attempt` is what the browser holds, hashed here.

    The code itself is stored nowhere: it derives from the row's nonce under the secret key (accounts/codes.py), and
    `code_hash` is what a typed code is held against.
    """

    __tablename__ = "pending"
    __table_args__ = (
        Index(None, "email"),
        Index("uq_pending_live", "email", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        NEVER_REUSE,
    )

    id: Mapped[Id]
    email: Mapped[Line]
    attempt_hash: Mapped[Line] = mapped_column(unique=True)
    nonce: Mapped[Line]
    code_hash: Mapped[Line]
    purpose: Mapped[Code] = mapped_column(default="sign_in")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What was pressed: {"deed": "vote", "idea_id": 12, ...}; where to go back to: a path of ours.
    deed: Mapped[dict] = mapped_column(JSON, default=dict)
    back_to: Mapped[LongText] = mapped_column(default="")
    locale: Mapped[Code | None]


class Draft(Model):
    """An idea written before signing in, or not sent yet. It hangs on the pending address, or on its author."""

    __tablename__ = "draft"
    __table_args__ = (Index(None, "email"), Index(None, "author_id"), NEVER_REUSE)

    id: Mapped[Id]
    # Lower case; None once a person owns it.
    email: Mapped[Line | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("board.id"))
    title: Mapped[Line] = mapped_column(default="")
    body: Mapped[LongText] = mapped_column(default="")
    # The similar idea that was shown, and why this one is another.
    different_from_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))
    different_because: Mapped[LongText] = mapped_column(default="", server_default="")
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Publishing is one transaction, once: the idea it became.
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    idea_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))
    form_token: Mapped[Line | None] = mapped_column(unique=True)

    board: Mapped[Board | None] = relationship()
