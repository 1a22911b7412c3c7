"""When to stop calling a system that does not answer, and when to try whether it is back. Pure.

A call that surely never reached its system uses up no attempt of its item: it is made again soon, and when several in a
row have failed, the breaker opens. A call that may have reached it counts by the retry policy of the item, as long as
the breaker is closed.
"""

from __future__ import annotations

OPENS_AFTER = 5  # failures in a row
SHORTEST, LONGEST = 1_000, 300_000  # ms between two tries whether a system is back


def postponed(failures: int, chance: float) -> int:
    """Milliseconds until a call is made again that never reached its system, after so many failures in a row."""
    return round(min(250 << min(failures, 7), 2_000) * (0.75 + chance / 2))


def probe_after(down: int, chance: float) -> int:
    """Milliseconds until a system that has been down for so long is tried again: a quarter of that, so that an outage
    never lasts much longer for us than for itself. `chance` in [0, 1) keeps workers apart."""
    return round(min(max(down / 4, SHORTEST), LONGEST) * (0.75 + chance / 2))


class Failures:
    """The failures of one system in a row, as one worker has seen them."""

    __slots__ = ("count", "last")

    def __init__(self) -> None:
        self.count = 0
        self.last: tuple[int, int | None] | None = None

    def answered(self) -> bool:
        """The system answered; whether it had failed before."""
        failed, self.count, self.last = self.count > 0, 0, None
        return failed

    def failed(self, of: tuple[int, int | None], *, status: int | None) -> bool:
        """A call of an item (order, number) failed; whether the breaker is to be open now. A system that answers one
        request with 500 again and again has trouble with that request, which says nothing about others."""
        if status != 500 or of != self.last:
            self.count += 1
        self.last = of
        return self.count >= OPENS_AFTER
