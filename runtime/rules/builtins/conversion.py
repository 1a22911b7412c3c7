"""Conversion functions: values from text and from parts (DMN 1.5, 10.3.4.1)."""

import re
from decimal import Decimal
from typing import Any

from runtime.rules import tree
from runtime.rules.compare import compare, identical
from runtime.rules.errors import FeelSyntaxError, Unfit
from runtime.rules.signatures import builtin
from runtime.rules.temporal import (
    SECOND,
    days_of,
    fixed_zone,
    length,
    make_date,
    make_datetime,
    make_time,
    months_between,
    named_zone,
    nanos_of,
    parse_date,
    parse_datetime,
    parse_duration,
    parse_time,
)
from runtime.rules.text import string_of
from runtime.rules.tokens import number as number_of
from runtime.rules.values import Range, YearsMonths, kind


def _read(parse: Any, *parts: Any) -> Any:
    """What `parse` makes of the parts; its ValueError as Unfit."""
    try:
        return parse(*parts)
    except (ValueError, OverflowError) as error:
        raise Unfit(str(error), "domain") from None


def _whole(value: Decimal, low: int, high: int) -> int:
    if not low <= value <= high or value != value.to_integral_value():
        raise Unfit(f"{value} is not a whole number from {low} to {high}", "domain")
    return int(value)


@builtin("date(from: string) -> date")
def date_from_text(text: str) -> Any:
    return _read(parse_date, text)


@builtin("date(from: date and time) -> date")
def date_from_moment(moment: Any) -> Any:
    return _read(make_date, moment.year, moment.month, moment.day)


@builtin("date(from: date) -> date")
def date_from_date(day: Any) -> Any:
    return day


@builtin("date(year: number, month: number, day: number) -> date")
def date_from_parts(year: Decimal, month: Decimal, day: Decimal) -> Any:
    return _read(make_date, _whole(year, -999_999_999, 999_999_999), _whole(month, 1, 12), _whole(day, 1, 31))


@builtin("time(from: string) -> time")
def time_from_text(text: str) -> Any:
    return _read(parse_time, text)


@builtin("time(from: time) -> time")
def time_from_time(clock: Any) -> Any:
    return clock


@builtin("time(from: date) -> time")
def time_from_date(day: Any) -> Any:
    return make_time(0, fixed_zone(0))


@builtin("time(from: date and time) -> time")
def time_from_moment(moment: Any) -> Any:
    return make_time(nanos_of(moment), moment.tzinfo)


@builtin("time(hour: number, minute: number, second: number, offset?: days and time duration | null) -> time")
def time_from_parts(hour: Decimal, minute: Decimal, second: Decimal, offset: Any = None) -> Any:
    zone = None if offset is None else _read(fixed_zone, length(offset))
    return make_time(_nanos(hour, minute, second), zone)


def _nanos(hour: Decimal, minute: Decimal, second: Decimal) -> int:
    if not 0 <= second < 60:
        raise Unfit(f"{second} is not a second", "domain")
    return (_whole(hour, 0, 23) * 60 + _whole(minute, 0, 59)) * 60 * SECOND + int(second * SECOND)


@builtin("date and time(from: string) -> date and time")
def moment_from_text(text: str) -> Any:
    return _read(parse_datetime, text)


@builtin("date and time(date: date, time: time) -> date and time")
def moment_from_date(day: Any, clock: Any) -> Any:
    return _read(make_datetime, days_of(day), nanos_of(clock), clock.tzinfo)


@builtin("date and time(date: date and time, time: time) -> date and time")
def moment_from_moment(day: Any, clock: Any) -> Any:
    return moment_from_date(day, clock)


@builtin(
    "date and time(year: number, month: number, day: number, hour: number, minute: number, second: number, "
    "offset?: days and time duration | null) -> date and time"
)
def moment_from_parts(
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: Any = None,
) -> Any:
    zone = None if offset is None else _read(fixed_zone, length(offset))
    return _moment(year, month, day, _nanos(hour, minute, second), zone)


@builtin(
    "date and time(year: number, month: number, day: number, hour: number, minute: number, second: number, "
    "timezone: string) -> date and time"
)
def moment_in_zone(
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    timezone: str,
) -> Any:
    return _moment(year, month, day, _nanos(hour, minute, second), _read(named_zone, timezone))


def _moment(year: Decimal, month: Decimal, day: Decimal, nanos: int, zone: Any) -> Any:
    return _read(make_datetime, days_of(date_from_parts(year, month, day)), nanos, zone)


@builtin("duration(from: string) -> Any")
def duration_from_text(text: str) -> Any:
    return _read(parse_duration, text)


@builtin("years and months duration(from: date, to: date) -> years and months duration")
def months_from_dates(start: Any, end: Any) -> YearsMonths:
    return YearsMonths(months_between(start, end))


