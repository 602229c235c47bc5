"""How good a ranking of similar ideas is, by the rules of the published evaluations, and by how much two differ.

A query without relevant ids is left out of every average; average precision divides by the number of relevant ids, also
when the ranking leaves some out; a query without a ranking scores 0; an id named twice counts once; the query's own id
is skipped. All in percent.
"""

import gzip
import hashlib
import json
import random
import re
import sqlite3
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MEASURES = ("R@5", "R@10", "MAP", "MRR")
RANKED = 10  # ids of an answer
_DRAWS = 5_000


@dataclass(frozen=True)
class Collection:
    """corpus.jsonl.gz, queries.jsonl.gz, qrels.tsv and, where only some are ranked, candidates.tsv of a folder."""

    name: str
    corpus: list[dict]
    queries: list[dict]
    relevant: dict[str, list[str]]
    candidates: dict[str, list[str]] | None

    @classmethod
    def read(cls, folder: Path) -> "Collection":
        few = folder / "candidates.tsv"
        return cls(
            folder.resolve().name,
            _lines(folder / "corpus.jsonl.gz"),
            _lines(folder / "queries.jsonl.gz"),
            _columns(folder / "qrels.tsv"),
            _columns(few) if few.exists() else None,
        )


def _lines(file: Path) -> list[dict]:
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        return [{**row, "id": str(row["id"])} for row in map(json.loads, stream)]


def _columns(file: Path) -> dict[str, list[str]]:
    rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines() if line)
    return {row[0]: row[1].split() for row in rows}


def score_of(relevant: set[str], ranking: Iterable[str]) -> dict[str, float]:
    """The measures of one query."""
    hits = [place for place, name in enumerate(ranking, 1) if name in relevant]
    return {
        "R@5": 100 * sum(place <= 5 for place in hits) / len(relevant),
        "R@10": 100 * sum(place <= 10 for place in hits) / len(relevant),
        "MAP": 100 * sum(nth / place for nth, place in enumerate(hits, 1)) / len(relevant),
        "MRR": 100 / hits[0] if hits else 0.0,
    }


def scores_of(relevant: dict[str, list[str]], rankings: dict[str, list[str]]) -> dict[str, dict[str, float]]:
    """{query: its measures}, of the queries that have relevant ids."""
    found = {}
    for query, ids in relevant.items():
        wanted = set(ids) - {query}
        if wanted:
            found[query] = score_of(wanted, [i for i in dict.fromkeys(rankings.get(query, ())) if i != query])
    return found


def mean_of(scores: Iterable[dict[str, float]]) -> dict[str, float]:
    rows = list(scores)
    return {name: sum(row[name] for row in rows) / len(rows) if rows else 0.0 for name in MEASURES}


def half_of(query: str) -> int:
    """0: weights were tuned on these queries; 1: they were not."""
    return hashlib.sha1(query.encode(), usedforsecurity=False).digest()[-1] % 2


def gain_of(ours: list[float], theirs: list[float]) -> tuple[float, float, float, float]:
    """Paired bootstrap over queries: (mean gain, 2.5 %, 97.5 %, share of draws without a gain)."""
    gains = [a - b for a, b in zip(ours, theirs, strict=True)]
    dice, size = random.Random(20_240_401), len(gains)
    means = sorted(sum(dice.choices(gains, k=size)) / size for _ in range(_DRAWS))
    return (
        sum(gains) / size,
        means[int(0.025 * _DRAWS)],
        means[int(0.975 * _DRAWS)],
        sum(mean <= 0 for mean in means) / _DRAWS,
    )


def plain_fts5(collection: Collection) -> dict[str, list[str]]:
    """What is to beat: SQLite's FTS5 as it comes (Porter, words of the title five times), the words joined by OR."""
    tables = sqlite3.connect(":memory:")
    tables.execute("CREATE VIRTUAL TABLE f USING fts5(title, body, tokenize='porter unicode61 remove_diacritics 2')")
    ids = [row["id"] for row in collection.corpus]
    tables.executemany(
        "INSERT INTO f (rowid, title, body) VALUES (?, ?, ?)",
        [(n, _folded(row["title"]), _folded(row.get("body") or "")) for n, row in enumerate(collection.corpus)],
    )
    found = {}
    for query in collection.queries:
        words = " OR ".join(f'"{word}"' for word in dict.fromkeys(re.findall(r"\w+", _folded(query["title"]))))
        rows = tables.execute("SELECT rowid FROM f WHERE f MATCH ? ORDER BY bm25(f, 5, 1), rowid", (words or '""',))
        ranked = [ids[n] for (n,) in rows if ids[n] != query["id"]]
        if collection.candidates is not None:
            few = collection.candidates.get(query["id"], [])
            ranked = [name for name in ranked if name in few] + [name for name in few if name not in ranked]
        found[query["id"]] = ranked[:RANKED]
    tables.close()
    return found


def _folded(words: str) -> str:
    apart = unicodedata.normalize("NFKD", words.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))
