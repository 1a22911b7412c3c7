"""A small thread-safe cache: what nobody asked for longest makes room first."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Cache(Generic[Key, Value]):
    """Values by all that they follow from; what never changes needs no more than that. `most` bounds their number,
    or the sum of what they `weigh`.

    Threads share it. Two that miss a value at once both make it, and both get the one that was made first; none ever
    waits for another's work.
    """

    def __init__(self, most: int, weigh: Callable[[Value], int] | None = None) -> None:
        self._values: LRUCache[Key, Value] = LRUCache(most, weigh)
        self._lock = Lock()

    def __contains__(self, key: Key) -> bool:
        with self._lock:
            return key in self._values

    def __len__(self) -> int:
        with self._lock:
            return len(self._values)

    def find(self, key: Key) -> Value | None:
        """The value of a key, if it is known."""
        with self._lock:
            return self._values.get(key)

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of a key, made where it is not known; what `make` raises is not kept."""
        with self._lock:
            try:
                return self._values[key]
            except KeyError:
                pass
        return self.put(key, make())

    def put(self, key: Key, value: Value) -> Value:
        """Keeps a value, and returns it; where the key has one already, keeps and returns that."""
        with self._lock:
            try:
                return self._values[key]
            except KeyError:
                pass
            with suppress(ValueError):  # it weighs more than everything together may
                self._values[key] = value
            return value

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
