"""What a segment is made of: for each word, and each four letters in a row, the ideas that hold it.

Members of a word: ids of 32 bits, then one weight of 8 bits each (how much the word says of that text, of 255). Members
of letters: ids alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ideaboard.similar.scoring import TITLE_COUNTS, Pool, grams_of

LETTERS = 1 << 32  # what is added to a hash of letters, so that it is no word's
_K, _B = 1.2, 0.75


@dataclass(frozen=True)
class Group:
    """Postings of one kind, laid end to end: those of `terms[i]` are `ids[starts[i]:ends[i]]`, with their weights."""

    terms: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    ids: np.ndarray
    weights: np.ndarray | None

    def members(self, start: int, end: int) -> bytes:
        return self.ids[start:end].tobytes() + (b"" if self.weights is None else self.weights[start:end].tobytes())

    def rows(self) -> Iterator[tuple[int, int, bytes]]:
        for term, start, end in zip(self.terms.tolist(), self.starts.tolist(), self.ends.tolist(), strict=True):
            yield term, end - start, self.members(start, end)


@dataclass(frozen=True)
class Made:
    members: bytes
    title_words: int
    body_words: int
    groups: tuple[Group, Group]

    @property
    def held_by(self) -> bytes:
        """Its terms, 64 bits each, in order; then in how many ideas each stands, 32 bits each."""
        terms = np.concatenate([group.terms for group in self.groups])
        counts = np.concatenate([group.ends - group.starts for group in self.groups])
        return terms.astype("<u8").tobytes() + counts.astype("<u4").tobytes()

    def rows(self) -> Iterator[tuple[int, int, bytes]]:
        """(term, ideas, members), in the order of terms."""
        for group in self.groups:
            yield from group.rows()

    def rows_of(self, terms: list[int]) -> list[tuple[int, int, bytes]]:
        """The same of some terms."""
        found = []
        for group in self.groups if self.members else ():
            for i in np.flatnonzero(np.isin(group.terms, terms)).tolist():
                start, end = int(group.starts[i]), int(group.ends[i])
                found.append((int(group.terms[i]), end - start, group.members(start, end)))
        return found


def made_of(shapes: dict[int, bytes]) -> Made:
    """The postings of some ideas: {id: shape}."""
    ids = np.array(sorted(shapes), "<u4")
    pool = Pool([shapes[i] for i in ids.tolist()])
    letters, owners = grams_of(pool, 4)
    return Made(
        ids.tobytes(),
        int(pool.title_lengths.sum()),
        int(pool.body_lengths.sum()),
        (_words(pool, ids), _grouped(*_once(letters | LETTERS, owners)[:2], ids, None)),
    )


def _words(pool: Pool, ids):
    tokens, owners = np.concatenate((pool.title, pool.body)), np.concatenate((pool.of_title, pool.of_body))
    counts = np.repeat((TITLE_COUNTS, 1), (len(pool.title), len(pool.body)))
    terms, owners, times = _once(tokens, owners, counts)
    lengths = TITLE_COUNTS * pool.title_lengths + pool.body_lengths
    mean = max(1.0, lengths.mean()) if pool.size else 1.0
    weight = times / (times + _K * (1 - _B + _B * lengths[owners] / mean))
    return _grouped(terms, owners, ids, np.rint(weight * 255).astype(np.uint8))


def _once(tokens, owners, counts=None):
    """Each (word, text) once, sorted, and how often it stands there."""
    cells, back = np.unique((tokens << 24) | owners, return_inverse=True)
    return cells >> 24, cells & 0xFFFFFF, np.bincount(back, counts, minlength=len(cells))


def _grouped(terms, owners, ids, weights):
    starts = np.flatnonzero(np.r_[True, terms[1:] != terms[:-1]]) if len(terms) else np.zeros(0, int)
    ends = np.r_[starts[1:], len(terms)] if len(starts) else starts
    return Group(terms[starts], starts, ends, ids[owners], weights)
