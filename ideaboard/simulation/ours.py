"""Our default list, made by the functions of the product: models/ranking.py, and what ideas/listing.py puts into its page."""

from collections.abc import Sequence
from datetime import timedelta

from ideaboard.ideas.unseen import mixed
from ideaboard.models.ranking import (
    EPOCH,
    TRIAL,
    divisor,
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
        self.born: dict[int, float] = {}

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
        self.born[entry.id] = showing_due_of(born, 0)

    def voted(self, entry: Entry, at: float) -> None:
        self.sums[entry.id] += weight(_moment(at))

    def showed(self, page: Sequence[Entry], at: float) -> None:
        for row, entry in enumerate(page):
            self.looks[entry.id] += share_of_row(row) if len(page) > 1 else 1.0

    def order(self, entries: Sequence[Entry], at: float) -> list[Entry]:
        trending = sorted(entries, key=lambda e: (self.sums[e.id] / divisor(int(self.looks[e.id])), e.id), reverse=True)
        hardly = [e for e in entries if self.looks[e.id] < TRIAL]
        return mixed(trending, sorted(hardly, key=self._due))

    def _due(self, entry: Entry) -> tuple[float, int]:
        return self.born[entry.id] + showing_due_of(EPOCH, int(self.looks[entry.id])), entry.id


def _moment(day: float):
    return EPOCH + timedelta(days=day)
