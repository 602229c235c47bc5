"""When a worker was last seen, so that staff learn when mails wait and nobody sends them."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from ideaboard.extensions import Model
from ideaboard.foundation.database import UtcDateTime
from ideaboard.models.columns import Line


class WorkerPulse(Model):
    __tablename__ = "worker_pulse"

    name: Mapped[Line] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Bytes of SQLite's write-ahead log at the last checkpoint; staff hear when it will not shrink.
    wal_bytes: Mapped[int] = mapped_column(default=0)
