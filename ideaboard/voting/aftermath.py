"""What remains to say where voting has ended: "Does this solve it?"."""

from datetime import datetime

from ideaboard.extensions import db, gettext
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name, transaction
from ideaboard.foundation.refusals import Conflict
from ideaboard.models import Idea, Person, Solved
from ideaboard.models.vocabulary import Stage


class NotLaunched(Conflict):
    """Only a launched idea can solve something."""


def answer_solved(idea: Idea, by: Person, now: datetime, *, solves: bool) -> None:
    """Store or change a person's answer. Raises NotLaunched."""
    with transaction():
        fresh = db.session.get(Idea, idea.id, populate_existing=True)
        if fresh.stage is not Stage.LAUNCHED:
            raise NotLaunched(gettext("This idea is not launched, so there is nothing to try yet."))
        row = dialects_sql.upsert(
            dialect_name(), Solved, [Solved.idea_id, Solved.person_id], solves=solves, answered_at=now
        ).values(idea_id=idea.id, person_id=by.id, solves=solves, answered_at=now)
        db.session.execute(row)
