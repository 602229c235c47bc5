"""Why they match: the words of an idea that the query has too, for marking them."""

from collections.abc import Iterator
from functools import lru_cache

from ideaboard.foundation.words import SMALL_WORDS, tokens_of

ALIKE = 0.5  # of the letters of two words, three in a row each: from there on one may be the other, misspelt
Pieces = tuple[tuple[str, bool], ...]


class Marks:
    """What of a query is marked in texts. Small words are none."""

    def __init__(self, query: str):
        asked = [(word, stem) for word, stem, _, _ in tokens_of(query[:300]) if word not in SMALL_WORDS]
        self._stems = {stem for _, stem in asked}
        self._letters = [_letters(word) for word, _ in asked]
        self._known: dict[tuple[str, str], bool] = {}

    def of(self, text: str) -> Pieces:
        """The text in pieces: (piece, whether it is a word of the query, in any form, or nearly one)."""
        pieces, done = [], 0
        for start, end in self._found(text):
            if start > done:
                pieces.append((text[done:start], False))
            pieces.append((text[start:end], True))
            done = end
        if done < len(text):
            pieces.append((text[done:], False))
        return tuple(pieces)

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        last = 0
        for word, stem, start, end in tokens_of(text):
            if start >= last and self._is_one(word, stem):  # pairs of characters overlap where there are no spaces
                yield start, end
                last = end

    def _is_one(self, word: str, stem: str) -> bool:
        known = self._known.get((word, stem))
        if known is None:
            asked = stem in self._stems or (len(word) > 3 and any(_near(_letters(word), one) for one in self._letters))
            known = self._known[word, stem] = asked and word not in SMALL_WORDS
        return known


@lru_cache(maxsize=8192)
def _letters(word: str) -> frozenset[str]:
    word = f" {word} "
    return frozenset(word[i : i + 3] for i in range(len(word) - 2))


def _near(one: frozenset[str], two: frozenset[str]) -> bool:
    shared = len(one & two)
    return shared >= ALIKE * (len(one) + len(two) - shared)
