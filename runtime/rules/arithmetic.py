"""Sums, products and powers of numbers, strings, moments and durations (DMN 1.5, tables 57 to 62)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from runtime.rules.errors import OutOfBudget, Unfit
from runtime.rules.temporal import (
    DAY,
    add_months,
    add_nanos,
    days_of,
    instant,
    length,
    make_duration,
    time_key,
)
from runtime.rules.values import NUMBERS, YearsMonths, kind

LONGEST_STRING = 1_000_000  # characters

DAYS = "days and time duration"
MONTHS = "years and months duration"
Operation = Callable[[Any, Any], Any]


def add_strings(left: str, right: str) -> str:
    if len(left) + len(right) > LONGEST_STRING:
        raise OutOfBudget("the string becomes too long")
    return left + right


def _power(left: Decimal, right: Decimal) -> Decimal:
    if not left and not right:
        return Decimal(1)
    return NUMBERS.power(left, right)


def _difference(left: Any, right: Any) -> Any:
    """The duration between two dates, or dates and times; a date is midnight UTC."""
    moments = []
    for value in (left, right):
        if kind(value) == "date":
            moments.append((True, days_of(value) * DAY))
        else:
            moments.append((value.tzinfo is not None, instant(value)))
    (one, start), (other, end) = moments
    if one is not other:
        raise Unfit("one has a time zone and the other has none")
    return make_duration(start - end)


def _days_between(left: Any, right: Any) -> Any:
    return make_duration((days_of(left) - days_of(right)) * DAY)


def _clock_difference(left: Any, right: Any) -> Any:
    if (left.tzinfo is None) != (right.tzinfo is None):
        raise Unfit("one has a time zone and the other has none")
    return make_duration(time_key(left) - time_key(right))


def _times(span: Any, factor: Decimal) -> Any:
    return make_duration(_whole(NUMBERS.multiply(Decimal(length(span)), factor)))


def _months_times(span: YearsMonths, factor: Decimal) -> YearsMonths:
    return YearsMonths(_whole(NUMBERS.multiply(Decimal(span.total), factor)))


def _whole(value: Decimal) -> int:
    if value.adjusted() > 40:
        raise Unfit("the duration becomes too long", "arithmetic")
    return int(value)


def _ratio(left: int, right: int) -> Decimal:
    return NUMBERS.divide(Decimal(left), Decimal(right))


_TABLE: dict[tuple[str, str, str], Operation] = {
    ("+", "number", "number"): NUMBERS.add,
    ("-", "number", "number"): NUMBERS.subtract,
    ("*", "number", "number"): NUMBERS.multiply,
    ("/", "number", "number"): NUMBERS.divide,
    ("**", "number", "number"): _power,
    ("+", "string", "string"): add_strings,
    ("-", "date", "date"): _days_between,
    ("-", "time", "time"): _clock_difference,
    ("-", "date and time", "date and time"): _difference,
    ("-", "date", "date and time"): _difference,
    ("-", "date and time", "date"): _difference,
    ("+", DAYS, DAYS): lambda a, b: make_duration(length(a) + length(b)),
    ("-", DAYS, DAYS): lambda a, b: make_duration(length(a) - length(b)),
    ("*", DAYS, "number"): _times,
    ("*", "number", DAYS): lambda a, b: _times(b, a),
    ("/", DAYS, "number"): lambda a, b: make_duration(_whole(NUMBERS.divide(Decimal(length(a)), b))),
    ("/", DAYS, DAYS): lambda a, b: _ratio(length(a), length(b)),
    ("+", MONTHS, MONTHS): lambda a, b: YearsMonths(a.total + b.total),
    ("-", MONTHS, MONTHS): lambda a, b: YearsMonths(a.total - b.total),
    ("*", MONTHS, "number"): _months_times,
    ("*", "number", MONTHS): lambda a, b: _months_times(b, a),
    ("/", MONTHS, "number"): lambda a, b: YearsMonths(_whole(NUMBERS.divide(Decimal(a.total), b))),
    ("/", MONTHS, MONTHS): lambda a, b: _ratio(a.total, b.total),
}
for _moment in ("date", "date and time"):
    _TABLE |= {
        ("+", _moment, MONTHS): lambda a, b: add_months(a, b.total),
        ("+", MONTHS, _moment): lambda a, b: add_months(b, a.total),
        ("-", _moment, MONTHS): lambda a, b: add_months(a, -b.total),
    }
for _moment in ("date", "time", "date and time"):
    _TABLE |= {
        ("+", _moment, DAYS): lambda a, b: add_nanos(a, length(b)),
        ("+", DAYS, _moment): lambda a, b: add_nanos(b, length(a)),
        ("-", _moment, DAYS): lambda a, b: add_nanos(a, -length(b)),
    }


def operate(operator: str, left: Any, right: Any) -> Any:
    """`left operator right`; raises Unfit where the standard says null."""
    found = _TABLE.get((operator, kind(left), kind(right)))
    if found is None:
        raise Unfit(f"{kind(left)} {operator} {kind(right)} has no value")
    try:
        return found(left, right)
    except (ArithmeticError, ValueError) as error:
        raise Unfit(_explained(operator, error), "arithmetic") from None


def _explained(operator: str, error: Exception) -> str:
    if isinstance(error, ValueError):
        return str(error)
    name = type(error).__name__
    if "Zero" in name or operator == "/":
        return "division by zero"
    return "the number becomes too large" if name == "Overflow" else "the result is not a number"


def negative(value: Any) -> Any:
    """`-value`; raises Unfit."""
    kind_ = kind(value)
    if kind_ == "number":
        return NUMBERS.minus(value)
    if kind_ == DAYS:
        return make_duration(-length(value))
    if kind_ == MONTHS:
        return YearsMonths(-value.total)
    raise Unfit(f"{kind_} has no negative")
