"""Moments, which are milliseconds since 1970 inside, as the outside writes them: ISO 8601 in UTC, ending in Z."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


@overload
def moment(milliseconds: int) -> str: ...
@overload
def moment(milliseconds: None) -> None: ...
def moment(milliseconds: int | None) -> str | None:
    """The text of a moment, e.g. 2026-03-31T12:00:00.000Z."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@overload
def milliseconds(at: datetime) -> int: ...
@overload
def milliseconds(at: None) -> None: ...
def milliseconds(at: datetime | None) -> int | None:
    """The moment that somebody wrote; `at` knows its time zone."""
    return None if at is None else round(at.timestamp() * 1000)
