"""What is asked of an idea, of the whole row (models/idea.py), of a list's line and of the glance before a vote alike."""

from ideaboard.models.vocabulary import ENDS_VOTING, Stage


class Votable:
    __slots__ = ()
    is_line = False  # a line of a list comes without the count that its reader may not see

    @property
    def is_open_for_votes(self) -> bool:
        """Votes end when there is nothing left to want (PRODUCT, workflow); `not now` stays open."""
        if self.merged_into_id or self.hidden_at or self.held_at or self.taken_back_at:
            return False
        return self.standing not in ENDS_VOTING


class Staged(Votable):
    """Where the status and the change at which it stands are known."""

    __slots__ = ()

    @property
    def stage(self) -> Stage:
        return Stage(self.status.stage) if self.status else Stage.RECEIVED

    @property
    def outcome(self) -> str | None:
        return self.change.outcome if self.change else None
