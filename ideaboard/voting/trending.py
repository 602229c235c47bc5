"""How idea.trending is moved by votes and looks, and computed anew from them (models/ranking.py has the formula).

    update(Idea).where(…).values(votes_count=Idea.votes_count + rows, trending=trending_moved(rows * weight(cast_at)))

A withdrawn vote takes its own weight away: minus, with its own cast_at. Where so little is left that rounding would show
(`models.ranking.is_worn`, asked of the value before and after), call `recompute` in the same transaction.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, ColumnExpressionArgument, bindparam, case, select, update

from ideaboard.extensions import db
from ideaboard.models import Idea, Vote
from ideaboard.models.ranking import BOOST, LOOK, RESTED, TRIAL, showing_due_of, trending_of

_AT_ONCE = 500  # ideas a round: their votes stand in memory together


def trending_moved(change: float | ColumnExpressionArgument[float]) -> ColumnElement[float]:
    """SQL: the new idea.trending after votes that weigh `change` came, or went (negative); a bindparam will do."""
    return Idea.trending + change / _divisor(Idea.views_count)


def after_looks(looks: int | ColumnExpressionArgument[int]) -> dict[str, ColumnElement]:
    """SQL: what an UPDATE of an idea sets after so many more looks; a bindparam will do."""
    seen = Idea.views_count + looks
    ends_trial = (Idea.views_count < TRIAL) & (seen >= TRIAL)
    return {
        "views_count": seen,
        "trending": Idea.trending * (_divisor(Idea.views_count) / _divisor(seen)),
        "showing_due": Idea.showing_due + looks * LOOK.total_seconds() + case((ends_trial, RESTED), else_=0.0),
    }


def _divisor(looks: ColumnElement[int]) -> ColumnElement[float]:
    return case((looks < TRIAL, (looks + 1) / BOOST), else_=looks + 1.0)


def recompute(idea_ids: Iterable[int]) -> int:
    """Within an open transaction: trending and showing_due of these ideas, from their rows; -> how many ideas.

    For what moves votes in bulk: merges, imports, the demo, recount. Locks the ideas in the order of their ids.
    """
    ids = sorted(set(idea_ids))
    for start in range(0, len(ids), _AT_ONCE):
        standings = computed(ids[start : start + _AT_ONCE], locked=True)
        db.session.connection().execute(
            _SET, [{"which": idea, "trending": t, "showing_due": due} for idea, (t, due) in standings.items()]
        )
    return len(ids)


def computed(idea_ids: list[int], *, locked: bool = False) -> dict[int, tuple[float, float]]:
    """{idea id: (trending, showing_due)} as their rows say now."""
    query = select(Idea.id, Idea.visible_at, Idea.views_count).where(Idea.id.in_(idea_ids)).order_by(Idea.id)
    ideas = db.session.execute(query.with_for_update(key_share=True) if locked else query).all()
    cast: dict[int, list] = {}
    counted = Vote.idea_id.in_(idea_ids) & Vote.set_aside_at.is_(None)
    for idea_id, at in db.session.execute(select(Vote.idea_id, Vote.cast_at).where(counted)):
        cast.setdefault(idea_id, []).append(at)
    return {
        idea.id: (
            trending_of(idea.visible_at, cast.get(idea.id, ()), idea.views_count),
            showing_due_of(idea.visible_at, idea.views_count),
        )
        for idea in ideas
    }


_SET = (
    update(Idea.__table__)
    .where(Idea.__table__.c.id == bindparam("which"))
    .values(trending=bindparam("trending"), showing_due=bindparam("showing_due"))
)
