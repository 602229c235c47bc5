"""The visitor model: what arrives when, who looks how far, and who would vote for what.

Times are days since the beginning. Everything random is drawn here, before any rule is asked, so that all rules face the
same ideas, the same visits and the same opinions. An opinion is fixed: a person who would not vote for an idea at the
first look will not at the second.
"""

from dataclasses import dataclass, field
from random import Random

_MASK = 2**64 - 1


@dataclass(frozen=True)
class Setting:
    """One board. `quality`: the mean share of readers who would vote; `spread`: 0.1 (all alike) to 3 (a few gems)."""

    name: str
    ideas: int = 200
    days: float = 60
    visits_per_idea: float = 30
    depth: float = 8  # rows that a visitor reads on average, from the top; each further row with the same chance
    turns_page: float = 0.5  # the chance to go on where a page of 20 ends
    quality: float = 0.08
    spread: float = 1.0
    better: float = 0.0  # 1: the last idea is twice as good as the middle on average; -1: the first is
    arrivals: str = "even"  # 'even', 'bursts', 'late' or 'start'
    visits: str = "even"  # 'even' or 'bursts'
    stock: float = 0.0  # the share of ideas that were there before, with votes and looks
    stock_days: float = 730
    stock_favours_early: bool = False  # the stock's looks went to whoever came first, not to all alike
    stock_counted: bool = True  # whether the site counted views before the beginning
    crowd: float = 0.0  # the share of a decision that is left to the count that is shown
    returning: float = 0.0  # the share of visits by people of a small circle
    searching: float = 0.0  # the share of visits that read one idea, found elsewhere, and no list
    brigades: int = 0  # poor ideas to which 60 people come by a link within a day, and vote
    spam: float = 0.0  # the share of ideas that are junk, sent within two days
    comments: float = 0.1  # the share of voters who also comment; beside them one reader in a hundred


@dataclass
class Entry:
    """An idea of the world, and what became of it under one rule."""

    id: int
    born: float
    quality: float
    cast: list[float] = field(default_factory=list)
    commented: list[float] = field(default_factory=list)
    looks: int = 0  # how often it was truly read
    shown: int = 0  # in how many pages it stood, which is all that a site can count


@dataclass(frozen=True)
class Visit:
    at: float
    person: int
    depth: int  # rows read at most
    link: int | None = None  # the idea that was linked to or found, instead of a list
    decided: bool = False  # came to vote for it


@dataclass
class World:
    """`entries`: fresh copies for each rule by `beginning()`; `visits` in their order."""

    setting: Setting
    seed: int
    visits: list[Visit]
    _entries: list[Entry]

    def beginning(self) -> list[Entry]:
        """The ideas in the order of their birth, with what the stock has had before."""
        return [
            Entry(e.id, e.born, e.quality, list(e.cast), list(e.commented), e.looks, e.shown) for e in self._entries
        ]

    def opinion(self, person: int, idea: int) -> float:
        """0 to 1, the same whenever it is asked: below the idea's quality the person would vote for it."""
        x = (person * 0x9E3779B97F4A7C15 + idea * 0xC2B2AE3D27D4EB4F + self.seed * 0x165667B19E3779F9) & _MASK
        x = ((x ^ (x >> 29)) * 0xBF58476D1CE4E5B9) & _MASK
        x = ((x ^ (x >> 32)) * 0x94D049BB133111EB) & _MASK
        return (x >> 11) / 2**53


def make_world(setting: Setting, seed: int) -> World:
    random = Random(f"{setting.name}:{seed}")
    entries = _ideas(setting, random)
    visits = _visits(setting, entries, random)
    return World(setting, seed, visits, entries)


def _ideas(setting: Setting, random: Random) -> list[Entry]:
    stock = round(setting.ideas * setting.stock)
    junk = round(setting.ideas * setting.spam)
    births = sorted(-random.uniform(0, setting.stock_days) for _ in range(stock))
    births += sorted(_moments(setting.ideas - stock - junk, setting.arrivals, setting.days, random))
    flood = random.uniform(0.3, 0.6) * setting.days
    poor = {flood + random.uniform(0, 2) for _ in range(junk)}
    found = []
    for number, born in enumerate(sorted([*births, *poor]), start=1):
        place = number / setting.ideas - 0.5
        mean = setting.quality * (1 + setting.better * place * 1.6)
        quality = 0.001 if born in poor else _quality(mean, setting.spread, random)
        found.append(Entry(number, born, quality))
    for number, entry in enumerate(found[:stock]):
        _past(entry, number / max(stock, 1), setting, random)
    for entry in found[stock:]:
        entry.cast.append(entry.born)  # the author's own vote
    return found


def _quality(mean: float, spread: float, random: Random) -> float:
    """Gamma with that mean; spread is the standard deviation over the mean."""
    shape = 1 / spread**2
    return min(random.gammavariate(shape, mean / shape), 0.95)


def _past(entry: Entry, place: float, setting: Setting, random: Random) -> None:
    """What an idea of the stock has had: looks within the first weeks of its life, and votes by its quality."""
    looks = random.expovariate(1 / (setting.visits_per_idea * setting.depth / 2))
    if setting.stock_favours_early:
        looks *= 3 * (1 - place) ** 2
    entry.cast.append(entry.born)
    for _ in range(round(looks)):
        entry.looks += 1
        if random.random() < entry.quality:
            entry.cast.append(min(entry.born + random.expovariate(1 / 30), 0.0))
    entry.cast.sort()
    entry.shown = round(entry.looks * 20 / setting.depth) if setting.stock_counted else 0


def _moments(number: int, how: str, days: float, random: Random) -> list[float]:
    if how == "start":
        return [random.uniform(0, 0.01) for _ in range(number)]
    if how == "late":
        return [days * max(random.random(), random.random(), random.random(), random.random()) for _ in range(number)]
    if how == "bursts":
        peaks = [random.uniform(0, 0.9) * days for _ in range(3)]
        return [
            min(random.choice(peaks) + random.expovariate(20 / days), days)
            if random.random() < 0.8
            else random.uniform(0, days)
            for _ in range(number)
        ]
    return [random.uniform(0, days) for _ in range(number)]


def _visits(setting: Setting, entries: list[Entry], random: Random) -> list[Visit]:
    number = round(setting.ideas * setting.visits_per_idea)
    circle = max(10, number // 50)
    visits = []
    for at in _moments(number, setting.visits, setting.days, random):
        person = random.randrange(circle) if random.random() < setting.returning else circle + len(visits)
        link = None
        if random.random() < setting.searching:
            there = [entry.id for entry in entries if entry.born <= at]
            link = random.choice(there) if there else None
        visits.append(Visit(at, person, _depth(setting, random), link))
    poor = sorted((e for e in entries if 0 < e.born < 0.7 * setting.days), key=lambda e: e.quality)
    for idea in poor[: setting.brigades]:
        start = idea.born + random.uniform(0, 0.2) * setting.days
        visits += [
            Visit(start + random.random(), 10**9 + idea.id * 1000 + n, 0, idea.id, decided=True) for n in range(60)
        ]
    return sorted(visits, key=lambda visit: visit.at)


def _depth(setting: Setting, random: Random) -> int:
    """Rows read: each further one with the same chance, less where a page ends."""
    goes_on, depth = 1 - 1 / setting.depth, 1
    while random.random() < goes_on and depth < 400:
        if depth % 20 == 0 and random.random() > setting.turns_page:
            break
        depth += 1
    return depth
