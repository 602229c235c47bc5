"""How others order their lists; each gives a key, and the list runs from the largest down.

Reddit: `_hot` of the code published in 2008 to 2017 (votes here have no downs). Hacker News: news.arc, gravity 1.8.
Fider: its query of trending, 5 a vote and 3 a comment of the last 30 days.
"""

from bisect import bisect_left
from collections.abc import Callable
from math import log10

from ideaboard.simulation.world import Entry

Key = Callable[[Entry, float], tuple]


def newest(entry: Entry, now: float) -> tuple:
    return (entry.born,)


def most_voted(entry: Entry, now: float) -> tuple:
    return len(entry.cast), entry.born


def reddit_hot(entry: Entry, now: float) -> tuple:
    return log10(max(len(entry.cast), 1)) + entry.born * 86_400 / 45_000, entry.born


def hacker_news(entry: Entry, now: float) -> tuple:
    return (len(entry.cast) - 1) / ((now - entry.born) * 24 + 2) ** 1.8, entry.born


def fider(entry: Entry, now: float) -> tuple:
    votes = len(entry.cast) - bisect_left(entry.cast, now - 30)
    comments = len(entry.commented) - bisect_left(entry.commented, now - 30)
    return (5 * votes + 3 * comments - 1) / ((now - entry.born) * 24 + 2) ** 1.4, entry.born


RIVALS: dict[str, Key] = {
    "newest": newest,
    "most voted": most_voted,
    "Reddit's hot": reddit_hot,
    "Hacker News": hacker_news,
    "Fider": fider,
}
