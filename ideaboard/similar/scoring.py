"""How alike texts are: a query's shape against a pool of shapes, all numbers at once.

Four measures, each divided by the best of the pool, are added up. How rare a word of the query is, all ideas say; how
rare other words and letters are, the pool. What each measure was worth, and what did not help: docs/similar.md.
"""

from dataclasses import dataclass

import numpy as np

from ideaboard.foundation.words import SMALL_WORDS, stems_of
from ideaboard.similar.shapes import HEAD, hash_of

# Not the optimum of the half that was tuned on (about one query of SeaMonkey below it): chosen after seeing the whole
# sets, so that an idea with the same title comes first. The other half is no clean held-out one (docs/similar.md).
WEIGHTS = {
    "body": 1.0,  # words of the query in the text (BM25); where nobody wrote one, it decides nothing
    "grams": 1.0,  # three to five letters in a row of the title (BM25)
    "pairs": 0.8,  # two words near each other
    "widened": 0.6,  # words of the titles that are best so far, as well as the query's
}
TITLE_COUNTS = 5  # a word of the title counts as five of the text
NEAR = 3  # places within which two words are a pair
PAIRED = 60  # words of the text that are paired
FED_BACK = 8  # the best so far, whose words widen the query
_K = 1.2
_SIEVE = 4096
_SMALL = np.array(sorted({hash_of(stem) for word in SMALL_WORDS for stem in stems_of(word)}), dtype=np.int64)


@dataclass(frozen=True)
class Corpus:
    """What is known of all ideas: how many there are, their mean lengths, and in how many a word of the query stands."""

    size: int
    title_length: float
    body_length: float
    held_by: dict[int, int]


class Pool:
    """Shapes laid end to end: words and letters of all, and of which text each is."""

    def __init__(self, shapes: list[bytes]):
        heads = [HEAD.unpack_from(shape) for shape in shapes]
        titles, bodies, letters = [], [], []
        for shape, (t, b, _) in zip(shapes, heads, strict=True):
            one = HEAD.size + 4 * t
            two = one + 4 * b
            titles.append(shape[HEAD.size : one])
            bodies.append(shape[one:two])
            letters.append(shape[two:])
        sizes = np.array(heads, dtype=np.int64).reshape(-1, 3)
        numbers = np.arange(len(shapes))
        self.size = len(shapes)
        self.title_lengths, self.body_lengths = sizes[:, 0], sizes[:, 1]
        self.title = np.frombuffer(b"".join(titles), "<u4").astype(np.int64)
        self.body = np.frombuffer(b"".join(bodies), "<u4").astype(np.int64)
        self.letters = np.frombuffer(b"".join(letters), "<u2").astype(np.int64)
        self.of_title, self.of_body, self.of_letter = (np.repeat(numbers, sizes[:, i]) for i in range(3))


def score(query: Pool, pool: Pool, corpus: Corpus) -> tuple[np.ndarray, np.ndarray]:
    """For each of the pool: a number to order them by; how much is in common, of 1. `query`: a pool of one."""
    measures, common = measures_of(query, pool, corpus)
    return sum(weight * measures[name] for name, weight in WEIGHTS.items()), common


