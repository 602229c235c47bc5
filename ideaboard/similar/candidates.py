"""Which ideas are compared at all: those that hold the rarest words and letters of the query, a bounded number.

Whether the viewer may see an idea is judged here, before anything is compared: what is hidden takes no place among the
compared and is nobody's best. (How rare a word is, all ideas together say.)
"""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, func, select

from ideaboard.extensions import db
from ideaboard.models import Idea, SimilarFresh, SimilarPosting, SimilarSegment, SimilarShape
from ideaboard.similar.postings import LETTERS, Made, made_of
from ideaboard.similar.scoring import Corpus, Pool, grams_of, rareness

WORDS, GRAMS = 8, 12  # of the query, the rarest: by these candidates are found
READ = 30_000  # ideas in their postings that are read, of words, and as many of letters (the rarest one in any case)
COMPARED = 200  # ideas that are compared
LIKELY = 400  # ideas of which those that the viewer may see are compared, the likeliest first
FRESH = 256  # ideas changed since the last fold that count, the latest first
_GRAMS_COUNTED = 100


@dataclass(frozen=True)
class Compared:
    """The ideas to compare with, the likeliest first, and what is known of all."""

    ids: list[int]
    pool: Pool
    corpus: Corpus


def compared_with(
    query: Pool, may: ColumnElement[bool], *, exclude: int | None = None, among: list[int] | None = None
) -> Compared:
    """`may`: SQL, which ideas the viewer sees; `among`: only these, all of them."""
    segments = db.session.execute(
        select(SimilarSegment.id, SimilarSegment.ideas, SimilarSegment.title_words, SimilarSegment.body_words).where(
            SimilarSegment.state == "live"
        )
    ).all()
    live = [segment.id for segment in segments]
    fresh, fresh_ideas = _fresh()
    words = np.unique(query.title).tolist()
    grams = (np.unique(grams_of(query, 4)[0])[:_GRAMS_COUNTED] | LETTERS).tolist()
    held = _held_by(words + grams, live, fresh)
    size = sum(segment.ideas for segment in segments) + fresh_ideas
    corpus = Corpus(
        size,
        (sum(segment.title_words for segment in segments) + fresh.title_words) / max(1, size),
        (sum(segment.body_words for segment in segments) + fresh.body_words) / max(1, size),
        held,
    )
    if among is None:
        chosen = _rarest(words, held, WORDS), _rarest(grams, held, GRAMS)
        among = _likely(chosen, live, fresh, corpus, exclude)
    return _shaped(among, may, corpus)


def _fresh() -> tuple[Made, int]:
    latest = select(SimilarFresh.idea_id).group_by(SimilarFresh.idea_id).order_by(func.max(SimilarFresh.id).desc())
    latest = latest.limit(FRESH).subquery()
    shapes = select(SimilarShape.idea_id, SimilarShape.shape).join(latest, latest.c.idea_id == SimilarShape.idea_id)
    found = dict(db.session.execute(shapes).tuples().all())
    return made_of(found), len(found)


def _held_by(terms: list[int], live: list[int], fresh: Made) -> dict[int, int]:
    """{term: in how many ideas it stands}; what stands in none is not in it."""
    counts = db.session.execute(
        select(SimilarPosting.term, func.sum(SimilarPosting.ideas))
        .where(SimilarPosting.term.in_(terms), SimilarPosting.segment_id.in_(live))
        .group_by(SimilarPosting.term)
    )
    held = {term: int(count) for term, count in counts} if live and terms else {}
    for term, count, _ in fresh.rows_of(terms):
        held[term] = held.get(term, 0) + count
    return held


def _rarest(terms: list[int], held: dict[int, int], most: int) -> list[int]:
    """At most so many, and so many ideas in their postings; the rarest is always among them."""
    chosen, read = [], 0
    for term in sorted((t for t in terms if t in held), key=lambda t: (held[t], t))[:most]:
        read += held[term]
        if chosen and read > READ:
            break
        chosen.append(term)
    return chosen


def _likely(
    chosen: tuple[list[int], list[int]], live: list[int], fresh: Made, corpus: Corpus, exclude: int | None
) -> list[int]:
    """The ids of ideas that hold most of what was chosen, weighed by rareness; equal ones by id."""
    terms = chosen[0] + chosen[1]
    rows = fresh.rows_of(terms)
    if live and terms:
        statement = select(SimilarPosting.term, SimilarPosting.ideas, SimilarPosting.members)
        rows += (
            db.session.execute(
                statement.where(SimilarPosting.term.in_(terms), SimilarPosting.segment_id.in_(live)).order_by(
                    SimilarPosting.term, SimilarPosting.segment_id
                )
            )
            .tuples()
            .all()
        )
    rare = dict(zip(terms, rareness(np.array([corpus.held_by[t] for t in terms]), corpus.size).tolist(), strict=True))
    by_words, by_letters = ([], []), ([], [])
    for term, count, members in rows:
        ids = np.frombuffer(members, "<u4", count)
        if term & LETTERS:
            by_letters[0].append(ids)
            by_letters[1].append(np.full(count, rare[term]))
        else:
            by_words[0].append(ids)
            by_words[1].append(np.frombuffer(members, np.uint8, count, 4 * count) * rare[term])
    score = _summed(by_words, by_letters)
    if exclude is not None and exclude < len(score):
        score[exclude] = 0
    found = np.flatnonzero(score)
    if len(found) > LIKELY:
        found = found[score[found] >= np.partition(score[found], -LIKELY)[-LIKELY]]
    return found[np.lexsort((found, -score[found]))][:LIKELY].tolist()


def _summed(*kinds) -> np.ndarray:
    """By id: the sum of each kind's weights, divided by the kind's best."""
    size = max((int(ids.max()) for kind in kinds for ids in kind[0] if len(ids)), default=-1) + 1
    total = np.zeros(size)
    for ids, weights in kinds:
        if ids:
            found = np.bincount(np.concatenate(ids), np.concatenate(weights), minlength=size)
            total += found / max(found.max(), 1e-9)
    return np.round(total, 9)


def _shaped(ids: list[int], may: ColumnElement[bool], corpus: Corpus) -> Compared:
    shapes = dict(
        db.session.execute(
            select(SimilarShape.idea_id, SimilarShape.shape)
            .join(Idea, Idea.id == SimilarShape.idea_id)
            .where(SimilarShape.idea_id.in_(ids), may)
        )
        .tuples()
        .all()
    )
    seen = [i for i in ids if i in shapes][:COMPARED]
    return Compared(seen, Pool([shapes[i] for i in seen]), corpus)
