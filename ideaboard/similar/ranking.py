"""The likeliest ideas, compared and put in order. Loads numpy (0.1 s, 17 MB), so only a process that compares has it."""

from collections.abc import Iterable

import numpy as np

from ideaboard.similar.candidates import compared_with
from ideaboard.similar.scoring import Pool, score
from ideaboard.similar.shapes import shape_of


def ranking(
    title: str,
    boards: Iterable[int],
    *,
    limit: int,
    exclude: int | None = None,
    among: list[int] | None = None,
) -> list[tuple[int, float]]:
    """[(id, score)], best first, of what has enough in common.

    `boards`: only ideas of these; `among`: these ideas, all of them, also where little is in common.
    """
    query = Pool([shape_of(title)])
    compared = compared_with(query, boards, exclude=exclude, among=among)
    if not compared.ids:
        return []
    scores, enough = score(query, compared.pool, compared.corpus)
    scores = np.round(scores, 9)
    order = np.lexsort((-scores, ~enough)).tolist()
    named = order if among is not None else [i for i in order if enough[i]]
    return [(compared.ids[i], float(scores[i])) for i in named[:limit]]
