"""Slows down whoever guesses passwords. Pure: the moment is an argument."""

from __future__ import annotations

from collections import OrderedDict

FIRST_WAIT = 2_000  # ms, doubled with each further mistake
LONGEST_WAIT = 900_000
REMEMBERED = 10_000  # keys; the oldest is forgotten first, so that guessing cannot fill the memory


class Throttle:
    """Counts mistakes per key (a name, an address) and says how long the next try must wait.

    The first `free` mistakes cost no wait: people mistype, and many of them may share an address.
    """

    def __init__(self, free: int) -> None:
        self._free = free
        self._mistakes: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def wait(self, key: str, now: int) -> int:
        """Milliseconds until `key` may try again; 0 if it may now."""
        count, last = self._mistakes.get(key, (0, 0))
        if count < self._free:
            return 0
        pause = min(FIRST_WAIT * 2 ** min(count - self._free, 20), LONGEST_WAIT)
        return max(0, last + pause - now)

    def mistake(self, key: str, now: int) -> None:
        count, last = self._mistakes.pop(key, (0, now))
        if now - last > LONGEST_WAIT:
            count = 0
        self._mistakes[key] = (count + 1, now)
        while len(self._mistakes) > REMEMBERED:
            self._mistakes.popitem(last=False)

    def forget(self, key: str) -> None:
        self._mistakes.pop(key, None)
