"""Suggestions beside a title: similar ideas, why they match, and the viewer's own votes."""

from dataclasses import dataclass

from ideaboard.ideas.lines import Line, lines_of
from ideaboard.models import Person
from ideaboard.similar.finding import LIKELY, says_enough, similar_to
from ideaboard.similar.marking import Marks, Pieces
from ideaboard.voting.ballots import voted_on
from ideaboard.voting.counts import as_counted_for


@dataclass(frozen=True)
class Suggestion:
    """`title`, `text`: in pieces, each with whether it is a word of the query. `is_likely`: it may well be the same."""

    idea: Line
    is_likely: bool
    title: Pieces
    text: Pieces
    my_vote: bool


def suggestions_for(title: str, viewer: Person | None) -> list[Suggestion]:
    """Up to five, from the third word on; only such as show why they match, or have much in common."""
    if not says_enough(title):
        return []
    matches = similar_to(title[:300], viewer)
    ids = [match.idea_id for match in matches]
    votes, lines, marks = voted_on(ids, viewer), lines_of(ids), Marks(title)
    found = []
    for idea_id, common in matches:
        if idea_id in lines:
            my_vote = idea_id in votes
            idea = as_counted_for(lines[idea_id], viewer, has_voted=my_vote)
            found.append(Suggestion(idea, common >= LIKELY, marks.of(idea.title), marks.of(idea.excerpt), my_vote))
    return [one for one in found if one.is_likely or any(asked for _, asked in one.title + one.text)]
