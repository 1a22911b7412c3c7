"""How much a run tries: `make deep` takes more examples, seeds and kills than `make test`."""

from __future__ import annotations

import os

DEEP = os.environ.get("DEEP_TESTS", "") == "1"


def deeper(usual: int, times: int = 10) -> int:
    """A number of examples, seeds or kills: `usual`, or so many `times` of it in a deep run."""
    return usual * times if DEEP else usual
