"""A shelf for things that are dear to make: the least lately used go when there are too many, or too large in all."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """At most `count` things, and `size` in all (`weigh` says the size of one)."""

    def __init__(self, count: int, size: int, weigh: Callable[[T], int]):
        self.count, self.size, self._weigh = count, size, weigh
        self.held = 0  # the size of what stands here
        self._things: OrderedDict[Hashable, tuple[int, T]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._things)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of this key, made when it does not stand here. (Two threads may both make it; one is kept.)"""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key][1]
        thing = make()
        with self._lock:
            weight = self._weigh(thing)
            self.held += weight - self._things.pop(key, (0, None))[0]
            self._things[key] = weight, thing
            while len(self._things) > self.count or self.held > self.size:
                self.held -= self._things.popitem(last=False)[1][0]
        return thing
