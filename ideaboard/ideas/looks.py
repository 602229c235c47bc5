"""Looks: how often an idea was put before somebody. Counted in memory, written in batches, never in a request's way.

A door says what it showed: `looks.saw([idea.id for idea in …])`, in the order of the page. What is in memory when a
process is killed is lost; a number that no vote and no promise hangs on may be.
"""

import threading
from collections import Counter
from collections.abc import Iterable


class Looks:
    """What was seen since it was last written."""

    def __init__(self):
        self._lock = threading.Lock()
        self._seen: Counter[int] = Counter()

    def saw(self, idea_ids: Iterable[int]) -> None:
        """These ideas were shown to somebody, in this order. Costs a lock and a few additions."""
        with self._lock:
            self._seen.update(idea_ids)


looks = Looks()
saw = looks.saw
