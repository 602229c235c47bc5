"""Submit: an idea, its author's own vote and follow, and the event, in one transaction, once.

A form's token is kept on a draft row: sending twice, or in parallel, finds the row that was sent before.
"""

from datetime import datetime

from sqlalchemy import select

from ideaboard.events.kinds import IDEA_SUBMITTED
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext
from ideaboard.following.follows import add_reason
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name, transaction
from ideaboard.foundation.refusals import Forbidden, Missing
from ideaboard.ideas.different import SAME_AS_NONE, Different
from ideaboard.ideas.wording import Words, words_of
from ideaboard.models import Board, Draft, Idea, Person, Vote
from ideaboard.models.vocabulary import Reason
from ideaboard.permissions import allows
from ideaboard.search.indexing import index_idea
from ideaboard.similar.indexing import learn
from ideaboard.voting.promise import start_clock


class MayNotSubmit(Forbidden):
    """The board's "who may submit" does not admit this person, or the board takes no more ideas."""


def submit_idea(
    by: Person,
    now: datetime,
    *,
    board_id: int,
    title: str,
    body: str,
    form_token: str,
    different: Different = SAME_AS_NONE,
) -> Idea:
    """Make an idea visible, with its author's vote. The same token again gives the idea that is there.

    Raises NotAnIdea, Missing (a board that the person does not see), MayNotSubmit.
    """
    words = words_of(title, body)
    with transaction():
        draft = claim_token(form_token, by, now)
        if draft.idea_id is not None:
            return db.session.get_one(Idea, draft.idea_id)
        different.put_on(draft, by)
        return publish(draft, by, now, board_id, words)


def claim_token(form_token: str, by: Person, now: datetime) -> Draft:
    """Within an open transaction: the draft row of this token, locked; made when it is new. Raises Missing."""
    db.session.execute(
        dialects_sql.insert_once(dialect_name(), Draft).values(
            form_token=form_token, author_id=by.id, written_at=now, title="", body=""
        )
    )
    draft = db.session.execute(
        select(Draft).where(Draft.form_token == form_token).with_for_update(of=Draft),
        execution_options={"populate_existing": True},
    ).scalar_one()
    if draft.author_id is None and draft.email is not None and draft.email == by.email:
        draft.author_id, draft.email = by.id, None  # written before signing in, under the address that is theirs
    if draft.author_id != by.id:
        raise Missing(gettext("This form belongs to somebody else. Open the page again and send it from there."))
    return draft


def open_board(board_id: int | None, by: Person) -> Board:
    """Within an open transaction: a board that takes ideas of this person. Raises Missing, MayNotSubmit."""
    board = None
    if board_id is not None and 0 < board_id < 2**53:
        board = db.session.execute(
            select(Board).where(Board.id == board_id, Board.visible_to(by)),
            execution_options={"populate_existing": True},
        ).scalar_one_or_none()
    if board is None:
        raise Missing(gettext("This board is not here."))
    if board.archived_at is not None or not allows(by, "board.submit", board):
        raise MayNotSubmit(gettext("%(board)s does not take ideas from you. Choose another board.", board=board.name))
    return board


def publish(draft: Draft, by: Person, now: datetime, board_id: int | None, words: Words) -> Idea:
    """Within an open transaction: the idea, its vote, follow and event; the draft keeps which idea it became."""
    board = open_board(board_id, by)
    may_vote = board.admits(by, board.who_may_vote)
    idea = Idea(
        board_id=board.id,
        author_id=by.id,
        organisation_id=by.organisation_id,
        votes_count=1 if may_vote else 0,
        created_at=now,
        visible_at=now,
        different_from_id=draft.different_from_id,
        different_because=draft.different_because,
        **words.columns(),
    )
    db.session.add(idea)
    db.session.flush()
    if may_vote:
        db.session.add(Vote(idea_id=idea.id, person_id=by.id, cast_at=now, organisation_id=by.organisation_id))
    add_reason(idea.id, by.id, Reason.AUTHOR | (Reason.VOTER if may_vote else 0), now)
    record(IDEA_SUBMITTED, actor=by, at=now, idea=idea)
    index_idea(idea)
    learn([idea.id])
    if idea.votes_count >= board.promise_votes:
        start_clock(idea, now, votes=board.promise_votes, days=board.promise_days)
    # The text lives on in the idea alone: what is redacted there must not stand here.
    draft.idea_id, draft.published_at, draft.title, draft.body, draft.different_because = idea.id, now, "", "", ""
    return idea
