"""A Webhook: an address of somebody else's that hears of events; and each call to it, its attempts on the row."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.board import Board
from ideaboard.models.columns import NEVER_REUSE, Code, Id, Line, LongText
from ideaboard.models.event import Event
from ideaboard.models.person import Person

_WAITING = text("state = 'waiting'")
_SETTLED = text("settled_at IS NOT NULL")


class Webhook(Model):
    """`shape`: 'standard' (Standard Webhooks, signed) or a chat's: 'slack', 'mattermost', 'discord', 'teams'.

    Secrets are not stored: each derives from its salt under the secret key, and is shown once. While rotating, calls
    are signed with both until `previous_until`.
    """

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint("shape IN ('standard', 'slack', 'mattermost', 'discord', 'teams')", name="shape"),
        CheckConstraint("(previous_salt IS NULL) = (previous_until IS NULL)", name="rotating"),
        NEVER_REUSE,
    )

    id: Mapped[Id]
    name: Mapped[Line]
    # A chat's address is itself a secret: shown to admins only, and masked.
    url: Mapped[LongText]
    shape: Mapped[Code] = mapped_column(default="standard")
    # Kinds of events (events/kinds.py) that it hears of.
    kinds: Mapped[list] = mapped_column(JSON, default=list)
    # None: of all boards that everyone may see. A closed board is heard of only when it is named here.
    board_id: Mapped[int | None] = mapped_column(ForeignKey("board.id", ondelete="CASCADE"))
    salt: Mapped[Line]
    previous_salt: Mapped[Line | None]
    previous_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Since when no call got through; None: the last one did.
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_because: Mapped[Line | None]

    board: Mapped[Board | None] = relationship()
    created_by: Mapped[Person | None] = relationship()


class WebhookCall(Model):
    """One Event for one Webhook. `message_id` is the same for all attempts and replays."""

    __tablename__ = "webhook_call"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sent', 'failed', 'dropped')", name="state"),
        UniqueConstraint("webhook_id", "event_id"),
        Index("ix_webhook_call_waiting", "due_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_webhook_call_log", "webhook_id", "id"),
        # Never with state in front (models/delivery.py).
        Index("ix_webhook_call_settled", "settled_at", "state", sqlite_where=_SETTLED, postgresql_where=_SETTLED),
        NEVER_REUSE,
    )

    id: Mapped[Id]
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    # None: a test call that an admin asked for.
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    message_id: Mapped[Line] = mapped_column(unique=True)
    state: Mapped[Code] = mapped_column(default="waiting")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_by: Mapped[Line | None]
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    # The named cause of the last failure, and what the other side said (its first characters).
    cause: Mapped[Code | None]
    last_error: Mapped[Line | None]
    last_status: Mapped[int | None]
    # The latest attempts, oldest first: {"at", "status", "cause", "error", "ms"}.
    log: Mapped[list] = mapped_column(JSON, default=list)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    webhook: Mapped[Webhook] = relationship()
    event: Mapped[Event | None] = relationship()
