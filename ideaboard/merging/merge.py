"""The verbs of this room: an idea is merged into another, and stands on its own again.

A person is never counted twice; what is carried, and what comes back, is told in docs/adr/0018-merging.md.
"""

from datetime import datetime

from sqlalchemy import case, exists, func, select, update

from ideaboard.events.kinds import IDEA_MERGED, IDEA_UNMERGED
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.markdown import RENDERER_VERSION, clean_text, render
from ideaboard.foundation.refusals import Conflict, Forbidden, Missing, Refusal
from ideaboard.merging.carrying import (
    carry_comments,
    carry_follows,
    carry_votes,
    give_back_comments,
    give_back_follows,
    give_back_votes,
)
from ideaboard.merging.together import held, once_both_are_held
from ideaboard.models import Comment, Idea, Merge, Person, Vote
from ideaboard.models.vocabulary import Audience, Origin
from ideaboard.permissions import allows
from ideaboard.search.indexing import index_all_of
from ideaboard.voting.promise import start_clock
from ideaboard.voting.support import chain_of, end_of
from ideaboard.voting.trending import recompute

LONGEST = 2_000


class MayNotMerge(Forbidden):
    """Only staff of both boards merge."""


class NoWords(Refusal):
    """Those who took part read why: there are no words, or too many."""


class CannotMerge(Conflict):
    """These two cannot become one: the same, a circle, decided, out of sight, or seen by others."""


def merge(idea_id: int, into_id: int, by: Person, now: datetime, *, note: str) -> Merge:
    """Merge an idea into another, or into the one that stands for that; done twice is done once.

    note: why, in staff's own words; everyone told reads it. Raises NoWords, Missing, MayNotMerge, CannotMerge, Busy.
    """
    text, html = words_of(note)

    def deed() -> Merge:
        idea, into = held(idea_id, into_id, by)
        if not (allows(by, "idea.merge", idea) and allows(by, "idea.merge", into)):
            raise MayNotMerge(gettext("Merging needs staff of both boards. Ask them, or an admin."))
        if idea.merged_into_id is not None and end_of(idea.id) == into.id != idea.id:
            return db.session.execute(_standing(idea.id)).scalar_one()
        check(idea, into)
        return take_in(idea, into, by, now, text, html)

    return once_both_are_held(deed)


def unmerge(merge_id: int, by: Person, now: datetime, *, note: str) -> Merge:
    """Let a merged idea stand on its own again, with what came from it, less what was withdrawn since.

    What was voted and written on the other meanwhile stays there. Done twice is done once.
    Raises NoWords, Missing, MayNotMerge, Busy.
    """
    text, html = words_of(note)
    with transaction():
        row = db.session.get(Merge, merge_id) if 0 < merge_id < 2**53 else None
        if row is None:
            raise Missing(gettext("This merge is not here."))
        idea_id, into_id = row.idea_id, row.into_id

    def deed() -> Merge:
        idea, end = held(idea_id, into_id, by, parting=True)
        if not (allows(by, "idea.merge", idea) and allows(by, "idea.merge", end)):
            raise MayNotMerge(gettext("Merging needs staff of both boards. Ask them, or an admin."))
        made = db.session.get_one(Merge, merge_id, populate_existing=True)
        if made.unmerged_at is None:
            _let_go(made, idea, end, by, now, text, html)
        return made

    return once_both_are_held(deed)


def check(idea: Idea, into: Idea) -> None:
    """Whether `idea` can be merged into `into`, as both stand. Raises CannotMerge."""
    if idea.id == into.id:
        raise CannotMerge(
            gettext("That is this idea itself, or one that was merged into it. Choose another."), field="into"
        )
    if idea.merged_into_id is not None:
        raise CannotMerge(gettext("This idea was merged into another meanwhile. Undo that first."), field="into")
    if not idea.is_in_the_open or not into.is_in_the_open:
        raise CannotMerge(gettext("One of the two is out of sight, so they stay apart."), field="into")
    if not is_seen_alike(idea, into):
        raise CannotMerge(
            gettext(
                "Not the same people see both boards. Somebody would lose the idea, or read what was not for them."
            ),
            field="into",
        )
    if not into.is_open_for_votes:
        raise CannotMerge(
            gettext("Voting on “%(title)s” has ended. Answer this one instead, with a link to it.", title=into.title),
            field="into",
        )
    if not idea.is_open_for_votes:
        raise CannotMerge(gettext("This idea is decided, and its answer stays where it is."), field="into")


