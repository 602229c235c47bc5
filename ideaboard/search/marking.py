"""Shows why something was found: the words in it marked, and of a long text the part around most of them."""

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from ideaboard.foundation.dialects_text import Option, Term
from ideaboard.foundation.words import ENGLISH, GERMAN, beginning_of, letters_but, pieces_of, stem

LENGTH = 180  # characters of a snippet, about two lines
_READ = 4_000  # of a text: who writes more is found by it all, and shown by its beginning
_BEFORE = 5  # words before the first that is marked


# (folded, written, start, end), the first two empty where the first letter is none of the terms'.
_Word = tuple[str, str, int, int]


class Marks:
    """Marks in any number of texts what these terms found."""

    def __init__(self, terms: Sequence[Term]):
        self._terms = [[_Wanted(option) for option in term.options] for term in terms]
        self._passed_over = letters_but(word[0] for term in terms for option in term.options for word in option.words)

    def whole(self, text: str) -> Markup:
        """The whole text, escaped, with <mark> around what the terms found."""
        words = pieces_of(text, self._passed_over)
        return _painted(text, 0, len(text), sorted(span for spans in self._spans(words) for span in spans), words)

    def snippet(self, text: str) -> Markup | None:
        """About LENGTH characters of a plain text, with what the terms found in it marked; None when they found nothing."""
        text = text[:_READ]
        words = pieces_of(text, self._passed_over)
        spans = self._spans(words)
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
        return ("… " if start else "") + shown + (" …" if end < len(text) else "")

    def _spans(self, words: list[_Word]) -> list[list[tuple[int, int]]]:
        """For each term, the first and last word of every place where one of its options stands."""
        places: dict[str, list[int]] = {}  # by the first letter: few words need more of a look
        for at, word in enumerate(words):
            if word[0]:
                places.setdefault(word[0][0], []).append(at)
        return [
            [
                (at, at + wanted.more)
                for wanted in of_term
                for at in places.get(wanted.initial, ())
                if wanted.stands_at(at, words)
            ]
            for of_term in self._terms
        ]


class _Wanted:
    """An option of a term, with how each of its words begins: few others have to be brought to their stems."""

    def __init__(self, option: Option):
        self.initial, self.more = option.words[0][0], len(option.words) - 1
        self._words = [(word, beginning_of(word)[:-1]) for word in option.words]
        self._begins = option.begins

    def stands_at(self, at: int, words: list[_Word]) -> bool:
        if at + self.more >= len(words):
            return False
        for n, (wanted, beginning) in enumerate(self._words):
            folded, written, *_ = words[at + n]
            if folded[:1] != wanted[0] or not beginning_of(folded).startswith(beginning):
                return False
            is_begun = self._begins and n == self.more
            # What it begins with is cheaper to see than its stems.
            if wanted == folded or is_begun and folded.startswith(wanted):
                continue
            if wanted in (stem(written, ENGLISH), stem(written, GERMAN)):
                continue
            if not (is_begun and stem(written, ENGLISH).startswith(wanted)):
                return False
        return True


def _within(words: list[_Word], first: int, other: int) -> bool:
    return 0 <= words[other][3] - words[first][2] <= LENGTH * 3 // 4


def _painted(text: str, start: int, end: int, spans: list[tuple[int, int]], words: list[_Word]) -> Markup:
    parts, at = [], start
    for first, last in spans:
        here, there = max(words[first][2], at), min(words[last][3], end)
        if here < there:
            parts += [escape(text[at:here]), "<mark>", escape(text[here:there]), "</mark>"]
            at = there
    parts.append(escape(text[at:end]))
    return Markup("".join(parts).replace("</mark><mark>", ""))  # noqa: S704 - every piece of text is escaped above
