"""One world under one rule: lists are made anew TICKS times, visitors read them from the top, votes come of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ideaboard.simulation.rivals import Key
from ideaboard.simulation.world import Entry, Visit, World

TICKS = 300
PAGE = 20
SEEN = 30  # looks below which an idea counts as hardly seen


class Rule(Protocol):
    """What a list does: it hears what happens, and says its order when asked."""

    def begins(self, entries: Sequence[Entry]) -> None:
        """Ideas of the stock, with their votes and views."""

    def came(self, entry: Entry) -> None:
        """A new idea, with its author's vote."""

    def voted(self, entry: Entry, at: float) -> None: ...

    def showed(self, page: Sequence[Entry], at: float) -> None:
        """These rows were put before a visitor: what a site can count. Which of them were read it cannot know."""

    def order(self, entries: Sequence[Entry], at: float) -> list[Entry]:
        """All ideas that are there, from the top."""


class ByKey:
    """A rival: no memory beside what stands in the entries."""

    def __init__(self, key: Key):
        self.key = key

    def begins(self, entries):
        pass

    came = begins

    def voted(self, entry, at):
        pass

    showed = voted

    def order(self, entries, at):
        key = self.key
        return sorted(entries, key=lambda entry: key(entry, at), reverse=True)


@dataclass(frozen=True)
class Outcome:
    """`correlation`: of the final list with quality (Spearman); `unseen`: the share of ideas read fewer than 30 times."""

    correlation: float
    unseen: float


def run(world: World, rule: Rule) -> Outcome:
    entries = world.beginning()
    waiting = [entry for entry in entries if entry.born >= 0]
    there = [entry for entry in entries if entry.born < 0]
    by_id = {entry.id: entry for entry in entries}
    rule.begins(there)
    voted: set[tuple[int, int]] = set()
    coming, arriving = 0, 0

    def arrive(until: float) -> None:
        nonlocal arriving
        while arriving < len(waiting) and waiting[arriving].born <= until:
            there.append(waiting[arriving])
            rule.came(waiting[arriving])
            arriving += 1

    for tick in range(TICKS):
        start, end = (world.setting.days * t / TICKS for t in (tick, tick + 1))
        arrive(start)
        order = rule.order(there, start)
        most = max((len(entry.cast) for entry in there), default=1)
        while coming < len(world.visits) and (world.visits[coming].at <= end or tick == TICKS - 1):
            visit = world.visits[coming]
            arrive(visit.at)  # a link may lead to what no list shows yet
            _visit(world, visit, order, by_id, rule, voted, most)
            coming += 1
    arrive(world.setting.days)
    final = rule.order(there, world.setting.days)
    return Outcome(correlation(final), sum(entry.looks < SEEN for entry in there) / len(there))


def _visit(world: World, visit: Visit, order, by_id, rule: Rule, voted: set, most: int) -> None:
    if visit.link is not None:
        linked = by_id[visit.link]
        _show([linked], rule, visit.at)
        _read(world, visit, linked, rule, voted, most)
        return
    for start in range(0, visit.depth, PAGE):
        _show(order[start : start + PAGE], rule, visit.at)
    for entry in order[: visit.depth]:
        _read(world, visit, entry, rule, voted, most)


def _show(page: Sequence[Entry], rule: Rule, at: float) -> None:
    for entry in page:
        entry.shown += 1
    rule.showed(page, at)


def _read(world: World, visit: Visit, entry: Entry, rule: Rule, voted: set, most: int) -> None:
    setting = world.setting
    entry.looks += 1
    opinion = world.opinion(visit.person, entry.id)
    wants = entry.quality
    if setting.crowd:
        wants = (1 - setting.crowd) * wants + setting.crowd * setting.quality * 2 * len(entry.cast) / most
    if (opinion < wants or visit.decided) and (visit.person, entry.id) not in voted:
        voted.add((visit.person, entry.id))
        entry.cast.append(visit.at)
        rule.voted(entry, visit.at)
        if world.opinion(visit.person + 1, entry.id) < setting.comments:
            entry.commented.append(visit.at)
    elif opinion > 0.99:
        entry.commented.append(visit.at)


def correlation(final: Sequence[Entry]) -> float:
    """Spearman's: 1 where the list runs exactly by quality, 0 where it does not know it."""
    best = sorted(final, key=lambda entry: -entry.quality)
    place = {entry.id: number for number, entry in enumerate(best)}
    n = len(final)
    off = sum((number - place[entry.id]) ** 2 for number, entry in enumerate(final))
    return 1 - 6 * off / (n * (n * n - 1)) if n > 1 else 1.0
