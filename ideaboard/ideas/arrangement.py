"""Rows of a list, as the driver gave them, in their places on a page: by the order, and the few who are due for a look."""

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from ideaboard.foundation.paging import Page, Turn
from ideaboard.ideas.lines import COLUMNS, Line, line_kept
from ideaboard.ideas.unseen import lifted, mixed
from ideaboard.models.ranking import is_hardly_seen

ID, _DUE = Line._fields.index("id"), len(COLUMNS)  # in rows as the driver gives them; showing_due leads its key


class Placed(NamedTuple):
    """A row that stands on a page, as the driver gave it: it begins with COLUMNS."""

    row: tuple
    is_under_seen_pick: bool


@dataclass
class ListPage(Page):
    """A page of lines, and how it was made: `placed` are the rows of its lines, `by` arranges others."""

    placed: list[Placed] = field(default_factory=list, compare=False)
    by: "Arrangement | None" = field(default=None, compare=False)


@dataclass(frozen=True)
class Arrangement:
    """How a page is made of what the driver gave: of equal rows an equal page, whenever they were read."""

    turn: Turn
    size: int
    key: slice  # where it stands in a row
    descending: bool
    full: Callable[[tuple], Any]  # what turns a row into its values

    def is_first(self, rows: list[tuple]) -> bool:
        """Whether it is the first page, also for who comes back to it."""
        return self.turn.values is None or (self.turn.backwards and len(rows) <= self.size)

    def placed(self, rows: list[tuple], due: list[tuple]) -> Page:
        """A page of Placed. `due`: those who are due for a look, for whom a first page has places."""
        turn, is_first = self.turn, self.is_first(rows)
        # The ranges were merged in order; that the rows come out in it, SQL does not promise.
        rows = sorted(rows, key=itemgetter(self.key), reverse=self.descending != turn.backwards)
        few: list[tuple] = []
        if due and is_first and (turn.backwards or len(rows) > self.size):  # else all there is stands on this page
            few = [row for row in sorted(due, key=itemgetter(_DUE, _DUE + 1)) if is_hardly_seen(row[_DUE])]
        high: set[int] = set()  # due as well, and as high by themselves: marked where they stand
        if few:
            low = lifted([row[ID] for row in (reversed(rows) if turn.backwards else rows)], [row[ID] for row in few])
            high = {row[ID] for row in few}.difference(low)
            few = [row for row in few if row[ID] in low]
            rows = [row for row in rows if row[ID] not in low]
        size = self.size - (0 if turn.backwards else len(few))
        page = turn.page(rows, size, lambda row: self.full(row)[self.key])
        page.items = mixed([Placed(row, row[ID] in high) for row in page.items], [Placed(row, True) for row in few])
        return page

    def line(self, placed: Placed) -> Line:
        line = line_kept(placed.row, self.full)
        return line._replace(is_under_seen_pick=True) if placed.is_under_seen_pick else line
