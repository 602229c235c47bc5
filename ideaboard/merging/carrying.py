"""What a merge carries over, and what an unmerge gives back: votes, follows, comments. All within the verb's transaction.

An idea's supporters are those who voted on it and those of the ideas that it took in: nobody twice. Each of them has
one row on it; `origin_idea_id` names the idea directly below by which they came, where they did not vote here.
"""

from sqlalchemy import and_, case, exists, func, literal, or_, select, update
from sqlalchemy import delete as sql_delete
from sqlalchemy.orm import aliased

from ideaboard.extensions import db
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name
from ideaboard.models import Comment, Follow, Idea, Vote
from ideaboard.models.vocabulary import Reason, VotersSeenBy
from ideaboard.voting.support import family_of, votes_for

_IN_SQL = {"synchronize_session": False}
_SEEN_BY = (VotersSeenBy.STAFF, VotersSeenBy.MEMBERS, VotersSeenBy.EVERYONE)
_STANDS = Comment.deleted_at.is_(None) & Comment.held_at.is_(None) & Comment.hidden_at.is_(None)


def carry_votes(idea: Idea, into: Idea) -> int:
    """Rows on `into` for whoever has none there; -> how many. The rows of the merged idea stay as its record.

    Where more people would see the voter's name than before, the vote comes unnamed.
    """
    wider = _SEEN_BY.index(into.board.voters_seen_by) > _SEEN_BY.index(idea.board.voters_seen_by)
    rows = (
        select(
            literal(into.id), Vote.person_id, Vote.cast_at, literal(True) if wider else Vote.is_unnamed,
            Vote.organisation_id, literal(idea.id),
        )
        .where(Vote.idea_id == idea.id, Vote.set_aside_at.is_(None))
        .order_by(Vote.person_id)
    )  # fmt: skip
    columns = ["idea_id", "person_id", "cast_at", "is_unnamed", "organisation_id", "origin_idea_id"]
    return db.session.execute(dialects_sql.insert_once(dialect_name(), Vote).from_select(columns, rows)).rowcount


def give_back_votes(idea: Idea, chain: list[int]) -> int:
    """Once `idea` is merged no more: its people leave each idea of `chain` (from the one that took it in to the end),
    unless they voted there or come by another that it took in; -> how many left the last."""
    left, below = 0, idea.id
    for above in chain:
        came = and_(Vote.idea_id == above, Vote.origin_idea_id == below)
        if below != idea.id:  # that one stays merged: who is still on it stays here
            came = and_(came, ~votes_for(below, Vote.person_id))
        other, source = aliased(Vote), aliased(Idea)
        others = (
            select(func.min(other.idea_id))
            .join(source, source.id == other.idea_id)
            .where(source.merged_into_id == above, other.person_id == Vote.person_id, other.set_aside_at.is_(None))
            .correlate(Vote.__table__)
            .scalar_subquery()
        )
        db.session.execute(
            update(Vote).where(came, others.is_not(None)).values(origin_idea_id=others), execution_options=_IN_SQL
        )
        gone = sql_delete(Vote).where(came)
        db.session.execute(gone.where(Vote.set_aside_at.is_not(None)), execution_options=_IN_SQL)  # it was not counted
        left = db.session.execute(gone, execution_options=_IN_SQL).rowcount
        below = above
    return left


def carry_comments(idea: Idea, into: Idea) -> int:
    """All of its comments, threads whole; each keeps where it was written. -> how many of them stand."""
    standing = db.session.scalar(select(func.count()).select_from(Comment).where(Comment.idea_id == idea.id, _STANDS))
    home = func.coalesce(Comment.origin_idea_id, Comment.idea_id)
    db.session.execute(
        update(Comment).where(Comment.idea_id == idea.id).values(origin_idea_id=home, idea_id=into.id),
        execution_options=_IN_SQL,
    )
    return standing


def give_back_comments(idea: Idea, end: Idea) -> int:
    """What was written on it, or on what it took in, comes back from the end of the chain; -> how many stand."""
    came = and_(Comment.idea_id == end.id, Comment.origin_idea_id.in_(family_of(idea.id)))
    standing = db.session.scalar(select(func.count()).select_from(Comment).where(came, _STANDS))
    home = case((Comment.origin_idea_id == idea.id, None), else_=Comment.origin_idea_id)
    db.session.execute(
        update(Comment).where(came).values(idea_id=idea.id, origin_idea_id=home), execution_options=_IN_SQL
    )
    return standing


