"""The owner's promise: "an idea with 50 votes is answered in 14 days". Here its clock starts, once an idea and never again.

The Event keeps the two numbers as they were promised at that moment: a setting that is changed later moves no clock
that runs (insights/promise.py reads them). It names nobody: whose vote was the fiftieth is nobody's business.
Imported ideas have no clock: they may have been answered long before the move.
"""

from datetime import datetime

from sqlalchemy import select

from ideaboard.events.kinds import IDEA_PROMISE_REACHED
from ideaboard.events.record import record
from ideaboard.extensions import db
from ideaboard.models import Board, Idea
from ideaboard.models.vocabulary import Origin


def start_clock(idea: Idea, now: datetime, *, votes: int, days: int) -> None:
    """Within an open transaction that holds the idea's row: its votes have reached what the board names.

    votes, days: the board's promise as it stands. Does nothing where the clock started before, and for imports.
    """
    if idea.promise_reached_at is None and idea.origin != Origin.IMPORT:
        idea.promise_reached_at = now
        record(IDEA_PROMISE_REACHED, actor=None, at=now, idea=idea, votes=votes, days=days)


def start_clocks(board: Board, now: datetime) -> int:
    """Within the transaction that lowered board.promise_votes: the ideas that are there already start; -> how many.

    All rows that could start are locked first, in the order of ids. A vote that was under way has then either been
    counted in what is read here, or reads the new number once it has its idea's row (ballot._count).
    """
    able = [Idea.board_id == board.id, Idea.promise_reached_at.is_(None), Idea.in_the_open()]
    db.session.flush()
    held = select(Idea.id).where(*able, Idea.origin != Origin.IMPORT).order_by(Idea.id)
    db.session.execute(held.with_for_update(key_share=True)).all()
    reached = db.session.scalars(
        select(Idea).where(*able, Idea.votes_count >= board.promise_votes).order_by(Idea.id),
        execution_options={"populate_existing": True},
    ).all()
    for idea in reached:
        start_clock(idea, now, votes=board.promise_votes, days=board.promise_days)
    return sum(1 for idea in reached if idea.promise_reached_at == now)
