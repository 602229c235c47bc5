"""How long things wait, when some of them wait still: the product-limit estimate of Kaplan and Meier.

E. L. Kaplan and P. Meier, "Nonparametric Estimation from Incomplete Observations", Journal of the American Statistical
Association 53 (1958), pages 457 to 481. With n(i) things still waiting and watched just before the moment t(i), of which
d(i) stop at it, the share that waits longer than t is

    S(t) = product over all t(i) <= t of (1 - d(i) / n(i))

Who leaves unanswered at that same moment still counts in n(i). The median is the smallest t with S(t) <= 0.5.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from operator import itemgetter

# A product of fractions that is exactly one half may come out a hair above it.
_HAIR = 1e-9


@dataclass(frozen=True)
class Curve:
    """`watched`: how many in all; `stopped`: how many of them were seen to stop; `longest`: seconds that the longest
    was watched; `moments` and `waiting`: S at each moment (seconds, ascending) where some stopped."""

    watched: int
    stopped: int
    longest: float
    moments: tuple[float, ...]
    waiting: tuple[float, ...]

    @property
    def median(self) -> float | None:
        """Seconds until half have stopped; None: the curve never reaches one half."""
        return next((t for t, share in zip(self.moments, self.waiting, strict=True) if share <= 0.5 + _HAIR), None)

    @property
    def known_until(self) -> float:
        """Seconds up to which the curve says something: as long as any was watched, and for good once none waits."""
        return inf if self.waiting and self.waiting[-1] < _HAIR else self.longest

    def stopped_within(self, seconds: float) -> float:
        """The share, 0..1, that stopped within so many seconds: 1 - S."""
        place = bisect_right(self.moments, seconds)
        return 1 - self.waiting[place - 1] if place else 0.0


def curve_of(lives: Iterable[tuple[float, bool]]) -> Curve:
    """The curve of (seconds watched, whether it stopped then); False: it left, or waits still (censored)."""
    rows = list(lives)
    watched = sorted(map(itemgetter(0), rows))
    stops = Counter(moment for moment, stopped in rows if stopped)
    share, moments, waiting = 1.0, sorted(stops), []
    for moment in moments:
        share *= 1 - stops[moment] / (len(rows) - bisect_left(watched, moment))
        waiting.append(share)
    return Curve(len(rows), stops.total(), watched[-1] if rows else 0.0, tuple(moments), tuple(waiting))
