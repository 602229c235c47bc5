"""What the page of one idea shows beside the idea: each room's own part, gathered."""

from typing import NamedTuple

from ideaboard.discussion.threads import thread_of
from ideaboard.following.follows import follow_of
from ideaboard.ideas.history import additions_of, versions_of
from ideaboard.insights.clearness import clear_of
from ideaboard.merging.history import comment_behind, steps_of_merges
from ideaboard.models import Idea, Person
from ideaboard.stories.reading import stories_about
from ideaboard.voting.ballots import ballots_of, solved_of
from ideaboard.workflow.answers import pinned_answer
from ideaboard.workflow.endings import ending_of
from ideaboard.workflow.history import changes_of
from ideaboard.workflow.timeline import timeline_of
from ideaboard.workflow.tracker import steps_of


class Followed(NamedTuple):
    """All that the card of following shows of the idea: its part of the page is kept by it."""

    id: int


def parts_of(idea: Idea, viewer: Person | None, *, after: str | None = None, before: str | None = None) -> dict:
    """{name: part} for ideas/show.html; `after`, `before`: the page of its thread."""
    changes, additions, versions = changes_of(idea), additions_of(idea), versions_of(idea)
    change = pinned_answer(idea, changes)
    return {
        "my_vote": ballots_of([idea.id], viewer).get(idea.id),
        "my_solved": None if idea.is_open_for_votes else solved_of(idea, viewer),
        "ending": ending_of(idea),
        "my_follow": follow_of(idea, viewer),
        "followed": Followed(idea.id),
        "thread": thread_of(idea, viewer, after=after, before=before),
        "additions": additions,
        "versions": versions,
        "steps": tuple(steps_of(idea, changes)),
        "timeline": timeline_of(idea, viewer, changes, additions, versions, steps_of_merges(idea, viewer)),
        "change": change,
        "clear": clear_of(change, idea, viewer),
        "stories": stories_about(idea, viewer),
        "behind": comment_behind(idea),
    }
