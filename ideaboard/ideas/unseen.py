"""The share of the default list's first page that is kept for ideas that few have seen so far."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

PLACES = (3, 8)  # of a page of 20, counted from 1; fixed, so that a reader learns where they stand
Thing = TypeVar("Thing")


def lifted(trending: Sequence[Thing], due: Iterable[Thing], places: tuple[int, ...] = PLACES) -> list[Thing]:
    """Those of `due` that the order alone puts lower than the place that is kept; the others would only be moved down."""
    found: list[Thing] = []
    for thing in due:
        if len(found) < len(places) and thing not in trending[: places[len(found)] - len(found)]:
            found.append(thing)
    return found


def mixed(trending: Iterable[Thing], due: Iterable[Thing], places: tuple[int, ...] = PLACES) -> list[Thing]:
    """The list with the first of `due` put at `places`, and not again where their score has them."""
    chosen = [thing for _, thing in zip(places, due, strict=False)]
    found = [thing for thing in trending if thing not in chosen]
    for place, thing in zip(places, chosen, strict=False):
        found.insert(place - 1, thing)
    return found
