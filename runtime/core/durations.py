"""ISO 8601 durations of days, hours, minutes and seconds, as definitions write them."""

from __future__ import annotations

import re
from functools import lru_cache

_PATTERN = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$")


@lru_cache(maxsize=1024)
def milliseconds(duration: str) -> int:
    """'PT1M30S' -> 90000. Raises ValueError for anything else than days, hours, minutes and seconds."""
    match = _PATTERN.match(duration)
    if match is None or duration.endswith(("P", "T")):
        raise ValueError(f"{duration!r} is not a duration such as PT4H or P2DT30M")
    days, hours, minutes, seconds = (float(part) if part else 0.0 for part in match.groups())
    return round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000)
