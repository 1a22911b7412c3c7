"""Waits for something to become true in another thread or process, with a generous limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(look: Callable[[], T], wanted: Callable[[T], object], limit: float = 30) -> T:
    """What `look` gives once it is `wanted`; fails with the last of what it gave."""
    deadline = time.monotonic() + limit
    while True:
        found = look()
        if found and wanted(found):
            return found
        assert time.monotonic() < deadline, f"it did not happen within {limit} s; last seen: {found}"
        time.sleep(0.02)
