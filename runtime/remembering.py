"""What was worked out last, so that whoever asks again need not wait for it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(Generic[Key, Value]):
    """The newest `most` values, by all that they follow from; what never changes needs no more than that.

    Threads share it. Two that miss a value at once both work it out, and none ever waits for another's work.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[Key, Value] = {}
        self._changing = Lock()

    def __contains__(self, key: Key) -> bool:
        return key in self._values

    def recall(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of a key, made where it is not known; what `make` raises is not remembered."""
        try:
            return self._values[key]
        except KeyError:
            value = make()
        with self._changing:
            while len(self._values) >= self._most and key not in self._values:
                del self._values[next(iter(self._values))]
            self._values[key] = value
        return value
