"""Which ideas are compared at all: those that hold the rarest words and letters of the query, a bounded number.

Ideas of boards that the viewer does not see take no place among the compared and are nobody's best. (How rare a word
is, all ideas together say.) Whether the viewer sees what is found is judged of each idea, afterwards (finding.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import bindparam, func, select

from ideaboard.extensions import db
from ideaboard.models import SimilarFresh, SimilarPosting, SimilarSegment, SimilarShape
from ideaboard.similar.postings import LETTERS, Made, made_of
from ideaboard.similar.scoring import Corpus, Pool, grams_of, rareness

WORDS, GRAMS = 8, 12  # of the query, the rarest: by these candidates are found
READ = 20_000  # ideas in their postings that are read, of words, and as many of letters (the rarest one in any case)
COMPARED = 200  # ideas that are compared
LIKELY = 300  # ideas of which those on boards that the viewer sees are compared, the likeliest first
FRESH = 256  # ideas changed since the last fold that count, the latest first
_GRAMS_COUNTED = 100

_SEGMENTS = select(
    SimilarSegment.id,
    SimilarSegment.mark,
    SimilarSegment.ideas,
    SimilarSegment.title_words,
    SimilarSegment.body_words,
).where(SimilarSegment.state == "live")
_LATEST = (
    select(SimilarFresh.idea_id)
    .group_by(SimilarFresh.idea_id)
    .order_by(func.max(SimilarFresh.id).desc())
    .limit(FRESH)
    .subquery()
)
_FRESH = select(SimilarShape.idea_id, SimilarShape.shape).join(_LATEST, _LATEST.c.idea_id == SimilarShape.idea_id)


def _numbers(name: str):
    """A list of whole numbers that is written into the statement: hundreds of parameters would cost more than reading."""
    return bindparam(name, expanding=True, literal_execute=True)


_POSTINGS = (
    select(SimilarPosting.term, SimilarPosting.ideas, SimilarPosting.members)
    .where(SimilarPosting.term.in_(_numbers("terms")), SimilarPosting.segment_id.in_(_numbers("segments")))
    .order_by(SimilarPosting.term, SimilarPosting.segment_id)
)
_SHAPES = select(SimilarShape.idea_id, SimilarShape.shape).where(
    SimilarShape.idea_id.in_(_numbers("ids")), SimilarShape.board_id.in_(_numbers("boards"))
)

# {mark of a live segment: (its terms, in how many ideas each stands)}: a few hundred kB each, which never change.
_counts: dict[str, tuple[np.ndarray, np.ndarray]] = {}


@dataclass(frozen=True)
class Compared:
    """The ideas to compare with, the likeliest first, and what is known of all."""

    ids: list[int]
    pool: Pool
    corpus: Corpus


def compared_with(
    query: Pool, boards: Iterable[int], *, exclude: int | None = None, among: list[int] | None = None
) -> Compared:
    """`boards`: only ideas of these; `among`: only these ideas, all of them."""
    segments = db.session.execute(_SEGMENTS).all()
    fresh = dict(db.session.execute(_FRESH).tuples().all())
    made = made_of(fresh)
    words = np.unique(query.title).tolist()
    grams = (np.unique(grams_of(query, 4)[0])[:_GRAMS_COUNTED] | LETTERS).tolist()
    held = _held_by(words + grams, segments, made)
    size = sum(segment.ideas for segment in segments) + len(fresh)
    corpus = Corpus(
        size,
        (sum(segment.title_words for segment in segments) + made.title_words) / max(1, size),
        (sum(segment.body_words for segment in segments) + made.body_words) / max(1, size),
        held,
    )
    if among is None:
        chosen = _rarest(words, held, WORDS) + _rarest(grams, held, GRAMS)
        among = _likely(chosen, [segment.id for segment in segments], made, corpus, exclude)
    shapes = dict(db.session.execute(_SHAPES, {"ids": among, "boards": list(boards)}).tuples().all())
    seen = [i for i in among if i in shapes][:COMPARED]
    return Compared(seen, Pool([shapes[i] for i in seen]), corpus)


def _held_by(terms: list[int], segments: list, fresh: Made) -> dict[int, int]:
    """{term: in how many ideas it stands}; what stands in none is not in it."""
    wanted = np.array(terms, np.uint64)
    total = np.zeros(len(terms), np.int64)
    for known, counts in _counts_of(segments):
        if len(known):
            at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
            total += np.where(known[at] == wanted, counts[at], 0)
    held = {term: count for term, count in zip(terms, total.tolist(), strict=True) if count}
    for term, count, _ in fresh.rows_of(terms):
        held[term] = held.get(term, 0) + count
    return held


def _counts_of(segments: list) -> list[tuple[np.ndarray, np.ndarray]]:
    global _counts
    missing = [segment.id for segment in segments if segment.mark not in _counts]
    kept = {segment.mark: _counts[segment.mark] for segment in segments if segment.mark in _counts}
    for mark, packed in (
        db.session.execute(select(SimilarSegment.mark, SimilarSegment.held_by).where(SimilarSegment.id.in_(missing)))
        if missing
        else ()
    ):
        size = len(packed) // 12
        kept[mark] = np.frombuffer(packed, "<u8", size), np.frombuffer(packed, "<u4", size, 8 * size)
    if len(kept) != len(_counts) or missing:
        _counts = kept
    return list(kept.values())


def _rarest(terms: list[int], held: dict[int, int], most: int) -> list[int]:
    """At most so many, and so many ideas in their postings; the rarest is always among them."""
    chosen, read = [], 0
    for term in sorted((t for t in terms if t in held), key=lambda t: (held[t], t))[:most]:
        read += held[term]
        if chosen and read > READ:
            break
        chosen.append(term)
    return chosen


def _likely(terms: list[int], live: list[int], fresh: Made, corpus: Corpus, exclude: int | None) -> list[int]:
    """The ids of ideas that hold most of the terms, weighed by rareness; equal ones by id."""
    rows = fresh.rows_of(terms)
    if live and terms:
        rows += db.session.execute(_POSTINGS, {"terms": terms, "segments": live}).tuples().all()
    rare = dict(zip(terms, rareness(np.array([corpus.held_by[t] for t in terms]), corpus.size).tolist(), strict=True))
    by_words, by_letters = ([], []), ([], [])
    for term, count, members in rows:
        kind = by_letters if term & LETTERS else by_words
        weight = rare[term]
        kind[0].append(np.frombuffer(members, "<u4", count))
        kind[1].append(
            np.full(count, weight) if term & LETTERS else np.frombuffer(members, np.uint8, count, 4 * count) * weight
        )
    if not rows:
        return []
    size = max(int(ids.max()) for ids in by_words[0] + by_letters[0]) + 1
    of_words, of_letters = _summed(*by_words, size), _summed(*by_letters, size)
    if exclude is not None and exclude < size:
        of_words[exclude] = of_letters[exclude] = 0
    found = np.flatnonzero((of_words + of_letters) > 0)
    values = np.zeros(len(found))
    for kind in (of_words[found], of_letters[found]):
        values += kind / max(kind.max(initial=0), 1e-9)
    values = values.round(9)
    if len(found) > LIKELY:
        best = values >= np.partition(values, -LIKELY)[-LIKELY]
        found, values = found[best], values[best]
    return found[np.lexsort((found, -values))][:LIKELY].tolist()


def _summed(ids: list, weights: list, size: int) -> np.ndarray:
    """By id: the sum of its weights."""
    return np.bincount(np.concatenate(ids), np.concatenate(weights), minlength=size) if ids else np.zeros(size)
