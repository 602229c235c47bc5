"""Counts that a board hides until one has voted: nobody follows the crowd. Docs: docs/lists.md."""

from ideaboard.boards.directory import sees_all_counts
from ideaboard.models import Person


def hides_count(idea, viewer: Person | None, *, has_voted: bool) -> bool:
    """Whether this viewer sees no number of votes of an idea (or a line of one, with its board).

    Who voted sees it, and so do its author, staff of the board, moderators and admins; and everybody, once votes have ended.
    """
    if not idea.board.hides_counts or has_voted or not idea.is_open_for_votes:
        return False
    return viewer is None or not (viewer.id == idea.author_id or sees_all_counts(viewer, idea.board_id))


def as_counted_for(line, viewer: Person | None, *, has_voted: bool):
    """A line of a list as this viewer may see it: without a count that is not for them, so that no template shows it."""
    return line._replace(votes_count=None, imported_votes=0) if hides_count(line, viewer, has_voted=has_voted) else line
