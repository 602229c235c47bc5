"""Who says in the demo whether a launched idea solves it: some of its voters, the same at every planting."""

import random
from datetime import datetime, timedelta

from ideaboard.models.vocabulary import Stage
from ideaboard.site.demo.content import Community
from ideaboard.site.demo.crowd import SEED, Ballot, Moment

SAYS_SO = 0.12  # of those who voted
SOLVES = 0.86
NOT_ASKED_YET = ("vera",)  # whom a visitor plays: the question is left for them


def solved_rows(
    community: Community, cast: dict[str, list[Ballot]], ideas: dict[str, int], people: dict[str, int], moment: Moment
) -> list[dict]:
    """Rows of solved, in the days after each launch, none of them in the future."""
    rows, now = [], moment(0)
    for idea in community.ideas:
        if not idea.changes or idea.changes[-1].stage != Stage.LAUNCHED:
            continue
        rng, launched = random.Random(f"{SEED} solved {idea.key}"), moment(idea.changes[-1].days)
        for ballot in cast[idea.key]:
            says, solves, after = rng.random() < SAYS_SO, rng.random() < SOLVES, rng.expovariate(1 / 40)
            at: datetime = launched + timedelta(hours=after)
            if says and at < now and ballot.who not in NOT_ASKED_YET:
                rows.append(
                    {"idea_id": ideas[idea.key], "person_id": people[ballot.who], "solves": solves, "answered_at": at}
                )
    return rows
