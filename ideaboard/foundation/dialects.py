"""The only place that asks "SQLite or PostgreSQL?" (beside it: dialects_sql.py, words of SQL; dialects_text.py, full text;
dialects_bulk.py, many rows)."""

import sqlite3
import time

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from ideaboard.foundation import driver

# The web reads and writes within WRITE_WAIT_MS; the worker and commands may wait, nobody looks at them.
PATIENT_MS = 30_000
LOOK_MS = 2


def engine_options(database_url: str) -> dict:
    """What an engine for this address is made with."""
    if database_url.startswith("sqlite"):
        return {}
    # Pages are read in the order of an index, 21 rows of it: on the disks of today, and in memory, such a read costs what
    # its neighbour does. With the default of 4 the planner would rather sort a whole board. To start a second process, or
    # to compile, for a statement of some milliseconds took 20 more.
    words = "-c random_page_cost=1.1 -c max_parallel_workers_per_gather=0 -c jit=off"
    return {"pool_pre_ping": True, "connect_args": {"options": words}}


def prepare_connection(connection, wait_ms: int) -> None:
    """Set up a fresh driver connection (why: docs/adr/0004-synchronous-full.md)."""
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # the driver's own BEGIN loses updates; see begin_statement
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA busy_timeout={int(wait_ms)}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA wal_autocheckpoint=0")  # only the worker checkpoints (a race in SQLite < 3.51.3)
    else:
        _keep_what_is_prepared(connection)


def _keep_what_is_prepared(connection) -> None:
    """psycopg forgets all prepared statements at each ROLLBACK, as one may have taken a table back under them.

    Every reading ends with one, when its session is let go; so PostgreSQL planned each statement of each page anew, for two
    thirds of its time. A transaction that is whole and is let go takes back no table here: only migrations make any.
    """
    from psycopg.pq import ExecStatus, TransactionStatus  # noqa: PLC0415 (where SQLite is used it need not be there)

    thorough = connection.rollback

    def rollback() -> None:
        libpq = connection.pgconn
        whole = libpq.transaction_status == TransactionStatus.INTRANS
        if not whole or libpq.exec_(b"ROLLBACK").status != ExecStatus.COMMAND_OK:
            thorough()

    connection.rollback = rollback


def begin(connection: Connection) -> None:
    """Start a transaction: on SQLite IMMEDIATE where it will write, so that read-then-write loses nothing."""
    if connection.dialect.name != "sqlite":
        return
    wait_ms = connection.get_execution_options().get("writes_within_ms")
    if wait_ms is None:
        _set_once(connection, "busy_timeout", PATIENT_MS, f"PRAGMA busy_timeout={PATIENT_MS}")
        driver.run(connection, "BEGIN")
    else:
        begin_writing(connection, wait_ms)


def begin_writing(connection: Connection, wait_ms: int) -> None:
    """SQLite: BEGIN IMMEDIATE, looking every millisecond whether the lock is free.

    SQLite's own waiting sleeps ever longer, up to 100 ms: meanwhile another process takes the lock ten times and more.
    With a timeout of LOOK_MS it naps a millisecond, looks, naps, looks, and is asked again.
    """
    _set_once(connection, "busy_timeout", LOOK_MS, f"PRAGMA busy_timeout={LOOK_MS}")
    raw = connection.connection.dbapi_connection
    until = time.monotonic() + wait_ms / 1000
    while time.monotonic() < until:
        try:
            raw.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                break
    driver.run(connection, "BEGIN IMMEDIATE")  # the last look says what is wrong in SQLAlchemy's words


def _set_once(connection: Connection, name: str, value: int, statement: str) -> None:
    """Run a statement that sets something for the whole connection, unless that is what it is set to."""
    if connection.info.get(name) != value:
        driver.run(connection, statement)
        connection.info[name] = value


def version_of(connection: Connection) -> str:
    """'SQLite 3.45.1' or 'PostgreSQL 16.2'."""
    name = "SQLite" if connection.dialect.name == "sqlite" else "PostgreSQL"
    return f"{name} {'.'.join(map(str, connection.dialect.server_version_info or sqlite3.sqlite_version_info))}"


