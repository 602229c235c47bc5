"""Where voting ends, and what stands in its place. The button itself belongs to voting."""

from dataclasses import dataclass

from ideaboard.foundation.links import links
from ideaboard.models import Idea
from ideaboard.models.vocabulary import OUTCOMES_THAT_END_VOTING, Stage
from ideaboard.workflow.linked import is_seen_with, link_of, standing_for


@dataclass(frozen=True)
class Ending:
    """`kind`: launched, will_not, exists, handed_over or merged.

    `link`: will_not: the answer that says why; exists, handed_over: where it is; merged: the idea to vote on;
    None on launched, and where the linked idea is not seen any more.
    """

    kind: str
    link: str | None = None


def ending_of(idea: Idea) -> Ending | None:
    """What ended voting on this idea; None while it is open (or only out of sight)."""
    if idea.merged_into_id:
        into = standing_for(idea)
        return Ending("merged", _path(into) if is_seen_with(idea, into) else None)
    if idea.stage is Stage.LAUNCHED:
        return Ending("launched")
    if idea.outcome not in OUTCOMES_THAT_END_VOTING:
        return None
    if idea.outcome == "will_not":
        return Ending("will_not", _path(idea) + "#answer")
    return Ending(idea.outcome, link_of(idea.change, idea))


def _path(idea: Idea) -> str:
    return links.path("ideas.show", idea_id=idea.id, slug=idea.slug)
