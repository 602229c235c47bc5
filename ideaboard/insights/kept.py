"""The scoreboard, counted again when a deed moves it, and at most every minute otherwise.

Counting 150,000 ideas costs a second or so, so each process keeps what it counted, by the boards that it was counted
for: a right that ends changes these, and so ends with the next request. Kept figures are old when the minute turned, or
when an event of a kind that moves a clock is newer. What writes no event (reach, clear answers, what moderators do) waits
for the minute. Where there are many ideas nobody waits for the counting: who asks is given the kept figures, and a thread
beside counts them anew, not for each such event, but for a twentieth of the time at most.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock, Thread
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select

from ideaboard.events import kinds
from ideaboard.extensions import db
from ideaboard.insights.scoreboard import Scoreboard, count
from ideaboard.models import Event

_MOVING = (kinds.IDEA_SUBMITTED, kinds.IDEA_STATUS_CHANGED, kinds.IDEA_TAKEN_BACK, kinds.IDEA_PROMISE_REACHED)
_MOST = 64  # sets of boards
AT_ONCE = 1_000  # ideas: so many are counted while the reader waits, some 50 ms
PAUSE = 60  # seconds after a fault
REST = 20  # times as long as it took: before, counting beside is not repeated
_kept: WeakKeyDictionary = WeakKeyDictionary()  # by engine: each database has its own
_lock = Lock()
log = logging.getLogger("ideaboard.insights")
_Context = Callable[[], AbstractContextManager]


@dataclass
class _Entry:
    """`stands`: what it was counted at; `rests_until`: by monotonic(); `is_counting`: a thread makes the next one."""

    stands: tuple
    scoreboard: Scoreboard
    rests_until: float
    is_counting: bool = False


def scoreboard_of(board_ids: tuple[int, ...], now: datetime, zone: str, context: _Context) -> Scoreboard:
    """The figures of these boards at the beginning of the minute of `now`; what came within it counts as of then.

    Of many ideas those that are kept, if there are any: `counted_at` says of when. `context`: of the application, for the
    thread that counts.
    """
    stands = (now.replace(second=0, microsecond=0), _newest())
    engine, key = db.engine, (board_ids, zone)
    with _lock:
        entry = _kept.setdefault(engine, OrderedDict()).get(key)
        if entry is not None and entry.stands == stands:
            return entry.scoreboard
        if entry is not None and entry.scoreboard.whole.ideas > AT_ONCE:
            if not entry.is_counting and monotonic() >= entry.rests_until:
                entry.is_counting = True
                Thread(
                    target=_beside, args=(context, engine, key, stands, entry), name="scoreboard", daemon=True
                ).start()
            return entry.scoreboard
    return _counted(engine, key, stands)


def _beside(context: _Context, engine: Engine, key: tuple, stands: tuple, entry: _Entry) -> None:
    try:
        with context():
            _counted(engine, key, stands)
    except Exception:
        log.exception("the scoreboard was not counted")
        entry.rests_until = monotonic() + PAUSE
    finally:
        entry.is_counting = False


def _counted(engine: Engine, key: tuple, stands: tuple) -> Scoreboard:
    """Count and keep."""
    begun = monotonic()
    counted = count(key[0], stands[0], key[1])
    ended = monotonic()
    with _lock:
        kept = _kept.setdefault(engine, OrderedDict())
        kept[key] = _Entry(stands, counted, ended + REST * (ended - begun))
        kept.move_to_end(key)
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