def measures_of(query: Pool, pool: Pool, corpus: Corpus) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """({measure: of each of the pool, of 1}, how much each has in common with the query, of 1)."""
    words = np.unique(query.title)
    rare = rareness(np.array([corpus.held_by.get(word, 0) for word in words.tolist()]), corpus.size)
    titles, bodies = _held(words, pool.title), _held(words, pool.body)
    in_title = _times(words, titles, pool.of_title, pool.size)
    in_body = _times(words, bodies, pool.of_body, pool.size)
    lengths = TITLE_COUNTS * pool.title_lengths + pool.body_lengths
    mean = TITLE_COUNTS * corpus.title_length + corpus.body_length
    asked, grams = _grams(query, 5), _grams(pool, 5)
    found = {
        "both": _bm25(TITLE_COUNTS * in_title + in_body, lengths, mean, 0.75) @ rare,
        "body": _bm25(in_body, pool.body_lengths, corpus.body_length, 0.75) @ rare,
        "letters": _cover(np.unique(asked[1][0]), *grams[1], pool.size),
        "grams": sum(_of_grams(one[0], *of_pool, pool.size) for one, of_pool in zip(asked, grams, strict=True)),
        "pairs": _of_pairs(
            paired(query.title, np.arange(len(query.title)), query.of_title)[0], pool, titles[0], bodies[0]
        ),
    }
    # "both" and "letters" only say which are best so far, and what is alike at all.
    telling = np.where(np.isin(words, _SMALL), 0.0, rare)  # in few ideas even "for" is rare, and says nothing
    common = ((in_title + in_body) > 0) @ telling / max(1e-9, telling.sum())
    common = np.maximum(common, found["letters"])
    found = {name: _by_best(values) for name, values in found.items()}
    first = 0.8 * found["both"] + found["letters"] + 0.4 * found["grams"]
    found["widened"] = _by_best(_widened(words, rare, pool, _trust(first)))
    return found, common


def rareness(held_by: np.ndarray, size: int) -> np.ndarray:
    return np.log(1 + (size - np.minimum(held_by, size) + 0.5) / (held_by + 0.5))


