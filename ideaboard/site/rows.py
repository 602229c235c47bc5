"""What a list of ideas needs beside the ideas: rows are viewer-neutral, one query each brings the rest."""

from dataclasses import dataclass

from ideaboard.foundation.paging import Page
from ideaboard.ideas.lines import Line
from ideaboard.models import Person
from ideaboard.voting.ballots import voted_on
from ideaboard.voting.counts import as_counted_for
from ideaboard.workflow.answers import Said, said_on


@dataclass
class Rows:
    """`page.items`: the ideas; `votes`: the ids of those that the viewer voted on; `answers`: {idea id: newest answer}."""

    page: Page
    votes: frozenset[int]
    answers: dict[int, Said]


def rows_of(page: Page, viewer: Person | None) -> Rows:
    """A line whose count is not for this viewer loses it here: what is not there leaves no trace."""
    votes = voted_on([idea.id for idea in page.items], viewer)
    page.items = [
        as_counted_for(idea, viewer, has_voted=idea.id in votes) if isinstance(idea, Line) else idea
        for idea in page.items
    ]
    return Rows(page, votes, said_on(page.items))
