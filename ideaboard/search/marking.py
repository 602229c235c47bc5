"""Shows why something was found: the words in it marked, and of a long text the part around most of them."""

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from ideaboard.foundation.dialects_text import Option, Term
from ideaboard.foundation.words import ENGLISH, GERMAN, pieces_of, stem

LENGTH = 180  # characters of a snippet, about two lines
_READ = 4_000  # of a text: who writes more is found by it all, and shown by its beginning
_BEFORE = 5  # words before the first that is marked


# (folded, written, start, end), the first two empty where the first letter is none of the terms'.
_Word = tuple[str, str, int, int]


def marked(text: str, terms: Sequence[Term]) -> Markup:
    """The whole text, escaped, with <mark> around what the terms found."""
    words = pieces_of(text, _initials(terms))
    return _painted(text, 0, len(text), sorted(span for spans in _spans(words, terms) for span in spans), words)


def snippet(text: str, terms: Sequence[Term]) -> Markup | None:
    """About LENGTH characters of a plain text, with what the terms found in it marked; None when they found nothing."""
    text = text[:_READ]
    words = pieces_of(text, _initials(terms))
    spans = _spans(words, terms)
    found = sorted((first, last, number) for number, of_term in enumerate(spans) for first, last in of_term)
    if not found:
        return None
    best = max(found, key=lambda f: (len({n for a, _, n in found if _within(words, f[0], a)}), -f[0]))
    first = max(0, best[0] - _BEFORE)
    start = 0 if first == 0 else words[first][2]
    end = len(text)
    if end - start > LENGTH:
        end = max((after for *_, after in words if after <= start + LENGTH), default=start + LENGTH)
    shown = _painted(text, start, end, [f[:2] for f in found], words)
    return Markup("{}{}{}").format("… " if start else "", shown, " …" if end < len(text) else "")


def _within(words: list[_Word], first: int, other: int) -> bool:
    return 0 <= words[other][3] - words[first][2] <= LENGTH * 3 // 4


def _initials(terms: Sequence[Term]) -> frozenset[str]:
    return frozenset(word[0] for term in terms for option in term.options for word in option.words)


def _spans(words: list[_Word], terms: Sequence[Term]) -> list[list[tuple[int, int]]]:
    """For each term, the first and last word of every place where one of its options stands."""
    places: dict[str, list[int]] = {}  # by the first letter, which no stem changes: few words need their stems
    for at, (folded, *_) in enumerate(words):
        if folded:
            places.setdefault(folded[0], []).append(at)
    return [
        [
            (at, at + len(option.words) - 1)
            for option in term.options
            for at in places.get(option.words[0][0], ())
            if _at(words, at, option)
        ]
        for term in terms
    ]


def _at(words: list[_Word], at: int, option: Option) -> bool:
    if at + len(option.words) > len(words):
        return False
    last = len(option.words) - 1
    for n, wanted in enumerate(option.words):
        folded, written, *_ = words[at + n]
        if folded[:1] != wanted[0]:
            return False
        # What it begins with is cheaper to see than its stems.
        if option.begins and n == last and folded.startswith(wanted):
            continue
        if wanted == folded or wanted in (stem(written, ENGLISH), stem(written, GERMAN)):
            continue
        if not (option.begins and n == last and stem(written, ENGLISH).startswith(wanted)):
            return False
    return True


def _painted(text: str, start: int, end: int, spans: list[tuple[int, int]], words: list[_Word]) -> Markup:
    parts, at = [], start
    for first, last in spans:
        here, there = max(words[first][2], at), min(words[last][3], end)
        if here < there:
            parts += [escape(text[at:here]), "<mark>", escape(text[here:there]), "</mark>"]
            at = there
    parts.append(escape(text[at:end]))
    return Markup("".join(parts).replace("</mark><mark>", ""))  # noqa: S704 - every piece of text is escaped above