def is_seen_alike(idea: Idea, into: Idea) -> bool:
    """Whether exactly the same people see both: of the same board, or of two for the same audience."""
    if idea.board_id == into.board_id:
        return True
    return idea.board.who_may_see == into.board.who_may_see != Audience.LISTED


def words_of(note: str) -> tuple[str, str]:
    """Staff's words as they are stored, and rendered. Raises NoWords."""
    text = clean_text(note)
    if not any(c.isprintable() and not c.isspace() for c in text):
        raise NoWords(gettext("Say why, in a sentence or two: everyone who took part reads it."), field="note")
    if len(text) > LONGEST:
        raise NoWords(
            gettext(
                "This is %(num)s characters long; there is room for %(most)s. Shorten it, and send it again.",
                num=len(text), most=LONGEST,
            ),
            field="note",
        )  # fmt: skip
    return text, render(text)


def take_in(
    idea: Idea, into: Idea, by: Person, now: datetime, text: str, html: str, *, origin: str = Origin.HERE
) -> Merge:
    """Within an open transaction that holds both rows, when all was checked: the deed itself."""
    votes = idea.votes_count
    carried = carry_votes(idea, into)
    made = Merge(
        idea_id=idea.id, into_id=into.id, actor_id=by.id, merged_at=now, note=text, note_html=html,
        renderer_version=RENDERER_VERSION, votes=votes, both=votes - carried,
    )  # fmt: skip
    db.session.add(made)
    comments = carry_comments(idea, into)
    if idea.board_id != into.board_id:  # what is searched knows its board
        index_all_of([into.id])
    carry_follows(idea, into)
    idea.merged_at, idea.merged_into_id, idea.has_kin = now, into.id, True
    idea.comments_count, into.comments_count = 0, into.comments_count + comments
    into.votes_count, into.has_kin = into.votes_count + carried, True
    into.views_count += idea.views_count  # its votes came of these looks (models/ranking.py)
    # Another's idea took part as well: were this one taken back, theirs would be gone with it.
    of_another = idea.author_id is None or idea.author_id != into.author_id
    if into.others_took_part_at is None and (of_another or _others_took_part(into)):
        into.others_took_part_at = now
    db.session.flush()
    _reach_promise(into, now)
    recompute([into.id])
    record(
        IDEA_MERGED, actor=by, at=now, idea=idea, merge=made, origin=origin, into=into.id, votes=votes, both=made.both
    )
    return made


def _let_go(made: Merge, idea: Idea, end: Idea, by: Person, now: datetime, text: str, html: str) -> None:
    chain = chain_of(made.into_id)
    idea.merged_at = idea.merged_into_id = None
    db.session.flush()
    left = give_back_votes(idea, chain)
    comments = give_back_comments(idea, end)
    if idea.board_id != end.board_id:
        index_all_of([idea.id])
    give_back_follows(idea, chain)
    counted = select(func.count()).select_from(Vote).where(Vote.idea_id == idea.id, Vote.set_aside_at.is_(None))
    idea.votes_count, idea.comments_count = db.session.scalar(counted), comments
    end.votes_count, end.comments_count = end.votes_count - left, end.comments_count - comments
    less = case((Idea.views_count > idea.views_count, Idea.views_count - idea.views_count), else_=0)
    of_chain = update(Idea).where(Idea.id.in_(chain)).values(views_count=less)
    db.session.execute(of_chain.execution_options(synchronize_session=False))
    made.unmerged_at, made.unmerged_by_id, made.unmerge_note, made.unmerge_note_html = now, by.id, text, html
    db.session.flush()
    _reach_promise(idea, now)
    recompute([idea.id, end.id])
    record(IDEA_UNMERGED, actor=by, at=now, idea=idea, merge=made, out_of=end.id, votes=idea.votes_count)


def _standing(idea_id: int):
    return select(Merge).where(Merge.idea_id == idea_id, Merge.unmerged_at.is_(None))


def _others_took_part(idea: Idea) -> bool:
    voted = exists().where(Vote.idea_id == idea.id, Vote.person_id.is_distinct_from(idea.author_id))
    wrote = exists().where(Comment.idea_id == idea.id, Comment.author_id.is_distinct_from(idea.author_id))
    return db.session.scalar(select(voted | wrote))


def _reach_promise(idea: Idea, now: datetime) -> None:
    """The board's promise is read after the rows were locked (voting/promise.py)."""
    if idea.votes_count >= idea.board.promise_votes:
        start_clock(idea, now, votes=idea.board.promise_votes, days=idea.board.promise_days)
