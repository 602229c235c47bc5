"""What erasure takes away of votes: those where voting goes on; where it has ended they stay, without a name."""

from datetime import datetime

from sqlalchemy import delete, select, update

from ideaboard.extensions import db
from ideaboard.models import Idea, Person, Vote
from ideaboard.models.vocabulary import ENDS_VOTING
from ideaboard.voting.trending import recompute


def take_votes_away(person: Person, now: datetime, texts_too: bool) -> None:
    """Within the erasure's transaction. A vote that a merge keeps or carries ends where the idea it leads to has ended.

    Votes that moderators set aside stay as they are: they are not counted, and they are the record of why.
    """
    mine = select(Vote.idea_id, Vote.set_aside_at).where(Vote.person_id == person.id)
    votes = dict(db.session.execute(mine).tuples().all())
    ended = _where_voting_ended(set(votes))
    gone = [idea_id for idea_id, set_aside in votes.items() if idea_id not in ended and set_aside is None]
    if gone:
        db.session.execute(delete(Vote).where(Vote.person_id == person.id, Vote.idea_id.in_(gone)))
        # The count of a merged idea rests until it parts again (support.take_kept).
        counted = Idea.id.in_(gone), Idea.merged_into_id.is_(None)
        less = update(Idea).where(*counted).values(votes_count=Idea.votes_count - 1)
        db.session.execute(less.execution_options(synchronize_session=False))
        recompute(gone)
    db.session.execute(update(Vote).where(Vote.person_id == person.id).values(is_unnamed=True))


def _where_voting_ended(idea_ids: set[int]) -> set[int]:
    """Those of the ideas whose own standing, or that of the idea they were merged into at last, ended voting."""
    leads_to = {idea_id: idea_id for idea_id in idea_ids}
    ended, look = set(), set(idea_ids)
    while look:
        rows = db.session.execute(select(Idea.id, Idea.standing, Idea.merged_into_id).where(Idea.id.in_(look))).all()
        stands = {row.id: row for row in rows}
        look = set()
        for idea_id, at in leads_to.items():
            row = stands.get(at)
            if row is None:
                continue
            if row.merged_into_id is not None:
                leads_to[idea_id] = row.merged_into_id
                look.add(row.merged_into_id)
            elif row.standing in ENDS_VOTING:
                ended.add(idea_id)
    return ended
