"""Statements that every request asks: compiled once, then run on the session's own connection, past SQLAlchemy.

What a statement says is still written with models and `visible_to`, so there is one source of truth. Only the work of
saying it again is spared: building the expression, hashing it for the cache, unpacking the result took 0.1 to 0.3 ms a
statement, where SQLite answers in 0.01 (docs/adr/0020-what-every-request-pays.md).
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Connection, Engine, Executable, Insert, SelectBase, bindparam, inspect
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm.attributes import instance_dict, instance_state
from sqlalchemy.sql.compiler import SQLCompiler

from ideaboard.extensions import db
from ideaboard.foundation import alone, dialects, driver, reads
from ideaboard.foundation.database import connection_at_hand, has_begun, knows_its_connection, session_at_hand

_GIVEN = "given_"


def given(name: str, kind: Any = BigInteger) -> BindParameter:
    """A value of the moment: what is passed as `name` when the statement is run."""
    return bindparam(_GIVEN + name, None, type_=kind)


class Kept:
    """`build(dialect name)` gives a Core statement; its values of the moment stand in it as `given(name)`.

    `row`: a NamedTuple whose fields are the statement's columns, in their order; without one it is made.
    """

    def __init__(self, build: Callable[[str], Executable], row: Any = None):
        self.build = build
        self.row = row
        self._ready: dict[str, _Ready] = {}

    def one(self, **values) -> Any:
        """The first row, or None."""
        ready, connection = self._at_hand()
        found = ready.run(connection, values).fetchone()
        return None if found is None else ready.read(found)

    def all(self, **values) -> list:
        """All rows."""
        ready, connection = self._at_hand()
        return [ready.read(found) for found in ready.run(connection, values).fetchall()]

    def raw(self, **values) -> tuple[list[tuple], Callable[[tuple], Any]]:
        """(all rows as the driver gives them, what turns one into what `all` gives): a key need not be read."""
        ready, connection = self._at_hand()
        return ready.run(connection, values).fetchall(), ready.read

    def beside(self, **values) -> list:
        """All rows, read where no transaction is open yet: what every request asks before its own reading begins.

        One statement needs no transaction, and to begin and end a session's takes 0.07 ms. With one open it is `all`, and
        on PostgreSQL, where connections are few.
        """
        engine = db.engine
        session = session_at_hand()
        open_here = knows_its_connection() or (session is not None and has_begun(session))
        if open_here or not isinstance(engine, Engine) or not dialects.reads_alone(engine.dialect.name):
            return self.all(**values)
        ready = self._ready_for(engine.dialect)
        filled = ready.filled(values)
        reads.heard(ready.sql, filled)
        try:
            cursor = alone.connection_of(engine).execute(ready.sql, filled)
            ready.see(cursor, engine.dialect)
            return [ready.read(found) for found in cursor.fetchall()]
        except engine.dialect.loaded_dbapi.Error:
            alone.let_go()
            return self.all(**values)  # it says what is wrong in SQLAlchemy's words

    def run(self, **values) -> int:
        """Run what writes; gives how many rows it changed."""
        ready, connection = self._at_hand()
        return ready.run(connection, values).rowcount

    def _at_hand(self) -> tuple[_Ready, Connection]:
        connection = connection_at_hand()
        return self._ready_for(connection.dialect), connection

    def _ready_for(self, dialect) -> _Ready:
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = _Ready(self.build(dialect.name), dialect, self.row)
        return ready


def in_slots(kept: Kept, name: str, slots: int, values: Iterable, **others) -> list:
    """All rows of a statement whose IN has `slots` places, `given(f"{name}_0")` and on: asked as often as it takes."""
    values, rows = list(values), []
    for start in range(0, len(values), slots):
        filled = values[start : start + slots]
        filled += [None] * (slots - len(filled))
        rows += kept.all(**{f"{name}_{n}": value for n, value in enumerate(filled)}, **others)
    return rows


class _Ready:
    """A statement in the words of one database, with what turns values into its own and its columns into ours."""

    def __init__(self, statement: Executable, dialect, row: Any):
        if isinstance(statement, Insert) and not statement._returning:
            statement = statement.inline()
        compiler = dialect.statement_compiler
        if isinstance(statement, SelectBase) and dialects.plans_for_any_value(dialect.name):
            compiler = _knowing_what_never_changes(compiler)
        compiled = compiler(dialect, statement, compile_kwargs={"render_postcompile": True})
        defaults = {column.key: column.default for column in getattr(compiled, "insert_prefetch", ())}
        if not all(default.is_scalar for default in defaults.values()) or getattr(compiled, "update_prefetch", ()):
            raise TypeError(f"a kept statement names the columns whose default is computed: {compiled}")
        self.sql = str(compiled)
        expanded = compiled._post_compile_expanded_state
        constants = dict(compiled.params) | dict(expanded.additional_parameters if expanded else {})
        constants |= {name: default.arg for name, default in defaults.items()}
        bound = compiled.binds
        self.positional = compiled.positional
        names = compiled.positiontup if compiled.positional else [n for n in constants if n in _named_in(self.sql)]
        # (its name, what it is given as or None, the constant it is else, what turns it into the database's own)
        self.slots: list[tuple] = []
        for name in names:
            turn = bound[name].type.dialect_impl(dialect).bind_processor(dialect) if name in bound else None
            if name.startswith(_GIVEN):
                self.slots.append((name, name.removeprefix(_GIVEN), None, turn))
            else:
                self.slots.append((name, None, turn(constants[name]) if turn else constants[name], None))
        columns = compiled._result_columns or ()
        keys = [column.keyname for column in columns]
        self.make = (row or namedtuple("Row", keys, rename=True))._make if keys else tuple
        if row is not None and list(row._fields) != keys:
            raise TypeError(f"{row.__name__} has {row._fields}, the statement {keys}")
        self.types = [column.type.dialect_impl(dialect) for column in columns]
        self.turns: list[tuple[int, Callable]] | None = None  # known when the driver has said what it gives

    def run(self, connection: Connection, values: dict) -> Any:
        """The driver's cursor. Raises what SQLAlchemy raises."""
        cursor = driver.run(connection, self.sql, self.filled(values))
        self.see(cursor, connection.dialect)
        return cursor

    def filled(self, values: dict) -> Any:
        """What the driver is given."""
        filled = [
            constant if key is None else values[key] if turn is None else turn(values[key])
            for _, key, constant, turn in self.slots
        ]
        return filled if self.positional else {slot[0]: value for slot, value in zip(self.slots, filled, strict=True)}

    def see(self, cursor: Any, dialect) -> None:
        """Learn from the first answer what kinds of values the driver gives."""
        if self.turns is None:
            said = [column[1] for column in cursor.description or ()]
            turns = [kind.result_processor(dialect, code) for kind, code in zip(self.types, said, strict=True)]
            self.turns = [(place, turn) for place, turn in enumerate(turns) if turn is not None]

    def read(self, found: tuple) -> Any:
        if not self.turns:
            return self.make(found)
        values = list(found)
        for place, turn in self.turns:
            if values[place] is not None:
                values[place] = turn(values[place])
        return self.make(values)


