"""A driver's connection of each thread's own, on which single statements are read outside any transaction."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from ideaboard.foundation import dialects


class _Held:
    """A connection, for as long as its thread lives or until the engine lets all of its connections go."""

    def __init__(self, engine: Engine):
        self.engine: Engine | None = None
        connection = engine.raw_connection()
        self.driver = connection.driver_connection
        connection.detach()  # it is no connection for anybody else
        dialects.read_only(self.driver)
        self.engine = engine

    def close(self) -> None:
        self.engine = None
        self.driver.close()

    def __del__(self) -> None:  # its thread has ended
        if self.engine is not None:
            self.close()


_mine = threading.local()
_open: weakref.WeakSet[_Held] = weakref.WeakSet()
_lock = threading.Lock()


def connection_of(engine: Engine) -> Any:
    """This thread's own; opened when it is first asked for."""
    held = getattr(_mine, "held", None)
    if held is None or held.engine is not engine:
        held = _mine.held = _Held(engine)
        with _lock:
            _open.add(held)
        if not event.contains(engine, "engine_disposed", close_all):
            event.listen(engine, "engine_disposed", close_all)
    return held.driver


@contextmanager
def one_snapshot(engine: Engine) -> Iterator[Any]:
    """This thread's, reading several statements of one moment."""
    driver = connection_of(engine)
    driver.execute("BEGIN")
    try:
        yield driver
    finally:
        driver.execute("ROLLBACK")


def let_go() -> None:
    """Close this thread's: something is wrong with it."""
    held = getattr(_mine, "held", None)
    if held is not None:
        held.close()


def close_all(engine: Engine) -> None:
    """Close what stands open to this engine, in whichever thread: a server forks after that."""
    with _lock:
        for held in [held for held in _open if held.engine is engine]:
            held.close()
