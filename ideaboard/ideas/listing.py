"""Lists of ideas: filters that live in the address, orders that are indexes, pages by key (docs/lists.md).

A list is read in two statements, whatever its size: which boards the viewer may see, and one page of lines.
"""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from ideaboard.boards.directory import Sight, sight_of
from ideaboard.foundation.paging import Page, Turn
from ideaboard.foundation.reads import rows_may_move
from ideaboard.ideas.arrangement import Arrangement, ListPage
from ideaboard.ideas.lines import COLUMNS
from ideaboard.ideas.ranges import (
    Scope,
    boards_statement,
    count_statement,
    is_descending,
    keys_of,
    page_statement,
    sizes_statement,
    values_of,
)
from ideaboard.ideas.unseen import PLACES
from ideaboard.models import Board, Follow, Idea, Person, StatusChange, Vote
from ideaboard.models.idea import MANY
from ideaboard.models.vocabulary import OUTCOMES_THAT_END_VOTING, Outcome, Stage

PAGE_SIZE = 20
SORTS = ("trending", "votes", "newest", "discussed", "waiting", "unseen", "imported")
DEFAULT_SORT = "trending"
MADE_OF_VOTES = ("trending", "votes")  # they would give away the counts that a board hides
MINE = ("ideas", "votes", "follows")
COUNTED_FOR_ME = ("ideas", "votes")  # of these the viewer sees every count
STANDINGS = (*Stage, *Outcome)  # what `status=` may name: a stage, or the outcome of a review
WAITING = (str(Stage.RECEIVED), str(Stage.UNDER_REVIEW))
OPEN_FOR_VOTES = tuple(
    str(s) for s in STANDINGS if s not in (Stage.REVIEWED, Stage.LAUNCHED, *OUTCOMES_THAT_END_VOTING)
)
WITH_ITS_ROW = (joinedload(Idea.board), joinedload(Idea.author), joinedload(Idea.status), joinedload(Idea.change))
_MOST_RANGES = 40  # boards whose ranges are merged; beyond it each row is asked for its board
_WORTH_COUNTING = 2_000


@dataclass(frozen=True)
class Filter:
    """What a list shows. `standing`: a Stage or an Outcome; `mine`: the viewer's own 'ideas', 'votes' or 'follows';
    `month`: the first day of the month in which an idea is expected to come."""

    sort: str = DEFAULT_SORT
    board: Board | None = None
    standing: str | None = None
    mine: str | None = None
    month: date | None = None

    @classmethod
    def read(cls, values, viewer: Person | None, board: Board | None = None) -> "Filter":
        """From an address' values; words that are none of ours count as not given. `board`: as already loaded."""
        return cls(
            sort=values.get("sort") if values.get("sort") in SORTS else DEFAULT_SORT,
            board=board,
            standing=values.get("status") if values.get("status") in STANDINGS else None,
            mine=values.get("mine") if values.get("mine") in MINE and viewer is not None else None,
            month=month_named(values.get("month", "")),
        )

    def values(self, **changes) -> dict[str, str]:
        """The address' values of this filter with `changes` made to it; the page begins anew."""
        new = replace(self, **changes)
        return {
            name: value
            for name, value in {
                "sort": new.sort if new.sort != DEFAULT_SORT else None,
                "board": new.board.slug if new.board else None,
                "status": new.standing,
                "mine": new.mine,
                "month": f"{new.month:%Y-%m}" if new.month else None,
            }.items()
            if value
        }

    @property
    def is_narrowed(self) -> bool:
        """Whether an empty list only means that nothing fits."""
        return bool(self.standing or self.mine or self.month or self.sort == "imported")

    @property
    def is_narrowed_beyond_status(self) -> bool:
        return bool(self.mine or self.month)

    def conditions(self, viewer: Person | None, board_id=Idea.board_id) -> list[ColumnElement[bool]]:
        """SQL: which ideas the list holds for this viewer, for who asks something else of them than a page.

        `board_id`: as in Idea.open_to. A kept statement gives what the moment brings as `given(…)`.
        """
        found = [Idea.open_to(viewer, board_id)]
        if self.board is not None:
            found.append(board_id == self.board.id)
        if self.standing:
            found.append(Idea.standing.in_(standings_of(self.standing)))
        if self.mine == "ideas":
            found.append(Idea.author_id == viewer.id)
        elif self.mine == "votes":
            found.append(Idea.id.in_(select(Vote.idea_id).where(Vote.person_id == viewer.id)))
        elif self.mine == "follows":
            found.append(Idea.id.in_(select(Follow.idea_id).where(Follow.person_id == viewer.id, Follow.reasons > 0)))
        if self.month is not None:
            expected = (StatusChange.stage == Stage.COMING_SOON, StatusChange.promised_on == self.month)
            found.append(Idea.change_id.in_(select(StatusChange.id).where(*expected)))
        return found