@cache
def _knowing_what_never_changes(compiler: type[SQLCompiler]) -> type[SQLCompiler]:
    """A compiler that writes values into the SQL unless they are given when it runs.

    PostgreSQL plans what is prepared once, for any values, if that seems no dearer than planning each time. Not knowing that
    LIMIT is 21, or which stage is asked for, it always seemed dearer: of a member's list planning was the greater part.
    """

    class Knowing(compiler):
        def visit_bindparam(self, bindparam, **kw):
            if not bindparam.key.startswith(_GIVEN):
                kw["literal_binds"] = True
            return super().visit_bindparam(bindparam, **kw)

    return Knowing


def _named_in(sql: str) -> set[str]:
    """The names that a statement asks for in the drivers' format, %(name)s."""
    return {part.partition(")s")[0] for part in sql.split("%(")[1:]}


def loose(model, values: dict) -> Any:
    """The row as an object that belongs to no session: to be read, not to be changed."""
    fresh = model.__mapper__.class_manager.new_instance()
    instance_dict(fresh).update(values)
    return fresh


def attached(model, identity: Any, values: dict) -> Any:
    """The row as the session would have loaded it, from the values of its columns; the one it holds already wins."""
    session, mapper = db.session(), model.__mapper__
    key = mapper.identity_key_from_primary_key((identity,))
    held = session.identity_map.get(key)
    if held is not None:
        return held
    fresh = loose(model, values)
    state = instance_state(fresh)
    missing = mapper.column_attrs.keys() - values.keys()
    if missing:
        state._expire_attributes(state.dict, missing)
    # What orm/loading.py does with a row that it has read; session.add() asks every relation first.
    state.key, state.session_id = key, session.hash_key
    session.identity_map.add(state)
    return fresh


def read_anew(model, *identity: Any) -> None:
    """After a kept statement wrote a row: what the session holds of it, if anything, is as it was written."""
    session = session_at_hand()
    if session is None:
        return
    held = session.identity_map.get(model.__mapper__.identity_key_from_primary_key(identity))
    if held is not None:
        try:
            session.refresh(held)
        except InvalidRequestError:  # it is gone
            session.expunge(held)


class KeptObjects:
    """A kept statement that gives rows as objects of the session, with the rows that they point at.

    `build(columns)` gives the statement, which selects `columns`; `parts`: (alias, where it hangs: the place
    of another part and the name of its relation), the first one being what is asked for, with None.
    """

    def __init__(self, build: Callable[[list], Executable], *parts: tuple[Any, tuple[int, str] | None]):
        columns: list = []
        self.parts = []
        for entity, hangs in parts:
            mapper = inspect(entity).mapper
            keys = [attribute.key for attribute in mapper.column_attrs if not attribute.deferred]
            first = len(columns)
            identity = first + keys.index(mapper.get_property_by_column(mapper.primary_key[0]).key)
            columns += [getattr(entity, key).label(f"column_{first + n}") for n, key in enumerate(keys)]
            self.parts.append((mapper.class_, keys, slice(first, len(columns)), identity, hangs))
        self.kept = Kept(lambda _: build(columns))

    def all(self, **values) -> list:
        """All objects that were asked for, in the order of the rows."""
        return [self._object(row) for row in self.kept.all(**values)]

    def _object(self, row: tuple) -> Any:
        made: list = []
        for model, keys, places, identity, hangs in self.parts:
            values = dict(zip(keys, row[places], strict=True))
            made.append(None if row[identity] is None else attached(model, row[identity], values))
            if hangs is not None and made[hangs[0]] is not None:
                instance_dict(made[hangs[0]]).setdefault(hangs[1], made[-1])
        return made[0]
