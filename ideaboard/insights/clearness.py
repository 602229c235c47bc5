"""Was this answer clear? One question under an answer, asked of everybody but those who answer there themselves."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from ideaboard.extensions import db, gettext
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name, transaction
from ideaboard.foundation.kept import Kept, given
from ideaboard.foundation.refusals import Conflict, Missing
from ideaboard.models import ClearAnswer, Idea, Person, StatusChange
from ideaboard.models.vocabulary import Origin
from ideaboard.permissions import allows


class NoSuchAnswer(Conflict):
    """The change is none of this idea's answers: another idea's, a ready sentence, or of before an import."""


class OwnAnswer(Conflict):
    """Who answers on a board does not judge its answers."""


@dataclass(frozen=True)
class Clear:
    """Of one answer. `mine`: the viewer's own word, None while there is none; `asked`: whether the question stands;
    `yes`, `all`: the counts, for those who answer on the board alone (else None)."""

    change_id: int
    asked: bool
    mine: bool | None = None
    yes: int | None = None
    all: int | None = None


def judge_answer(idea_id: int, change_id: int, by: Person, now: datetime, *, is_clear: bool) -> None:
    """Store or change a reader's word on an answer. Raises Missing, NoSuchAnswer, OwnAnswer."""
    with transaction() as session:
        idea = session.execute(
            select(Idea).where(Idea.id == idea_id, Idea.visible_to(by)), execution_options={"populate_existing": True}
        ).scalar_one_or_none()
        if idea is None:
            raise Missing(gettext("This idea is not here."))
        change = session.get(StatusChange, change_id)
        if change is None or change.idea_id != idea_id or not is_asked_about(change):
            raise NoSuchAnswer(gettext("This answer is not here any more. Load the page again."))
        if allows(by, "idea.change_status", idea):
            raise OwnAnswer(gettext("You answer on this board yourself, so this question is for the others."))
        session.execute(
            dialects_sql.upsert(
                dialect_name(), ClearAnswer, [ClearAnswer.change_id, ClearAnswer.person_id],
                is_clear=is_clear, answered_at=now,
            ).values(change_id=change_id, person_id=by.id, is_clear=is_clear, answered_at=now)
        )  # fmt: skip


def is_asked_about(change: StatusChange) -> bool:
    """An answer in staff's own words, given here."""
    return change.is_answer and change.origin != Origin.IMPORT


def clear_of(change: StatusChange | None, idea: Idea, viewer: Person | None) -> Clear | None:
    """What stands under an answer; None: nothing. No query for a guest, one for a person."""
    if change is None or not is_asked_about(change):
        return None
    if viewer is None:
        return Clear(change.id, asked=True)
    if allows(viewer, "idea.change_status", idea):
        yes, all_of_them = db.session.execute(
            select(func.count().filter(ClearAnswer.is_clear), func.count()).where(ClearAnswer.change_id == change.id)
        ).one()
        return Clear(change.id, asked=False, yes=yes, all=all_of_them)
    mine = _MINE.one(change_id=change.id, person_id=viewer.id)
    return Clear(change.id, asked=True, mine=mine.is_clear if mine else None)


_MINE = Kept(
    lambda _: select(ClearAnswer.is_clear).where(
        ClearAnswer.change_id == given("change_id"), ClearAnswer.person_id == given("person_id")
    )
)


def words_on_answers(board_ids: Collection[int]) -> list[tuple[int, datetime, int, int]]:
    """(board id, when answered, how many found it clear, how many said a word) of each answer that was judged."""
    rows = db.session.execute(
        select(
            Idea.board_id, StatusChange.changed_at, func.count().filter(ClearAnswer.is_clear), func.count()
        )
        .select_from(ClearAnswer)
        .join(StatusChange, StatusChange.id == ClearAnswer.change_id)
        .join(Idea, Idea.id == StatusChange.idea_id)
        .where(Idea.board_id.in_(board_ids), Idea.origin != Origin.IMPORT, StatusChange.origin != Origin.IMPORT)
        .group_by(Idea.board_id, StatusChange.id, StatusChange.changed_at)
    )  # fmt: skip
    return [tuple(row) for row in rows]
