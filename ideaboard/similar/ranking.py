"""The likeliest ideas, compared and put in order. Loads numpy (0.1 s, 17 MB), so only a process that compares has it."""

import numpy as np
from sqlalchemy import ColumnElement

from ideaboard.similar.candidates import compared_with
from ideaboard.similar.scoring import Pool, score
from ideaboard.similar.shapes import shape_of


def ranking(
    title: str, may: ColumnElement[bool], *, limit: int, exclude: int | None = None, among: list[int] | None = None
) -> list[tuple[int, float]]:
    """[(id, score)], best first. `may`: SQL, which ideas count; `among`: rank only these."""
    query = Pool([shape_of(title)])
    compared = compared_with(query, may, exclude=exclude, among=among)
    if not compared.ids:
        return []
    scores = np.round(score(query, compared.pool, compared.corpus), 9)
    order = np.argsort(-scores, kind="stable")[:limit].tolist()
    return [(compared.ids[i], float(scores[i])) for i in order if scores[i] > 0]