def grams_of(pool: Pool, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Every n letters (3 and more) in a row that lie within one word, its borders included: (hash, whose)."""
    return _grams(pool, n)[-1]


def _grams(pool, longest):
    """Those of 3, 4, … letters; each the one before, and one letter more."""
    letters, owners, found = pool.letters, pool.of_letter, []
    in_word, inside = letters != ord(" "), np.ones(len(letters), bool)
    value = letters
    for n in range(2, longest + 1):
        value = (value[:-1] * 65599 + letters[n - 1 :]) & 0xFFFFFFFF
        if n > 2:
            inside = inside[: len(value)] & in_word[n - 2 : n - 2 + len(value)]
            one_text = inside & (owners[: len(value)] == owners[n - 1 :])
            found.append((value[one_text], owners[: len(value)][one_text]))
    return found


def paired(tokens, places, owners) -> tuple[np.ndarray, np.ndarray]:
    """Every two words of a text within NEAR places, whichever comes first: (hash, whose). `places`: rising."""
    values, whose = [], []
    for gap in range(1, NEAR + 1):
        near = (owners[:-gap] == owners[gap:]) & (places[gap:] - places[:-gap] <= NEAR)
        one, two = tokens[:-gap][near], tokens[gap:][near]
        values.append((np.minimum(one, two) * 1_000_003 + np.maximum(one, two)) & 0x7FFFFFFFFFFF)
        whose.append(owners[:-gap][near])
    return np.concatenate(values), np.concatenate(whose)


def _of_pairs(query, pool, in_titles, in_bodies):
    """BM25 of the query's pairs. Both words of one are the query's, so no others are looked at: `in_titles`, `in_bodies`
    are the places where those stand."""
    begins = np.cumsum(pool.body_lengths) - pool.body_lengths
    in_bodies = in_bodies[in_bodies - begins[pool.of_body[in_bodies]] < PAIRED]
    titles = paired(pool.title[in_titles], in_titles, pool.of_title[in_titles])
    bodies = paired(pool.body[in_bodies], in_bodies, pool.of_body[in_bodies])
    lengths = sum(
        np.maximum(words - gap, 0)
        for gap in range(1, NEAR + 1)
        for words in (pool.title_lengths, np.minimum(pool.body_lengths, PAIRED))
    )
    wanted, tokens = np.unique(query), np.concatenate((titles[0], bodies[0]))
    times = _times(wanted, _held(wanted, tokens), np.concatenate((titles[1], bodies[1])), pool.size)
    return _weighed(times, lengths, 0.75)


def _by_best(values):
    best = values.max(initial=0)
    return values / best if best > 0 else np.zeros(len(values))


def _held(wanted, tokens):
    """(where in `tokens` one of `wanted` stands, which of them). `wanted` is sorted; few tokens are among them."""
    if not len(wanted):
        return np.zeros(0, int), np.zeros(0, int)
    sieve = np.zeros(_SIEVE, bool)  # most are told by some of their bits; the others are looked up
    sieve[wanted % _SIEVE] = True
    at = np.flatnonzero(sieve[tokens % _SIEVE])
    place = np.minimum(np.searchsorted(wanted, tokens[at]), len(wanted) - 1)
    hit = wanted[place] == tokens[at]
    return at[hit], place[hit]


def _times(wanted, held, owners, size):
    """(texts × wanted): how often each stands in each. `held`: as _held gives it, of all texts."""
    at, place = held
    counted = np.bincount(owners[at] * len(wanted) + place, minlength=size * len(wanted))
    return counted.reshape(size, len(wanted)).astype(float)


def _bm25(times, lengths, mean, b):
    return times * (_K + 1) / (times + _K * (1 - b + b * lengths / max(mean, 1))[:, None])


def _of_grams(query, tokens, owners, size):
    wanted = np.unique(query)
    return _weighed(_times(wanted, _held(wanted, tokens), owners, size), np.bincount(owners, minlength=size), 0.5)


def _weighed(times, lengths, b):
    """BM25 with the pool's own rareness and lengths."""
    return _bm25(times, lengths, lengths.mean(), b) @ rareness((times > 0).sum(0), len(times))


def _cover(wanted, tokens, owners, size):
    """What both hold, by rareness, over the root of what each holds. `wanted` is sorted, each once."""
    terms, owner, term, _ = _table(tokens, owners, size)
    rare = rareness(np.bincount(term, minlength=len(terms)), size)
    at, inside = _places(wanted, terms)
    shared = np.zeros(len(terms))
    shared[at] = rare[at]
    asked = rare[at].sum() + (~inside).sum() * 0.3 * np.log(1 + 2 * size)
    own = np.bincount(owner, rare[term], minlength=size)
    return np.bincount(owner, shared[term], minlength=size) / np.sqrt(np.maximum(1e-9, own * asked))


def _trust(first):
    """The best so far by their score, 0 for all others."""
    best = np.argsort(-first, kind="stable")[:FED_BACK]
    trust = np.zeros(len(first))
    trust[best] = first[best]
    return _by_best(trust)


def _widened(words, rare_words, pool, trust):
    """Cosine of titles with the query's words and, half as much, those of the titles that are best so far."""
    size = pool.size
    terms, owner, term, times = _table(pool.title, pool.of_title, size)
    rare = rareness(np.bincount(term, minlength=len(terms)), size)
    at, inside = _places(words, terms)
    rare[at] = rare_words[inside]
    mean = max(1.0, pool.title_lengths.mean())
    value = times * (_K + 1) / (times + _K * (0.7 + 0.3 * pool.title_lengths[owner] / mean)) * rare[term]
    value /= np.sqrt(np.maximum(1e-9, np.bincount(owner, value * value, minlength=size)))[owner]
    centre = np.bincount(term, value * trust[owner], minlength=len(terms))
    query = np.zeros(len(terms))
    query[at] = rare[at]
    query = query / max(1e-9, np.linalg.norm(query)) + 0.5 * centre / max(1e-9, np.linalg.norm(centre))
    return np.bincount(owner, value * query[term], minlength=size)


def _table(tokens, owners, size):
    """(the terms, sorted; then for each term of each text: whose, which, how often)."""
    cells = tokens * size + owners
    cells.sort()
    first = np.flatnonzero(_is_new(cells))
    term, owner = np.divmod(cells[first], size)
    is_new = _is_new(term)
    return term[is_new], owner, np.cumsum(is_new) - 1, np.diff(first, append=len(cells))


def _is_new(ordered):
    """Whether each differs from the one before."""
    found = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=found[1:])
    return found


def _places(wanted, terms):
    """(where those of `wanted` that are among `terms` stand there, which of `wanted` are)."""
    if not len(terms):
        return np.zeros(0, int), np.zeros(len(wanted), bool)
    at = np.minimum(np.searchsorted(terms, wanted), len(terms) - 1)
    inside = terms[at] == wanted
    return at[inside], inside
