"""Who votes on and follows what in the demo: real rows of real (made-up) people, the same at every planting.

All functions are pure; `moment(days)` turns days before the planting into a time.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ideaboard.models.vocabulary import OUTCOMES_THAT_END_VOTING, Reason, Stage
from ideaboard.site.demo.content import Board, Community, Idea

Moment = Callable[[float], datetime]
SEED = 2207
UNNAMED = 0.03  # of the votes
FRONT_LOADED = 1.7  # exponent: most votes come soon after an idea is shared


@dataclass(frozen=True)
class Ballot:
    who: str
    at: datetime
    unnamed: bool = False


def member_names(community: Community) -> dict[str, str]:
    """{key: name} of the further members: "Anouk B.", and now and then a first name alone."""
    rng = random.Random(SEED)
    names, taken = {}, set()
    while len(names) < community.members:
        name = rng.choice(community.first_names)
        if rng.random() < 0.85:
            name = f"{name} {rng.choice(community.initials)}."
        if name not in taken:
            taken.add(name)
            names[f"member-{len(names) + 1}"] = name
    return names


def ballots(community: Community, moment: Moment) -> dict[str, list[Ballot]]:
    """{idea: its votes, oldest first}; the author's own is the first. Nobody votes twice, or after voting ended."""
    crowd = list(member_names(community))
    boards = {board.slug: board for board in community.boards}
    cast = {}
    for idea in community.ideas:
        rng = random.Random(f"{SEED} votes {idea.key}")
        start, end = moment(idea.days), moment(days_when_voting_ended(idea))
        others = [
            Ballot(who, start + (end - start) * max(rng.random() ** FRONT_LOADED, 1e-6), rng.random() < UNNAMED)
            for who in _voters(community, boards[idea.board], idea, crowd, rng)
        ]
        cast[idea.key] = [Ballot(idea.by, start), *sorted(others, key=lambda ballot: ballot.at)]
    return cast


def follows(
    community: Community, cast: dict[str, list[Ballot]], moment: Moment
) -> dict[str, dict[str, tuple[int, datetime]]]:
    """{idea: {who: (reasons, since)}} of authors, voters, commenters, and of those who only follow."""
    crowd = list(member_names(community))
    result = {}
    for idea in community.ideas:
        rng = random.Random(f"{SEED} follows {idea.key}")
        reasons = {idea.by: (Reason.AUTHOR | Reason.VOTER, moment(idea.days))}
        for ballot in cast[idea.key][1:]:
            _add(reasons, ballot.who, Reason.VOTER, ballot.at)
        for comment in idea.talk:
            if comment.text:
                _add(reasons, comment.by, Reason.COMMENTER, moment(comment.days))
        only_follow = [who for who in crowd if who not in reasons]
        for who in rng.sample(only_follow, idea.followers):
            _add(reasons, who, Reason.CHOSEN, moment(idea.days * rng.uniform(0.3, 0.99)))
        result[idea.key] = reasons
    return result


def days_when_voting_ended(idea: Idea) -> float:
    """Days before the planting; 0 while it is open."""
    if idea.taken_back is not None:
        return idea.taken_back
    for change in idea.changes:
        if change.stage == Stage.LAUNCHED or change.outcome in OUTCOMES_THAT_END_VOTING:
            return change.days
    return 0.0


def _voters(community: Community, board: Board, idea: Idea, crowd: list[str], rng: random.Random) -> list[str]:
    wanted = idea.votes - 1
    chosen = [who for who, keys in community.choices.items() if idea.key in keys and who != idea.by]
    if board.see == "listed":
        named = [who for who in board.listed if who not in (idea.by, *community.choices)]
        return (chosen + rng.sample(named, max(0, min(len(named), wanted - len(chosen)))))[:wanted]
    answering = {who for each in community.boards for who in each.staff}
    keen = min(0.6, idea.votes / 150)
    for who, person in community.people.items():
        if who == idea.by or who in community.choices or who in answering or person.role == "admin":
            continue
        if rng.random() < keen:
            chosen.append(who)
    chosen = chosen[:wanted]
    return chosen + rng.sample(crowd, wanted - len(chosen))


def _add(reasons: dict, who: str, reason: int, at: datetime) -> None:
    before, since = reasons.get(who, (0, at))
    reasons[who] = (before | reason, min(since, at))
