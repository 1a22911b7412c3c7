"""Moments, which are milliseconds since 1970 inside, as the outside writes them: RFC 3339, ours in UTC with a Z."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import overload

from runtime.errors import Fault, WrongBody
from runtime.rules.temporal import DAY, datetime_text, make_datetime

EXPECTED = 'a date and time with its offset, such as "2026-03-31T12:00:00Z"'
_EPOCH, _MILLISECOND = datetime.fromtimestamp(0, UTC), timedelta(milliseconds=1)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,40})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
# A day from the ends of the calendar, so that every time zone can show them.
_FIRST = (datetime(1, 1, 2, tzinfo=UTC) - _EPOCH) // _MILLISECOND
_LAST = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH) // _MILLISECOND - 1


@overload
def moment(milliseconds: int) -> str: ...
@overload
def moment(milliseconds: None) -> None: ...
def moment(milliseconds: int | None) -> str | None:
    """The text of a moment, e.g. 2026-03-31T12:00:00.000Z."""
    if milliseconds is None:
        return None
    try:
        at = _EPOCH + milliseconds * _MILLISECOND
    except OverflowError:
        days, rest = divmod(milliseconds * 1_000_000, DAY)
        return datetime_text(make_datetime(days, rest, UTC))
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@overload
def milliseconds(at: datetime) -> int: ...
@overload
def milliseconds(at: None) -> None: ...
def milliseconds(at: datetime | None) -> int | None:
    """A moment that knows its time zone; what is finer than a millisecond is cut off. Raises ValueError for one at the
    very ends of the calendar, which other time zones could not show."""
    if at is None:
        return None
    found = (at - _EPOCH) // _MILLISECOND
    if not _FIRST <= found <= _LAST:
        raise ValueError("it must lie between 0001-01-02 and 9999-12-30 in UTC")
    return found


def written(text: str) -> int:
    """The moment that somebody wrote as RFC 3339 has it. Raises ValueError."""
    if not _RFC_3339.fullmatch(text):
        raise ValueError(f"must be {EXPECTED}")
    text = f"{text[:10]}T{text[11:].upper()}"
    whole, point, fraction = text.partition(".")
    if point:  # Python's reader takes six digits
        digits = re.match(r"\d+", fraction)
        assert digits is not None
        text = f"{whole}.{digits.group()[:6]:0<6}{fraction[digits.end() :]}"
    try:
        return milliseconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"is no moment: {error}") from None


def asked(text: str | None, pointer: str) -> int | None:
    """The moment that a field of a body says, if it says one. Raises WrongBody."""
    if text is None:
        return None
    try:
        return written(text)
    except ValueError as error:
        raise WrongBody(f"the body does not fit at {pointer}: {error}", (Fault(pointer, str(error)),)) from None
