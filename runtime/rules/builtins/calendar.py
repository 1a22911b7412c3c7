"""Functions of dates and times (DMN 1.5, 10.3.4.6 and 10.3.4.10)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from runtime.rules.errors import Unfit
from runtime.rules.signatures import builtin
from runtime.rules.temporal import day_number, days_of

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _now(run: Any) -> datetime:
    if run.now is None:
        raise Unfit("the time is not known here", "domain")
    moment: datetime = run.now
    return moment


@builtin("now() -> date and time")
def now(run: Any) -> datetime:
    return _now(run)


@builtin("today() -> date")
def today(run: Any) -> Any:
    return _now(run).date()


def _weekday(days: int) -> int:
    """From 0, Monday."""
    return (days + 3) % 7


def _declare(declared: str, result: str, call: Any) -> None:
    """A function of a date, or of a date and time."""
    for type_ in ("date", "date and time"):

        @builtin(f"{declared}(date: {type_}) -> {result}")
        def of_day(day: Any) -> Any:
            return call(day)


def _day_of_year(day: Any) -> Decimal:
    return Decimal(days_of(day) - day_number(day.year, 1, 1) + 1)


def _week_of_year(day: Any) -> Decimal:
    """The week by ISO 8601: the first one has the year's first Thursday."""
    days = days_of(day)
    thursday = days - _weekday(days) + 3
    year = day.year
    if thursday < day_number(year, 1, 1):
        year -= 1
    elif thursday >= day_number(year + 1, 1, 1):
        year += 1
    return Decimal((thursday - day_number(year, 1, 1)) // 7 + 1)


_declare("day of year", "number", _day_of_year)
_declare("day of week", "string", lambda day: _DAYS[_weekday(days_of(day))])
_declare("month of year", "string", lambda day: _MONTHS[day.month - 1])
_declare("week of year", "number", _week_of_year)
