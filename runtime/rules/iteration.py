"""What iterating gives: the items of lists, the whole numbers and days of ranges (DMN 1.5, 10.3.2.14)."""

from decimal import Decimal
from typing import Any

from runtime.rules.errors import Unfit
from runtime.rules.temporal import date_from_days, days_of
from runtime.rules.values import Range, kind


def iterated(value: Any) -> Any:
    """The items that iterating over a value gives: of a list, of a range; None for null; raises Unfit."""
    if value is None or value.__class__ is list:
        return value
    return _steps_within(value) if value.__class__ is Range else [value]


def steps(start: Any, end: Any) -> Any:
    """The whole numbers, or days, from `start` to `end`, up or down; raises Unfit."""
    if start.__class__ is Decimal and end.__class__ is Decimal:
        if max(start.adjusted(), end.adjusted()) > 20 or start != start.to_integral_value():
            raise Unfit("only whole numbers can be counted through", "domain")
        first, last = int(start), int(end)
        step = 1 if first <= last else -1
        return map(Decimal, range(first, last + step, step))
    if kind(start) == "date" and kind(end) == "date":
        first, last = days_of(start), days_of(end)
        step = 1 if first <= last else -1
        return map(date_from_days, range(first, last + step, step))
    if start is None or end is None:
        raise Unfit("an end is null", "domain")
    raise Unfit(f"cannot count from {kind(start)} to {kind(end)}")


def _steps_within(span: Range) -> Any:
    """The whole numbers, or days, within a range; raises Unfit."""
    if span.unbounded:
        raise Unfit("the range has only one end", "domain")
    items = steps(span.start, span.end)
    first = [] if span.start_included else [span.start]
    last = [] if span.end_included else [span.end]
    return (item for item in items if item not in first and item not in last)
