"""Our default list, made by the functions of the product: models/ranking.py, and what ideas/listing.py puts into its page."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ideaboard.ideas.unseen import PLACES, lifted, mixed
from ideaboard.models.ranking import (
    EPOCH,
    divisor,
    is_hardly_seen,
    looks_before_counting,
    share_of_row,
    showing_due_of,
    trending_of,
    weight,
)
from ideaboard.simulation.world import Entry

_PAGE_SHARE = sum(map(share_of_row, range(20))) / 20


class Ours:
    """As the database has it: the sum and the looks of each idea, moved by votes and by what was put on pages."""

    def __init__(self):
        self.sums: dict[int, float] = {}
        self.looks: dict[int, float] = {}
        self.born: dict[int, datetime] = {}

    def begins(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            counted = entry.shown * _PAGE_SHARE
            self._there(entry, counted or looks_before_counting(len(entry.cast)))

    def came(self, entry: Entry) -> None:
        self._there(entry, 0)

    def _there(self, entry: Entry, looks: float) -> None:
        born = _moment(entry.born)
        self.looks[entry.id] = looks
        self.sums[entry.id] = trending_of(born, map(_moment, entry.cast), 0) * divisor(0)
        self.born[entry.id] = born

    def voted(self, entry: Entry, at: float) -> None:
        self.sums[entry.id] += weight(_moment(at))

    def showed(self, page: Sequence[Entry], at: float) -> None:
        for row, entry in enumerate(page):
            self.looks[entry.id] += share_of_row(row) if len(page) > 1 else 1.0

    def order(self, entries: Sequence[Entry], at: float) -> list[Entry]:
        trending = sorted(entries, key=lambda e: (self.sums[e.id] / divisor(int(self.looks[e.id])), e.id), reverse=True)
        due = {e.id: showing_due_of(self.born[e.id], int(self.looks[e.id])) for e in entries}
        hardly = [e for e in entries if is_hardly_seen(due[e.id])]
        first = sorted(hardly, key=lambda e: (due[e.id], e.id))[: len(PLACES)]
        return mixed(trending, lifted(trending, first))


def _moment(day: float) -> datetime:
    return EPOCH + timedelta(days=day)
