"""An Event: what happened. Written beside the deed; the spine and the queue."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import NEVER_REUSE, Code, Id, Line
from ideaboard.models.vocabulary import Origin

_WAITING = text("dispatched_at IS NULL AND origin = 'here'")


class Event(Model):
    """`kind` is a word of events/kinds.py. Kept for ever; only those of origin `here` are dispatched."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_event_idea", "idea_id", "id"),
        Index("ix_event_kind", "kind", "happened_at"),
        NEVER_REUSE,
    )

    id: Mapped[Id]
    kind: Mapped[Line]
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("board.id"))
    idea_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id"))
    change_id: Mapped[int | None] = mapped_column(ForeignKey("status_change.id"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    story_id: Mapped[int | None] = mapped_column(ForeignKey("story.id"))
    merge_id: Mapped[int | None] = mapped_column(ForeignKey("merge.id"))
    # Small facts that no other row keeps; never an address, never a text.
    facts: Mapped[dict] = mapped_column(JSON, default=dict)
    origin: Mapped[Code] = mapped_column(default=Origin.HERE)
    # The queue: a claim is a lease by the database's clock; fan-out goes in slices up to told_up_to (a person id).
    claimed_by: Mapped[Line | None]
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    told_up_to: Mapped[int] = mapped_column(default=0)
    dispatched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
