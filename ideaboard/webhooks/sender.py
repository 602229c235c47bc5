"""The worker's threads for calls out: a target that hangs holds up neither the mails nor the other targets.

At most AT_ONCE calls a worker, one at a time for each endpoint (claims.py). Each thread has an application context, and
so a session, of its own.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.exc import SQLAlchemyError

from ideaboard.foundation.database import end_reading
from ideaboard.foundation.refusals import Busy
from ideaboard.webhooks.claims import claim_due, has_due
from ideaboard.webhooks.moments import database_now
from ideaboard.webhooks.sending import make_call

log = logging.getLogger(__name__)
AT_ONCE = 4
LOOK_EVERY, AFTER_TROUBLE = 1.0, 5.0  # seconds


class Sender:
    """`start()`, `stop()`; or `all_due()` for a worker that does what is due and ends."""

    def __init__(self, app_context: Callable[[], AbstractContextManager], worker: str):
        self._app_context, self._worker = app_context, worker
        self._stop = threading.Event()
        self._woken = threading.Event()
        self._free = threading.BoundedSemaphore(AT_ONCE)
        self._looking: threading.Thread | None = None

    def start(self) -> None:
        self._looking = threading.Thread(target=self._look, name="webhooks", daemon=True)
        self._looking.start()

    def stop(self, patience: float = 1.0) -> None:
        """No new calls. One that does not end within `patience` seconds is left, and made again after its lease under
        the same webhook-id."""
        end = time.monotonic() + patience
        self._stop.set()
        self._woken.set()
        for _ in range(AT_ONCE):
            if not self._free.acquire(timeout=max(end - time.monotonic(), 0)):
                return
        self._free.release()  # the looking thread may wait for a place, only to see that it is over
        if self._looking is not None:
            self._looking.join(max(end - time.monotonic(), 0))

    def all_due(self) -> None:
        """Make every call that is due, side by side, and return."""
        while not self._stop.is_set():
            self._free.acquire()
            if self._begin_one():
                continue
            for _ in range(AT_ONCE):  # wait for those under way
                self._free.acquire()
            for _ in range(AT_ONCE):
                self._free.release()
            with self._app_context():
                if not self._anything_due():
                    return

    def _look(self) -> None:
        while True:
            self._free.acquire()
            if self._stop.is_set():
                self._free.release()
                return
            try:
                begun = self._begin_one()
            except (SQLAlchemyError, Busy, OSError) as trouble:
                self._free.release()
                log.warning("webhooks wait for the database: %s", (str(trouble) or "?").splitlines()[0][:200])
                self._stop.wait(AFTER_TROUBLE)
                continue
            except Exception:
                self._free.release()
                log.exception("a fault in the webhooks' thread; it goes on")
                self._stop.wait(AFTER_TROUBLE)
                continue
            if not begun:
                self._woken.wait(LOOK_EVERY)
                self._woken.clear()

    def _begin_one(self) -> bool:
        """Claim a call and make it in a thread; when there is none, give the place back. The place is ours already."""
        with self._app_context():
            if not self._anything_due():
                self._free.release()
                return False
            now = database_now()
            end_reading()
            call_id = claim_due(self._worker, now)
        if call_id is None:
            self._free.release()
            return False
        threading.Thread(target=self._make, args=(call_id, now), name=f"webhook-{call_id}", daemon=True).start()
        return True

    @staticmethod
    def _anything_due() -> bool:
        due = has_due(database_now())
        end_reading()
        return due

    def _make(self, call_id: int, now) -> None:
        try:
            with self._app_context():
                make_call(call_id, self._worker, now)
        except Exception:
            log.exception("webhook call %s was cut off; it is made again after its lease", call_id)
        finally:
            self._free.release()
            self._woken.set()  # the endpoint is free for its next call
