"""Who looks, as far as `visible_to` asks: for statements that are kept, which say the rule once for all who look alike."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import BindParameter, Select, select

from ideaboard.foundation.kept import given
from ideaboard.models.board_member import BoardMember
from ideaboard.models.person import Person
from ideaboard.models.vocabulary import BoardRole


@dataclass(frozen=True)
class Eyes:
    """In place of a viewer: what decides how the rule reads is fixed; who it is comes with each use, as `viewer_id`."""

    is_admin: bool
    is_moderator: bool
    is_colleague: bool
    is_staff_somewhere: bool

    @property
    def id(self) -> BindParameter:
        return given("viewer_id")

    @property
    def staff_board_ids(self) -> Select:
        mine = BoardMember.person_id == self.id
        return select(BoardMember.board_id).where(mine, BoardMember.role == BoardRole.STAFF)


def eyes_of(viewer: Person | None) -> Eyes | None:
    """The eyes of a viewer; None, a guest, looks as nobody."""
    if viewer is None:
        return None
    return _eyes(viewer.is_admin, viewer.is_moderator, viewer.is_colleague, viewer.is_staff_somewhere)


_eyes = cache(Eyes)
