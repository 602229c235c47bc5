"""Ten years of a big community, drawn from a seed: who comes when, which idea gets how many votes, what staff do.

`History(ideas, now).life(n)` is everything that happened to idea n (1 is the oldest). Moments are seconds since 1970.
Votes and comments fall off by rank as in real communities (Zipf), voters come within weeks, and of 152,322 ideas 886
are launched, as on My Starbucks Idea; most are never looked at, which is what staff's list must bear.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from dataclasses import dataclass, field

from ideaboard.models.vocabulary import Outcome, Stage

FULL_SIZE = 152_322
PEOPLE, VOTES, COMMENTS = 100_000, 2_000_000, 300_000  # at full size
FATES = ((Stage.LAUNCHED, 886), (Stage.COMING_SOON, 240), (Stage.REVIEWED, 9_000), (Stage.UNDER_REVIEW, 3_600))
MOST_COMMENTS = 1_000  # of one idea, at every size
DAY = 86_400
SPAN = 3_652 * DAY
BOARDS = 5
PRIVATE = 5  # the board that listed members alone see
LISTED_ONE_IN = 33
STAFF = 12  # the first people: an admin, then staff of the boards
IMPORTED_SHARE = 0.03  # the oldest ideas came from another tool
_BOARD_ODDS = (0.4, 0.65, 0.85, 0.95, 1.0)
_OUTCOMES = (Outcome.WANT, Outcome.NOT_NOW, Outcome.WILL_NOT, Outcome.EXISTS, Outcome.HANDED_OVER)
_OUTCOME_ODDS = (25, 25, 27, 18, 5)
_CHAIN = (Stage.UNDER_REVIEW, Stage.REVIEWED, Stage.COMING_SOON, Stage.LAUNCHED)
_STEP_DAYS = (25, 40, 60, 90)


@dataclass(slots=True)
class Change:
    at: float
    stage: str
    outcome: str | None
    actor: int
    ready: bool = False
    votes: int = 0


@dataclass(slots=True)
class Life:
    number: int
    at: float
    board: int
    author: int
    imported: bool
    votes: list[tuple[int, float]] = field(default_factory=list)  # (person, when), by person
    comments: list[tuple[float, int, int | None]] = field(default_factory=list)  # (when, person, place of the parent)
    changes: list[Change] = field(default_factory=list)
    taken_back: bool = False
    hidden: bool = False


class History:
    def __init__(self, ideas: int, now: float, seed: int = 4):
        chance = random.Random(f"{seed} history")
        share = ideas / FULL_SIZE
        self.ideas, self.now, self.seed = ideas, now, seed
        self.people = max(300, round(PEOPLE * share))
        begin = now - SPAN
        early = max(60, self.people // 50)
        self.joined = [begin - 30 * DAY] * early + sorted(
            begin + SPAN * chance.random() ** 0.8 for _ in range(self.people - early)
        )
        self.at = sorted(begin + SPAN * chance.random() ** 0.85 for _ in range(ideas))
        ranks = list(range(ideas))
        chance.shuffle(ranks)
        self.rank = ranks  # of each idea by popularity, 0 first
        self._votes_of_rank = _falling(ideas, VOTES * share, 12, 0.78)
        self._comments_of_rank = _falling(ideas, COMMENTS * share, 15, 0.8)
        self.comment_rank = _rank_by([rank * chance.lognormvariate(0, 0.8) for rank in ranks])
        self.fate = self._fates(chance, share)
        # The longest thread hangs on an idea that is still open, so that everything can be done there.
        open_ones = [n for n in range(ideas // 4, ideas) if n not in self.fate]
        self.longest_thread = min(open_ones, key=lambda n: ranks[n]) + 1

    def _fates(self, chance: random.Random, share: float) -> dict[int, str]:
        """{place of an idea: where it ends}: the popular rather than the others, and nothing of the last month."""
        old = [n for n in range(self.ideas) if self.at[n] < self.now - 40 * DAY]
        order = sorted(old, key=lambda n: (self.rank[n] + 30) * chance.lognormvariate(0, 1.4))
        fates: dict[int, str] = {}
        for stage, number in FATES:
            for n in order[len(fates) : len(fates) + max(3, round(number * share))]:
                fates[n] = stage
        return fates

    def life(self, number: int) -> Life:
        place = number - 1
        chance = random.Random(f"{self.seed} {number}")
        at = self.at[place]
        board = 1 + bisect_right(_BOARD_ODDS, chance.random())
        life = Life(number, at, board, 0, place < self.ideas * IMPORTED_SHARE)
        life.author = self.somebody(chance, at, board)
        life.changes = self._changes(chance, place, life)
        life.comments = self._comments(chance, place, life)
        life.votes = sorted(self._votes(chance, place, life).items())
        for change in life.changes:
            change.votes = sum(1 for _, when in life.votes if when <= change.at)
        if not life.changes and len(life.votes) == 1 and not life.comments:
            life.taken_back = chance.random() < 0.02
        life.hidden = not life.changes and not life.taken_back and chance.random() < 0.002
        return life

    def somebody(self, chance: random.Random, at: float, board: int) -> int:
        """A member of that time, rather one who came lately; on the private board one who is listed there."""
        there = bisect_right(self.joined, at)
        person = there - int((there - STAFF) * chance.random() ** 1.4)
        return person if board != PRIVATE else max(LISTED_ONE_IN, person - person % LISTED_ONE_IN)

    def _changes(self, chance: random.Random, place: int, life: Life) -> list[Change]:
        fate = self.fate.get(place)
        if fate is None:
            return []
        found, at = [], life.at
        outcome = Outcome.WANT
        if fate == Stage.REVIEWED:
            outcome = chance.choices(_OUTCOMES, _OUTCOME_ODDS)[0]
        for stage, days in zip(_CHAIN, _STEP_DAYS, strict=True):
            at += min(chance.expovariate(1 / days) * DAY, (self.now - at) / 2)
            actor = 1 + life.board + (BOARDS if chance.random() < 0.4 else 0)
            ready = stage == Stage.UNDER_REVIEW and chance.random() < 0.7
            found.append(Change(at, stage, outcome if stage == Stage.REVIEWED else None, actor, ready))
            if stage == fate:
                break
        if chance.random() < 0.05 and not found[-1].ready:  # a further word
            last = found[-1]
            found.append(Change(at + (self.now - at) / 3, last.stage, last.outcome, last.actor))
        return found[-1:] if life.imported else found

    def _closed(self, life: Life) -> float:
        ends = (Outcome.WILL_NOT, Outcome.EXISTS, Outcome.HANDED_OVER)
        closing = [c.at for c in life.changes if c.stage == Stage.LAUNCHED or c.outcome in ends]
        return closing[0] if closing else self.now

    def _votes(self, chance: random.Random, place: int, life: Life) -> dict[int, float]:
        wanted, closed = self._votes_of_rank[self.rank[place]], self._closed(life)
        there = bisect_right(self.joined, life.at + 60 * DAY)
        most = (there // LISTED_ONE_IN if life.board == PRIVATE else there) // 3
        votes = {life.author: life.at}
        late = 1 / (40 * DAY)
        for _ in range(min(wanted, most)):
            at = life.at + chance.expovariate(late)
            if at < closed:
                votes.setdefault(self.somebody(chance, at, life.board), at)
        return votes

    def _comments(self, chance: random.Random, place: int, life: Life) -> list[tuple[float, int, int | None]]:
        longest = life.number == self.longest_thread
        number = MOST_COMMENTS if longest else min(self._comments_of_rank[self.comment_rank[place]], 400)
        end = min(self.now, life.at + (SPAN if longest else 200 * DAY))
        moments = sorted(life.at + (end - life.at) * chance.random() ** 2 for _ in range(number))
        found: list[tuple[float, int, int | None]] = []
        for n, at in enumerate(moments):
            parent = int(n * chance.random()) if n and chance.random() < 0.45 else None
            found.append((at, self.somebody(chance, at, life.board), parent))
        return found


def _falling(ideas: int, total: float, flat: int, steep: float) -> list[int]:
    """How many each rank gets, so that all of them together get `total`."""
    weights = [1 / (rank + flat) ** steep for rank in range(ideas)]
    each = total / sum(weights)
    owed, found = 0.0, []
    for weight in weights:  # what is cut off of one goes to a later one
        owed += weight * each
        found.append(int(owed))
        owed -= int(owed)
    return found


def _rank_by(values: list[float]) -> list[int]:
    ranks = [0] * len(values)
    for rank, place in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        ranks[place] = rank
    return ranks
