"""Words as search and similarity compare them: cut out of a text, folded, and brought to their stem.

    tokens_of("Bigger cups, größere Becher") -> [("bigger", "bigger", 0, 6), ("cups", "cup", 7, 11), …]

Folding forgives case, accents and the letters that Unicode does not take apart (ø æ ß đ ł): all of it in Python, since
neither database folds them. Stems are Snowball's, English or German, by the language in which the text seems written;
what names no language is taken for English. Scripts without spaces are cut into pairs of characters, of which the last
stands alone; symbols like ☕ are words of their own.
"""

import re
import string
import threading
import unicodedata
from collections.abc import Container, Iterable
from functools import lru_cache

from snowballstemmer.english_stemmer import EnglishStemmer
from snowballstemmer.german_stemmer import GermanStemmer

Token = tuple[str, str, int, int]  # word (folded), stem, where it begins and ends in the text

ENGLISH, GERMAN = "en", "de"
LONGEST = 64  # characters of a word that count
# What casefold() and taking off the accents leave as it is.
_SPECIAL = str.maketrans({"ø": "o", "æ": "ae", "đ": "d", "ł": "l", "œ": "oe", "þ": "th", "ð": "d", "ı": "i", "ħ": "h"})
# Written without spaces: Thai, Lao, Myanmar, Khmer, kana, Han (with its far planes); Hangul, where particles cling.
_RUN = (
    "\u0e00-\u0e4f\u0e80-\u0eff\u1000-\u103f\u1780-\u17d3\u3041-\u309f\u30a1-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u1100-\u11ff\uac00-\ud7af"
)
# Signs that stand on a letter: to Python they are no part of a word.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u0900-\u0963\u0970-\u0dff"
)
_SYMBOLS = "\u2600-\u27bf\u2b50\u2b55\U0001f1e6-\U0001f1ff\U0001f300-\U0001f3fa\U0001f400-\U0001faff"
_RUNS = re.compile(f"[{_RUN}]")
_LETTER = rf"[^\W_{_RUN}]"
_TOKEN = re.compile(
    rf"(?P<run>[{_RUN}]+)|{_LETTER}(?:{_LETTER}+|[{_MARKS}]+)*(?:['’](?:s|t|re|ve|ll|d|m)\b)?|[{_SYMBOLS}]",
    re.IGNORECASE,
)
# The same, several times quicker, for what has letters of western Europe alone.
_ASCII_TOKEN = re.compile(r"[A-Za-z0-9]+(?:'(?:s|t|re|ve|ll|d|m|S|T|RE|VE|LL|D|M)\b)?")
_WESTERN_TOKEN = re.compile(r"[^\W_]+(?:['’](?:s|t|re|ve|ll|d|m|S|T|RE|VE|LL|D|M)\b)?")
# Words that say little, by which a language is known. Those of both languages ("in", "was", "so") are in neither.
_SMALL_ENGLISH = (
    "the and of to a is are it its for with on i we you they he my our your this that these those be been have has had "
    "not no can could would should please when where what which who why how if at from by as there their them do does "
    "more only every all any some but or too very make get like want into out up than then now here"
)
_SMALL_GERMAN = (
    "der die das und ist ein eine einen einem einer eines nicht mit für auf ich wir ihr sie es zu zum zur im den "
    "dem des von vom auch bei beim aus nach wenn wie wo warum oder aber als kann können könnte soll sollte "
    "bitte mehr nur jede jeder jedes alle kein keine ohne über unter vor durch gegen noch schon sehr mir mich uns "
    "euch mein meine unsere haben hat habe wird werden wäre gibt sind bin dass statt immer wieder gerne gern"
)
_OF_ENGLISH, _OF_GERMAN = frozenset(_SMALL_ENGLISH.split()), frozenset(_SMALL_GERMAN.split())
_OF_BOTH = {"in", "was", "so", "an", "am", "will", "man", "hier"}
_GERMAN_LETTERS = re.compile("[äöüß]", re.IGNORECASE)
_ASCII_LETTERS = frozenset(string.ascii_letters + string.digits)
_LOST = re.compile("(?<=[aou])e+")
_PLAIN = re.compile(r"[a-zäöüß]+")


def tokens_of(text: str, language: str | None = None) -> list[Token]:
    """Every word of a text, in order. `language`: 'en', 'de', or None: as `language_of` finds it."""
    language = language_of(text) if language is None else language
    stem_of = _STEMS.get(language, _english)
    return [
        (folded, folded if _is_run(folded) else stem_of(written), start, end)
        for folded, written, start, end in pieces_of(text)
    ]


