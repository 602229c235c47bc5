"""Staff's official word on an idea: the text of its latest change. A ready sentence is a note, shown more quietly."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from ideaboard.extensions import db
from ideaboard.foundation.kept import Kept, given, in_slots
from ideaboard.foundation.markdown import excerpt
from ideaboard.models import Idea, Person, StatusChange
from ideaboard.models.vocabulary import Stage
from ideaboard.workflow.history import changes_of

WORDS = 140  # characters of an answer in a list's row
_first_words = lru_cache(maxsize=4096)(excerpt)


class Speaker(NamedTuple):
    display_name: str | None
    erased_at: datetime | None
    department: str | None
    avatar_seed: str


class Said(NamedTuple):
    """What a list's row shows of an answer, as plain values."""

    words: str
    is_ready_sentence: bool
    actor: Speaker | None


_AT_ONCE = 20  # a page of a list


def _said(_dialect: str):
    change, actor = StatusChange.__table__, Person.__table__
    shown = [change.c[name] for name in ("idea_id", "text", "is_ready_sentence", "actor_id")]
    return (
        select(*shown, *(actor.c[name] for name in Speaker._fields))
        .outerjoin_from(change, actor, actor.c.id == change.c.actor_id)
        .where(change.c.id.in_([given(f"change_{n}") for n in range(_AT_ONCE)]))
    )


_SAID = Kept(_said)


def said_on(ideas: Iterable) -> dict[int, Said]:
    """{idea id: the first words of what is pinned} for the rows of a list (ideas, or their lines).

    That is the change at which an idea stands; where that one says nothing (an import), what was said before it.
    """
    standing = {idea.change_id: idea for idea in ideas if idea.change_id is not None}
    if not standing:
        return {}
    found, silent = {}, []
    for row in in_slots(_SAID, "change", _AT_ONCE, standing):
        if row.text:
            found[row.idea_id] = Said(_first_words(row.text, WORDS), row.is_ready_sentence, _speaker(row))
        else:
            silent.append(row.idea_id)
    before = answers_for([idea for idea in standing.values() if idea.id in silent]) if silent else {}
    for idea_id, change in before.items():
        actor = change.actor and Speaker(*(getattr(change.actor, name) for name in Speaker._fields))
        found[idea_id] = Said(_first_words(change.text, WORDS), change.is_ready_sentence, actor)
    return found


def _speaker(row) -> Speaker | None:
    return Speaker(*row[4:]) if row.actor_id is not None else None


def pinned_answer(idea: Idea, changes: list[StatusChange] | None = None) -> StatusChange | None:
    """What is pinned under the title: the latest answer, or the ready sentence while the idea is under review.

    `changes`: what `changes_of(idea)` gave, where it was asked already.
    """
    for change in reversed(changes_of(idea) if changes is None else changes):
        if change.is_answer or (change.is_ready_sentence and idea.stage is Stage.UNDER_REVIEW):
            return change
    return None


def answers_for(ideas: Iterable[Idea]) -> dict[int, StatusChange]:
    """{idea id: what is pinned} for the rows of a list, with actors and statuses loaded: one query."""
    stages = {idea.id: idea.stage for idea in ideas}
    if not stages:
        return {}
    number = (
        func.row_number()
        .over(partition_by=StatusChange.idea_id, order_by=(StatusChange.changed_at.desc(), StatusChange.id.desc()))
        .label("number")
    )
    under_review = [idea_id for idea_id, stage in stages.items() if stage is Stage.UNDER_REVIEW]
    worded = (
        select(StatusChange.id, number)
        .where(
            StatusChange.idea_id.in_(stages),
            StatusChange.text != "",
            ~StatusChange.is_ready_sentence | StatusChange.idea_id.in_(under_review),
        )
        .subquery()
    )
    latest = aliased(StatusChange)
    rows = db.session.execute(
        select(latest)
        .join(worded, worded.c.id == latest.id)
        .where(worded.c.number == 1)
        .options(joinedload(latest.actor), joinedload(latest.status))
    ).scalars()
    return {change.idea_id: change for change in rows}
