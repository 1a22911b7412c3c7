"""A value for every region of values: the plainest one that lies in it."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from runtime.rules.cells import Span, Spans, contains, is_point
from runtime.rules.values import NUMBERS, YearsMonths


def value_in(kind: str, spans: Spans) -> Any:
    """A value inside of one of `spans`, as plain as possible; None where Python has none."""
    if kind == "string":
        for word in ("other", "another"):
            if not any(map(is_point, spans)) and contains(spans, word):
                return word
    for span in spans:
        for value in _candidates(kind, span):
            if contains((span,), value):
                return value
    return None


def _candidates(kind: str, span: Span) -> Iterator[Any]:
    low = None if span[0] is None else span[0][0]
    high = None if span[1] is None else span[1][0]
    if low is not None:
        yield low
    if high is not None:
        yield high
    try:
        match kind:
            case "number":
                yield from _numbers(low, high)
            case "string":
                yield ""
                if low is not None:
                    yield from (low + "a", low + " ", low + "\0")
            case "date":
                yield from _steps(low, high, timedelta(days=1), date(2000, 1, 1))
            case "time":
                yield from (time(12), time(0), time(23, 59, 59, 999999))
                if low is not None and high is not None:
                    yield _time(_microseconds(low) + _microseconds(high) >> 1)
                elif low is not None:
                    yield _time(_microseconds(low) + 1)
                elif high is not None:
                    yield _time(_microseconds(high) - 1)
            case "date and time":
                yield from _steps(low, high, timedelta(days=1), datetime(2000, 1, 1))
                yield from _steps(low, high, timedelta(microseconds=1), datetime(2000, 1, 1))
            case "days and time duration":
                yield from _steps(low, high, timedelta(days=1), timedelta(0))
                yield from _steps(low, high, timedelta(microseconds=1), timedelta(0))
            case "years and months duration":
                total = low.total if low is not None else high.total - 2 if high is not None else 0
                yield from (YearsMonths(total), YearsMonths(total + 1))
            case "boolean":
                yield from (False, True)
    except (OverflowError, ValueError):
        return


def _numbers(low: Decimal | None, high: Decimal | None) -> Iterator[Decimal]:
    if low is None or high is None:
        yield Decimal(0) if low is None and high is None else (high or Decimal(0)) - 1 if low is None else low + 1
        return
    middle = NUMBERS.divide(NUMBERS.add(low, high), Decimal(2))
    whole = low.to_integral_value(rounding="ROUND_FLOOR") + 1
    yield from (low + 1 if low + 1 < high else whole, whole, round(middle, 2), middle)


def _steps(low: Any, high: Any, step: timedelta, origin: Any) -> Iterator[Any]:
    if low is not None:
        yield low + step
    elif high is not None:
        yield high - step
    else:
        yield origin


def _microseconds(at: time) -> int:
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond


def _time(microseconds: int) -> time:
    return (datetime(2000, 1, 1) + timedelta(microseconds=microseconds)).time()
