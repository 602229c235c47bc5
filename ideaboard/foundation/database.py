"""Types, transactions and the rule that only this file commits.

`reading()` and `end_reading()` bound what a door reads; `transaction()` bounds what a verb writes. A verb opens one
transaction, reads again what it decides on, and holds no hashing, rendering or network inside.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Connection, DateTime, TypeDecorator, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ideaboard.extensions import db, gettext
from ideaboard.foundation import alone, dialects, driver
from ideaboard.foundation.refusals import Busy

# How long this context waits for the write lock, in milliseconds. The web sets its own; commands and jobs are patient.
write_wait_ms: ContextVar[int] = ContextVar("write_wait_ms", default=dialects.PATIENT_MS)
# SQLite lets one writer in; threads of one process queue here, in order, instead of polling the file's lock.
_turn = threading.Lock()


# The connection of the transaction or reading that is open here: kept statements run on it without asking the session.
_writing: ContextVar[Connection | None] = ContextVar("writing", default=None)
# Whether that is one of kept statements alone, of which the session knows nothing.
_without_session: ContextVar[bool] = ContextVar("without_session", default=False)
_T = TypeVar("_T")


class UtcDateTime(TypeDecorator):
    """An aware moment in UTC, with microseconds, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime  # asked by paging, which holds cursors against it

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError(f"{value!r} is not an aware datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def bind_processor(self, dialect):
        """On SQLite the text that SQLAlchemy stores, in one step instead of five: a vote brings nine moments."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError(f"{value!r} is not an aware datetime")
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(" ", "microseconds")[:26]


class OpenTransaction(RuntimeError):
    """A verb was called while a transaction was open: end_reading() comes first."""


class SessionNeeded(Exception):
    """A deed of kept statements asks for the session after all: in_kept_statements() does it once more with one."""


@event.listens_for(Engine, "connect")
def _prepare(connection, _record):
    dialects.prepare_connection(connection, dialects.PATIENT_MS)


@event.listens_for(Engine, "begin")
def _begin(connection):
    if _without_session.get():  # it would read beside the transaction what stood before it
        raise SessionNeeded
    dialects.begin(connection)


@event.listens_for(Engine, "rollback")
def _rolled_back(connection):
    dialects.forget_lock_wait(connection)


@event.listens_for(Engine, "rollback_savepoint")
def _rolled_back_to(connection, _name, _context):
    dialects.forget_lock_wait(connection)


def dialect_name() -> str:
    """'sqlite' or 'postgresql': pass it on to `dialects`, do not branch on it elsewhere."""
    return db.engine.dialect.name


def has_begun(session: Session) -> bool:
    """Whether its transaction has reached the database: SQLAlchemy also calls one open that only holds objects."""
    transaction = session._transaction
    while transaction is not None:
        if transaction._connections:
            return True
        transaction = transaction.parent
    return False


def session_at_hand() -> Session | None:
    """The session, where one was made: a request that asks none needs not begin, look into or end one."""
    return db.session.registry() if db.session.registry.has() else None


def connection_at_hand() -> Connection:
    """That of the open transaction(), else of the session's own."""
    connection = _writing.get()
    return db.session().connection() if connection is None or connection.closed else connection


def knows_its_connection() -> bool:
    """Whether a transaction or a reading is open here that says so itself: what is read belongs into it."""
    return _writing.get() is not None


@contextmanager
def transaction() -> Iterator[Session]:
    """One deed: everything is committed at the end, or nothing.

    Raises OpenTransaction when one is open, Busy when the lock was not to be had in time.
    """
    _refuse_open()
    session = db.session()
    wait = write_wait_ms.get()
    single = dialects.one_writer(dialect_name())
    if single and not _turn.acquire(timeout=wait / 1000):
        raise Busy(_busy_sentence())
    before = _writing.get()
    try:
        connection = session.connection(execution_options={"writes_within_ms": wait})
        _writing.set(connection)
        dialects.limit_lock_wait(connection, wait)
        yield session
        session.commit()
    except DBAPIError as error:
        session.rollback()
        if dialects.is_busy(error):
            raise Busy(_busy_sentence()) from error
        raise
    except BaseException:
        session.rollback()
        raise
    finally:
        _writing.set(before)
        if single:
            _turn.release()


def _refuse_open() -> None:
    session = session_at_hand()
    changed = session is not None and (has_begun(session) or session.new or session.dirty or session.deleted)
    if changed or _without_session.get():
        raise OpenTransaction("a transaction is open: call end_reading() before a verb")


def in_kept_statements(deed: Callable[[], _T]) -> _T:
    """One deed that writes by kept statements, as a transaction: begun and ended on a connection of the thread's own, where
    the database lets each have one; a session's beginning and ending took a fifth of a vote.

    Should it ask for the session after all, by whatever way, it is undone and done once more within `transaction()`. So it
    may be called twice and changes nothing but rows. Raises what transaction() raises.
    """
    engine = db.engine
    if isinstance(engine, Engine) and dialects.writes_alone(engine.dialect.name):
        try:
            with _transaction_without_session(engine):
                return deed()
        except SessionNeeded:
            # It has no connection and nothing to write; a rollback would expire what callers hold.
            db.session.commit()
    with transaction():
        return deed()


@contextmanager
def _transaction_without_session(engine: Engine) -> Iterator[None]:
    _refuse_open()
    wait = write_wait_ms.get()
    if not _turn.acquire(timeout=wait / 1000):
        raise Busy(_busy_sentence())
    raw = None
    try:
        connection = alone.writer_of(engine)
        raw = connection.connection.dbapi_connection
        dialects.begin_writing(connection, wait)
        _writing.set(connection)
        _without_session.set(True)
        yield
        driver.run(connection, "COMMIT")
    except BaseException as error:
        if raw is not None and raw.in_transaction:
            raw.execute("ROLLBACK")
        if isinstance(error, DBAPIError):
            alone.let_go()
            if dialects.is_busy(error):
                raise Busy(_busy_sentence()) from error
        raise
    finally:
        _without_session.set(False)
        _writing.set(None)
        _turn.release()


@contextmanager
def one_reading() -> Iterator[None]:
    """What kept statements read within is of one moment, on the thread's own connection where it may have one and nothing
    is open yet: a session's beginning, looking for its connection at each statement and ending took a tenth of a list.

    Whoever asks the session within reads beside it, as of a moment later. Not for what writes.
    """
    engine, session = db.engine, session_at_hand()
    is_open = _writing.get() is not None or (session is not None and has_begun(session))
    if is_open or not isinstance(engine, Engine) or not dialects.reads_alone(engine.dialect.name):
        yield
        return
    try:
        with alone.one_snapshot(engine):
            _writing.set(alone.reader_of(engine))
            yield
    except DBAPIError:
        alone.let_go()
        raise
    finally:
        _writing.set(None)


def end_reading() -> None:
    """End the read transaction of a door; what was loaded stays readable. Refuses unwritten changes."""
    session = session_at_hand()
    if session is None:
        return
    if session.new or session.dirty or session.deleted:
        raise OpenTransaction("a door changed a row: changes belong into a verb's transaction()")
    if has_begun(session):
        session.commit()


def _busy_sentence() -> str:
    return gettext("Somebody else is writing just now, so nothing was saved. Send it again in a few seconds.")
