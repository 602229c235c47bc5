"""Connections of each thread's own: one on which single statements are read outside any transaction, one that writes
deeds of kept statements alone (foundation/database.py). Neither knows a session."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from ideaboard.foundation import dialects


class _Held:
    """A connection, for as long as its thread lives or until the engine lets all of its connections go."""

    def __init__(self, engine: Engine, *, writes: bool):
        self.engine: Engine | None = None
        self.connection = engine.connect()
        self.driver = self.connection.connection.driver_connection
        self.connection.detach()  # it is no connection for anybody else
        if not writes:
            dialects.read_only(self.driver)
        self.engine = engine

    def close(self) -> None:
        self.engine = None
        self.driver.close()

    def __del__(self) -> None:  # its thread has ended
        if self.engine is not None:
            self.close()


class _Mine(threading.local):
    reads: _Held | None = None
    writes: _Held | None = None


_mine = _Mine()
_open: weakref.WeakSet[_Held] = weakref.WeakSet()
_lock = threading.Lock()


def connection_of(engine: Engine) -> Any:
    """This thread's own driver's connection, for reading; opened when it is first asked for."""
    return _reader(engine).driver


def reader_of(engine: Engine) -> Connection:
    """The same, for who runs kept statements on it. Whoever begins on the driver's connection ends there, too."""
    return _reader(engine).connection


def _reader(engine: Engine) -> _Held:
    held = _mine.reads
    if held is None or held.engine is not engine:
        held = _mine.reads = _opened(engine, writes=False)
    return held


def writer_of(engine: Engine) -> Connection:
    """This thread's own that writes. Whoever uses it begins and ends on the driver's connection what it writes."""
    held = _mine.writes
    if held is None or held.engine is not engine:
        held = _mine.writes = _opened(engine, writes=True)
    return held.connection


def _opened(engine: Engine, *, writes: bool) -> _Held:
    held = _Held(engine, writes=writes)
    with _lock:
        _open.add(held)
    if not event.contains(engine, "engine_disposed", close_all):
        event.listen(engine, "engine_disposed", close_all)
    return held


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
    """Close this thread's: something is wrong with one of them."""
    for held in (_mine.reads, _mine.writes):
        if held is not None:
            held.close()


def close_all(engine: Engine) -> None:
    """Close what stands open to this engine, in whichever thread: a server forks after that."""
    with _lock:
        for held in [held for held in _open if held.engine is engine]:
            held.close()
