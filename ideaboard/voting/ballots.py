"""Reading votes: which of the shown ideas are mine, and who voted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select

from ideaboard.extensions import db
from ideaboard.foundation.kept import Kept, given, in_slots
from ideaboard.foundation.paging import Page, paginate
from ideaboard.models import Idea, Person, Solved, Vote


class Ballot(NamedTuple):
    """What pages show of one's own vote."""

    idea_id: int
    is_unnamed: bool


class Judged(NamedTuple):
    """One's own answer to "Does this solve it?"."""

    solves: bool


@dataclass(frozen=True)
class Voters:
    """`page.items`: (Person, cast_at) of those who voted by name, newest first; `unnamed`: how many did not."""

    page: Page
    unnamed: int


_AT_ONCE = 20  # a page of a list
_BALLOTS = Kept(
    lambda _: select(Vote.idea_id, Vote.is_unnamed).where(
        Vote.person_id == given("person_id"), Vote.idea_id.in_([given(f"idea_{n}") for n in range(_AT_ONCE)])
    ),
    Ballot,
)


def ballots_of(idea_ids: Iterable[int], viewer: Person | None) -> dict[int, Ballot]:
    """{idea id: the viewer's vote} for those of the ideas that the viewer voted on; one query, none for a guest."""
    ids = list(idea_ids)
    if viewer is None or not ids:
        return {}
    return {vote.idea_id: vote for vote in in_slots(_BALLOTS, "idea", _AT_ONCE, ids, person_id=viewer.id)}


_VOTED_ON = Kept(
    lambda _: select(Vote.idea_id).where(
        Vote.person_id == given("person_id"), Vote.idea_id.in_([given(f"idea_{n}") for n in range(_AT_ONCE)])
    )
)


def voted_on(idea_ids: Iterable[int], viewer: Person | None) -> frozenset[int]:
    """Which of these ideas the viewer voted on; one query, none for a guest."""
    if viewer is None:
        return frozenset()
    rows = in_slots(_VOTED_ON, "idea", _AT_ONCE, idea_ids, person_id=viewer.id)
    return frozenset(row.idea_id for row in rows)


_JUDGED = Kept(
    lambda _: select(Solved.solves).where(Solved.idea_id == given("idea_id"), Solved.person_id == given("person_id")),
    Judged,
)


def solved_of(idea: Idea, viewer: Person | None) -> Judged | None:
    """The viewer's answer to "Does this solve it?"."""
    return _JUDGED.one(idea_id=idea.id, person_id=viewer.id) if viewer else None


def solved_counts(idea_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """{idea id: (how many say that it solves it, how many say not quite)} of those that anybody answered."""
    ids = list(idea_ids)
    if not ids:
        return {}
    yes = func.count().filter(Solved.solves)
    rows = db.session.execute(
        select(Solved.idea_id, yes, func.count() - yes).where(Solved.idea_id.in_(ids)).group_by(Solved.idea_id)
    )
    return {idea_id: (solves, not_quite) for idea_id, solves, not_quite in rows}


def voters_of(idea: Idea, *, after: str | None = None, before: str | None = None) -> Voters:
    """Who voted, as the board's rule lets it be seen (permission idea.see_voters). Unnamed votes stay unnamed."""
    counted = Vote.idea_id == idea.id, Vote.set_aside_at.is_(None)
    named = select(Person, Vote.cast_at).join(Vote, Vote.person_id == Person.id).where(*counted, ~Vote.is_unnamed)
    page = paginate(
        named, [(Vote.cast_at, True), (Person.id, True)], lambda row: (row[1], row[0].id),
        after=after, before=before, size=50, scalars=False,
    )  # fmt: skip
    unnamed = db.session.scalar(select(func.count()).select_from(Vote).where(*counted, Vote.is_unnamed))
    return Voters(page, unnamed)
