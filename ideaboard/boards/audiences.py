"""Who may do what on a board, in words."""

from ideaboard.extensions import gettext
from ideaboard.models import Board
from ideaboard.models.vocabulary import Audience, VotersSeenBy


def audience_words(audience: str) -> str:
    """'everyone', 'members', 'its listed members', 'colleagues and staff'."""
    return {
        Audience.EVERYONE: gettext("everyone"),
        Audience.MEMBERS: gettext("members"),
        Audience.LISTED: gettext("its listed members"),
        Audience.COLLEAGUES: gettext("colleagues and staff"),
    }[Audience(audience)]


def doors_of(board: Board) -> list[tuple[str, str]]:
    """[(deed, who)] for the board's page: see, share, vote, comment, and who sees who voted."""
    voters = {
        VotersSeenBy.STAFF: gettext("its staff"),
        VotersSeenBy.MEMBERS: gettext("members"),
        VotersSeenBy.EVERYONE: gettext("everyone"),
    }
    return [
        (gettext("Read"), audience_words(board.who_may_see)),
        (gettext("Share ideas"), audience_words(board.who_may_submit)),
        (gettext("Vote"), audience_words(board.who_may_vote)),
        (gettext("Comment"), audience_words(board.who_may_comment)),
        (gettext("See voters"), voters[VotersSeenBy(board.voters_seen_by)]),
    ]
