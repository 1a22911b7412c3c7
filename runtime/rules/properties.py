"""What can be read of a value with a dot: entries of contexts, parts of moments, durations, ranges (10.3.2.5-6)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from runtime.rules.errors import Unfit
from runtime.rules.temporal import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    days_of,
    length,
    make_duration,
    nanosecond,
    offset,
    zone_name,
)
from runtime.rules.values import kind


def property_of(value: Any, name: str, run: Any) -> Any:
    """`value.name`; of a list the list of what its items have; raises Unfit."""
    if value.__class__ is dict:
        try:
            return value[name]
        except KeyError:
            known = ", ".join(list(value)[:8]) or "no entries"
            raise Unfit(f"there is no {name!r}, only {known}", "name") from None
    if value.__class__ is list:
        run.spend(len(value))
        return [None if item is None else _or_null(item, name, run) for item in value]
    found = _PROPERTIES.get((kind(value), name))
    if found is None:
        raise Unfit(f"a {kind(value)} has no {name!r}", "name")
    return found(value)


def _or_null(item: Any, name: str, run: Any) -> Any:
    try:
        return property_of(item, name, run)
    except Unfit:
        return None


def _weekday(value: Any) -> Decimal:
    return Decimal((days_of(value) + 3) % 7 + 1)


def _second(value: Any) -> Decimal:
    fraction = nanosecond(value)
    return Decimal(value.second) + Decimal(fraction) / SECOND if fraction else Decimal(value.second)


def _offset(value: Any) -> Any:
    found = offset(value)
    return None if found is None else make_duration(found)


def _part(unit: int, size: int) -> Callable[[Any], Decimal]:
    """Whole units of a duration that are left after the next larger one; with the duration's sign."""

    def part(value: Any) -> Decimal:
        nanos = length(value)
        whole = abs(nanos) // unit % size
        return Decimal(-whole if nanos < 0 else whole)

    return part


def _seconds(value: Any) -> Decimal:
    nanos = length(value)
    found = Decimal(abs(nanos) % MINUTE) / SECOND
    return -found if nanos < 0 and found else found


_PROPERTIES: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("days and time duration", "days"): _part(DAY, 10**30),
    ("days and time duration", "hours"): _part(HOUR, 24),
    ("days and time duration", "minutes"): _part(MINUTE, 60),
    ("days and time duration", "seconds"): _seconds,
    ("years and months duration", "years"): lambda value: Decimal(value.years),
    ("years and months duration", "months"): lambda value: Decimal(value.months),
    ("range", "start"): lambda value: value.start,
    ("range", "end"): lambda value: value.end,
    ("range", "start included"): lambda value: value.start_included,
    ("range", "end included"): lambda value: value.end_included,
}
for _kind in ("date", "date and time"):
    _PROPERTIES |= {
        (_kind, "year"): lambda value: Decimal(value.year),
        (_kind, "month"): lambda value: Decimal(value.month),
        (_kind, "day"): lambda value: Decimal(value.day),
        (_kind, "weekday"): _weekday,
    }
for _kind in ("time", "date and time"):
    _PROPERTIES |= {
        (_kind, "hour"): lambda value: Decimal(value.hour),
        (_kind, "minute"): lambda value: Decimal(value.minute),
        (_kind, "second"): _second,
        (_kind, "time offset"): _offset,
        (_kind, "timezone"): lambda value: zone_name(value.tzinfo),
    }
