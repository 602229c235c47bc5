"""What the home page proves: figures of the loop, and "You asked, we did". Imports and demo rules as in PRODUCT."""

from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, literal, literal_column, select, union_all

from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import UtcDateTime
from ideaboard.foundation.kept import Kept, given
from ideaboard.ideas.lines import COLUMNS, Line, line_of, with_what_it_shows
from ideaboard.models import Board, Idea, Person, StatusChange
from ideaboard.models.eyes import Eyes, eyes_of
from ideaboard.models.vocabulary import Origin, Stage
from ideaboard.voting.counts import hides_count
from ideaboard.workflow.answers import Speaker

A_WEEK = timedelta(days=7)
DEEDS = 3
_IS_ANSWER = and_(StatusChange.is_ready_sentence.is_(False), StatusChange.origin != Origin.IMPORT)


class Figures(NamedTuple):
    """Ideas answered in the last week, standing at Coming soon, at Launched; `left_out`: decided before an import."""

    answered: int
    coming_soon: int
    launched: int
    left_out: int


class Deed(NamedTuple):
    """One card, as plain values: an idea, staff's own words at which it stands, who said them, how many had voted by
    then (None: hidden from this viewer), and the days from shared to that change."""

    idea: Line
    text: str
    actor: Speaker | None
    votes: int | None
    days: int


def figures_of(viewer: Person | None, now: datetime, board: Board | None = None) -> Figures:
    """One line of figures over what the viewer may see; one statement, whose parts begin at the few rows they are about."""
    kept = _figures(eyes_of(viewer), board is not None)
    found = kept.one(since=now - A_WEEK, **_values(viewer, board))
    return Figures(
        found.answered,
        found.coming_soon - found.coming_soon_imported,
        found.launched - found.launched_imported,
        found.left_out,
    )


def deeds_of(viewer: Person | None, board: Board | None = None) -> list[Deed]:
    """The newest launch first, then the newest answers on other ideas; each idea once, as it stands now. One statement."""
    rows = _deeds(eyes_of(viewer), board is not None).all(**_values(viewer, board))
    found: dict[int, NamedTuple] = {}
    for row in sorted(rows, key=lambda row: (row.place, -row.changed_at.timestamp(), -row.change)):
        found.setdefault(row.change, row)
    return [_deed(row, viewer) for row in list(found.values())[:DEEDS]]


def _deed(row, viewer: Person | None) -> Deed:
    line = line_of(row)
    votes = None if hides_count(line, viewer, has_voted=False) else row.votes_at_change
    actor = Speaker(*(getattr(row, f"actor_{name}") for name in Speaker._fields)) if row.actor_id is not None else None
    days = max(0, (row.changed_at - line.visible_at).days)
    # No card shows the counts of today; without them a vote leaves it as it is.
    return Deed(line._replace(votes_count=None, comments_count=0, imported_votes=0), row.text, actor, votes, days)


@cache
def _figures(eyes: Eyes | None, of_board: bool) -> Kept:
    def build(dialect: str):
        here = _here(dialect, eyes, of_board)
        # "Exists" is asked of each change: a join would be begun at all ideas there are.
        answered = select(func.count(StatusChange.idea_id.distinct())).where(
            _IS_ANSWER,
            StatusChange.changed_at > given("since", UtcDateTime),
            exists().where(Idea.id == StatusChange.idea_id, *here),
        )
        coming, launched = (Idea.standing == stage for stage in (Stage.COMING_SOON, Stage.LAUNCHED))
        # What stands there, and of it what came so: the former is counted by an index, the latter are few.
        imported = (
            select(
                func.count().label("left_out"),
                func.count().filter(coming).label("coming_soon_imported"),
                func.count().filter(launched).label("launched_imported"),
            )
            .select_from(StatusChange)
            .join(Idea, and_(Idea.id == StatusChange.idea_id, Idea.change_id == StatusChange.id))
            # The word stands there, not a value: so the index of what was imported is known to hold it.
            .where(StatusChange.origin == literal_column(f"'{Origin.IMPORT}'"), *here)
            .subquery()
        )
        return select(
            answered.scalar_subquery().label("answered"),
            *(_standing(stage, here).label(stage) for stage in (Stage.COMING_SOON, Stage.LAUNCHED)),
            imported,
        )

    return Kept(build)


def _standing(stage: Stage, here: list):
    return select(func.count()).where(Idea.stands_at(stage), *here).scalar_subquery()


@cache
def _deeds(eyes: Eyes | None, of_board: bool) -> Kept:
    def build(dialect: str):
        here = _here(dialect, eyes, of_board)
        # What is only looked at, or looked at again, is no deed yet.
        kinds = (StatusChange.stage == Stage.LAUNCHED, 1), (StatusChange.stage != Stage.UNDER_REVIEW, DEEDS)
        newest = [select(_newest(here, kind, most, place).subquery()) for place, (kind, most) in enumerate(kinds)]
        keys = union_all(*newest).subquery("newest")
        change, actor = StatusChange.__table__.alias("said"), Person.__table__.alias("actor")
        said = (change.c.text, change.c.votes_at_change, change.c.changed_at, change.c.actor_id)
        return select(
            *COLUMNS,
            keys.c.place,
            keys.c.change,
            *said,
            *(actor.c[name].label(f"actor_{name}") for name in Speaker._fields),
        ).select_from(
            with_what_it_shows(keys)
            .outerjoin(change, change.c.id == keys.c.change)
            .outerjoin(actor, actor.c.id == change.c.actor_id)
        )

    return Kept(build)


def _newest(here: list, kind, most: int, place: int):
    """(idea, change) of the newest changes of a kind at which an idea stands, by the index of all changes' times."""
    stands = exists().where(Idea.id == StatusChange.idea_id, Idea.change_id == StatusChange.id, *here)
    return (
        select(StatusChange.idea_id.label("id"), StatusChange.id.label("change"), literal(place).label("place"))
        .where(_IS_ANSWER, kind, StatusChange.redacted_at.is_(None), stands)
        .order_by(StatusChange.changed_at.desc(), StatusChange.id.desc())
        .limit(most)
    )


def _here(dialect: str, eyes: Eyes | None, of_board: bool) -> list[ColumnElement[bool]]:
    where = [Idea.open_to(eyes, dialects_sql.beside_the_index(dialect, Idea.board_id))]
    return [*where, dialects_sql.beside_the_index(dialect, Idea.board_id) == given("board_id")] if of_board else where


def _values(viewer: Person | None, board: Board | None) -> dict:
    return {"viewer_id": viewer.id if viewer else None, "board_id": board.id if board else None}
