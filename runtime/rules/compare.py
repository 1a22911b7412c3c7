"""When values are equal, how they are ordered, what lies in a range (DMN 1.5, 10.3.2.2, tables 50 to 56)."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from runtime.rules.budget import Allowance
from runtime.rules.temporal import DAY, days_of, instant, length, nanos_of, offset, time_key, zone_name
from runtime.rules.values import Range, WideDateTime, WideTime, YearsMonths, kind

_ALIKE = frozenset({Decimal, str, bool, date, YearsMonths, timedelta})
_ORDERED = frozenset({Decimal, str, date, YearsMonths, timedelta})
LONG = 4096  # characters that are compared at the cost of one step


def equal(one: Any, other: Any, run: Any = None) -> bool | None:
    """Whether two values are the same; None when they are of different kinds; null equals only null.

    What is looked at in lists and contexts is taken from the budget of `run`.
    """
    if one is None or other is None:
        return one is other
    kind_ = type(one)
    if kind_ is type(other) and kind_ in _ALIKE:
        if kind_ is str and run is not None and len(one) > LONG:
            run.spend(len(one) // LONG)
        return bool(one == other)
    return _equal(one, other, Allowance() if run is None else run)


def _equal(one: Any, other: Any, run: Any) -> bool | None:
    if one is None or other is None:
        return one is other
    run.spend(2)
    first, second = kind(one), kind(other)
    if first != second:
        if {first, second} == {"date", "date and time"}:
            order = compare(one, other)
            return None if order is None else order == 0
        return None
    if first == "list":
        if len(one) != len(other):
            return False
        return _all(_equal(a, b, run) for a, b in zip(one, other, strict=True))
    if first == "context":
        if one.keys() != other.keys():
            return False
        return _all(_equal(value, other[key], run) for key, value in one.items())
    if first == "range":
        if (one.start_included, one.end_included, one.unbounded) != (
            other.start_included,
            other.end_included,
            other.unbounded,
        ):
            return False
        return _all(_equal(a, b, run) for a, b in ((one.start, other.start), (one.end, other.end)))
    if first == "function":
        return one is other
    if first in ("time", "date and time") and (one.tzinfo is None) != (other.tzinfo is None):
        return False
    order = compare(one, other, run)
    return bool(one == other) if order is None else order == 0


def _all(answers: Any) -> bool:
    """Items of different kinds make lists and contexts different."""
    return all(answer is True for answer in answers)


def compare(one: Any, other: Any, run: Any = None) -> int | None:
    """Below, at or above zero as `one` is before, at or after `other`; None when they have no order.

    Long strings are compared at the expense of `run`.
    """
    kind_ = type(one)
    if kind_ is type(other) and kind_ in _ORDERED:
        if kind_ is str and run is not None and len(one) > LONG:
            run.spend(len(one) // LONG)
        return bool(one > other) - bool(one < other)
    if run is not None:
        run.spend(4)  # of moments, whose zones are looked at
    first, second = kind(one), kind(other)
    if first == second:
        if first == "time":
            if (one.tzinfo is None) != (other.tzinfo is None):
                return None
            return _sign(time_key(one) - time_key(other))
        if first == "date and time":
            if (one.tzinfo is None) != (other.tzinfo is None):
                return None
            return _sign(instant(one) - instant(other))
        if first == "date":
            return _sign(days_of(one) - days_of(other))
        if first == "days and time duration":
            return _sign(length(one) - length(other))
        return None
    # Where needed a date is midnight UTC of that day.
    if first == "date" and second == "date and time":
        return None if other.tzinfo is None else _sign(days_of(one) * DAY - instant(other))
    if first == "date and time" and second == "date":
        return None if one.tzinfo is None else _sign(instant(one) - days_of(other) * DAY)
    return None


def _sign(difference: int) -> int:
    return (difference > 0) - (difference < 0)


def contains(span: Range, value: Any, run: Any) -> bool | None:
    """Whether a range contains a value: three-valued, null where an end cannot be compared."""
    low: bool | None = True
    high: bool | None = True
    if span.start is not None or not span.unbounded:
        order = compare(value, span.start, run)
        low = None if order is None else order > 0 or (order == 0 and span.start_included)
    if span.end is not None or not span.unbounded:
        order = compare(value, span.end, run)
        high = None if order is None else order < 0 or (order == 0 and span.end_included)
    if low is False or high is False:
        return False
    return None if low is None or high is None else True


def within(items: list[Any], value: Any, run: Any) -> bool:
    """Whether a list contains a value."""
    return any(equal(item, value, run) is True for item in items)


def identical(one: Any, other: Any, run: Any) -> bool:
    """`is`: the same kind and the same value, zones included (10.3.2.2)."""
    if kind(one) != kind(other):
        return False
    if isinstance(one, time | WideTime | datetime | WideDateTime):
        same_zone = (one.tzinfo is None) == (other.tzinfo is None) and (
            offset(one) == offset(other)
            if offset(one) is not None and offset(other) is not None
            else zone_name(one.tzinfo) == zone_name(other.tzinfo)
        )
        same_day = not isinstance(one, datetime | WideDateTime) or days_of(one) == days_of(other)
        return same_zone and same_day and nanos_of(one) == nanos_of(other)
    return equal(one, other, run) is True
