"""The scoreboard, counted again when a deed moves it, and at most every minute otherwise.

Counting 20,000 ideas costs a second or so, so each process keeps what it counted, by the boards that it was counted
for: a right that ends changes these, and so ends with the next request. Kept figures are old when the minute turned, or
when an event of a kind that moves a clock is newer. Where counting takes long it is not done for each such event, but
fills a twentieth of the time at most. What writes no event (reach, clear answers, what moderators do) waits for the minute.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import func, select

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.insights.scoreboard import Scoreboard, count
from ideaboard.models import Event

_MOVING = (kinds.IDEA_SUBMITTED, kinds.IDEA_STATUS_CHANGED, kinds.IDEA_TAKEN_BACK, kinds.IDEA_PROMISE_REACHED)
_MOST = 64  # sets of boards
_LONG = 0.5  # seconds of counting; below, it is done again at once
_REST = 20  # times as long as it took
_kept: WeakKeyDictionary = WeakKeyDictionary()  # by engine: each database has its own
_lock = Lock()


@dataclass
class _Entry:
    """`stands`: what it was counted at; `rests_until`: by monotonic(), long counting is not repeated before."""

    stands: tuple
    scoreboard: Scoreboard
    rests_until: float


def scoreboard_of(board_ids: tuple[int, ...], now: datetime, zone: str) -> Scoreboard:
    """The figures of these boards at the beginning of the minute of `now`; what came within it counts as of then."""
    minute = now.replace(second=0, microsecond=0)
    stands = (minute, _newest())
    with _lock:
        kept = _kept.setdefault(db.engine, OrderedDict())
        entry = kept.get((board_ids, zone))
        if entry is not None and (entry.stands == stands or monotonic() < entry.rests_until):
            return entry.scoreboard
    begun = monotonic()
    counted = count(board_ids, minute, zone)
    took = monotonic() - begun
    with _lock:
        kept[board_ids, zone] = _Entry(stands, counted, begun + _REST * took if took > _LONG else 0.0)
        kept.move_to_end((board_ids, zone))
        while len(kept) > _MOST:
            kept.popitem(last=False)
    return counted


def _newest() -> tuple:
    """One look into the index of events for each kind."""
    newest = (
        select(func.max(Event.happened_at)).where(Event.kind == kind).scalar_subquery().label(f"kind_{place}")
        for place, kind in enumerate(_MOVING)
    )
    return tuple(db.session.execute(select(*newest)).one())
