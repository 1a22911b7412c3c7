"""Long computations of pages, such as try-outs: one at a time in a process, so that they never take all its threads.

A few may wait for their turn. The others are told at once to come again, and every other page is served meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from runtime.core.evaluation import Evaluation
from runtime.errors import Refusal
from runtime.rules.budget import REQUEST, Budget

PLACES = 4  # computations under way or waiting, well below the number of threads of a process
PATIENCE = 0.25  # seconds to wait for a place: most computations take milliseconds
SECONDS = 5.0  # of evaluation in one request; a second line of defence behind the steps of its budget

_places = threading.BoundedSemaphore(PLACES)
_turn = threading.Lock()


class Busy(Refusal):
    """Too many long computations at once."""


@contextmanager
def slot() -> Iterator[None]:
    """Within it a long computation has its turn. Raises Busy where too many others wait for theirs."""
    if not _places.acquire(timeout=PATIENCE):
        raise Busy("Too many try-outs and rehearsals are being computed. Try again in a moment.")
    try:
        with _turn:
            yield
    finally:
        _places.release()


def evaluation(now: int) -> Evaluation:
    """What one request may evaluate."""
    return Evaluation(now, Budget(REQUEST, seconds=SECONDS, clock=time.monotonic))
