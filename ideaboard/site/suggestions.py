"""Suggestions beside a title: similar ideas, why they match, and the viewer's own votes."""

from dataclasses import dataclass

from ideaboard.models import Idea, Person, Vote
from ideaboard.similar.finding import LIKELY, says_enough, similar_to
from ideaboard.similar.marking import marked
from ideaboard.voting.ballots import ballots_of


@dataclass(frozen=True)
class Suggestion:
    """`title`, `text`: in pieces, each with whether it is a word of the query. `is_likely`: it may well be the same."""

    idea: Idea
    is_likely: bool
    title: list[tuple[str, bool]]
    text: list[tuple[str, bool]]
    my_vote: Vote | None


def suggestions_for(title: str, viewer: Person | None) -> list[Suggestion]:
    """Up to five, from the third word on; only such as show why they match, or have much in common."""
    if not says_enough(title):
        return []
    matches = similar_to(title[:300], viewer)
    votes = ballots_of([match.idea.id for match in matches], viewer)
    found = [
        Suggestion(
            match.idea,
            match.common >= LIKELY,
            marked(match.idea.title, title),
            marked(match.idea.excerpt, title),
            votes.get(match.idea.id),
        )
        for match in matches
    ]
    return [one for one in found if one.is_likely or any(asked for _, asked in one.title + one.text)]
