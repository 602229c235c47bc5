"""What a list of ideas needs beside the ideas: rows are viewer-neutral, one query each brings the rest."""

from dataclasses import dataclass

from ideaboard.foundation.paging import Page
from ideaboard.models import Person
from ideaboard.voting.ballots import voted_on
from ideaboard.workflow.answers import Said, said_on


@dataclass
class Rows:
    """`page.items`: the ideas; `votes`: the ids of those that the viewer voted on; `answers`: {idea id: newest answer}."""

    page: Page
    votes: frozenset[int]
    answers: dict[int, Said]


def rows_of(page: Page, viewer: Person | None) -> Rows:
    return Rows(
        page,
        voted_on([idea.id for idea in page.items], viewer),
        said_on(page.items),
    )
