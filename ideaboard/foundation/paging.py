"""Pages by key, in both directions: no OFFSET, nothing shown twice while rows arrive.

A sort key is a list of (column, descending). The cursor is an opaque text of the last row's key.
"""

import base64
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, or_

from ideaboard.extensions import db, gettext
from ideaboard.foundation.refusals import Missing


@dataclass
class Page:
    """`items`: rows in order; `after` / `before`: cursors of the next and the previous page, or None."""

    items: list
    after: str | None
    before: str | None


@dataclass(frozen=True)
class Turn:
    """Where a page begins: after (or, `backwards`, before) the key `values`; None: the first page."""

    values: list | None
    backwards: bool

    @classmethod
    def read(cls, after: str | None, before: str | None, columns: list) -> "Turn":
        """Of an address' cursors; `columns`: of the key. Raises Missing for a cursor that is not one of ours."""
        backwards = before is not None and after is None
        return cls(_decode(before if backwards else after, columns) if (before or after) else None, backwards)

    def page(self, rows: list, size: int, key_of: Callable[[Any], Any]) -> Page:
        """Of up to `size` + 1 rows in the order of reading; `key_of(row)`: the values of its key."""
        more, rows = len(rows) > size, rows[:size]
        if self.backwards:
            rows.reverse()
        if not rows:
            return Page([], None, None)
        follows, precedes = (True, more) if self.backwards else (more, self.values is not None)
        after = _encode(key_of(rows[-1])) if follows else None
        return Page(rows, after, _encode(key_of(rows[0])) if precedes else None)


def paginate(
    statement, key: list[tuple[Any, bool]], read_key, *, after=None, before=None, size=20, scalars=True
) -> Page:
    """Run `statement` for one page.

    `key`: [(column, descending), …], unique as a whole; `read_key(row)`: the row's values of it.
    Raises Missing for a cursor that is not one of ours.
    """
    turn = Turn.read(after, before, [column for column, _ in key])
    order = [(column, descending != turn.backwards) for column, descending in key]
    if turn.values is not None:
        statement = statement.where(beyond(order, turn.values))
    statement = statement.order_by(*(c.desc() if d else c.asc() for c, d in order)).limit(size + 1)
    result = db.session.execute(statement)
    return turn.page(list(result.scalars() if scalars else result), size, read_key)


def beyond(order, values):
    """Rows after the cursor. The first column also bounds alone, so that its index is used (SQLite reads a
    row-value bound by its first column only)."""
    clauses = []
    for i, (column, descending) in enumerate(order):
        same = [c == v for (c, _), v in zip(order[:i], values, strict=False)]
        clauses.append(and_(*same, column < values[i] if descending else column > values[i]))
    column, descending = order[0]
    return and_(column <= values[0] if descending else column >= values[0], or_(*clauses))


def _encode(values) -> str:
    plain = [{"t": v.isoformat()} if isinstance(v, datetime) else v for v in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def _decode(cursor: str, columns: list) -> list:
    """The values of a cursor, each of its column's kind: a bent one must not reach the database."""
    try:
        plain = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        values = [datetime.fromisoformat(v["t"]).astimezone(UTC) if isinstance(v, dict) else v for v in plain]
        kinds = [column.type.python_type for column in columns]
        good = [type(v) for v in values] == kinds
        good = good and all(not isinstance(v, int) or abs(v) < 2**53 for v in values)
        good = good and all(not isinstance(v, float) or math.isfinite(v) for v in values)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        good = False
    if not good:
        raise Missing(gettext("This page of the list does not exist any more. Start again at its first page."))
    return values
