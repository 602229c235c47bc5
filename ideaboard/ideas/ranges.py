"""Which ranges of which index a list reads. Every order is an index, every scope a range of it, and ranges are merged.

    SELECT … FROM (
        SELECT trending, id FROM idea WHERE <open> AND board_id = :s0 AND trending = :k0 AND id < :k1
        UNION ALL SELECT trending, id FROM idea WHERE <open> AND board_id = :s0 AND trending < :k0
        UNION ALL … (the next board) …
        ORDER BY trending DESC, id DESC LIMIT 21
    ) LEFT JOIN idea …

Both databases merge such ranges lazily: each is read as far as the page needs it, and nothing is sorted. A statement is
kept for each shape (foundation/kept.py), so that a page costs neither its building nor its compiling; `values_of` fills it.
How many rows are wanted is part of the shape: a plan that PostgreSQL makes once must know it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Select, and_, exists, func, literal_column, or_, select, union_all

from ideaboard.foundation import dialects_sql
from ideaboard.foundation.kept import Kept, given
from ideaboard.ideas.lines import CHANGE, COLUMNS, IDEA, with_what_it_shows
from ideaboard.models import Follow, Vote
from ideaboard.models.idea import ORDERS
from ideaboard.models.vocabulary import Stage

FIRST_IS_SMALLEST = ("waiting", "unseen")
_OPEN = and_(
    IDEA.c.visible_at.is_not(None),
    *(IDEA.c[name].is_(None) for name in ("held_at", "hidden_at", "taken_back_at", "merged_into_id")),
)
_VOTE, _FOLLOW = Vote.__table__, Follow.__table__


@dataclass(frozen=True)
class Scope:
    """`ranges` of the index over `column` ('board_id', 'standing', or None: one range, all); or what a list `begins` with
    instead ('ideas', 'votes', 'follows': a person's own rows; 'month'). Of what is found there, only that of so many
    `boards` and `standings`, and of the `month`, is kept, where these are set."""

    column: str | None = None
    ranges: int = 1
    begins: str | None = None
    boards: int | None = None
    standings: int | None = None
    month: bool = False
    name: str = "s"  # of the parameters of its ranges


def keys_of(order: str) -> list:
    """The columns of an order; the last is the id."""
    return [IDEA.c[name] for name in ORDERS[order][0]]


def is_descending(order: str) -> bool:
    return order not in FIRST_IS_SMALLEST


def values_of(**lists: Iterable | None) -> dict:
    """The values of ranges and of what is kept of them: s=(4, 7) is s0=4, s1=7."""
    return {f"{name}{n}": value for name, values in lists.items() for n, value in enumerate(values or ())}


@lru_cache(maxsize=1000)
def page_statement(order: str, scope: Scope, limit: int, beyond: bool, backwards: bool, also: bool) -> Kept:
    """COLUMNS and then the key, in no promised order: `limit` rows of the scope (s0, s1, …), of the boards b0, b1, … and
    standings t0, t1, …, of `month`, of `person`; `beyond`: after the key k0, k1, …; `also=False`: without the order's own
    condition."""
    return Kept(lambda dialect: _page(dialect, order, scope, limit, beyond, backwards, also))


def _page(dialect: str, order: str, scope: Scope, limit: int, beyond: bool, backwards: bool, also: bool) -> Select:
    keys, descending = keys_of(order), is_descending(order) != backwards

    def bounds(columns: list) -> list:
        values = [given(f"k{i}", key.type) for i, key in enumerate(keys)]
        return dialects_sql.beyond(dialect, columns, values, descending) if beyond else []

    def in_order(one, columns):
        return one.order_by(*(c.desc() if descending else c.asc() for c in columns)).limit(limit)

    found = _selects(dialect, order, scope, keys, bounds, also)
    if len(found) == 1:
        page = in_order(found[0], list(found[0].selected_columns)).subquery("page")
    else:
        merged = union_all(*(dialects_sql.part_of_a_merge(dialect, in_order(one, keys), one) for one in found))
        page = in_order(merged, [merged.selected_columns[key.name] for key in keys]).subquery("page")
    return select(*COLUMNS, *page.c).select_from(with_what_it_shows(page))


@lru_cache(maxsize=200)
def count_statement(order: str, scope: Scope, limit: int, also: bool) -> Kept:
    """How many rows the scope has, counted up to `limit` of them."""
    return Kept(lambda dialect: _count(dialect, order, scope, limit, also))


def _count(dialect: str, order: str, scope: Scope, limit: int, also: bool) -> Select:
    found = _selects(dialect, order, scope, [IDEA.c.id], lambda columns: [], also)
    counted = found[0] if len(found) == 1 else union_all(*found)
    return select(func.count().label("ideas")).select_from(counted.limit(limit).subquery("counted"))


@lru_cache(maxsize=20)
def sizes_statement(standings: int, limit: int) -> Kept:
    """(Ideas of the board r0, ideas that stand as s0, s1, …), each counted up to `limit`."""
    return _side_by_side(limit, Scope("board_id", name="r"), Scope("standing", standings))


@lru_cache(maxsize=100)
def boards_statement(boards: int, limit: int) -> Kept:
    """The ideas of each of the boards r0_0, r1_0, …, counted up to `limit`, side by side."""
    return _side_by_side(limit, *(Scope("board_id", name=f"r{number}_") for number in range(boards)))


def _side_by_side(limit: int, *scopes: Scope) -> Kept:
    def build(dialect: str) -> Select:
        return select(*(_count(dialect, "newest", one, limit, True).scalar_subquery() for one in scopes))

    return Kept(build)


def _selects(dialect: str, order: str, scope: Scope, keys: list, bounds: Callable, also: bool) -> list[Select]:
    where = [_OPEN, *_kept(dialect, scope)]
    if also and ORDERS[order][1]:
        where.append(literal_column(ORDERS[order][1]))
    if scope.begins:
        # OFFSET keeps planners from walking the whole order in search of the few.
        own = _begun(scope.begins, keys).where(*where).offset(literal_column("0")).subquery("own")
        columns = list(own.c)
        return [select(*columns).where(*([or_(*bound)] if (bound := bounds(columns)) else []))]
    return [
        select(*keys).where(*where, *_range(scope, number), *bound)
        for number in range(scope.ranges)
        for bound in ([[bound] for bound in bounds(keys)] or [[]])
    ]


def _range(scope: Scope, number: int) -> list:
    if scope.column is None:
        return []
    column = IDEA.c[scope.column]
    return [column == given(f"{scope.name}{number}", column.type)]


def _kept(dialect: str, scope: Scope) -> list:
    """What is asked of each row that a range holds; it must not lead a planner to another index."""
    found = []
    for column, name, number in ((IDEA.c.board_id, "b", scope.boards), (IDEA.c.standing, "t", scope.standings)):
        if number is not None:
            values = [given(f"{name}{n}", column.type) for n in range(number)]
            found.append(dialects_sql.beside_the_index(dialect, column).in_(values))
    if scope.month:
        found.append(exists().where(CHANGE.c.id == IDEA.c.change_id, *_expected()))
    return found


def _expected() -> list:
    # The stage stands there as a word, so that the index of months is known to hold it.
    return [
        CHANGE.c.stage == literal_column(f"'{Stage.COMING_SOON}'"),
        CHANGE.c.promised_on == given("month", CHANGE.c.promised_on.type),
    ]


def _begun(begins: str, keys: list) -> Select:
    """What a person's own rows, or a month's changes, lead to: as many as these are, and sorted."""
    person = given("person")
    if begins == "ideas":
        return select(*keys).where(IDEA.c.author_id == person)
    if begins == "votes":
        return select(*keys).join_from(_VOTE, IDEA, IDEA.c.id == _VOTE.c.idea_id).where(_VOTE.c.person_id == person)
    if begins == "follows":
        own = (_FOLLOW.c.person_id == person, _FOLLOW.c.reasons > 0)
        return select(*keys).join_from(_FOLLOW, IDEA, IDEA.c.id == _FOLLOW.c.idea_id).where(*own)
    stands = and_(IDEA.c.id == CHANGE.c.idea_id, IDEA.c.change_id == CHANGE.c.id)
    return select(*keys).join_from(CHANGE, IDEA, stands).where(*_expected())
