"""What was typed, as what is asked: words that must be there, "phrases in this order", and -words that must not.

Nothing else means anything: AND, NEAR, *, + and brackets are what people type, and are cut into words as any text is.
"""

import re
from dataclasses import dataclass

from ideaboard.foundation.dialects_text import Option, Term
from ideaboard.foundation.markdown import clean_line
from ideaboard.foundation.words import ENGLISH, GERMAN, SMALL_WORDS, stands_alone, tokens_of

LONGEST = 200  # characters that are read of what was typed
MOST_WORDS = 10  # of which so many are asked for
SHORTEST_BEGINNING = 3  # letters: "co*" stands for too many words
_PIECES = re.compile(r'(?P<minus>(?<!\S)-(?=["\w]))?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


@dataclass(frozen=True)
class Query:
    """`wanted`, `unwanted`: the terms; `last`: the last of `wanted` as far as it is typed, or None when it is whole."""

    typed: str
    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    last: Term | None = None
    short: bool = False  # the last word is so short that it may begin anything
    shorter: Term | None = None  # and its beginnings: of "cleani" comes "clean", under which "cleaning" stands

    def ending_in(self, last: Term) -> tuple[Term, ...]:
        """The wanted terms with another last one: `self.last` or `self.shorter`."""
        return (*self.wanted[:-1], last)


def read(typed: str) -> Query:
    """Any text is a query; one without a word asks for nothing (`wanted` is empty)."""
    typed = clean_line(typed[: LONGEST * 4])[:LONGEST]
    wanted, unwanted, small = [], [], []
    last_word = None
    for piece in _PIECES.finditer(typed):
        text = piece["phrase"] if piece["phrase"] is not None else piece["word"]
        cut = tokens_of(text, ENGLISH)
        if piece["minus"]:
            terms, into = [_in_order(text)], unwanted
        elif piece["phrase"] is not None:
            terms, into = [_in_order(text)], wanted
        else:
            for word, _, start, end in cut:
                term = _word(text[start:end], word)
                (small if word in SMALL_WORDS else wanted).append(term)
                last_word = (word, term) if piece.end("word") == len(typed) and end == len(text) else None
            continue
        into += [term for term in terms if term is not None]
        last_word = None
    found = tuple(dict.fromkeys(wanted or small))[:MOST_WORDS]
    last = shorter = None
    is_last = bool(last_word and found and found[-1] == last_word[1])
    short = is_last and len(last_word[0]) < SHORTEST_BEGINNING
    if is_last and not short:
        last = Term((*last_word[1].options, Option((last_word[0],), begins=True)))
        cut = [last_word[0][:-n] for n in (1, 2, 3) if len(last_word[0]) - n > SHORTEST_BEGINNING]
        shorter = Term(tuple(Option((word,)) for word in cut)) if cut else None
    return Query(typed, found, tuple(dict.fromkeys(unwanted))[:MOST_WORDS], last, short, shorter)


def _word(written: str, folded: str) -> Term:
    """A word under any of the stems by which it may stand in the index."""
    if stands_alone(folded):  # the end of a run without spaces: 猫 also begins 猫が
        return Term((Option((folded,), begins=True),))
    stems = (tokens_of(written, language)[0][1] for language in (ENGLISH, GERMAN))
    return Term(tuple(Option((stem,)) for stem in dict.fromkeys(stems)))


def _in_order(text: str) -> Term | None:
    """Words that stand side by side, in any of their forms; None where there is no word."""
    options = []
    for language in (ENGLISH, GERMAN):
        tokens = tokens_of(text, language)[:MOST_WORDS]
        if not tokens:
            return None
        words = tuple(stem for _, stem, _, _ in tokens)
        # Pairs of a run overlap: the last character alone is the beginning of whatever follows it.
        options.append(Option(words, begins=stands_alone(words[-1])))
    return Term(tuple(dict.fromkeys(options)))