def pragmas_of(connection: Connection) -> dict[str, tuple[str, bool]]:
    """{pragma: (its value, whether it is the one that prepare_connection sets)}; nothing on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        return {}
    wanted = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "wal_autocheckpoint": "0"}
    found = {name: str(connection.exec_driver_sql(f"PRAGMA {name}").scalar()) for name in wanted}
    return {name: (value, value == wanted[name]) for name, value in found.items()}


def limit_lock_wait(connection: Connection, wait_ms: int) -> None:
    """PostgreSQL: give up waiting for a row lock after `wait_ms` (SQLite has busy_timeout).

    Set for the connection, in its first transaction that says so: said in each, it was a round trip in each.
    """
    if connection.dialect.name == "postgresql":
        _set_once(connection, "lock_timeout", wait_ms, f"SET lock_timeout = {int(wait_ms)}")


def forget_lock_wait(connection: Connection) -> None:
    """A transaction was rolled back, and what it set with it."""
    connection.info.pop("lock_timeout", None)


def one_writer(dialect_name: str) -> bool:
    """Whether the database admits a single writer at a time."""
    return dialect_name == "sqlite"


def writes_alone(dialect_name: str) -> bool:
    """Whether each thread may have a connection of its own for writing, too (foundation/alone.py)."""
    return dialect_name == "sqlite"


def is_a_file(dialect_name: str) -> bool:
    """Whether a database is a file of its own, and no server has to be asked for one."""
    return dialect_name == "sqlite"


def reads_alone(dialect_name: str) -> bool:
    """Whether each thread may have a connection of its own for single statements (foundation/alone.py)."""
    return dialect_name == "sqlite"


def plans_for_any_value(dialect_name: str) -> bool:
    """Whether a statement that is run often is planned once, before the values are known."""
    return dialect_name == "postgresql"


def is_busy(error: DBAPIError) -> bool:
    """Whether the error means "could not write now": locked, lock timeout, deadlock, disk full, read-only, gone."""
    original = error.orig
    if isinstance(original, sqlite3.OperationalError):
        words = str(original)
        return any(w in words for w in ("locked", "busy", "disk is full", "readonly", "disk I/O"))
    state = getattr(original, "sqlstate", None)
    if state in ("55P03", "40P01", "40001", "53100", "53300", "57P01", "57P03", "25006"):
        return True
    return error.connection_invalidated


def is_race(error: DBAPIError) -> bool:
    """Whether a row that another deed wrote or removed meanwhile stands in the way: a unique or a foreign key."""
    if not isinstance(error, IntegrityError):
        return False
    if isinstance(error.orig, sqlite3.IntegrityError):
        return any(words in str(error.orig) for words in ("UNIQUE", "FOREIGN KEY", "PRIMARY KEY"))
    return getattr(error.orig, "sqlstate", None) in ("23505", "23503")


def read_only(driver) -> None:
    """Make a driver's connection one that holds no transaction and cannot write."""
    if isinstance(driver, sqlite3.Connection):
        driver.execute("PRAGMA query_only=ON")
    else:
        driver.autocommit = True
        driver.execute("SET default_transaction_read_only = on")


def snapshot_of(driver) -> str:
    """What a connection of its own, that never writes and holds no transaction, can see: equal words, equal data.

    `driver`: the driver's connection, on PostgreSQL in autocommit.
    """
    if isinstance(driver, sqlite3.Connection):
        return str(driver.execute("PRAGMA data_version").fetchone()[0])
    return driver.execute("SELECT pg_current_snapshot()::text").fetchone()[0]


def checkpoint(connection: Connection, wait_ms: int = 100) -> int | None:
    """SQLite: move the WAL into the database; returns the pages that could not be moved (None: nothing to do).

    It holds the write lock while it waits for readers, so it waits shortly, and the worker asks again.
    """
    if connection.dialect.name != "sqlite":
        return None
    raw = connection.connection.driver_connection  # no BEGIN: a checkpoint is refused within a transaction
    raw.execute(f"PRAGMA busy_timeout={int(wait_ms)}")
    try:
        busy, in_wal, moved = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        raw.execute(f"PRAGMA busy_timeout={PATIENT_MS}")
        connection.info["busy_timeout"] = PATIENT_MS
    return max(in_wal - moved, 1) if busy else 0
