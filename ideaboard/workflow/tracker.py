"""The four steps and where the idea stands on them. What was skipped or left again is said as it was."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import select

from ideaboard.extensions import get_locale
from ideaboard.foundation.kept import Kept
from ideaboard.models import Idea, Status, StatusChange
from ideaboard.models.vocabulary import OUTCOMES_THAT_END_VOTING, STEPS, Outcome, Stage
from ideaboard.workflow.history import changes_of, has_no_day
from ideaboard.workflow.words import OUTCOME_WORDS, STAGE_WORDS, status_label


@dataclass(frozen=True)
class Step:
    """`state`: done, current, stopped (a no, or elsewhere), skipped, left (a step back went past it) or ahead.

    `on`: when it was entered, None where an import did not know; `outcome`: words, on Reviewed; `month`: expected, on Coming soon while it stands there.
    """

    stage: Stage
    name: str
    state: str
    on: datetime | None = None
    outcome: str | None = None
    month: date | None = None


def steps_of(idea: Idea, changes: list[StatusChange] | None = None) -> list[Step]:
    """Four steps; all `ahead` while the idea is received. `changes`: oldest first, where they are loaded already."""
    changes = changes_of(idea) if changes is None else changes
    standing = STEPS.index(idea.stage) if idea.stage in STEPS else -1
    named = _labels()
    return [_step(idea, stage, place, standing, changes, named) for place, stage in enumerate(STEPS)]


def _labels() -> dict[str, str]:
    """{stage: the label of its first status}: how a step reads before the idea has been there."""
    return _labelled(tuple(_STATUSES.all()), str(get_locale()))


@lru_cache(maxsize=100)
def _labelled(statuses: tuple, _language: str) -> dict[str, str]:
    return {status.stage: status_label(status) for status in statuses}


_STATUSES = Kept(lambda _: select(Status.stage, Status.label).order_by(Status.position.desc(), Status.id.desc()))


def _step(
    idea: Idea, stage: Stage, place: int, standing: int, changes: list[StatusChange], named: dict[str, str]
) -> Step:
    visit = _last_visit(stage, changes)
    name = status_label(visit[-1].status) if visit else named.get(stage, str(STAGE_WORDS[stage]))
    if not visit:
        return Step(stage, name, "skipped" if place < standing else "ahead")
    entered, latest = visit[0], visit[-1]
    if place > standing:
        return Step(stage, name, "left", _known(entered, idea))
    outcome = str(OUTCOME_WORDS[Outcome(latest.outcome)]) if latest.outcome else None
    if place < standing:
        return Step(stage, name, "done", _known(entered, idea), outcome)
    state = "stopped" if latest.outcome in OUTCOMES_THAT_END_VOTING else "current"
    month = latest.promised_on if stage is Stage.COMING_SOON else None
    return Step(stage, name, state, _known(entered, idea), outcome, month)


def _known(change: StatusChange, idea: Idea) -> datetime | None:
    """When it was; None for an imported status without a day of its own, which stands at the idea's."""
    return None if has_no_day(change, idea) else change.changed_at


def _last_visit(stage: Stage, changes: list[StatusChange]) -> list[StatusChange]:
    """The changes of the last unbroken stay at this stage; further words belong to the stay."""
    visit: list[StatusChange] = []
    for change in reversed(changes):
        if change.stage == stage:
            visit.append(change)
        elif visit:
            break
    return visit[::-1]
