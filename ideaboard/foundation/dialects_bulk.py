"""Many rows at once, the way each database likes it: executemany on SQLite, COPY on PostgreSQL.

Only `transfer/bulk_rows.py` calls this; it says what the rows are.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import Connection, Table, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex

from ideaboard.foundation.database import UtcDateTime

AT_ONCE = 20_000  # rows of one executemany: memory stays flat, and a slice takes a tenth of a second


def write(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence]) -> int:
    """INSERT in the open transaction, values in the order of `columns`, as Python has them; -> how many rows.

    Raises what an INSERT raises. Defaults are not filled in here.
    """
    processors = [_processor(table.c[name], connection) for name in columns]
    names = ", ".join(connection.dialect.identifier_preparer.quote(name) for name in columns)
    prepared = _prepared(rows, [(i, one) for i, one in enumerate(processors) if one])
    if connection.dialect.name == "postgresql":
        return _copy(connection, f"COPY {table.name} ({names}) FROM STDIN", prepared)
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(columns))})"
    written = 0
    while slice_ := list(islice(prepared, AT_ONCE)):
        connection.exec_driver_sql(statement, slice_ if len(slice_) > 1 else slice_[0])
        written += len(slice_)
    return written


def number_on(connection: Connection, table: Table) -> None:
    """After rows that brought their own ids: the next row gets the next id (SQLite sees to that by itself)."""
    if connection.dialect.name == "postgresql" and "id" in table.c:
        sequence = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(sequence, select(func.max(table.c.id)).scalar_subquery())))


def set_aside(connection: Connection, tables: Iterable[Table]) -> Callable[[Connection], None]:
    """Take away what makes filling an empty database slow; -> what puts it back, and checks every row as it does.

    Secondary indexes, and on PostgreSQL foreign keys (SQLite's cost little). Unique and primary keys stay.
    """
    tables = list(tables)
    indexes = [index for table in tables for index in sorted(table.indexes, key=lambda one: one.name)]
    keys = []
    if connection.dialect.name == "postgresql":
        keys = [key for table in tables for key in table.foreign_key_constraints]
    for key in keys:
        connection.execute(DropConstraint(key))
    for index in indexes:
        connection.execute(DropIndex(index))

    def put_back(connection: Connection) -> None:
        for index in indexes:
            connection.execute(CreateIndex(index))
        for key in keys:
            connection.execute(AddConstraint(key))

    return put_back


def hurry(connection: Connection) -> None:
    """Outside of a transaction, for a file that is being made and thrown away if that fails: no journal, no waiting."""
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "locking_mode=EXCLUSIVE"):
            driver.execute(f"PRAGMA {pragma}").fetchall()


def settle(connection: Connection) -> None:
    """After that: the file is as every other is. PostgreSQL gets its statistics, which its autovacuum would make."""
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        for pragma in ("locking_mode=NORMAL", "journal_mode=WAL", "synchronous=FULL", "cache_size=-2000"):
            driver.execute(f"PRAGMA {pragma}").fetchall()
    else:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))


def _processor(column, connection: Connection) -> Callable | None:
    """What makes of a value what the driver takes; None: it takes it as it is."""
    if isinstance(column.type, UtcDateTime) and connection.dialect.name == "sqlite":
        return _moment  # the same text as the type's own way, at a third of the cost
    return column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)


def _moment(value: datetime) -> str:
    if value.tzinfo is not UTC:
        if value.tzinfo is None:
            raise ValueError(f"{value!r} is not an aware datetime")
        value = value.astimezone(UTC)
    return value.isoformat(" ", "microseconds")[:26]


def _prepared(rows: Iterable[Sequence], processors: list[tuple[int, Callable]]) -> Iterator[Sequence]:
    for row in rows:
        values = list(row)
        for place, process in processors:
            if values[place] is not None:
                values[place] = process(values[place])
        yield tuple(values)


def _copy(connection: Connection, statement: str, rows: Iterator[Sequence]) -> int:
    errors = connection.dialect.dbapi.Error
    written = 0
    try:
        cursor = connection.connection.driver_connection.cursor()
        with cursor, cursor.copy(statement) as copy:
            for written, row in enumerate(rows, 1):  # noqa: B007 (the last number is how many)
                copy.write_row(row)
    except errors as error:
        raise DBAPIError.instance(statement, None, error, errors, dialect=connection.dialect) from error
    return written
