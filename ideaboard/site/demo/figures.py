"""What "How we answer" counts in the demo beside the ideas themselves: the promise's clocks, and who found an answer clear."""

import random
from datetime import datetime, timedelta

from ideaboard.models.vocabulary import Reason
from ideaboard.site.demo.crowd import SEED, Ballot

PROMISE_VOTES, PROMISE_DAYS = 50, 21
PLAYED = ("vera", "noor", "ada")  # whose part a visitor takes: they have not said it yet
SAYS_SO = 0.06  # of those who followed an answered idea
FOUND_IT_CLEAR = 0.9


def promise_reached_at(cast: list[Ballot]) -> datetime | None:
    """When the vote that the promise names was cast; None: not yet. cast: oldest first."""
    return cast[PROMISE_VOTES - 1].at if len(cast) >= PROMISE_VOTES else None


def clear_rows(changes: list[dict], follows: dict, people: dict[str, int], now: datetime) -> list[dict]:
    """Rows of clear_answer, within the days after each answer; the same at every planting."""
    rows = []
    for change in changes:
        if change["is_ready_sentence"]:
            continue
        rng = random.Random(f"{SEED} clear {change['idea']} {change['stage']} {change['outcome']}")
        asked = [
            who for who, (reasons, since) in sorted(follows[change["idea"]].items())
            if since <= change["changed_at"] and who not in (change["actor"], *PLAYED) and reasons & (Reason.VOTER | Reason.CHOSEN)
        ]  # fmt: skip
        for who in asked:
            at = change["changed_at"] + timedelta(hours=rng.expovariate(1 / 30))
            if rng.random() < SAYS_SO and at < now:
                rows.append({"change_id": change["id"], "person_id": people[who], "is_clear": rng.random() < FOUND_IT_CLEAR, "answered_at": at})  # fmt: skip
    return rows
