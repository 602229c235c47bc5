"""The stages as columns: what is looked at, wanted, coming and launched lately. What nobody looked at yet has none.

A column is a list of ideas by listing.Filter, so that its count and the list that it leads to are the same.
"""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db
from ideaboard.ideas.listing import Filter
from ideaboard.models import Idea, Person, Status, StatusChange
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
_CARD = (joinedload(Idea.board), joinedload(Idea.status), joinedload(Idea.change))
_MOST_VOTED = (Idea.votes_count.desc(), Idea.imported_votes.desc(), Idea.id.desc())


@dataclass(frozen=True)
class Column:
    """`standing`: as in STANDINGS; `label`, `kind`, `icon`: of its badge; `wanted`: the list of all of it;
    `ideas`: the first SHOWN of `count`."""

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
    labels = _statuses()
    standings = [s for s in STANDINGS if STANDINGS[s] in labels and (s == Stage.COMING_SOON or not wanted.month)]
    standings.sort(key=lambda s: (labels[STANDINGS[s]].position, STEPS.index(STANDINGS[s])))
    lists = {standing: replace(wanted, standing=standing, sort="votes") for standing in standings}
    counts = _counts(lists, viewer)
    return [_column(s, labels[STANDINGS[s]], lists[s], counts[s], viewer) for s in standings]


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


def _statuses() -> dict[str, Status]:
    """{stage: its first status}."""
    found = db.session.scalars(select(Status).order_by(Status.position.desc(), Status.id.desc()))
    return {status.stage: status for status in found}


def _counts(lists: dict[str, Filter], viewer: Person | None) -> dict[str, int]:
    counted = [
        select(literal(str(standing)).label("standing"), func.count().label("ideas"))
        .select_from(Idea)
        .where(*one.conditions(viewer))
        for standing, one in lists.items()
    ]
    return dict(db.session.execute(union_all(*counted)).tuples().all())


def _column(standing: str, status: Status, wanted: Filter, count: int, viewer: Person | None) -> Column:
    outcome = standing if standing == Outcome.WANT else None
    label = status_label(status)
    return Column(
        standing=str(standing),
        label=f"{label} · {outcome_words(outcome)}" if outcome else label,
        kind=badge_kind(status, outcome),
        icon=badge_icon(status, outcome),
        wanted=wanted,
        count=count,
        ideas=_first(wanted, viewer) if count else [],
    )


def _first(wanted: Filter, viewer: Person | None) -> list[Idea]:
    if wanted.standing == Stage.LAUNCHED:
        return launches_first(wanted, viewer, SHOWN)
    statement = select(Idea).where(*wanted.conditions(viewer)).options(*_CARD).limit(SHOWN)
    if wanted.standing == Stage.COMING_SOON:
        soonest = StatusChange.promised_on.asc().nulls_last()
        statement = statement.join(StatusChange, StatusChange.id == Idea.change_id).order_by(soonest, *_MOST_VOTED)
    else:
        statement = statement.order_by(*_MOST_VOTED)
    return list(db.session.scalars(statement))
