"""The rows of the bulk loader: any table's, thousands at a time, by one way for imports, benches and tests.

    insert_rows(session, Vote, [{"idea_id": 1, "person_id": 2, "cast_at": now}, …])         dicts
    write_rows(session, Vote, ("idea_id", "person_id", "cast_at"), iterator_of_tuples)       tuples, as they are made

Both write in the open transaction, under every constraint, and fill in the defaults of the model for columns that are
not named. Nothing else happens: no counter moves, no Event is written, no index for search is fed; who loads rows says
so too (`load_ideas` and `load_comments` of bulk.py do, and a bench's site does). `filling()` is for a whole database
that is being made: it takes the indexes away, and puts them back at the end.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

from sqlalchemy.orm import Session

from ideaboard.extensions import Model, db
from ideaboard.foundation import dialects_bulk as bulk
from ideaboard.foundation.database import transaction


def number_on(session: Session, *models: type[Model]) -> None:
    """After rows that brought their own ids: the next row gets the next one."""
    for model in models:
        bulk.number_on(session.connection(), model.__table__)


def insert_rows(session: Session, model: type[Model], rows: Iterable[dict]) -> int:
    """INSERT in the open transaction; -> how many. All rows name the same columns; defaults are filled in."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return 0
    columns = tuple(first)
    return write_rows(session, model, columns, ([row[name] for name in columns] for row in chain([first], rows)))


def write_rows(session: Session, model: type[Model], columns: Sequence[str], rows: Iterable[Sequence]) -> int:
    """The same for rows that are tuples in the order of `columns`. `rows` may be made while they are written."""
    table = model.__table__
    defaults = [column for column in table.c if column.key not in columns and column.default is not None]
    names = (*columns, *(column.key for column in defaults))
    return bulk.write(session.connection(), table, names, _with_defaults(columns, rows, defaults))


def _with_defaults(columns: Sequence[str], rows: Iterable[Sequence], defaults: list) -> Iterator[Sequence]:
    if all(column.default.is_scalar for column in defaults):
        rest = [column.default.arg for column in defaults]
        yield from ([*row, *rest] for row in rows) if rest else rows
        return
    for row in rows:
        context = _Row(zip(columns, row, strict=True))
        yield [*row, *(one.default.arg if one.default.is_scalar else one.default.arg(context) for one in defaults)]


class _Row(dict):
    """What a default that depends on the row's other values asks for, as SQLAlchemy offers it."""

    def get_current_parameters(self) -> dict:
        return self


@contextmanager
def filling(*models: type[Model]) -> Iterator[None]:
    """Around the filling of these tables of a database that is being made and holds nothing of theirs yet.

    Their indexes go and come back at the end, the ids go on after those that were given. On SQLite nothing is safe
    against a crash meanwhile: throw the file away then.
    """
    tables = [model.__table__ for model in models]
    with db.engine.connect() as connection:
        bulk.hurry(connection)
    with transaction() as session:
        put_back = bulk.set_aside(session.connection(), tables)
    yield
    with transaction() as session:
        put_back(session.connection())
        number_on(session, *models)
    with db.engine.connect() as connection:
        bulk.settle(connection)