def pieces_of(text: str, passed_over: Container[str] = "") -> list[tuple[str, str, int, int]]:
    """(folded, as written, start, end) of the same tokens, whose stems nobody has asked for yet.

    `passed_over`: letters; a word that begins with one of them is not folded, ("", "", start, end): most words are of no
    interest to who asks.
    """
    cutter = _cutter(text)
    if cutter is not _TOKEN:
        return [
            ("", "", *span) if text[span[0]] in passed_over else (fold(match[0]), match[0], *span)
            for match in cutter.finditer(text)
            for span in (match.span(),)
        ]
    found = []
    for match in cutter.finditer(text):
        start, end = match.span()
        if text[start] in passed_over:
            found.append(("", "", start, end))
            continue
        written = match.group()
        if match.lastgroup == "run":
            for i in range(len(written)):
                pair = _fold_run(written[i : i + 2])
                found.append((pair, pair, start + i, min(start + i + 2, end)))
        else:
            found.append((fold(written), written, start, end))
    return found


def letters_but(initials: Iterable[str]) -> frozenset[str]:
    """ASCII letters and digits with which no word begins whose stem begins with one of the (small) `initials`: neither
    folding nor a stem changes an ASCII letter that comes first."""
    return _ASCII_LETTERS - {letter for initial in initials for letter in (initial, initial.upper())}


@lru_cache(maxsize=30_000)
def beginning_of(folded: str) -> str:
    """What a word and its stem have in common: the stem's, but for its last letter, begins that of the folded word.

    A stem is the beginning of its word, at most with another last letter ("hope" of "hoping"), y for i, or without the e
    of a German ae, oe or ue.
    """
    return _LOST.sub("", folded).replace("y", "i")


def stems_of(text: str, language: str | None = None) -> list[str]:
    """The stems of `tokens_of(text)` alone, for an index of many texts: a third of the time."""
    language = language_of(text) if language is None else language
    cutter = _cutter(text)
    if cutter is _TOKEN:
        return [token[1] for token in tokens_of(text, language)]
    return list(map(_STEMS.get(language, _english), cutter.findall(text)))


def _cutter(text: str) -> re.Pattern:
    if text.isascii():
        return _ASCII_TOKEN
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return _TOKEN
    return _WESTERN_TOKEN


def language_of(text: str) -> str:
    """'en' or 'de' by the small words of its first 500 characters; '' when they name neither."""
    words = set(_PLAIN.findall(text[:500].lower()))
    english, german = len(words & _OF_ENGLISH), len(words & _OF_GERMAN)
    if english == german:
        return GERMAN if _GERMAN_LETTERS.search(text, 0, 500) else ""
    return ENGLISH if english > german else GERMAN


@lru_cache(maxsize=30_000)
def fold(word: str) -> str:
    """A word without case, accents or special letters: 'Smørrebrød' -> 'smorrebrod'."""
    word = word[:LONGEST].casefold().removesuffix("'s").removesuffix("’s")
    if word.isascii():
        return word.replace("'", "")
    apart = unicodedata.normalize("NFKD", word.translate(_SPECIAL).replace("'", "").replace("’", ""))
    return _letters(unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))) or word


def stem(word: str, language: str = ENGLISH) -> str:
    """The folded stem of one word; what is not German is taken for English."""
    return _STEMS.get(language, _english)(word)


@lru_cache(maxsize=30_000)
def _english(word: str) -> str:
    return _SNOWBALL.english(fold(word))


@lru_cache(maxsize=30_000)
def _german(word: str) -> str:
    return fold(_SNOWBALL.german(word[:LONGEST].casefold().removesuffix("'s").removesuffix("’s")))


_STEMS = {ENGLISH: _english, GERMAN: _german}


def stands_alone(word: str) -> bool:
    """Whether a token is the last character of a run without spaces: as a query it means "beginning with"."""
    return len(word) == 1 and _is_run(word)


def _is_run(word: str) -> bool:
    """Whether it is cut out of a run without spaces: such words have no forms."""
    return not word.isascii() and _RUNS.match(word) is not None


@lru_cache(maxsize=20_000)
def _fold_run(pair: str) -> str:
    return _letters(unicodedata.normalize("NFKC", pair).casefold())


def _letters(word: str) -> str:
    """Without the spaces and brackets that a compatible form may hold: ⑴ is (1)."""
    return "".join(c for c in word if c.isalnum() or c > "\x7f" and not c.isspace())


class _Snowball:
    """A stemmer keeps the word it works on in itself: one thread at a time."""

    def __init__(self):
        self._english, self._german = EnglishStemmer(), GermanStemmer()
        self._turn = threading.Lock()

    def english(self, word: str) -> str:
        with self._turn:
            return self._english.stemWord(word)

    def german(self, word: str) -> str:
        with self._turn:
            return self._german.stemWord(word)


_SNOWBALL = _Snowball()


# Folded words by which nobody searches when they have a better one.
SMALL_WORDS = frozenset(fold(word) for word in _OF_ENGLISH | _OF_GERMAN | _OF_BOTH)
