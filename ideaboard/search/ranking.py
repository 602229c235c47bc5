"""The order of what was found: a formula of BM25's kind over the candidates, the same for both databases.

    score = Σ over terms:  idf · t / (t + 1.2),  t = 5 · (times in the title) + (times in the text) / length,
    length = 0.5 + 0.5 · (words of the text) / 60,  idf = ln(1 + candidates / candidates with the term)

times a kind's weight, times 1.25 where the terms stand side by side in the title, times 1 + 0.1 · log10(1 + votes).
The weight of 5 on the title is what the measured runs of similarity found best; 1.2 is BM25's usual bend.
"""

from collections.abc import Sequence
from math import log, log10
from typing import NamedTuple

from ideaboard.foundation.dialects_text import Term
from ideaboard.search.documents import ANSWER, COMMENT, IDEA

WEIGHTS = {IDEA: 1.0, ANSWER: 0.8, COMMENT: 0.6}
_TITLE, _BEND, _USUAL_LENGTH = 5, 1.2, 60


class Candidate(NamedTuple):
    """One document that fits, which the viewer may see, and the idea that it belongs to."""

    kind: int
    row_id: int
    idea_id: int
    votes: int
    title: str
    body: str


def scores(candidates: Sequence[Candidate], terms: Sequence[Term]) -> list[float]:
    """The score of each candidate, in their order."""
    needles = [_needles(term) for term in terms]
    side_by_side = f" {' '.join(term.options[0].words[0] for term in terms)} " if len(terms) > 1 else None
    times: list[list[float]] = []
    for candidate in candidates:
        title, body, row = f" {candidate.title} ", f" {candidate.body} ", []
        length = 0.5 + 0.5 * body.count(" ") / _USUAL_LENGTH
        for of_term in needles:
            t = 0.0
            for needle in of_term:
                t += _TITLE * title.count(needle) + body.count(needle) / length
            row.append(t)
        times.append(row)
    weights = []
    for of_term in zip(*times, strict=True):
        having = len(of_term) - of_term.count(0.0)
        weights.append(log(1 + len(candidates) / having) if having else 0.0)
    found = []
    for candidate, row in zip(candidates, times, strict=True):
        score = 0
        for weight, t in zip(weights, row, strict=True):
            score += weight * t / (t + _BEND)
        score *= WEIGHTS[candidate.kind] * (1 + 0.1 * log10(1 + candidate.votes))
        if side_by_side and side_by_side in f" {candidate.title} ":
            score *= 1.25
        found.append(score)
    return found


def _needles(term: Term) -> list[str]:
    return [f" {' '.join(option.words)}{'' if option.begins else ' '}" for option in term.options]
