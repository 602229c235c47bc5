"""What a launch tells: the idea, its author, its first supporters, the days it took, staff's sentence, whether it solves it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from ideaboard.extensions import db
from ideaboard.models import Idea, Person, Solved, StatusChange, Vote
from ideaboard.permissions import allows
from ideaboard.voting.ballots import ballots_of, solved_counts
from ideaboard.workflow.answers import answers_for
from ideaboard.workflow.history import has_no_day

NAMED = 3  # first supporters by name


@dataclass
class Launch:
    """`at`: None where an import did not know the day; `days`: from shared to launched, None likewise.

    `named`: the first who voted, in their order, where the reader may see names; `others`: how many more voted, the
    author apart; `solved`: (yes, not quite); `my_vote`, `my_solved`: the reader's.
    """

    idea: Idea
    change: StatusChange
    at: datetime | None
    days: int | None
    said: StatusChange | None = None
    named: list[Person] = field(default_factory=list)
    others: int = 0
    solved: tuple[int, int] = (0, 0)
    my_vote: Vote | None = None
    my_solved: Solved | None = None


def months_of_launches(
    rows: list[tuple[Idea, StatusChange]], viewer: Person | None, zone: str, *, has_day: bool = True
) -> list[tuple[date | None, list[Launch]]]:
    """[(first day of the month in `zone`, its launches)], the newest first; [(None, all)] where no day is known."""
    launches = launches_of(rows, viewer)
    if not has_day:
        return [(None, launches)] if launches else []
    by_month = groupby(launches, key=lambda one: one.change.changed_at.astimezone(ZoneInfo(zone)).date().replace(day=1))
    return [(month, list(group)) for month, group in by_month]


def launches_of(rows: list[tuple[Idea, StatusChange]], viewer: Person | None) -> list[Launch]:
    """One Launch a row, in their order; a fixed number of statements."""
    ideas = [idea for idea, _ in rows]
    ids = [idea.id for idea in ideas]
    answers, votes, mine = answers_for(ideas), ballots_of(ids, viewer), _my_solved(ids, viewer)
    named, authors, solved = _first_voters(ideas, viewer), _authors_who_voted(ids), solved_counts(ids)
    found = []
    for idea, change in rows:
        launch = Launch(idea, change, *_when(idea, change))
        said = answers.get(idea.id)
        launch.said = said if said is not None and said.is_answer and said.redacted_at is None else None
        launch.named = named.get(idea.id, [])
        launch.others = max(0, idea.votes_count - (idea.id in authors) - len(launch.named))
        launch.solved = solved.get(idea.id, (0, 0))
        launch.my_vote, launch.my_solved = votes.get(idea.id), mine.get(idea.id)
        found.append(launch)
    return found


def _when(idea: Idea, change: StatusChange) -> tuple[datetime | None, int | None]:
    if has_no_day(change, idea):
        return None, None
    days = (change.changed_at - idea.visible_at).days if idea.visible_at else None
    return change.changed_at, days if days is not None and days >= 0 else None


def _first_voters(ideas: list[Idea], viewer: Person | None) -> dict[int, list[Person]]:
    """{idea id: the first NAMED who voted by name}, where the board lets the reader see who voted."""
    ids = [idea.id for idea in ideas if allows(viewer, "idea.see_voters", idea)]
    if not ids:
        return {}
    place = func.row_number().over(partition_by=Vote.idea_id, order_by=(Vote.cast_at, Vote.person_id)).label("place")
    first = (
        select(Vote.idea_id, Vote.person_id, place)
        .join(Idea, Idea.id == Vote.idea_id)
        .join(Person, Person.id == Vote.person_id)
        .where(
            Vote.idea_id.in_(ids),
            Vote.is_unnamed.is_(False),
            Vote.set_aside_at.is_(None),
            # The author stands there as author, or wished not to; a shell has no name to thank.
            Idea.author_id.is_distinct_from(Vote.person_id),
            Person.erased_at.is_(None),
            Person.display_name.is_not(None),
        )
        .subquery()
    )
    rows = db.session.execute(
        select(first.c.idea_id, Person)
        .join(Person, Person.id == first.c.person_id)
        .where(first.c.place <= NAMED)
        .order_by(first.c.idea_id, first.c.place)
    )
    named: dict[int, list[Person]] = {}
    for idea_id, person in rows:
        named.setdefault(idea_id, []).append(person)
    return named


def _authors_who_voted(ids: list[int]) -> set[int]:
    own = select(Vote.idea_id).join(Idea, Idea.id == Vote.idea_id).where(Vote.person_id == Idea.author_id)
    return set(db.session.scalars(own.where(Vote.idea_id.in_(ids), Vote.set_aside_at.is_(None)))) if ids else set()


def _my_solved(ids: list[int], viewer: Person | None) -> dict[int, Solved]:
    if viewer is None or not ids:
        return {}
    rows = db.session.scalars(select(Solved).where(Solved.person_id == viewer.id, Solved.idea_id.in_(ids)))
    return {row.idea_id: row for row in rows}
