"""What the page of one idea shows beside the idea: each room's own part, gathered."""

from datetime import datetime

from ideaboard.models import Idea, Person
from ideaboard.site.rows import later
from ideaboard.voting.ballots import ballots_of, solved_of


def parts_of(idea: Idea, viewer: Person | None, values, now: datetime) -> dict:
    """{name: part} for ideas/show.html; `values`: the address' values (the thread's page)."""
    parts = {
        "my_vote": ballots_of([idea.id], viewer).get(idea.id),
        "my_solved": solved_of(idea, viewer),
        "my_follow": None,
        "thread": None,
        "steps": None,
        "timeline": None,
        "change": None,
    }
    if follow_of := later("ideaboard.following.follows", "follow_of"):
        parts["my_follow"] = follow_of(idea, viewer)
    if thread_of := later("ideaboard.discussion.threads", "thread_of"):
        parts["thread"] = thread_of(idea, viewer, after=values.get("after"))
    if steps_of := later("ideaboard.workflow.tracker", "steps_of"):
        parts["steps"] = steps_of(idea)
    if timeline_of := later("ideaboard.workflow.timeline", "timeline_of"):
        parts["timeline"] = timeline_of(idea, viewer)
    if pinned_answer := later("ideaboard.workflow.answers", "pinned_answer"):
        parts["change"] = pinned_answer(idea)
    return parts
