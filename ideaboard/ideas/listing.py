"""Lists of ideas: filters that live in the address, two orders, pages by key."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db
from ideaboard.foundation.paging import Page, paginate
from ideaboard.models import Board, Follow, Idea, Person, Status, StatusChange, Vote
from ideaboard.models.vocabulary import Outcome, Stage

PAGE_SIZE = 20
SORTS = ("newest", "votes")
MINE = ("ideas", "votes", "follows")
STANDINGS = (*Stage, *Outcome)  # what `status=` may name: a stage, or the outcome of a review
WITH_ITS_ROW = (joinedload(Idea.board), joinedload(Idea.author), joinedload(Idea.status), joinedload(Idea.change))


@dataclass(frozen=True)
class Filter:
    """What a list shows. `standing`: a Stage or an Outcome; `mine`: the viewer's own 'ideas', 'votes' or 'follows';
    `month`: the first day of the month in which an idea is expected to come."""

    sort: str = "newest"
    board: Board | None = None
    standing: str | None = None
    mine: str | None = None
    month: date | None = None

    @classmethod
    def read(cls, values, viewer: Person | None, board: Board | None = None) -> "Filter":
        """From an address' values; words that are none of ours count as not given. `board`: as already loaded."""
        return cls(
            sort=values.get("sort") if values.get("sort") in SORTS else "newest",
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
                "sort": new.sort if new.sort != "newest" else None,
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
        return bool(self.standing or self.mine or self.month)

    @property
    def is_narrowed_beyond_status(self) -> bool:
        return bool(self.mine or self.month)

    def conditions(self, viewer: Person | None) -> list[ColumnElement[bool]]:
        """SQL: which ideas the list holds for this viewer."""
        found = [Idea.in_the_open(), Idea.visible_to(viewer)]
        if self.board is not None:
            found.append(Idea.board_id == self.board.id)
        if self.standing == Stage.RECEIVED:
            found.append(Idea.status_id.is_(None))
        elif self.standing in tuple(Stage):
            found.append(Idea.status_id.in_(select(Status.id).where(Status.stage == self.standing)))
        elif self.standing:
            found.append(Idea.change_id.in_(select(StatusChange.id).where(StatusChange.outcome == self.standing)))
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


def page_of(wanted: Filter, viewer: Person | None, *, after=None, before=None, size=PAGE_SIZE) -> Page:
    """One page of ideas, each with board, author, status and change. Raises Missing for a cursor that is not ours."""
    statement = select(Idea).where(*wanted.conditions(viewer)).options(*WITH_ITS_ROW)
    if wanted.sort == "votes":
        key = [(Idea.votes_count, True), (Idea.imported_votes, True), (Idea.id, True)]
        return paginate(
            statement, key, lambda i: (i.votes_count, i.imported_votes, i.id), after=after, before=before, size=size
        )
    key = [(Idea.visible_at, True), (Idea.id, True)]
    return paginate(statement, key, lambda i: (i.visible_at, i.id), after=after, before=before, size=size)


def count_of(wanted: Filter, viewer: Person | None) -> int:
    """How many ideas the whole list holds."""
    return db.session.execute(select(func.count()).select_from(Idea).where(*wanted.conditions(viewer))).scalar_one()