def carry_follows(idea: Idea, into: Idea) -> None:
    """Its followers follow `into` for the same reasons (its author by choice: it is not their idea); mutes win."""
    author = Follow.reasons.op("&")(Reason.AUTHOR) * Reason.CHOSEN
    reasons = Follow.reasons.op("&")(15 - Reason.AUTHOR).op("|")(author)
    muted = case((Follow.muted_at.is_not(None), Follow.MUTE), else_=0)
    rows = (
        select(
            literal(into.id), Follow.person_id, reasons, Follow.followed_at, Follow.muted_at,
            reasons.op("&")(Reason.CHOSEN).op("|")(muted),
        )
        .where(Follow.idea_id == idea.id, or_(Follow.reasons > 0, Follow.muted_at.is_not(None)))
        .order_by(Follow.person_id)
    )  # fmt: skip
    statement = dialects_sql.insert(dialect_name(), Follow).from_select(
        ["idea_id", "person_id", "reasons", "followed_at", "muted_at", "carried"], rows
    )
    new = statement.excluded
    chosen = new.reasons.op("&")(Reason.CHOSEN).op("&")(15 - Follow.reasons)
    hushed = case((and_(Follow.muted_at.is_(None), new.muted_at.is_not(None)), Follow.MUTE), else_=0)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Follow.idea_id, Follow.person_id],
            set_={
                "reasons": Follow.reasons.op("|")(new.reasons),
                "muted_at": func.coalesce(Follow.muted_at, new.muted_at),
                "carried": Follow.carried.op("|")(chosen).op("|")(hushed),
            },
        ),
        execution_options=_IN_SQL,
    )


def give_back_follows(idea: Idea, chain: list[int]) -> None:
    """Once `idea` is merged no more: its followers keep, on each idea of `chain`, what holds there without it.

    Who muted the end of the chain, or unfollowed it, meant this one too.
    """
    _take_silence_along(idea.id, chain[-1])
    _drop(idea.id, Reason.VOTER, ~votes_for(idea.id, Follow.person_id))
    _drop(idea.id, Reason.COMMENTER, ~_commented(family_of(idea.id)))
    mine = aliased(Follow)
    follows_it = exists().where(mine.idea_id == idea.id, mine.person_id == Follow.person_id)
    for above in chain:
        _drop(above, Reason.VOTER, follows_it, ~votes_for(above, Follow.person_id))
        _drop(above, Reason.COMMENTER, follows_it, ~_commented(family_of(above)))
        chosen = Follow.carried.op("&")(Reason.CHOSEN) > 0
        by_another = _another(above, lambda f: f.reasons.op("&")(Reason.CHOSEN | Reason.AUTHOR) > 0)
        _drop(above, Reason.CHOSEN, follows_it, chosen, ~by_another)
        hushed = Follow.carried.op("&")(Follow.MUTE) > 0
        by_another = _another(above, lambda f: f.muted_at.is_not(None))
        db.session.execute(
            update(Follow)
            .where(Follow.idea_id == above, follows_it, hushed, ~by_another)
            .values(muted_at=None, carried=Follow.carried.op("&")(15)),
            execution_options=_IN_SQL,
        )


def _take_silence_along(idea_id: int, end_id: int) -> None:
    end = aliased(Follow)
    at_the_end = end.idea_id == end_id, end.person_id == Follow.person_id
    own_mute = select(end.muted_at).where(*at_the_end, end.carried.op("&")(Follow.MUTE) == 0)
    db.session.execute(
        update(Follow)
        .where(Follow.idea_id == idea_id, Follow.muted_at.is_(None))
        .values(muted_at=own_mute.correlate(Follow.__table__).scalar_subquery()),
        execution_options=_IN_SQL,
    )
    db.session.execute(
        update(Follow)
        .where(Follow.idea_id == idea_id, exists().where(*at_the_end, end.reasons == 0))
        .values(reasons=0),
        execution_options=_IN_SQL,
    )


def _drop(idea_id: int, reason: int, *where) -> None:
    has_it = Follow.idea_id == idea_id, Follow.reasons.op("&")(reason) > 0
    db.session.execute(
        update(Follow)
        .where(*has_it, *where)
        .values(reasons=Follow.reasons.op("&")(15 - reason), carried=Follow.carried.op("&")(31 - reason)),
        execution_options=_IN_SQL,
    )


def _commented(family: list[int]):
    """SQL: whether the person of the follow has a comment that was written on one of these."""
    home = func.coalesce(Comment.origin_idea_id, Comment.idea_id)
    return exists().where(Comment.author_id == Follow.person_id, home.in_(family), Comment.deleted_at.is_(None))


def _another(above: int, holds):
    """SQL: whether the person of the follow has, on one of the ideas that `above` still took in, a follow that `holds`."""
    other, source = aliased(Follow), aliased(Idea)
    return exists().where(
        source.merged_into_id == above, other.idea_id == source.id, other.person_id == Follow.person_id, holds(other)
    )
