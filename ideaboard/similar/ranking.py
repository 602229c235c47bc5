"""The likeliest ideas, compared and put in order. Loads numpy (0.1 s, 17 MB), so only a process that compares has it."""

from collections.abc import Iterable

import numpy as np

from ideaboard.similar.candidates import compared_with
from ideaboard.similar.scoring import Pool, score
from ideaboard.similar.shapes import shape_of

# What must be in common of the query's words that tell something, by rareness, or of the letters of both titles, to be
# named at all.
LEAST = 0.12


def ranking(
    title: str,
    boards: Iterable[int],
    *,
    limit: int,
    exclude: int | None = None,
    among: list[int] | None = None,
) -> list[tuple[int, float]]:
    """[(id, how much is in common, of 1)], best first.

    `boards`: only ideas of these; `among`: these ideas, all of them, also where little is in common.
    """
    query = Pool([shape_of(title)])
    compared = compared_with(query, boards, exclude=exclude, only=among)
    if not compared.ids:
        return []
    scores, common = score(query, compared.pool, compared.corpus)
    too_little = common < LEAST
    order = np.lexsort((-scores.round(9), too_little)).tolist()
    named = order if among is not None else [i for i in order if not too_little[i]]
    return [(compared.ids[i], float(common[i])) for i in named[:limit]]
