"""One accent colour in, a whole set of readable colours out, for light and for dark pages.

Pure functions on "#rrggbb" texts. Every pair that a page lays on each other keeps a contrast of 4.5 (WCAG 2.2 AA),
whatever colour the owner chose; what is chosen stays itself wherever that allows. Lightness is moved in OKLab, where
the eye sees the hue stay the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

DEFAULT_ACCENT = "#0d6b52"
AA = 4.5
# 0.1 above the norm: a browser's rounding must not take it away again.
AIM = AA + 0.1

# The papers on which accent and status words stand; the same values as in tokens.css.
LIGHT_PAPERS = ("#fbf8f3", "#ffffff", "#f3ede4")
DARK_PAPERS = ("#171412", "#211d1a", "#2a2521")


@dataclass(frozen=True)
class Side:
    """One side (light or dark), each "#rrggbb": fill, words on it, fill under the pointer, rim, ink, wash."""

    accent: str
    on_accent: str
    accent_hover: str
    accent_edge: str
    accent_ink: str
    accent_wash: str


# The colours of our own accent were chosen by eye.
OURS = (
    Side("#0d6b52", "#ffffff", "#0b5a45", "#0d6b52", "#0d6b52", "#e4f1ec"),
    Side("#58c9a3", "#0b1f18", "#6fd6b3", "#58c9a3", "#58c9a3", "#15352b"),
)


def is_colour(text: str) -> bool:
    """True for "#rrggbb", in small or capital letters."""
    return re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None


def _linear(colour: str) -> tuple[float, float, float]:
    if not is_colour(colour):
        raise ValueError(f"not a colour of the form #rrggbb: {colour!r}")
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return red, green, blue


def _hex(red: float, green: float, blue: float) -> str:
    def byte(c: float) -> int:
        c = min(max(c, 0.0), 1.0)
        return round(255 * (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055))

    return f"#{byte(red):02x}{byte(green):02x}{byte(blue):02x}"


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 counts it: 1 (the same) to 21 (black on white). Raises ValueError."""

    def luminance(colour: str) -> float:
        red, green, blue = _linear(colour)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _oklab(colour: str) -> tuple[float, float, float]:
    red, green, blue = _linear(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(lightness: float, a: float, b: float) -> str:
    """The colour, its chroma lowered until the screen can show it."""
    for step in range(21):
        keep = 1 - step / 20
        long = (lightness + (0.3963377774 * a + 0.2158037573 * b) * keep) ** 3
        medium = (lightness - (0.1055613458 * a + 0.0638541728 * b) * keep) ** 3
        short = (lightness - (0.0894841775 * a + 1.2914855480 * b) * keep) ** 3
        rgb = (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        )
        if all(-0.0005 <= c <= 1.0005 for c in rgb):
            break
    return _hex(*rgb)


def _at(colour: str, lightness: float, chroma: float = 1.0) -> str:
    """The hue of a colour at another lightness (0 to 1), with a share of its chroma."""
    _, a, b = _oklab(colour)
    return _from_oklab(lightness, a * chroma, b * chroma)


def _readable(colour: str, papers: tuple[str, ...], darker: bool) -> str:
    """The colour itself where it can be read on all papers, else the nearest darker (or lighter) one that can."""
    if all(contrast(colour, paper) >= AIM for paper in papers):
        return colour
    lightness = _oklab(colour)[0]
    for step in range(1, 101):
        there = lightness * (1 - step / 100) if darker else lightness + (1 - lightness) * step / 100
        tried = _at(colour, there)
        if all(contrast(tried, paper) >= AIM for paper in papers):
            return tried
    return "#000000" if darker else "#ffffff"


def words_on(fill: str) -> str:
    """White or nearly black, whichever can be read on the fill (one of them always can)."""
    for words in ("#ffffff", _at(fill, 0.22, 0.4), "#000000"):
        if contrast(words, fill) >= AIM:
            return words
    return max(("#ffffff", "#000000"), key=lambda words: contrast(words, fill))


def _hover(fill: str, words: str) -> str:
    """A step away from the words on it, so that these are read as well as before."""
    lightness = _oklab(fill)[0]
    light_words = contrast(words, "#000000") > contrast(words, "#ffffff")
    away = lightness * 0.9 if light_words else lightness + (1 - lightness) * 0.2
    tried = _at(fill, away)
    return tried if contrast(tried, words) >= contrast(fill, words) else fill


def _wash(colour: str, dark: bool) -> str:
    _, a, b = _oklab(colour)
    strength = (a * a + b * b) ** 0.5
    # 0.018 and 0.04: the chroma of our own washes; a grey accent gets a grey wash.
    aim = 0.04 if dark else 0.018
    return _at(colour, 0.3 if dark else 0.945, min(1.0, aim / strength) if strength > 0.001 else 0.0)


def _side(accent: str, dark: bool) -> Side:
    papers = DARK_PAPERS if dark else LIGHT_PAPERS
    wash = _wash(accent, dark)
    ink = _readable(accent, (*papers, wash), darker=not dark)
    # A fill must be seen on the paper (3:1). By day a bright brand stays itself and gets a darker rim;
    # by night a deep one is lightened.
    fill = ink if dark and contrast(accent, papers[0]) < 3 else accent
    words = words_on(fill)
    edge = fill if contrast(fill, papers[0]) >= 3 else ink
    return Side(fill, words, _hover(fill, words), edge, ink, wash)


def accent_sides(accent: str) -> tuple[Side, Side]:
    """The light and the dark side of an accent "#rrggbb". Raises ValueError for anything else."""
    if not is_colour(accent):
        raise ValueError(f"not a colour of the form #rrggbb: {accent!r}")
    accent = accent.lower()
    return OURS if accent == DEFAULT_ACCENT else (_side(accent, dark=False), _side(accent, dark=True))


def status_pairs(colour: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """(ink, wash) for light pages and for dark ones, from one colour "#rrggbb" of a status. Raises ValueError."""
    pairs = []
    for dark in (False, True):
        wash = _wash(colour.lower(), dark)
        papers = DARK_PAPERS if dark else LIGHT_PAPERS
        pairs.append((_readable(colour.lower(), (*papers, wash), darker=not dark), wash))
    return pairs[0], pairs[1]


def theme_css(accent: str, statuses: dict[str, str] | None = None) -> str:
    """The text of /theme-<hash>.css: the accent's tokens, and those of the statuses (key → "#rrggbb") that are given.

    It stands in no layer, so that it wins over tokens.css. Raises ValueError for a colour that is none.
    """
    light, dark = accent_sides(accent)
    lines = [
        f"--{name.replace('_', '-')}:light-dark({getattr(light, name)},{getattr(dark, name)})"
        for name in Side.__dataclass_fields__
    ]
    for key, colour in sorted((statuses or {}).items()):
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", key):
            raise ValueError(f"not the key of a status: {key!r}")
        (ink, wash), (ink_dark, wash_dark) = status_pairs(colour)
        name = key.replace("_", "-")
        lines.append(f"--status-{name}:light-dark({ink},{ink_dark})")
        lines.append(f"--status-{name}-wash:light-dark({wash},{wash_dark})")
    return ":root{" + ";".join(lines) + "}\n"


def theme_hash(css: str) -> str:
    """Twelve letters that change with the text: the name under which it may be kept for ever."""
    return sha256(css.encode()).hexdigest()[:12]
