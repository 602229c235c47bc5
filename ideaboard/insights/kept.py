"""The scoreboard, counted at most once a minute, and again as soon as a deed moves it.

Counting 20,000 ideas costs some tenths of a second, so each process keeps what it counted, by the boards that it was
counted for (a right that ends changes these, and so ends with the next request), the minute, and the newest event of
each kind that moves a clock. What writes no event (reach, clear answers, what moderators do) is a minute old at most.
"""

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import func, select

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.insights.scoreboard import Scoreboard, count
from ideaboard.models import Event

_MOVING = (kinds.IDEA_SUBMITTED, kinds.IDEA_STATUS_CHANGED, kinds.IDEA_TAKEN_BACK, kinds.IDEA_PROMISE_REACHED)
_MOST = 64  # sets of boards
_kept: WeakKeyDictionary = WeakKeyDictionary()  # by engine: each database has its own
_lock = Lock()


def scoreboard_of(board_ids: tuple[int, ...], now: datetime, zone: str) -> Scoreboard:
    """The figures of these boards at the beginning of the minute of `now`; what came within it counts as of then."""
    minute = now.replace(second=0, microsecond=0)
    key = (board_ids, minute, zone, _newest())
    with _lock:
        kept = _kept.setdefault(db.engine, OrderedDict())
        if key in kept:
            return kept[key]
    counted = count(board_ids, minute, zone)
    with _lock:
        kept[key] = counted
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
