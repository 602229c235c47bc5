"""Which ideas are compared at all: those that hold the rarest words and letters of the query, a bounded number.

Ideas of boards that the viewer does not see take no place among the compared and are nobody's best. (How rare a word
is, all ideas together say.) Whether the viewer sees what is found is judged of each idea, afterwards (finding.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select, type_coerce
from sqlalchemy.types import NullType

from ideaboard.extensions import db
from ideaboard.foundation.dialects_sql import Numbers, among
from ideaboard.foundation.kept import Kept, given
from ideaboard.models import SimilarFresh, SimilarPosting, SimilarSegment, SimilarShape
from ideaboard.similar.postings import LETTERS, Made, made_of
from ideaboard.similar.scoring import Corpus, Pool, grams_of, rareness

WORDS, GRAMS = 8, 12  # of the query, the rarest: by these candidates are found
READ = 20_000  # ideas in their postings that are read, of words, and as many of letters (the rarest one in any case)
COMPARED = 200  # ideas that are compared
LIKELY = 300  # ideas of which those on boards that the viewer sees are compared, the likeliest first
FRESH = 256  # ideas changed since the last fold that count, the latest first
_GRAMS_COUNTED = 100

_SEGMENTS = Kept(
    lambda _: select(
        SimilarSegment.id,
        SimilarSegment.mark,
        SimilarSegment.ideas,
        SimilarSegment.title_words,
        SimilarSegment.body_words,
    ).where(SimilarSegment.state == "live")
)
_LATEST = (
    select(SimilarFresh.idea_id)
    .group_by(SimilarFresh.idea_id)
    .order_by(func.max(SimilarFresh.id).desc())
    .limit(FRESH)
    .subquery()
)


def _bytes(column):
    """As the driver gives it: SQLAlchemy would look at each of some hundred values."""
    return type_coerce(column, NullType()).label(column.key)


_FRESH = Kept(
    lambda _: select(SimilarShape.idea_id, _bytes(SimilarShape.shape)).join(
        _LATEST, _LATEST.c.idea_id == SimilarShape.idea_id
    )
)
_POSTINGS = Kept(
    lambda dialect: (
        select(SimilarPosting.term, SimilarPosting.ideas, _bytes(SimilarPosting.members))
        .where(among(dialect, SimilarPosting.term, given("terms", Numbers)))
        .where(among(dialect, SimilarPosting.segment_id, given("segments", Numbers)))
        .order_by(SimilarPosting.term, SimilarPosting.segment_id)
    )
)
_SHAPES = Kept(
    lambda dialect: select(SimilarShape.idea_id, SimilarShape.board_id, _bytes(SimilarShape.shape)).where(
        among(dialect, SimilarShape.idea_id, given("ids", Numbers))
    )
)
_MADE_OF_NONE = made_of({})

# (marks of the live segments, their terms, in how many ideas each stands): 3 MB at 152,322 ideas, which a fold replaces.
_counted: tuple[frozenset[str], np.ndarray, np.ndarray] = frozenset(), np.zeros(0, np.uint64), np.zeros(0, np.int64)


@dataclass(frozen=True)
class Compared:
    """The ideas to compare with, the likeliest first, and what is known of all."""

    ids: list[int]
    pool: Pool
    corpus: Corpus


def compared_with(
    query: Pool, boards: Iterable[int], *, exclude: int | None = None, only: list[int] | None = None
) -> Compared:
    """`boards`: only ideas of these; `only`: these ideas, all of them."""
    segments = _SEGMENTS.all()
    fresh = dict(_FRESH.all())
    made = made_of(fresh) if fresh else _MADE_OF_NONE
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
    ids = only
    if ids is None:
        chosen = _rarest(words, held, WORDS) + _rarest(grams, held, GRAMS)
        ids = _likely(chosen, [segment.id for segment in segments], made, corpus, exclude)
    boards = frozenset(boards)
    shapes = {i: shape for i, board_id, shape in _SHAPES.all(ids=ids) if board_id in boards}
    seen = [i for i in ids if i in shapes][:COMPARED]
    return Compared(seen, Pool([shapes[i] for i in seen]), corpus)


def _held_by(terms: list[int], segments: list, fresh: Made) -> dict[int, int]:
    """{term: in how many ideas it stands}; what stands in none is not in it."""
    known, counts = _counts_of(segments)
    held: dict[int, int] = {}
    if len(known) and terms:
        wanted = np.array(terms, np.uint64)
        at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        found = np.where(known[at] == wanted, counts[at], 0).tolist()
        held = {term: count for term, count in zip(terms, found, strict=True) if count}
    for term, count, _ in fresh.rows_of(terms):
        held[term] = held.get(term, 0) + count
    return held


def _counts_of(segments: list) -> tuple[np.ndarray, np.ndarray]:
    """Of all segments together: (terms, sorted; in how many ideas each stands)."""
    global _counted
    marks = frozenset(segment.mark for segment in segments)
    if marks != _counted[0]:
        rows = db.session.execute(
            select(SimilarSegment.mark, SimilarSegment.held_by).where(SimilarSegment.mark.in_(marks))
        ).all()
        packed = [row.held_by for row in rows]
        terms = _joined([one[: len(one) // 12 * 8] for one in packed], "<u8")
        counts = _joined([one[len(one) // 12 * 8 :] for one in packed], "<u4")
        known, place = _each_once(terms)
        counted = np.bincount(place, counts, minlength=len(known)).astype(np.int64)
        # What a fold took away meanwhile is not among them: it is read again.
        _counted = frozenset(row.mark for row in rows), known, counted
    return _counted[1:]


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
        rows += _POSTINGS.all(terms=terms, segments=live)
    if not rows:
        return []
    rare = dict(zip(terms, rareness(np.array([corpus.held_by[t] for t in terms]), corpus.size).tolist(), strict=True))
    of_words, of_letters = [row for row in rows if not row[0] & LETTERS], [row for row in rows if row[0] & LETTERS]
    by_words, by_letters = _ids_of(of_words), _ids_of(of_letters)
    words_weigh = _rare_of(of_words, rare) * _joined([members[4 * count :] for _, count, members in of_words], np.uint8)
    found, place = _each_once(np.concatenate((by_words, by_letters)))
    by_measure = (
        np.bincount(place[: len(by_words)], words_weigh, minlength=len(found)),
        np.bincount(place[len(by_words) :], _rare_of(of_letters, rare), minlength=len(found)),
    )
    if exclude is not None:
        for kind in by_measure:
            kind[found == exclude] = 0
    held = sum(by_measure) > 0
    found, values = found[held], np.zeros(np.count_nonzero(held))
    for kind in (kind[held] for kind in by_measure):
        values += kind / max(kind.max(initial=0), 1e-9)
    values = values.round(9)
    if len(found) > LIKELY:
        best = values >= np.partition(values, -LIKELY)[-LIKELY]
        found, values = found[best], values[best]
    return found[np.lexsort((found, -values))][:LIKELY].tolist()


def _each_once(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(the ids, sorted, each once; where each of `ids` stands there). Postings are sorted: merging them is quick."""
    order = np.argsort(ids, kind="stable")
    ordered = ids[order]
    is_new = np.ones(len(ids), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    place = np.empty(len(ids), int)
    place[order] = np.cumsum(is_new) - 1
    return ordered[is_new], place


def _ids_of(rows: list) -> np.ndarray:
    return _joined([members[: 4 * count] for _, count, members in rows], "<u4")


def _joined(parts: list[bytes], kind) -> np.ndarray:
    return np.frombuffer(b"".join(parts), kind)


def _rare_of(rows: list, rare: dict[int, float]) -> np.ndarray:
    """How rare the term is, of each member of its rows."""
    return np.repeat(np.array([rare[term] for term, _, _ in rows]), np.array([count for _, count, _ in rows], int))
