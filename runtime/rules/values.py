"""What FEEL values are: plain Python where Python can hold them, small frozen types where it cannot.

    number              decimal.Decimal, 34 digits            list      list
    string              str                                   context   dict
    boolean             bool                                  null      None
    date                datetime.date     or WideDate         range     Range
    time                datetime.time     or WideTime         function  Function
    date and time       datetime.datetime or WideDateTime
    days and time       datetime.timedelta or WideDuration
    years and months    YearsMonths

A *wide* value is one beyond Python's own type: years outside of 1..9999, or nanoseconds. A value that
Python's type can hold is always of Python's type: equal values never have two forms (DMN 1.5, 10.3.2.3).
"""

import decimal
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from datetime import tzinfo as Zone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from runtime.rules.types import Type

# IEEE 754 decimal128. The traps turn what has no value into an exception that evaluation turns into null.
NUMBERS = decimal.Context(
    prec=34,
    Emin=-6143,
    Emax=6144,
    rounding=decimal.ROUND_HALF_EVEN,
    clamp=0,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)


MOST_VALUES = 1_000_000  # items of lists and entries of contexts in one value, those inside counted again


class YearsMonths(Struct, frozen=True, order=True):
    """A years and months duration, as a number of months (negative: back in time)."""

    total: int

    @property
    def years(self) -> int:
        return abs(self.total) // 12 * (-1 if self.total < 0 else 1)

    @property
    def months(self) -> int:
        return abs(self.total) % 12 * (-1 if self.total < 0 else 1)


class WideDate(Struct, frozen=True):
    """A date outside of the years 1 to 9999 of the proleptic Gregorian calendar, which has a year 0."""

    year: int
    month: int
    day: int


class WideTime(Struct, frozen=True):
    """A time of day with nanoseconds."""

    hour: int
    minute: int
    second: int
    nanosecond: int
    tzinfo: Zone | None = None


class WideDateTime(Struct, frozen=True):
    """A date and time with nanoseconds, or outside of the years 1 to 9999."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    nanosecond: int
    tzinfo: Zone | None = None


class WideDuration(Struct, frozen=True):
    """A days and time duration with nanoseconds, or longer than `timedelta` can be."""

    nanoseconds: int


class Range(Struct, frozen=True):
    """An interval. With `unbounded` one end is missing (None), as in `(< 5)`; without it, None is null."""

    start: Any
    end: Any
    start_included: bool
    end_included: bool
    unbounded: bool = False


class Parameter(Struct, frozen=True):
    name: str
    type: "Type | None" = None


class Function:
    """A function value: its parameters in order, and `invoke(run, arguments)`."""

    __slots__ = ("invoke", "name", "parameters", "result")

    def __init__(
        self,
        name: str,
        parameters: Sequence[Parameter],
        result: "Type | None",
        invoke: Callable[[Any, list[Any]], Any],
    ) -> None:
        self.name = name
        self.parameters = tuple(parameters)
        self.result = result
        self.invoke = invoke

    def __repr__(self) -> str:
        return f"<function {self.name}({', '.join(p.name for p in self.parameters)})>"


Date = date | WideDate
Time = time | WideTime
DateTime = datetime | WideDateTime
Duration = timedelta | WideDuration

KINDS: dict[type, str] = {
    Decimal: "number",
    str: "string",
    bool: "boolean",
    type(None): "null",
    date: "date",
    WideDate: "date",
    time: "time",
    WideTime: "time",
    datetime: "date and time",
    WideDateTime: "date and time",
    timedelta: "days and time duration",
    WideDuration: "days and time duration",
    YearsMonths: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}


def kind(value: object) -> str:
    """The name of the FEEL kind of `value`, such as "number" or "date and time"; "null" for None.

    `value` is a FEEL value: see `plain` for what comes from outside.
    """
    found = KINDS.get(type(value))
    if found is None:
        found = "function" if isinstance(value, Function) else "foreign"
    return found


def plain(value: Any) -> Any:
    """`value`, handed in by a caller, as a FEEL value: ints and floats become Decimal, sequences lists,
    mappings dicts, and whatever FEEL does not know null."""
    kind_ = type(value)
    if kind_ is Decimal:
        return _rounded(value)
    if kind_ is list:
        for item in value:
            if type(item) not in _SCALARS:
                return [plain(item) for item in value]
        return value
    if kind_ is dict:
        for key, item in value.items():
            if type(item) not in _SCALARS or type(key) is not str:
                return {str(key): plain(item) for key, item in value.items()}
        return value
    if kind_ is Range:
        return Range(plain(value.start), plain(value.end), value.start_included, value.end_included, value.unbounded)
    if kind_ in KINDS:
        return value
    if isinstance(value, int):
        return _from_int(int(value))
    if isinstance(value, float):
        return NUMBERS.create_decimal(repr(float(value))) if value - value == 0 else None
    if isinstance(value, tuple | set | frozenset):
        return [plain(item) for item in value]
    for parent, convert in _PARENTS:
        if isinstance(value, parent):
            return convert(value)
    if hasattr(value, "items"):
        return {str(key): plain(item) for key, item in value.items()}
    return value if isinstance(value, Function) else None


def _from_int(value: int) -> Decimal | None:
    """An int as a number; None when it is too large for one."""
    if value.bit_length() < 100:
        return Decimal(value)
    return NUMBERS.create_decimal(value) if value.bit_length() < 20_000 else None


def _rounded(value: Decimal) -> Decimal | None:
    """A number as one of 34 digits; None for one that is too large, and for what is no number."""
    try:
        rounded = NUMBERS.plus(value)
    except ArithmeticError:
        return None
    return rounded if rounded.is_finite() else None


_SCALARS = frozenset(KINDS) - {list, dict, Decimal, Range}
_PARENTS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (str, str.__str__),
    (Decimal, lambda value: plain(Decimal(value))),
    (datetime, lambda value: datetime.combine(value.date(), value.timetz())),
    (date, lambda value: date(value.year, value.month, value.day)),
    (timedelta, lambda value: timedelta(value.days, value.seconds, value.microseconds)),
    (list, lambda value: [plain(item) for item in value]),
)
