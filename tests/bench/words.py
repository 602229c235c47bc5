"""Invented English and German for big sites: thousands of words, used as often as words are (Zipf), in texts of ideas.

Common words and the things of a coffee house are real; the rest is made of syllables and of compounds, so that a search
for one word finds a few ideas, or a few thousand, as it would. Nothing here is anybody's text.
"""

from __future__ import annotations

import random
from itertools import accumulate

_EN = (
    "the a for and with in to of on at when more free no every please would could we you it my your our from without"
    " than less also only after before again still never always why how where should let make bring back give have get"
).split()
_DE = (
    "der die das und mit für ohne im in zu von auf bei wenn mehr keine jeder bitte wir ihr man mein euer unser aus als"
    " weniger auch nur nach vor wieder noch nie immer warum wie wo sollte macht bringt gebt habt bekommt eine einen"
).split()
_EN_THINGS = (
    "coffee cup milk store card app order table mug lid straw bean roast tea queue line window chair garden bottle"
    " breakfast sandwich cookie cake syrup foam ice reward birthday gift price size drive music light plug internet"
    " morning evening student nurse family dog bicycle bag box tray spoon napkin bin recycling water oat soy almond"
).split()
_EN_DEEDS = (
    "order pay collect share open close fill bring try build clean save print ship taste brew serve wait".split()
)
_DE_THINGS = (
    "Kaffee Becher Milch Laden Karte App Bestellung Tisch Tasse Deckel Halm Bohne Röstung Tee Schlange Fenster Stuhl"
    " Garten Flasche Frühstück Brot Keks Kuchen Sirup Schaum Eis Prämie Geburtstag Geschenk Preis Größe Musik Licht"
    " Strom Morgen Abend Familie Hund Fahrrad Tüte Kiste Löffel Serviette Müll Wasser Hafer Mandel Straße Küche"
).split()
_DE_DEEDS = "bestell zahl sammel teil öffn schließ füll bring versuch bau reinig spar druck schick koch wart".split()
_ONSETS = "b br c ch cl d dr f fl g gr h j k l m n p pl qu r s sk sl st t tr v w z".split()
_CORES = "a e i o u ai ea oo ie au".split()
_ENDS = "l n r s t m nd rt st ck lm p x ".split(" ")
INVENTED = 5_000  # words of each language beyond the real ones
HEAVY = 1.05  # the exponent of Zipf's law


class Words:
    """The words of one language: `text(chance, 8)` is eight of them."""

    def __init__(self, language: str, chance: random.Random):
        small, things, deeds = (_EN, _EN_THINGS, _EN_DEEDS) if language == "en" else (_DE, _DE_THINGS, _DE_DEEDS)
        forms = _english(things, deeds) if language == "en" else _german(things, deeds)
        made = list(dict.fromkeys(_made(chance, language) for _ in range(INVENTED)))
        chance.shuffle(forms)
        # Small words first, then the things that everybody writes about, then the long tail.
        self.words = list(dict.fromkeys([*small, *things, *forms, *made]))
        self.weights = list(accumulate(1 / (rank + 3) ** HEAVY for rank in range(len(self.words))))
        self.telling = [word for word in self.words if word not in small]
        self.telling_weights = list(accumulate(1 / (rank + 8) ** 0.9 for rank in range(len(self.telling))))

    def text(self, chance: random.Random, number: int) -> list[str]:
        return chance.choices(self.words, cum_weights=self.weights, k=number)

    def title(self, chance: random.Random) -> list[str]:
        """Four to nine words, more of them telling than in running text."""
        number = 2 + int(chance.random() * 3)
        telling = chance.choices(self.telling, cum_weights=self.telling_weights, k=number)
        other = self.text(chance, 2 + int(chance.random() * 3))
        mixed = [word for pair in zip(other, telling) for word in pair]  # noqa: B905 (the rest follows)
        return mixed + telling[len(other) :] + other[len(telling) :]


def sentence(words: list[str]) -> str:
    joined = " ".join(words)
    return joined[0].upper() + joined[1:]


def _made(chance: random.Random, language: str) -> str:
    parts = [chance.choice(_ONSETS) + chance.choice(_CORES) for _ in range(chance.choice((1, 2, 2, 3)))]
    word = "".join(parts) + chance.choice(_ENDS)
    if language == "de":
        return chance.choice((word, word + "en", word + "ung", word.capitalize(), word.replace("u", "ü", 1)))
    return chance.choice((word, word + "s", word + "ed", word + "ing", word + "er"))


def _english(things: list[str], deeds: list[str]) -> list[str]:
    return [f"{thing}s" for thing in things] + [
        deed.removesuffix("e") + end if end != "s" else deed + end for deed in deeds for end in ("s", "ing", "ed", "er")
    ]


def _german(things: list[str], deeds: list[str]) -> list[str]:
    compounds = [first + second.lower() for first in things for second in things if first != second]
    return [deed + end for deed in deeds for end in ("en", "t", "te", "ung")] + compounds