def month_named(text: str) -> date | None:
    """The first day of '2026-06'; None for what names no month."""
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None


def standings_of(standing: str) -> tuple[str, ...]:
    """The values of idea.standing that `status=` means: on Reviewed each outcome is one."""
    return tuple(map(str, Outcome)) if standing == Stage.REVIEWED else (str(standing),)


def settled(wanted: Filter, sight: Sight) -> Filter:
    """In the order that this viewer may have it: where counts are hidden, no order gives them away.

    On a board that hides its counts that is the newest first. A list over boards that is ordered by votes leaves such
    boards out (`left_out`); what somebody shared or voted for shows its count to them, and so has every order.
    """
    return (
        wanted
        if wanted.sort not in MADE_OF_VOTES or _may_be_by_votes(wanted, sight)
        else replace(wanted, sort="newest")
    )


def _may_be_by_votes(wanted: Filter, sight: Sight) -> bool:
    if wanted.mine in COUNTED_FOR_ME or not sight.uncounted:
        return True
    of_one = wanted.board is not None and wanted.board.id in sight.uncounted
    return not (of_one or wanted.mine or sight.uncounted.issuperset(sight.ids))


def left_out(wanted: Filter, sight: Sight) -> frozenset[int]:
    """The boards of which a settled list shows nothing, because it is ordered by votes and they hide their counts."""
    ordered_by_votes = wanted.sort in MADE_OF_VOTES and wanted.board is None and wanted.mine not in COUNTED_FOR_ME
    return sight.uncounted if ordered_by_votes else frozenset()


def orders_offered(wanted: Filter, sight: Sight) -> list[str]:
    """The orders that a list can be put into: "before the move" only where there are imported totals."""
    by_votes = _may_be_by_votes(wanted, sight)
    found = [sort for sort in SORTS if by_votes or sort not in MADE_OF_VOTES]
    if wanted.board.id not in sight.moved if wanted.board is not None else not sight.moved:
        found.remove("imported")
    return found


def page_of(
    wanted: Filter, viewer: Person | None, *, after=None, before=None, size=PAGE_SIZE, sight: Sight | None = None
) -> Page:
    """One page of lines (ideas/lines.py). `sight`: where it was asked already. Raises Missing for a cursor that is not ours."""
    sight = sight or sight_of(viewer)
    wanted = settled(wanted, sight)
    keys, descending = keys_of(wanted.sort), is_descending(wanted.sort)
    turn = Turn.read(after, before, keys)
    read = _what_to_read(wanted, viewer, sight)
    if read is None:
        return Page([], None, None)
    scope, also, values = read
    statement = page_statement(wanted.sort, scope, size + 1, turn.values is not None, turn.backwards, also)
    rows, full = statement.raw(**values, **values_of(k=turn.values))
    rows_may_move()
    by = Arrangement(turn, size, slice(len(COLUMNS), len(COLUMNS) + len(keys)), descending, full)
    page = by.placed(rows, _for_few(wanted, sight) if by.is_first(rows) else [])
    return ListPage([by.line(placed) for placed in page.items], page.after, page.before, page.items, by)


