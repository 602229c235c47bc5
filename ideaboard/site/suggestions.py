"""Suggestions beside a title: similar ideas, why they match, and the viewer's own votes."""

from dataclasses import dataclass

from ideaboard.models import Idea, Person, Vote
from ideaboard.similar.finding import says_enough, similar_to
from ideaboard.similar.marking import marked
from ideaboard.voting.ballots import ballots_of


@dataclass(frozen=True)
class Suggestion:
    """`title`, `text`: in pieces, each with whether it is a word of the query."""

    idea: Idea
    title: list[tuple[str, bool]]
    text: list[tuple[str, bool]]
    my_vote: Vote | None


def suggestions_for(title: str, viewer: Person | None) -> list[Suggestion]:
    """Up to five, from the third word on."""
    if not says_enough(title):
        return []
    ideas = [match.idea for match in similar_to(title[:300], viewer)]
    votes = ballots_of([idea.id for idea in ideas], viewer)
    return [
        Suggestion(idea, marked(idea.title, title), marked(idea.excerpt, title), votes.get(idea.id)) for idea in ideas
    ]
