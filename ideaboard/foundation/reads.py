"""What the database was asked while something was made, and whether it would say the same again.

What is made of its key and of the rows read for it is the same as long as they are. A vote changes one idea of 150,000;
to ask again what a page asked takes a tenth of making it anew.

    with hearing() as reads: … make it …
    before = reads.rows_as_they_are(engine)     # with nothing committed between: what was read just now
    now = reads.rows_as_they_are(engine)
    if now.digest == before.digest: it would be made the same

Of some statements whoever asks them can put together what is made of other rows (`rows_may_move`): where all else is the
same, these rows are given as they are now.
"""

import marshal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import Engine, event

from ideaboard.foundation import alone, dialects

_mine = threading.local()
_READING = ("SELECT", "WITH ")
_SETTING = ("BEGIN", "PRAGMA busy_timeout=")  # of a connection: they read nothing


class RowsNow(NamedTuple):
    """`digest`: of all rows; `still`: of those that may not move; `moving`: the rows of each statement whose may."""

    digest: bytes
    still: bytes
    moving: tuple[list[tuple], ...]


class Reads:
    """The statements of one thread, in their order, with their values."""

    def __init__(self):
        self.statements: list[tuple[str, Any]] = []
        self.moving: set[int] = set()  # places among the statements
        self.is_whole = True  # nothing but reading was heard

    @property
    def size(self) -> int:
        """About how many bytes it holds; the texts of statements are not its own."""
        return sum(100 + 60 * len(values) for _, values in self.statements)

    def hear(self, sql: str, values: Any, many: bool = False) -> None:
        if sql.startswith(_READING) and not many:
            self.statements.append((sql, values))
        elif not sql.startswith(_SETTING):
            self.is_whole = False

    def rows_as_they_are(self, engine: Engine) -> RowsNow | None:
        """All rows, read in one snapshot. None where that is not to be had: something was written, the
        database does not answer, or it is one whose threads have no connection of their own for it."""
        if not self.is_whole or not dialects.reads_alone(engine.dialect.name):
            return None
        still, moved, moving = blake2b(digest_size=16), blake2b(digest_size=16), []
        try:
            with alone.one_snapshot(engine) as driver:
                for place, (sql, values) in enumerate(self.statements):
                    rows = driver.execute(sql, values).fetchall()
                    if place in self.moving:
                        moving.append(rows)
                    (moved if place in self.moving else still).update(marshal.dumps(rows, 2))
        except engine.dialect.loaded_dbapi.Error:
            alone.let_go()
            return None
        return RowsNow(still.digest() + moved.digest(), still.digest(), tuple(moving))


@contextmanager
def hearing() -> Iterator[Reads]:
    """Hear what this thread asks meanwhile."""
    _mine.reads = reads = Reads()
    try:
        yield reads
    finally:
        _mine.reads = None


def heard(sql: str, values: Any) -> None:
    """Said by whoever asks past SQLAlchemy and its events."""
    reads = getattr(_mine, "reads", None)
    if reads is not None:
        reads.hear(sql, values)


def rows_may_move() -> None:
    """Said right after a statement, by whoever can make of other rows of it what would be made."""
    reads = getattr(_mine, "reads", None)
    if reads is not None:
        reads.moving.add(len(reads.statements) - 1)


@event.listens_for(Engine, "before_cursor_execute")
def _hear(_connection, _cursor, statement, parameters, _context, executemany):
    reads = getattr(_mine, "reads", None)
    if reads is not None:
        reads.hear(statement, parameters, executemany)
