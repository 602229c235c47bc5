"""A Delivery: one sending by one channel, of one or more Notifications, its attempts counted on the row."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import NEVER_REUSE, Code, Id, Line
from ideaboard.models.person import Person

_WAITING = text("state = 'waiting'")
_WAITING_CODE = text("state = 'waiting' AND kind = 'code'")
_SETTLED = text("settled_at IS NOT NULL")
_OPEN_WINDOW = text("state = 'waiting' AND bundle <> ''")


class Delivery(Model):
    """States: waiting, sent, refused (by the mail server, for good), dropped (no longer entitled when sending).

    `message_key` is random, given with the row: the Message-ID derives from it and is the same for all attempts.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sent', 'refused', 'dropped')", name="state"),
        Index("ix_delivery_waiting", "due_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        # A sign-in code goes before a thousand mails of news.
        # The kind stands in front, or SQLite takes the index above and reads those thousand to find no code.
        Index("ix_delivery_code", "kind", "due_at", "id", sqlite_where=_WAITING_CODE, postgresql_where=_WAITING_CODE),
        # One open window a person and bundle ('news', 'digest:daily', 'digest:weekly'): news joins the waiting mail.
        Index(
            "uq_delivery_window",
            "person_id",
            "bundle",
            unique=True,
            sqlite_where=_OPEN_WINDOW,
            postgresql_where=_OPEN_WINDOW,
        ),
        Index("ix_delivery_person", "person_id", "id"),
        # The operator's page: what was sent or refused since when.
        # Never with state in front: SQLite would take it for every question about what waits, and sort all of it.
        Index("ix_delivery_settled", "settled_at", "state", sqlite_where=_SETTLED, postgresql_where=_SETTLED),
        NEVER_REUSE,
    )

    id: Mapped[Id]
    channel: Mapped[Code] = mapped_column(default="mail")
    # What is sent: 'news' and 'digest' (Notifications), 'code' (a sign-in code), 'notice' (security's):
    # notifications/composing.py.
    kind: Mapped[Code]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # For mails to somebody who is no person yet (a code); otherwise the person's address when sending.
    address: Mapped[Line | None]
    bundle: Mapped[Line] = mapped_column(default="")
    message_key: Mapped[Line] = mapped_column(unique=True)
    facts: Mapped[dict] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[Code] = mapped_column(default="waiting")
    # The claim: set together, by the database's clock. A window closes when its delivery is claimed.
    claimed_by: Mapped[Line | None]
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[Line | None]
    # The named cause of the last failure, a word of notifications/causes.py; None: it did not fail.
    cause: Mapped[Code | None]
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person | None] = relationship()