@builtin("years and months duration(from: date and time, to: date and time) -> years and months duration")
def months_from_moments(start: Any, end: Any) -> YearsMonths:
    return months_from_dates(start, end)


@builtin("number(from: string) -> number")
def number_from_text(text: str) -> Decimal:
    return _number(text.strip())


@builtin("number(from: number) -> number")
def number_from_number(value: Decimal) -> Decimal:
    return value


@builtin("number(from: string, grouping separator: string | null, decimal separator: string | null) -> number")
def number_from_grouped(text: str, grouping: str | None, decimal: str | None) -> Decimal:
    same = grouping is not None and grouping == decimal
    if grouping not in (None, " ", ",", ".") or decimal not in (None, ",", ".") or same:
        raise Unfit("the separators are not those of a number", "domain")
    if grouping is not None:
        text = text.replace(grouping, "")
    if decimal == "," or (decimal is None and "," in text):
        if "." in text or decimal is None:
            raise Unfit(f"{text!r} is not a number", "domain")
        text = text.replace(",", ".")
    return _number(text)


def _number(text: str) -> Decimal:
    digits = text[1:] if text[:1] in ("-", "+") else text
    mantissa, _, exponent = digits.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    parts = (whole or "0", fraction or "0", exponent.lstrip("+-") or "0")
    if not (whole or fraction) or not all(part.isascii() and part.isdigit() for part in parts):
        raise Unfit(f"{text[:40]!r} is not a number", "domain")
    if ("e" in digits.lower() and not exponent) or mantissa.endswith("."):
        raise Unfit(f"{text[:40]!r} is not a number", "domain")
    value = number_of(digits)
    if value is None:
        raise Unfit("the number is too large", "arithmetic")
    return -value if text[0] == "-" else value


@builtin("string(from: Any) -> string")
def string_from(run: Any, value: Any) -> str | None:
    if value is None:
        return None
    text = string_of(value)
    run.spend(len(text) // (64 if value.__class__ is str else 4))
    return text


@builtin("range(from: string) -> range", cost=60)
def range_from_text(run: Any, text: str) -> Range:
    """A range of literals, such as "[1..10)" or "[@\\"2020-01-01\\"..@\\"2020-02-01\\"]"."""
    from runtime.rules import feel  # which has imported this module by then

    if _ONE_ENDED.fullmatch(text):
        raise Unfit(f"{text[:40]!r} has no ..", "domain")
    if match := _NO_START.fullmatch(text):
        text = f"({'<=' if match[2] == ']' else '<'} {match[1]})"
    elif match := _NO_END.fullmatch(text):
        text = f"({'>=' if match[1] == '[' else '>'} {match[2]})"
    run.spend(len(text))
    try:
        expression = feel.compile(text, (), "standard")
    except FeelSyntaxError as error:
        raise Unfit(f"{text[:40]!r} is not a range: {error.reason}", "domain") from None
    node = expression.tree
    if not isinstance(node, tree.Range) or not all(_is_literal(end) for end in (node.low, node.high)):
        raise Unfit(f"{text[:40]!r} is not a range of literals", "domain")
    found = expression.within(run, {})
    if not isinstance(found, Range) or (compare(found.start, found.end) is None and not found.unbounded):
        raise Unfit(f"{text[:40]!r} is not a range", "domain")
    return found


_ONE_ENDED = re.compile(r"\s*\(\s*[<>=!].*", re.DOTALL)
_NO_START = re.compile(r"\s*[(\]]\s*\.\.(.+)([\])\[])\s*", re.DOTALL)
_NO_END = re.compile(r"\s*([\[(\]])(.+)\.\.\s*[)\[]\s*", re.DOTALL)
_LITERALS = frozenset({"date", "time", "date and time", "duration"})


def _is_literal(node: Any) -> bool:
    if isinstance(node, tree.Negation):
        return isinstance(node.operand, tree.Number)
    if isinstance(node, tree.Call):
        name = getattr(node.function, "name", "")
        return name in _LITERALS and all(isinstance(a.value, tree.String) for a in node.arguments)
    return node is None or isinstance(node, tree.Number | tree.String | tree.At)


@builtin("is(value1: Any, value2: Any) -> boolean")
def is_same(run: Any, one: Any, other: Any) -> bool:
    return identical(one, other, run)


@builtin("context(entries: list) -> context")
def context_from_entries(entries: list[Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for entry in entries:
        if kind(entry) != "context" or "value" not in entry or not isinstance(entry.get("key"), str):
            raise Unfit("an entry needs a key (a string) and a value", "domain")
        if entry["key"] in made:
            raise Unfit(f"the key {entry['key']!r} is there twice", "domain")
        made[entry["key"]] = entry["value"]
    return made
