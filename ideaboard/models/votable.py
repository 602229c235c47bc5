"""What is asked of an idea before a vote, of the whole row (models/idea.py) and of the glance at it alike."""

from ideaboard.models.vocabulary import ENDS_VOTING


class Votable:
    __slots__ = ()
    is_line = False  # a line of a list comes without the count that its reader may not see

    @property
    def is_open_for_votes(self) -> bool:
        """Votes end when there is nothing left to want (PRODUCT, workflow); `not now` stays open."""
        if self.merged_into_id or self.hidden_at or self.held_at or self.taken_back_at:
            return False
        return self.standing not in ENDS_VOTING
