"""Who belongs to a board's audiences, asked of the whole row (models/board.py) and of the glance at it alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ideaboard.models.vocabulary import Audience

if TYPE_CHECKING:
    from ideaboard.models.person import Person


class Doors:
    __slots__ = ()

    def admits(self, person: Person | None, audience: str) -> bool:
        """Whether a person belongs to one of this board's audiences.

        "Everyone" admits guests to look; a deed of theirs is done once their address is confirmed.
        """
        if audience == Audience.EVERYONE:
            return True
        if person is None:
            return False
        if person.is_admin or person.is_moderator or person.is_staff_of(self.id):
            return True
        if audience == Audience.LISTED:
            return person.is_listed_on(self.id)
        if audience == Audience.COLLEAGUES:
            return person.is_colleague
        return True
