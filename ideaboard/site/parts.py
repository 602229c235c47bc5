"""What the page of one idea shows beside the idea: each room's own part, gathered."""

from ideaboard.discussion.threads import thread_of
from ideaboard.following.follows import follow_of
from ideaboard.ideas.history import additions_of, versions_of
from ideaboard.models import Idea, Person
from ideaboard.site.rows import later
from ideaboard.voting.ballots import ballots_of, solved_of


def parts_of(idea: Idea, viewer: Person | None, *, after: str | None = None, before: str | None = None) -> dict:
    """{name: part} for ideas/show.html; `after`, `before`: the page of its thread."""
    parts = {
        "my_vote": ballots_of([idea.id], viewer).get(idea.id),
        "my_solved": None if idea.is_open_for_votes else solved_of(idea, viewer),
        "my_follow": follow_of(idea, viewer),
        "thread": thread_of(idea, viewer, after=after, before=before),
        "additions": additions_of(idea),
        "versions": versions_of(idea),
        "steps": None,
        "timeline": None,
        "change": None,
    }
    if steps_of := later("ideaboard.workflow.tracker", "steps_of"):
        parts["steps"] = steps_of(idea)
    if timeline_of := later("ideaboard.workflow.timeline", "timeline_of"):
        parts["timeline"] = timeline_of(idea, viewer)
    if pinned_answer := later("ideaboard.workflow.answers", "pinned_answer"):
        parts["change"] = pinned_answer(idea)
    return parts
