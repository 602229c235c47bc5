"""A glance at one idea: what a vote is decided on and what its button shows, in one kept statement."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from ideaboard.foundation.kept import Kept, given
from ideaboard.models.board import Board
from ideaboard.models.doors import Doors
from ideaboard.models.eyes import Eyes, eyes_of
from ideaboard.models.idea import Idea
from ideaboard.models.person import Person
from ideaboard.models.votable import Votable


class _BoardColumns(NamedTuple):
    id: int
    who_may_see: str
    who_may_vote: str
    voters_seen_by: str
    hides_counts: bool


class BoardGlance(Doors, _BoardColumns):
    """Its doors."""

    __slots__ = ()


class _IdeaColumns(NamedTuple):
    id: int
    slug: str
    title: str
    author_id: int | None
    board_id: int
    standing: str
    votes_count: int
    merged_into_id: int | None
    hidden_at: datetime | None
    held_at: datetime | None
    taken_back_at: datetime | None
    promise_reached_at: datetime | None
    has_kin: bool
    who_may_see: str
    who_may_vote: str
    voters_seen_by: str
    hides_counts: bool


class IdeaGlance(Votable, _IdeaColumns):
    """What `Idea` says of the same names; `permissions.allows` takes it for the idea."""

    __slots__ = ()

    @property
    def board(self) -> BoardGlance:
        return BoardGlance(self.board_id, self.who_may_see, self.who_may_vote, self.voters_seen_by, self.hides_counts)


def glance_at(idea_id: int, viewer: Person | None) -> IdeaGlance | None:
    """The idea as it stands now, or None where the viewer may not see it (Idea.visible_to).

    On PostgreSQL its row is held until the transaction ends: deeds on one idea queue at its row, in one order.
    key_share (FOR NO KEY UPDATE, as in all deeds on an idea): a row that only points at the idea, like a follow, need
    not wait for it; waiting there with its own lock in hand was a deadlock with the vote of the same person. What the
    idea's row does not say itself (the board's doors) is as it was when the statement began.
    """
    if not 0 < idea_id < 2**53:  # an address names any number, and a database refuses some of them
        return None
    eyes = eyes_of(viewer)
    kept = _GLANCES.get(eyes)
    if kept is None:
        kept = _GLANCES[eyes] = Kept(lambda _: _statement(eyes), IdeaGlance)
    return kept.one(idea_id=idea_id, viewer_id=viewer.id if viewer is not None else None)


_GLANCES: dict[Eyes | None, Kept] = {}


def _statement(eyes: Eyes | None):
    of_idea = [
        getattr(Idea, name) for name in _IdeaColumns._fields if name not in _BoardColumns._fields or name == "id"
    ]
    of_board = [getattr(Board, name) for name in _BoardColumns._fields[1:]]
    found = select(*of_idea, *of_board).join(Board, Board.id == Idea.board_id)
    found = found.where(Idea.id == given("idea_id"), Idea.visible_to(eyes))
    return found.with_for_update(of=Idea, key_share=True)
