"""The colours of a mail: the tokens of static/css/tokens.css as plain values, since a mail program knows no variables.

A test holds the two together. The accent is the owner's, its contrast computed as on the pages.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from ideaboard.site.theme import Side, accent_sides


@dataclass(frozen=True)
class Paint:
    """One side, light or dark. `tones`: colour family of a status -> (ink, wash)."""

    paper: str
    card: str
    wash: str
    ink: str
    soft: str
    line: str
    tones: dict[str, tuple[str, str]]
    accent: Side | None = None


LIGHT = Paint(
    "#fbf8f3", "#ffffff", "#f3ede4", "#221c17", "#6b6158", "#e9e2d8",
    {
        "under_review": ("#8a5a00", "#fdf0d5"),
        "reviewed": ("#2c4fa3", "#e6edfd"),
        "coming_soon": ("#6d3aa0", "#f2e8fb"),
        "launched": ("#0d6b52", "#e0f2ea"),
        "closed": ("#5d5a57", "#ecebe9"),
    },
)  # fmt: skip
DARK = Paint(
    "#171412", "#211d1a", "#2a2521", "#f1ebe3", "#a99e92", "#352f2a",
    {
        "under_review": ("#f0bd62", "#3a2d10"),
        "reviewed": ("#9cb8ff", "#1d2947"),
        "coming_soon": ("#cfa6f7", "#33214a"),
        "launched": ("#58c9a3", "#143328"),
        "closed": ("#bdb6ae", "#34302c"),
    },
)  # fmt: skip


@lru_cache(maxsize=8)
def painted(accent: str) -> tuple[Paint, Paint]:
    """The light and the dark side with the owner's accent "#rrggbb" in it. Raises ValueError for what is no colour."""
    light, dark = accent_sides(accent)
    return replace(LIGHT, accent=light), replace(DARK, accent=dark)
