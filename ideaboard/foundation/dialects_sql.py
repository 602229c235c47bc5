"""SQL that the two databases say in different words (dialects.py has what differs in their connections)."""

import json

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Interval,
    Text,
    TypeDecorator,
    UnaryExpression,
    and_,
    any_,
    cast,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.operators import custom_op


def insert_once(dialect_name: str, table):
    """INSERT … ON CONFLICT DO NOTHING; `rowcount` is 1 only for the row that was new. `table`: a model."""
    # Without preserve_rowcount psycopg's RETURNING hides the count.
    return _insert(dialect_name)(table.__table__).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def upsert(dialect_name: str, table, key: list, *, where=None, **values):
    """INSERT … ON CONFLICT (key) DO UPDATE; `values` are SQL expressions of the row that is there.

    `where`: a condition on that row; where it does not hold, nothing is written and RETURNING gives no row.
    """
    return _insert(dialect_name)(table.__table__).on_conflict_do_update(index_elements=key, set_=values, where=where)


def insert(dialect_name: str, table):
    """INSERT that may be told what to do ON CONFLICT; of a model's table."""
    return _insert(dialect_name)(table.__table__)


def _insert(dialect_name: str):
    return sqlite.insert if dialect_name == "sqlite" else postgresql.insert


def among(dialect_name: str, column, ids):
    """SQL: `column` is one of these numbers, sent as one value: the statement is the same for 3 and for 600 of them.

    `ids`: numbers, or a value of the moment (`given("ids", Numbers)`) of a statement that is kept.
    """
    numbers = ids if isinstance(ids, BindParameter) else literal(list(ids), Numbers)
    if dialect_name == "sqlite":
        return column.in_(select(func.json_each(numbers).table_valued("value").c.value))
    return column == any_(cast(numbers, postgresql.ARRAY(BigInteger)))


class Numbers(TypeDecorator):
    """Whole numbers sent as one value: `among(dialect, column, given("ids", Numbers))` in a statement that is kept."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else postgresql.ARRAY(BigInteger))

    def process_bind_param(self, value, dialect):
        return json.dumps(list(value)) if dialect.name == "sqlite" else list(value)


def database_clock(dialect_name: str, plus_seconds: int = 0):
    """SQL that is the database's own time in UTC, comparable with UtcDateTime columns: leases use no host's clock."""
    seconds = int(plus_seconds)
    if dialect_name == "sqlite":
        return literal_column(f"(strftime('%Y-%m-%d %H:%M:%f', 'now', '{seconds:+d} seconds') || '000')")
    return literal_column(f"(clock_timestamp() + interval '{seconds} seconds')")


def plus_seconds(dialect_name: str, moment, seconds: int):
    """SQL that is a UtcDateTime column some seconds later, comparable with such columns (on SQLite to the millisecond)."""
    if dialect_name == "sqlite":
        return func.strftime("%Y-%m-%d %H:%M:%f", moment, f"{int(seconds):+d} seconds").concat("000")
    return moment + literal_column(f"interval '{int(seconds)} seconds'", Interval)


def beyond(dialect_name: str, columns: list, values: list, descending: bool) -> list:
    """SQL conditions, each one range of an index over `columns`, that together are what comes after `values`.

    PostgreSQL reads a row-value bound as one range; SQLite would use its first column only (0.58 ms instead of 0.06 where
    a fifth of all ideas have the same number of votes), so there it is one range for each column.
    """
    if dialect_name != "sqlite":
        there, here = tuple_(*columns), tuple_(*values)
        return [there < here if descending else there > here]
    found = []
    for i in reversed(range(len(columns))):
        same = [column == value for column, value in zip(columns[:i], values[:i], strict=True)]
        found.append(and_(*same, columns[i] < values[i] if descending else columns[i] > values[i]))
    return found


def part_of_a_merge(dialect_name: str, ordered, bare):
    """One SELECT of a UNION ALL … ORDER BY … LIMIT whose parts are merged as far as they are needed.

    PostgreSQL merges what is in order by its own words, SQLite what could be; SQLite takes no ORDER BY within a union.
    """
    return bare if dialect_name == "sqlite" else ordered


def beside_the_index(dialect_name: str, column):
    """A column in a condition that shall choose no index: SQLite, which keeps no statistics, takes `+column` so."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type) if dialect_name == "sqlite" else column


def skip_locked(dialect_name: str, statement):
    """Let several workers claim rows side by side (SQLite has one writer and needs no row locks)."""
    return statement if dialect_name == "sqlite" else statement.with_for_update(skip_locked=True)
