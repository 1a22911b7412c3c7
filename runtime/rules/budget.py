"""How much work an evaluation may do: counted in steps, one step being about a microsecond of work.

Theory of operation. Work is charged by what is done: items looked at, characters copied, values compared, functions
called, and for each pass of a loop the size of its body. An evaluation takes steps out of the `Budget` of its turn or
request in portions, so that counting costs one subtraction; between two portions the budget may look at a clock.
"""

from collections.abc import Callable

from runtime.rules.errors import OutOfBudget

EXPRESSION = 1_000_000  # steps of one expression, whatever its budget is
TURN = 40_000  # steps of one turn of the engine: about 20 ms, for which all other writers wait
REQUEST = 5_000_000  # steps of all that one request, job or table asks
PORTION = 5_000  # steps taken at a time: so often the clock is looked at


class Budget:
    """What all evaluations of one turn or one request may do together.

    `seconds` is a second line of defence, for work that steps do not measure; it needs a `clock`, which gives seconds.
    """

    __slots__ = ("_clock", "_until", "left")

    def __init__(
        self, steps: int = REQUEST, *, seconds: float | None = None, clock: Callable[[], float] | None = None
    ) -> None:
        self.left = steps
        self._clock = clock
        self._until = clock() + seconds if clock is not None and seconds is not None else float("inf")

    @property
    def exhausted(self) -> bool:
        """Whether nothing more is evaluated."""
        return self.left <= 0

    def take(self, steps: int) -> int:
        """Up to `steps`. Raises OutOfBudget where nothing is left, or the time is over."""
        if self._clock is not None and self._clock() > self._until:
            self.left = 0
        if self.left <= 0:
            raise OutOfBudget("evaluating all this takes too long")
        taken = min(steps, self.left)
        self.left -= taken
        return taken


class Allowance:
    """What one evaluation may still do: `steps` at hand, and `reserve` that it may take from the budget."""

    __slots__ = ("budget", "reserve", "steps")

    def __init__(self, budget: Budget | None = None, most: int = EXPRESSION) -> None:
        self.budget = budget
        self.steps = 0 if budget is not None else most
        self.reserve = most if budget is not None else 0

    def spend(self, steps: int = 1) -> None:
        """Takes `steps`; raises OutOfBudget."""
        self.steps -= steps
        if self.steps < 0:
            self._refill()

    def _refill(self) -> None:
        """Takes the next portion from the budget."""
        wanted = min(self.reserve, max(PORTION, -self.steps))
        if self.budget is not None and wanted > 0:
            self.reserve -= wanted
            self.steps += self.budget.take(wanted)
        if self.steps < 0:
            raise OutOfBudget("the evaluation takes too long")

    def close(self) -> None:
        """Gives back what was not used."""
        if self.budget is not None:
            self.budget.left += self.steps
            self.reserve += max(0, self.steps)
            self.steps = 0
