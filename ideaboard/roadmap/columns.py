"""The stages as columns: what is looked at, wanted, coming and launched lately. What nobody looked at yet has none.

A column is a list of ideas by listing.Filter, so that its count and the list that it leads to are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Date, case, func, literal, select, union_all

from ideaboard.boards.directory import BoardLink, sight_of
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.kept import Kept, given
from ideaboard.ideas.lines import Line, lines_of
from ideaboard.ideas.listing import Filter
from ideaboard.models import Idea, Person, Status, StatusChange
from ideaboard.models.eyes import Eyes, eyes_of
from ideaboard.models.idea import MANY
from ideaboard.models.vocabulary import STEPS, Outcome, Stage
from ideaboard.roadmap.launches import newest_launches
from ideaboard.workflow.words import badge_icon, badge_kind, outcome_words, status_label

SHOWN = 20
FEW_LAUNCHED = 200  # so many are looked at one by one; beyond, the newest changes soon lead to the newest launches
# What `status=` of a list calls each column, and the stage whose label it bears.
STANDINGS = {
    Stage.UNDER_REVIEW: Stage.UNDER_REVIEW,
    Outcome.WANT: Stage.REVIEWED,
    Stage.COMING_SOON: Stage.COMING_SOON,
    Stage.LAUNCHED: Stage.LAUNCHED,
}


@dataclass(frozen=True)
class Column:
    """`standing`: as in STANDINGS; `label`, `kind`, `icon`: of its badge; `wanted`: the list of all of it;
    `ideas`: the first SHOWN of `count`, which goes up to MANY + 1."""

    standing: str
    label: str
    kind: str
    icon: str
    wanted: Filter
    count: int
    ideas: list[Line]


class _Asked(NamedTuple):
    """What a statement is kept for; its values come with each use. `hiding`: how many boards keep their counts to themselves."""

    eyes: Eyes | None
    board: bool
    mine: str | None
    month: bool
    hiding: int = 0


def columns_of(wanted: Filter, viewer: Person | None) -> list[Column]:
    """The columns in the admin's order of their statuses. Where a month is asked for, only what is expected has one.

    A fixed number of statements: the statuses, all counts, the first ideas of each column, and what is shown of these.
    """
    labels: dict[str, NamedTuple] = {}
    for status in _STATUSES.all():
        labels.setdefault(status.stage, status)
    standings = [s for s in STANDINGS if STANDINGS[s] in labels and (s == Stage.COMING_SOON or not wanted.month)]
    standings.sort(key=lambda s: (labels[STANDINGS[s]].position, STEPS.index(STANDINGS[s])))
    hiding = sorted(sight_of(viewer).uncounted)
    asked, values = _asked(wanted, viewer, hiding)
    counts = {row.standing: row.ideas for row in _counts(asked, tuple(standings)).all(**values)} if standings else {}
    first = {}
    for standing in standings:
        if count := counts[str(standing)]:
            kept = _first(asked, standing, standing == Stage.LAUNCHED and count <= FEW_LAUNCHED)
            first[standing] = [row.idea_id for row in kept.all(**values)]
    lines = lines_of(idea_id for ids in first.values() for idea_id in ids)
    return [
        _column(
            standing,
            labels[STANDINGS[standing]],
            replace(wanted, standing=standing, sort="votes"),
            counts[str(standing)],
            [lines[idea_id] for idea_id in first.get(standing, ()) if idea_id in lines],
        )
        for standing in standings
    ]


def months_of(wanted: Filter, viewer: Person | None) -> list[date]:
    """The months in which something is expected, soonest first; of the board and of mine, as asked for."""
    asked, values = _asked(replace(wanted, month=None), viewer, ())
    return [row.promised_on for row in _months(asked).all(**values)]


def _asked(wanted: Filter, viewer: Person | None, hiding: Sequence[int]) -> tuple[_Asked, dict]:
    """What is asked, and the values of the moment."""
    asked = _Asked(eyes_of(viewer), wanted.board is not None, wanted.mine, wanted.month is not None, len(hiding))
    values = {
        "viewer_id": viewer.id if viewer is not None else None,
        "board_id": wanted.board.id if wanted.board is not None else None,
        "month": wanted.month,
    }
    return asked, values | {f"hiding_{n}": board_id for n, board_id in enumerate(hiding)}


_STATUSES = Kept(
    lambda _: select(Status.id, Status.stage, Status.label, Status.colour, Status.position).order_by(
        Status.position, Status.id
    )
)


@lru_cache(maxsize=200)
def _counts(asked: _Asked, standings: tuple[str, ...]) -> Kept:
    """(standing, ideas), each counted up to MANY + 1."""

    def counted(dialect: str, standing: str):
        # By the status where that says it all: its index knows the board.
        stands = Idea.standing == standing if standing == Outcome.WANT else Idea.stands_at(standing)
        found = select(Idea.id).where(stands, *_conditions(dialect, asked)).limit(MANY + 1)
        return select(literal(str(standing)).label("standing"), func.count().label("ideas")).select_from(
            found.subquery()
        )

    return Kept(lambda dialect: union_all(*(counted(dialect, standing) for standing in standings)))


@lru_cache(maxsize=200)
def _first(asked: _Asked, standing: str, is_few: bool) -> Kept:
    """(idea_id) of the first SHOWN: of what comes by its month, of what is launched the newest, else the most voted."""

    def build(dialect: str):
        where = [Idea.standing == standing, *_conditions(dialect, asked)]
        if standing == Stage.LAUNCHED:
            return newest_launches(where, SHOWN, from_ideas=is_few)
        found, order = select(Idea.id.label("idea_id")).where(*where), _most_voted(asked.hiding)
        if standing == Stage.COMING_SOON:  # those without a month last
            found = found.join(StatusChange, StatusChange.id == Idea.change_id)
            order = (StatusChange.promised_on.asc().nulls_last(), *order)
        return found.order_by(*order).limit(SHOWN)

    return Kept(build)


@lru_cache(maxsize=200)
def _months(asked: _Asked) -> Kept:
    def build(dialect: str):
        return (
            select(StatusChange.promised_on)
            .join(Idea, Idea.change_id == StatusChange.id)
            .where(
                StatusChange.promised_on.is_not(None),
                Idea.standing == Stage.COMING_SOON,
                *_conditions(dialect, asked),
            )
            .distinct()
            .order_by(StatusChange.promised_on)
        )

    return Kept(build)


def _conditions(dialect: str, asked: _Asked) -> list[ColumnElement[bool]]:
    wanted = Filter(
        board=BoardLink(given("board_id"), "", "") if asked.board else None,
        mine=asked.mine,
        month=given("month", Date) if asked.month else None,
    )
    return wanted.conditions(asked.eyes, dialects_sql.beside_the_index(dialect, Idea.board_id))


def _most_voted(hiding: int) -> tuple:
    """By votes; ideas whose count this viewer may not see behind them, so that no place tells of it."""
    order = (Idea.votes_count.desc(), Idea.imported_votes.desc(), Idea.id.desc())
    if not hiding:
        return order
    hidden = Idea.board_id.in_([given(f"hiding_{n}") for n in range(hiding)])
    return (
        case((hidden, -1), else_=Idea.votes_count).desc(),
        case((hidden, 0), else_=Idea.imported_votes).desc(),
        order[2],
    )


def _column(standing: str, status, wanted: Filter, count: int, ideas: list[Line]) -> Column:
    outcome = standing if standing == Outcome.WANT else None
    label = status_label(status)
    return Column(
        standing=str(standing),
        label=f"{label} · {outcome_words(outcome)}" if outcome else label,
        kind=badge_kind(status, outcome),
        icon=badge_icon(status, outcome),
        wanted=wanted,
        count=count,
        ideas=ideas,
    )
