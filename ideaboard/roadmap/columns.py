"""The stages as columns: what is looked at, wanted, coming and launched lately. What nobody looked at yet has none.

A column is a list of ideas by listing.Filter, so that its count and the list that it leads to are the same.
"""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, case, exists, func, literal, select, union_all
from sqlalchemy.orm import defer, joinedload

from ideaboard.boards.directory import sight_of
from ideaboard.extensions import db
from ideaboard.ideas.listing import Filter
from ideaboard.models import Idea, Person, Status, StatusChange
from ideaboard.models.idea import MANY
from ideaboard.models.vocabulary import STEPS, Outcome, Stage
from ideaboard.roadmap.launches import launches_first
from ideaboard.workflow.words import badge_icon, badge_kind, outcome_words, status_label

SHOWN = 20
# What `status=` of a list calls each column, and the stage whose label it bears.
STANDINGS = {
    Stage.UNDER_REVIEW: Stage.UNDER_REVIEW,
    Outcome.WANT: Stage.REVIEWED,
    Stage.COMING_SOON: Stage.COMING_SOON,
    Stage.LAUNCHED: Stage.LAUNCHED,
}
_CARD = (
    joinedload(Idea.board),
    joinedload(Idea.status),
    joinedload(Idea.change).options(defer(StatusChange.text), defer(StatusChange.html)),
    defer(Idea.body),
    defer(Idea.body_html),
)


def _most_voted(uncounted: frozenset[int]) -> tuple:
    """By votes; ideas whose count this viewer may not see behind them, so that no place tells of it."""
    order = (Idea.votes_count.desc(), Idea.imported_votes.desc(), Idea.id.desc())
    if not uncounted:
        return order
    hidden = Idea.board_id.in_(uncounted)
    return (
        case((hidden, -1), else_=Idea.votes_count).desc(),
        case((hidden, 0), else_=Idea.imported_votes).desc(),
        order[2],
    )


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
    ideas: list[Idea]


def columns_of(wanted: Filter, viewer: Person | None) -> list[Column]:
    """The columns in the admin's order of their statuses. Where a month is asked for, only what is expected has one.

    A fixed number of statements: the statuses, all counts, and the first ideas of each column.
    """
    statuses = _statuses()
    labels = {stage: of_stage[0] for stage, of_stage in statuses.items()}
    standings = [s for s in STANDINGS if STANDINGS[s] in labels and (s == Stage.COMING_SOON or not wanted.month)]
    standings.sort(key=lambda s: (labels[STANDINGS[s]].position, STEPS.index(STANDINGS[s])))
    base = replace(wanted, standing=None).conditions(viewer)
    most_voted = _most_voted(sight_of(viewer).uncounted)
    where = {s: [*base, *_stands(s, [status.id for status in statuses[STANDINGS[s]]])] for s in standings}
    counts = _counts(where)
    return [
        _column(
            standing,
            labels[STANDINGS[standing]],
            replace(wanted, standing=standing, sort="votes"),
            counts[str(standing)],
            _first(standing, where[standing], most_voted) if counts[str(standing)] else [],
        )
        for standing in standings
    ]


def months_of(wanted: Filter, viewer: Person | None) -> list[date]:
    """The months in which something is expected, soonest first; of the board and of mine, as asked for."""
    coming = replace(wanted, standing=Stage.COMING_SOON, month=None).conditions(viewer)
    return list(
        db.session.scalars(
            select(StatusChange.promised_on)
            .join(Idea, Idea.change_id == StatusChange.id)
            .where(StatusChange.promised_on.is_not(None), *coming)
            .distinct()
            .order_by(StatusChange.promised_on)
        )
    )


def _statuses() -> dict[str, list[Status]]:
    """{stage: its statuses, in the admin's order}."""
    found: dict[str, list[Status]] = {}
    for status in db.session.scalars(select(Status).order_by(Status.position, Status.id)):
        found.setdefault(status.stage, []).append(status)
    return found


def _stands(standing: str, status_ids: list[int]) -> list[ColumnElement[bool]]:
    """The same as Filter(standing=…), by the ids of the statuses: so that ix_idea_standing gives count and order."""
    found = [Idea.status_id.in_(status_ids)]
    if standing == Outcome.WANT:
        found.append(exists().where(StatusChange.id == Idea.change_id, StatusChange.outcome == standing))
    return found


def _counts(where: dict[str, list]) -> dict[str, int]:
    """Each counted up to MANY + 1."""
    counted = [
        select(literal(str(standing)).label("standing"), func.count().label("ideas")).select_from(
            select(Idea.id).where(*conditions).limit(MANY + 1).subquery()
        )
        for standing, conditions in where.items()
    ]
    return dict(db.session.execute(union_all(*counted)).tuples().all())


def _column(standing: str, status: Status, wanted: Filter, count: int, ideas: list[Idea]) -> Column:
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


def _first(standing: str, where: list[ColumnElement[bool]], most_voted: tuple) -> list[Idea]:
    if standing == Stage.LAUNCHED:
        return launches_first(where, SHOWN)
    if standing == Stage.COMING_SOON:
        return _soonest(where, most_voted)
    return list(db.session.scalars(select(Idea).where(*where).options(*_CARD).order_by(*most_voted).limit(SHOWN)))


def _soonest(where: list[ColumnElement[bool]], most_voted: tuple) -> list[Idea]:
    """By month, those without one last; then the most voted. The ids are sorted before the ideas are loaded: a tenth of the bytes."""
    soonest = StatusChange.promised_on.asc().nulls_last()
    ordered = select(Idea.id).join(StatusChange, StatusChange.id == Idea.change_id).where(*where)
    ids = list(db.session.scalars(ordered.order_by(soonest, *most_voted).limit(SHOWN)))
    ideas = {idea.id: idea for idea in db.session.scalars(select(Idea).where(Idea.id.in_(ids)).options(*_CARD))}
    return [ideas[idea_id] for idea_id in ids]
