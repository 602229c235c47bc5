"""One person's support of an idea, and of the ideas that it took in (docs/adr/0018-merging.md).

A merged idea keeps its own vote rows as its record. Whoever holds the row of the idea at the end of the chain may touch
the kept ones: every merge, unmerge, vote and withdrawal of the family holds it.
"""

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import aliased

from ideaboard.extensions import db
from ideaboard.models import Follow, Idea, Vote
from ideaboard.models.vocabulary import Reason


def taken_in_by(idea_id: int):
    """SQL: the ids of the ideas merged into this one, directly or through others."""
    found = select(Idea.id).where(Idea.merged_into_id == idea_id).cte("taken_in", recursive=True)
    further = aliased(Idea)
    found = found.union(select(further.id).join(found, further.merged_into_id == found.c.id))
    return select(found.c.id)


def family_of(idea_id: int) -> list[int]:
    """The idea and all that it took in."""
    return [idea_id, *db.session.scalars(taken_in_by(idea_id))]


def chain_of(idea_id: int) -> list[int]:
    """Ids from the idea to the end of its chain of merges; only itself, when it was merged into none."""
    found = [idea_id]
    while (further := db.session.scalar(select(Idea.merged_into_id).where(Idea.id == found[-1]))) is not None:
        found.append(further)
    return found


def end_of(idea_id: int) -> int:
    """The id of the idea that stands for this one: itself, or the end of the chain of merges."""
    return chain_of(idea_id)[-1]


def take_kept(idea_id: int, person_id: int) -> None:
    """Within the transaction that withdrew the person's vote on an idea that took others in: their kept rows go too.

    The count of a merged idea is not moved: it rests, and is counted anew when it parts.
    """
    kept = db.session.scalars(taken_in_by(idea_id)).all()
    if not kept:
        return
    mine = Vote.idea_id.in_(kept), Vote.person_id == person_id, Vote.set_aside_at.is_(None)
    db.session.execute(delete(Vote).where(*mine), execution_options={"synchronize_session": False})
    db.session.execute(
        update(Follow)
        .where(Follow.idea_id.in_(kept), Follow.person_id == person_id)
        .values(reasons=Follow.reasons.op("&")(15 - Reason.VOTER)),
        execution_options={"synchronize_session": False},
    )


def votes_for(idea_id, person_id):
    """SQL: whether the person's vote is counted there (each: a column or an id)."""
    vote = aliased(Vote)
    counted = vote.idea_id == idea_id, vote.person_id == person_id, vote.set_aside_at.is_(None)
    return exists().where(*counted).correlate_except(vote)
