"""A rank as a band: where two counts differ by no more than chance, saying "3rd" and "5th" would say too much.

Votes come one by one, so a count of v has a spread of √v (Poisson), and two counts differ clearly when
(a − b)² > z² (a + b): the score test for two Poisson counts over the same time (Przyborowski and Wilenski 1940 ask the same
of the binomial; the square root is its large-sample form), at 95 %. An idea's band runs from behind all with clearly more
votes to before all with clearly fewer.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import sqrt

Z = 1.96
RANKED = 1_000  # ideas from the top; further down a rank tells nobody anything


def band(votes: int, all_votes: Sequence[int], *, more_below: bool = False) -> tuple[int, int] | None:
    """(best, worst) rank of an idea with so many votes among `all_votes`, most first, itself included.

    more_below: `all_votes` was cut off; None where the band would run beyond the cut.
    """
    falling = [-count for count in all_votes]
    half, reach = Z * Z / 2, Z * sqrt(2 * votes + Z * Z / 4)
    best = 1 + bisect_left(falling, -(votes + half + reach))
    worst = bisect_right(falling, -(votes + half - reach))
    return None if more_below and worst == len(falling) else (best, max(best, worst))
