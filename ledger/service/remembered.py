"""What was worked out last, kept while the register does not grow."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

V = TypeVar("V")


class Remembered(Generic[V]):
    """Values by key, each true of one size of the register; any thread may ask.

    Only what holds no words may be kept here: an erasure does not reach it before it is asked
    for again.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._values: OrderedDict[object, tuple[int, V]] = OrderedDict()
        self._lock = Lock()

    def of(self, key: object, size: int, make: Callable[[], V]) -> V:
        """The value of a key at a size of the register, made if it is not at hand."""
        with self._lock:
            at, value = self._values.get(key, (None, None))
            if at == size and value is not None:
                self._values.move_to_end(key)
                return value
        made = make()
        with self._lock:
            self._values[key] = size, made
            self._values.move_to_end(key)
            if len(self._values) > self._capacity:
                self._values.popitem(last=False)
        return made