def _for_few(wanted: Filter, sight: Sight) -> list[tuple]:
    """What the first page of the default list shows beside its order: rows of who is due for a look, if votes can still
    change it. Their key is a number and the id, too."""
    if wanted.sort != DEFAULT_SORT or wanted.standing or wanted.mine or wanted.month:
        return []
    boards = _boards(wanted, sight)
    if boards is None:
        scope, ranges = Scope("standing", len(OPEN_FOR_VOTES)), OPEN_FOR_VOTES
    elif 0 < len(boards) <= _MOST_RANGES:
        scope, ranges = Scope("board_id", len(boards), standings=len(OPEN_FOR_VOTES)), boards
    else:
        scope, ranges = Scope(boards=len(boards), standings=len(OPEN_FOR_VOTES)), ()
    values = values_of(s=ranges, b=boards, t=OPEN_FOR_VOTES)
    rows, _ = page_statement("unseen", scope, len(PLACES), False, False, True).raw(**values)
    rows_may_move()
    return rows


def count_of(wanted: Filter, viewer: Person | None, *, most: int = MANY + 1) -> int:
    """How many ideas the whole list holds, counted up to `most`."""
    sight = sight_of(viewer)
    read = _what_to_read(settled(wanted, sight), viewer, sight)
    if read is None:
        return 0
    scope, also, values = read
    return count_statement(wanted.sort, scope, most, also).one(**values)[0]


def idea_counts(viewer: Person | None, sight: Sight | None = None) -> dict[int, int]:
    """{board id: ideas that the viewer finds in its list}, each counted up to MANY + 1; boards without one are left out."""
    ids = (sight or sight_of(viewer)).ids
    if not ids:
        return {}
    counts = boards_statement(len(ids), MANY + 1).one(**{f"r{n}_0": board_id for n, board_id in enumerate(ids)})
    return {board_id: count for board_id, count in zip(ids, counts, strict=True) if count}


def _what_to_read(wanted: Filter, viewer: Person | None, sight: Sight) -> tuple[Scope, bool, dict] | None:
    """-> (scope, whether the order's own condition holds, values), or None where nothing can be found."""
    boards = _boards(wanted, sight)
    standings = standings_of(wanted.standing) if wanted.standing else None
    if boards == ():
        return None
    if wanted.sort == "waiting" and standings is None and boards is None:
        standings = WAITING
    # What is waited for is a decision; whoever asks for what stands otherwise is shown that, the oldest first.
    also = not (wanted.sort == "waiting" and standings and not set(standings) <= set(WAITING))
    ranges: tuple = ()
    of_boards, of_standings = boards and len(boards), standings and len(standings)
    if wanted.mine or wanted.month:
        begins, month = wanted.mine or "month", bool(wanted.mine and wanted.month)
        scope = Scope(begins=begins, boards=of_boards, standings=of_standings, month=month)
    elif standings and (boards is None or _standing_is_fewer(boards, standings)):
        scope, ranges = Scope("standing", len(standings), boards=of_boards), standings
    elif boards is not None and len(boards) <= _MOST_RANGES:
        scope, ranges = Scope("board_id", len(boards), standings=of_standings), boards
    else:
        scope = Scope(boards=of_boards, standings=of_standings)
    values = values_of(s=ranges, b=boards, t=standings)
    return scope, also, values | {"person": viewer.id if viewer else None, "month": wanted.month}


def _boards(wanted: Filter, sight: Sight) -> tuple[int, ...] | None:
    """Whose ideas the list holds; None: those of all boards there are."""
    if wanted.board is not None:
        return (wanted.board.id,) if wanted.board.id in sight.ids else ()
    if left := left_out(wanted, sight):
        return tuple(board_id for board_id in sight.ids if board_id not in left)
    return None if sight.is_whole else sight.ids


def _standing_is_fewer(boards: tuple[int, ...], standings: tuple[str, ...]) -> bool:
    """Of a board's ideas and those that stand so, whether the latter are fewer: they are read, and the rest asked of each."""
    if len(boards) > 1:
        return True
    values = values_of(r=boards, s=standings)
    of_board, of_standing = sizes_statement(len(standings), _WORTH_COUNTING).one(**values)
    return of_standing < of_board or (of_standing == of_board and Stage.RECEIVED not in standings)
