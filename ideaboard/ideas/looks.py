"""Looks: how often an idea was put before somebody. Counted in memory, written in batches, never in a request's way.

A door says what it showed: `looks.saw([idea.id for idea in …], by=…)`, in the order of the page. The rows of a page are
not read alike: a row counts the less the further down it stands (`share_of_row`). What is in memory when a process is
killed is lost: at most INTERVAL seconds of a number that no vote and no promise hangs on.

One thread of a web process writes (`Writer`). Its batches are small, wait for nobody (what is locked waits for the next
round, and so does everything while the database is busy) and take rows in the order of their ids.
"""

import logging
import re
import threading
from collections.abc import Callable, Hashable, Iterable
from contextlib import AbstractContextManager

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import SQLAlchemyError

from ideaboard.foundation.database import transaction, write_wait_ms
from ideaboard.foundation.refusals import Busy
from ideaboard.models import Idea
from ideaboard.models.ranking import share_of_row
from ideaboard.voting.trending import after_looks

INTERVAL = 20.0  # seconds between two rounds of writing
BATCH = 50  # ideas a transaction: a vote waits 3 ms for it at most
WAITS_MS = 50  # then others come first, and this batch comes with the next round
RECENT = 20_000  # pages remembered, so that loading one anew counts once; the older half is forgotten when it is full
_MACHINES = re.compile(
    r"bot|crawl|spider|slurp|preview|fetch|monitor|scan|headless|python|curl|wget|java/|go-http", re.I
)
log = logging.getLogger("ideaboard.looks")


def is_a_look(method: str, agent: str | None, purpose: str | None) -> bool:
    """Whether a request is somebody who looks: no HEAD, no machine, no page fetched before it is wanted.

    agent: the header User-Agent; purpose: Sec-Purpose, or Purpose, or X-Moz.
    """
    return method == "GET" and bool(agent) and not purpose and not _MACHINES.search(agent)


class Looks:
    """What was seen since it was last written."""

    def __init__(self):
        self._lock = threading.Lock()
        self._seen: dict[int, float] = {}
        self._newer: set[int] = set()
        self._older: set[int] = set()

    def saw(self, idea_ids: Iterable[int], *, by: Hashable = None) -> None:
        """These ideas were shown, in this order. `by`: who, as far as it is known: the same page again counts once."""
        ids = tuple(idea_ids)
        page = hash((by, ids))
        with self._lock:
            if by is not None:
                if page in self._newer or page in self._older:
                    return
                self._newer.add(page)
                if len(self._newer) > RECENT // 2:
                    self._older, self._newer = self._newer, set()
            for row, idea_id in enumerate(ids):
                self._seen[idea_id] = self._seen.get(idea_id, 0.0) + (share_of_row(row) if len(ids) > 1 else 1.0)

    def forget_pages(self) -> None:
        """What was loaded before may count again; called twice, nothing is remembered."""
        with self._lock:
            self._older, self._newer = self._newer, set()

    def take(self) -> dict[int, int]:
        """{idea id: whole looks}, in the order of ids; what is less than one stays here."""
        with self._lock:
            whole = {idea_id: int(count) for idea_id, count in sorted(self._seen.items()) if count >= 1}
            self._seen = {idea_id: count - whole.get(idea_id, 0) for idea_id, count in self._seen.items()}
            return whole

    def put_back(self, counted: dict[int, int]) -> None:
        with self._lock:
            for idea_id, count in counted.items():
                self._seen[idea_id] = self._seen.get(idea_id, 0.0) + count


def write(looks: Looks) -> int:
    """Write what was seen, in batches; what could not be written now is put back; -> how many ideas were written.

    Within an application's context, without an open transaction.
    """
    counted = looks.take()
    ids, written = list(counted), 0
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        done: set[int] = set()
        try:
            done = _write({idea_id: counted[idea_id] for idea_id in batch})
        except (Busy, SQLAlchemyError) as trouble:
            log.debug("looks wait: %s", type(trouble).__name__)
        missing = {idea_id: counted[idea_id] for idea_id in batch if idea_id not in done}
        looks.put_back(missing)
        written += len(done)
    return written


def _write(batch: dict[int, int]) -> set[int]:
    """One short transaction; -> which ideas are done with: written, or gone. What a deed holds (PostgreSQL) is not."""
    waits = write_wait_ms.set(WAITS_MS)
    try:
        with transaction() as session:
            there = select(Idea.id).where(Idea.id.in_(batch)).order_by(Idea.id)
            free = session.scalars(there.with_for_update(skip_locked=True, key_share=True)).all()
            if free:
                session.connection().execute(_SEEN, [{"which": i, "looks": batch[i]} for i in free])
            held = set(session.scalars(there)) - set(free) if len(free) < len(batch) else set()
            return set(batch) - held
    finally:
        write_wait_ms.reset(waits)


_SEEN = update(Idea.__table__).where(Idea.__table__.c.id == bindparam("which")).values(after_looks(bindparam("looks")))


class Writer:
    """The thread of a web process that writes what was seen there. `context`: makes an application's context."""

    def __init__(self, looks: Looks, context: Callable[[], AbstractContextManager]):
        self.looks = looks
        self.context = context
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="looks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Write what is left and end; called once, when no request is under way any more."""
        self._stop.set()
        self._thread.join(timeout=2)

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL):
            self._round()
        self._round()

    def _round(self) -> None:
        self.looks.forget_pages()
        try:
            with self.context():
                write(self.looks)
        except Exception:
            log.exception("looks were not written")


looks = Looks()
saw = looks.saw
