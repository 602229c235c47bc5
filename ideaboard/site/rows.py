"""What a list of ideas needs beside the ideas: rows are viewer-neutral, one query each brings the rest."""

from dataclasses import dataclass

from ideaboard.foundation.paging import Page
from ideaboard.models import Person, StatusChange, Vote
from ideaboard.voting.ballots import ballots_of
from ideaboard.workflow.answers import answers_for


@dataclass
class Rows:
    """`page.items`: the ideas; `votes` and `answers`: {idea id: the viewer's Vote} and {idea id: newest answer}."""

    page: Page
    votes: dict[int, Vote]
    answers: dict[int, StatusChange]


def rows_of(page: Page, viewer: Person | None) -> Rows:
    return Rows(
        page,
        ballots_of([idea.id for idea in page.items], viewer),
        answers_for(page.items),
    )
