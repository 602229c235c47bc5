"""Why they match: the words of an idea that the query has too, for marking them."""

from collections.abc import Iterator

from ideaboard.foundation.words import SMALL_WORDS, tokens_of

ALIKE = 0.5  # of the letters of two words, three in a row each: from there on one may be the other, misspelt


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """The text in pieces: (piece, whether it is a word of the query, in any form, or nearly one). Small words are none."""
    asked = [(word, stem) for word, stem, _, _ in tokens_of(query[:300]) if word not in SMALL_WORDS]
    stems = {stem for _, stem in asked}
    letters = [_letters(word) for word, _ in asked]
    pieces, done = [], 0
    for start, end in _found(text, stems, letters):
        if start > done:
            pieces.append((text[done:start], False))
        pieces.append((text[start:end], True))
        done = end
    if done < len(text):
        pieces.append((text[done:], False))
    return pieces


def _found(text: str, stems: set[str], letters: list[set[str]]) -> Iterator[tuple[int, int]]:
    last = 0
    for word, stem, start, end in tokens_of(text):
        if start < last or word in SMALL_WORDS:  # pairs of characters overlap where there are no spaces
            continue
        if stem in stems or (len(word) > 3 and any(_near(_letters(word), other) for other in letters)):
            yield start, end
            last = end


def _letters(word: str) -> set[str]:
    word = f" {word} "
    return {word[i : i + 3] for i in range(len(word) - 2)}


def _near(one: set[str], two: set[str]) -> bool:
    return len(one & two) >= ALIKE * len(one | two)
