"""The owner's promise, "an idea with 50 votes is answered in 14 days": how often it was kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ideaboard.insights.lives import Life


@dataclass(frozen=True)
class Kept:
    """Ideas whose clock started, each judged by the days promised at that moment.

    kept: answered in staff's own words by then, `early` of them before the clock had even started; broken: not;
    running: not due yet; left: gone from sight before it was due, without an answer, and so neither.
    """

    kept: int = 0
    early: int = 0
    broken: int = 0
    running: int = 0
    left: int = 0

    @property
    def due(self) -> int:
        return self.kept + self.broken


def kept_of(lives: Iterable[Life], now: datetime) -> Kept:
    counts = dict.fromkeys(("kept", "early", "broken", "running", "left"), 0)
    for life in lives:
        if life.promised_at is None or life.promised_days is None:
            continue
        due_at = life.promised_at + timedelta(days=life.promised_days)
        if life.answered_at is not None and life.answered_at <= due_at:
            counts["kept"] += 1
            counts["early"] += life.answered_at < life.promised_at
        elif life.left_at is not None and life.left_at < due_at:
            counts["left"] += 1
        else:
            counts["broken" if due_at < now else "running"] += 1
    return Kept(**counts)
