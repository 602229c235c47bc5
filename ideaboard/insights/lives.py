"""The life of each idea, as its clocks see it: when it was seen, looked at, answered, decided, and when it left."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import func, select

from ideaboard.events.kinds import IDEA_PROMISE_REACHED
from ideaboard.extensions import db
from ideaboard.foundation.kept import Kept, given
from ideaboard.models import Board, Event, Idea, Status, StatusChange
from ideaboard.models.vocabulary import Origin, Stage

_DECIDED = (Stage.REVIEWED, Stage.COMING_SOON, Stage.LAUNCHED)


class Life(NamedTuple):
    """One idea that became visible here. A step is None until it was taken, and when the idea had left before it.

    `left_at`: the first of taken back, hidden, merged and held; from then on nobody can answer it.
    `stage`: where it stands, None once it left. `promised_at`, `promised_days`: the promise's clock and its days, as
    they were promised then.
    """

    board_id: int
    visible_at: datetime
    left_at: datetime | None
    looked_at: datetime | None
    answered_at: datetime | None
    decided_at: datetime | None
    stage: str | None
    promised_at: datetime | None
    promised_days: int | None


def lives_of(board_ids: Collection[int]) -> list[Life]:
    """Every idea of these boards that ever was visible, imports left out. Four queries, whatever there is."""
    ids = tuple(board_ids)
    if not ids:
        return []
    values = {f"board_{n}": board_id for n, board_id in enumerate(ids)}
    steps, days = _first_steps(len(ids), values), _days_promised(_here(ids))
    days_now = dict(
        db.session.execute(select(Board.id, Board.promise_days).where(Board.id.in_(board_ids))).tuples().all()
    )
    lives = []
    for idea_id, board_id, visible_at, promised_at, stage, *leaving in _ideas(len(ids)).all(**values):
        left_at = min(filter(None, leaving)) if any(leaving) else None
        taken = steps.get(idea_id, (None, None, None))
        if left_at is not None:
            taken = tuple(step if step is not None and step <= left_at else None for step in taken)
        promised = days.get(idea_id, days_now[board_id]) if promised_at else None
        stands = None if left_at else (stage or Stage.RECEIVED)
        lives.append(Life(board_id, visible_at, left_at, *taken, stands, promised_at, promised))
    return lives


def imported(board_ids: Collection[int]) -> int:
    """How many ideas are left out because they came by an import."""
    return db.session.scalar(
        select(func.count()).select_from(Idea).where(Idea.board_id.in_(board_ids), Idea.origin == Origin.IMPORT)
    )


def _here(ids: Collection) -> tuple:
    return Idea.board_id.in_(ids), Idea.visible_at.is_not(None), Idea.origin != Origin.IMPORT


@lru_cache(maxsize=64)
def _ideas(boards: int) -> Kept:
    """All of them, on :board_0 and so on; through a kept statement, since through the session each costs five times as much."""
    idea = Idea.__table__.c
    shown = (
        idea.id, idea.board_id, idea.visible_at, idea.promise_reached_at, Status.stage,
        idea.taken_back_at, idea.hidden_at, idea.merged_at, idea.held_at,
    )  # fmt: skip
    here = _here([given(f"board_{n}") for n in range(boards)])
    return Kept(lambda _: select(*shown).outerjoin(Status, Status.id == idea.status_id).where(*here))


@lru_cache(maxsize=64)
def _changes(boards: int) -> Kept:
    change = StatusChange.__table__.c
    here = _here([given(f"board_{n}") for n in range(boards)])
    return Kept(
        lambda _: (
            select(change.idea_id, change.changed_at, change.stage, change.is_ready_sentence)
            .join(Idea, Idea.id == change.idea_id)
            .where(change.origin != Origin.IMPORT, *here)
            .order_by(change.changed_at)
        )
    )


def _first_steps(boards: int, values: dict) -> dict[int, tuple[datetime | None, ...]]:
    """{idea id: (first look, first answer, decision)}; imported changes are no steps of ours."""
    steps: dict[int, list] = {}
    for idea_id, changed_at, stage, is_ready in _changes(boards).all(**values):
        own = steps.get(idea_id)
        if own is None:
            own = steps[idea_id] = [changed_at, None, None]
        if own[1] is None and not is_ready:
            own[1] = changed_at
        if own[2] is None and stage in _DECIDED:
            own[2] = changed_at
    return {idea_id: tuple(own) for idea_id, own in steps.items()}


def _days_promised(here) -> dict[int, int]:
    """{idea id: days promised when its clock started}."""
    rows = db.session.execute(
        select(Event.idea_id, Event.facts)
        .join(Idea, Idea.id == Event.idea_id)
        .where(Event.kind == IDEA_PROMISE_REACHED, *here)
    )
    return {idea_id: facts["days"] for idea_id, facts in rows}
