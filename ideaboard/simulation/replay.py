"""Real votes, replayed in their order through the rules: who would have been on top half-way, and was that right?

A folder of Polis (comments.csv, votes.csv.gz: each row is somebody who was shown a statement and agreed, disagreed or passed)
or of the Decentraland DAO (proposals.csv.gz, votes.csv.gz), or a folder of such folders. Each row is a look; agreeing is a
vote. The rules get the first half. Their lists are then held against the share that agreed in the second half, which they
have not seen, and against the order in which the things came: what a list owes to being first.
"""

import csv
import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ideaboard.simulation.run import Rule, correlation
from ideaboard.simulation.world import Entry

ENOUGH = 8  # looks in the second half, below which its share says nothing
_DAY_MS = 86_400_000


@dataclass(frozen=True)
class Stream:
    """`born`: {thing: day}; `looks`: (day, thing, who, agrees) in order."""

    name: str
    born: dict[str, float]
    looks: list[tuple[float, str, str, bool]]


@dataclass(frozen=True)
class Replayed:
    """Correlations of the list half-way: with the later share of agreement, and with having come first."""

    with_later: float
    with_first: float
    things: int


def streams_of(folder: Path) -> Iterator[Stream]:
    """The streams below a folder, by name. Raises FileNotFoundError where there is none."""
    found = False
    for place in [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]:
        if (place / "comments.csv").exists():
            yield _polis(place)
        elif (place / "proposals.csv.gz").exists():
            yield _decentraland(place)
        else:
            continue
        found = True
    if not found:
        raise FileNotFoundError(f"{folder} holds neither comments.csv nor proposals.csv.gz")


def _polis(place: Path) -> Stream:
    with (place / "comments.csv").open(newline="") as file:
        born = {row["comment-id"]: int(row["timestamp"]) / _DAY_MS for row in csv.DictReader(file)}
    with gzip.open(place / "votes.csv.gz", "rt", newline="") as file:
        rows = [
            (int(row["timestamp"]) / _DAY_MS, row["comment-id"], row["voter-id"], row["vote"] == "1")
            for row in csv.DictReader(file)
        ]
    return _stream(place.name, born, rows)


def _decentraland(place: Path) -> Stream:
    with gzip.open(place / "proposals.csv.gz", "rt", newline="") as file:
        born = {row["Snapshot ID"]: _day(row["Started"]) for row in csv.DictReader(file)}
    with gzip.open(place / "votes.csv.gz", "rt", newline="") as file:
        rows = [
            (_day(row["Created"]), row["Proposal ID"], row["Member"], row["Choice"].strip().lower() in ("yes", "for"))
            for row in csv.DictReader(file)
        ]
    return _stream(place.name, born, rows)


def _stream(name: str, born: dict[str, float], rows: list) -> Stream:
    """Each person's first look at each thing."""
    first: dict[tuple[str, str], tuple] = {}
    for row in sorted(rows):
        if row[1] in born:
            first.setdefault((row[1], row[2]), row)
    looks = sorted(first.values())
    seen: dict[str, float] = {}
    for at, thing, _, _ in looks:
        seen.setdefault(thing, at)
    return Stream(name, {thing: min(born[thing], at) for thing, at in seen.items()}, looks)


def _day(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() / 86_400


def replay(stream: Stream, make: Callable[[], Rule]) -> Replayed:
    half = len(stream.looks) // 2
    begins = stream.looks[0][0]
    later, agreed = Counter(), Counter()
    for _, thing, _, agrees in stream.looks[half:]:
        later[thing] += 1
        agreed[thing] += agrees
    entries: dict[str, Entry] = {}
    rule = make()
    for at, thing, _, agrees in stream.looks[:half]:
        day = at - begins
        if thing not in entries:
            share = agreed[thing] / later[thing] if later[thing] else 0.0
            entries[thing] = Entry(len(entries) + 1, stream.born[thing] - begins, share)
            rule.came(entries[thing])
        rule.showed([entries[thing]], day)
        if agrees:
            entries[thing].cast.append(day)
            rule.voted(entries[thing], day)
    judged = {entry.id for thing, entry in entries.items() if later[thing] >= ENOUGH}
    final = [e for e in rule.order(list(entries.values()), stream.looks[half][0] - begins) if e.id in judged]
    by_age = [Entry(e.id, e.born, -e.born) for e in final]
    return Replayed(correlation(final), correlation(by_age), len(final))
