"""What happens in the simulated year, before anybody is told: ideas, votes and comments, each with its moment.

The rhythm is that of the file (`proposals.jsonl.gz`, `comments.jsonl.gz` as Barcelona's action plan of 2016 had them):
the days of the ideas, the votes of each, the moments of the comments. What the file does not hold is drawn:

- votes fall over the weeks after an idea, exponentially, half of them within VOTES_HALF_DAYS;
- voters are drawn from one population, the person of rank r with a weight of 1 / r ** ZIPF: a few vote on hundreds of
  ideas, most on one or two; who wrote an idea or a comment is one of the same population.

`every`: only each so-many-th idea; the population, and staff's pace, are divided by it, so that what one voter meets
stays the same.
"""

from __future__ import annotations

import gzip
import json
import random
from bisect import bisect
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

VOTERS = 6000  # for 35,357 votes
ZIPF = 0.8
VOTES_HALF_DAYS = 14
YEAR_DAYS = 365


@dataclass
class Told:
    """An idea of the year. `votes`: (when, number of a person), in their order; `comments` alike."""

    title: str
    author: int | None
    at: datetime
    is_wanted: bool
    votes: list[tuple[datetime, int]] = field(default_factory=list)
    comments: list[tuple[datetime, int]] = field(default_factory=list)


@dataclass
class Story:
    begins: datetime
    people: int
    ideas: list[Told]

    @property
    def ends(self) -> datetime:
        return self.begins + timedelta(days=YEAR_DAYS)


def story_of(folder: Path | None, every: int, seed: int = 2016) -> Story:
    """The year of a folder's files; without one, of a tiny invented community."""
    rows, comments = _files(folder) if folder else _invented(random.Random(seed))
    rows = [
        row
        for number, row in enumerate(sorted(rows, key=lambda row: (row["created_at"], row["id"])))
        if number % every == 0
    ]
    chance = random.Random(seed)
    people = max(50, round(VOTERS * sum(row["total_votes"] for row in rows) / 35_357))
    weights = list(accumulate(1 / (rank + 1) ** ZIPF for rank in range(people)))
    ranks = list(range(people))
    chance.shuffle(ranks)

    def somebody() -> int:
        return ranks[bisect(weights, chance.random() * weights[-1])]

    begins = datetime.fromisoformat(rows[0]["created_at"]).replace(tzinfo=UTC)
    said: dict[int, list[datetime]] = {}
    for comment in comments:
        moment = datetime.fromisoformat(comment["created_at"]).replace(tzinfo=UTC)
        said.setdefault(comment["proposal_id"], []).append(moment)
    ideas = []
    for row in rows:
        at = datetime.fromisoformat(row["created_at"]).replace(tzinfo=UTC) + timedelta(hours=chance.uniform(7, 22))
        author = ranks[row["author_id"] % people] if row["author_id"] else None  # the city's own have none
        idea = Told(row["title"][:120], author, at, row["status"] == "accepted")
        voters: set[int] = set()
        while len(voters) < min(row["total_votes"], people // 2):
            voters.add(somebody())
        mean = VOTES_HALF_DAYS / 0.6931
        idea.votes = sorted((at + timedelta(days=chance.expovariate(1 / mean)), voter) for voter in sorted(voters))
        idea.comments = sorted((max(moment, at), somebody()) for moment in said.get(row["id"], ()))
        ideas.append(idea)
    return Story(begins, people, ideas)


def _files(folder: Path) -> tuple[list[dict], list[dict]]:
    def lines(name: str) -> list[dict]:
        with gzip.open(folder / name, "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    return lines("proposals.jsonl.gz"), lines("comments.jsonl.gz")


def _invented(chance: random.Random) -> tuple[list[dict], list[dict]]:
    """Forty ideas of a season, a few of them loved."""
    rows, comments = [], []
    for number in range(1, 41):
        day = datetime(2026, 1, 12, tzinfo=UTC) + timedelta(days=2 * number)
        votes = min(120, int(chance.paretovariate(0.9) * 4))
        kind = "accepted" if chance.random() < 0.6 else "rejected"
        facts = {"created_at": f"{day:%Y-%m-%d}", "author_id": chance.randrange(500), "status": kind}
        rows.append({"id": number, "title": f"Idea {number} of the neighbourhood", "total_votes": votes, **facts})
        for _ in range(votes // 12):
            moment = day + timedelta(days=chance.uniform(1, 30))
            comments.append({"proposal_id": number, "created_at": f"{moment:%Y-%m-%dT%H:%M:%S}"})
    return rows, comments
