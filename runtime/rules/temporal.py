"""Calendar and clock: dates, times and durations as integers, as values and as text (10.3.2.3.4-7).

Python's own types hold years 1 to 9999 and microseconds; FEEL has 999,999,999 years both ways and
nanoseconds. So arithmetic happens on integers (the day number, the nanosecond of the day), and `make_*`
picks the narrowest type.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from runtime.rules.values import (
    Date,
    DateTime,
    Duration,
    Time,
    WideDate,
    WideDateTime,
    WideDuration,
    WideTime,
    YearsMonths,
)

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LAST_YEAR = 999_999_999
_EPOCH = date(1970, 1, 1).toordinal()
_LONGEST = timedelta.max.days  # days

# --- the calendar


def day_number(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the proleptic Gregorian calendar, for any year."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def civil(days: int) -> tuple[int, int, int]:
    """The year, month and day of a day number."""
    era, of_era = divmod(days + 719_468, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + (3 if shifted < 10 else -9)
    return year + era * 400 + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    return 29 if month == 2 and is_leap(year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


# --- taking apart


def days_of(value: Date | DateTime) -> int:
    """The day number of a date, or of the (local) date of a date and time."""
    if isinstance(value, date):
        return value.toordinal() - _EPOCH
    return day_number(value.year, value.month, value.day)


def nanosecond(value: Time | DateTime) -> int:
    """The nanoseconds within the second."""
    return value.nanosecond if isinstance(value, WideTime | WideDateTime) else value.microsecond * 1000


def nanos_of(value: Time | DateTime) -> int:
    """The nanosecond of the (local) day."""
    return ((value.hour * 60 + value.minute) * 60 + value.second) * SECOND + nanosecond(value)


def length(value: Duration) -> int:
    """The nanoseconds of a days and time duration."""
    if isinstance(value, timedelta):
        return (value.days * 86_400 + value.seconds) * SECOND + value.microseconds * 1000
    return value.nanoseconds


def offset(value: Time | DateTime) -> int | None:
    """Nanoseconds ahead of UTC; None without zone. A time in a named zone has the offset of 1970-01-01."""
    zone = value.tzinfo
    if zone is None:
        return None
    if isinstance(value, time | WideTime):
        found = zone.utcoffset(datetime(1970, 1, 1, value.hour, value.minute, value.second))
        return None if found is None else length(found)
    if isinstance(value, WideDateTime):
        # The rules of a zone repeat every 400 years; ask for a year that Python knows.
        year = value.year if 1 < value.year < 9999 else 2000 + value.year % 400
        value = datetime(year, value.month, value.day, value.hour, value.minute, value.second, tzinfo=zone)
    found = value.utcoffset()
    return None if found is None else length(found)


def instant(value: DateTime) -> int:
    """Nanoseconds since 1970 in UTC; without zone the local time is taken for UTC."""
    return days_of(value) * DAY + nanos_of(value) - (offset(value) or 0)


def time_key(value: Time) -> int:
    """The nanosecond of the day in UTC (may be negative); without a known offset that of the local time."""
    return nanos_of(value) - (offset(value) or 0)


def zone_name(zone: tzinfo | None) -> str | None:
    return zone.key if isinstance(zone, ZoneInfo) else None


# --- putting together; each raises ValueError for what is no such value


def make_date(year: int, month: int, day: int) -> Date:
    if not (1 <= month <= 12 and 1 <= day <= month_length(year, month) and abs(year) <= LAST_YEAR):
        raise ValueError("no such date")
    return date(year, month, day) if 1 <= year <= 9999 else WideDate(year, month, day)


def date_from_days(days: int) -> Date:
    return make_date(*civil(days))


def make_time(nanos: int, zone: tzinfo | None = None) -> Time:
    """A time from the nanosecond of its day."""
    seconds, fraction = divmod(nanos, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    if not 0 <= hour < 24:
        raise ValueError("no such time")
    if fraction % 1000:
        return WideTime(hour, minute, second, fraction, zone)
    return time(hour, minute, second, fraction // 1000, zone)


def make_datetime(days: int, nanos: int, zone: tzinfo | None = None) -> DateTime:
    """A date and time from a day number and the local nanosecond, which may lie outside of that day."""
    days, nanos = days + nanos // DAY, nanos % DAY
    day, clock = date_from_days(days), make_time(nanos, zone)
    if isinstance(day, date) and isinstance(clock, time):
        return datetime.combine(day, clock)
    return WideDateTime(day.year, day.month, day.day, clock.hour, clock.minute, clock.second, nanosecond(clock), zone)


def make_duration(nanos: int) -> Duration:
    days, rest = divmod(nanos, DAY)
    if rest % 1000 or abs(days) > _LONGEST - 1:
        return WideDuration(nanos)
    return timedelta(days, rest // SECOND, rest % SECOND // 1000)


def fixed_zone(nanos: int) -> tzinfo:
    """The zone with that offset from UTC; FEEL allows 18 hours both ways."""
    if abs(nanos) > 18 * HOUR or nanos % SECOND:
        raise ValueError("no such offset")
    return UTC if nanos == 0 else timezone(timedelta(seconds=nanos // SECOND))


@lru_cache(maxsize=512)
def named_zone(name: str) -> tzinfo:
    """The zone of the IANA database; raises ValueError."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+/-]{0,60}", name):
        raise ValueError("no such time zone")
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise ValueError("no such time zone") from None


# --- reading text; each raises ValueError

_YEAR = r"(-?(?:[1-9]\d{4,8}|\d{4}))"
_DATE = _YEAR + r"-(\d\d)-(\d\d)"
_CLOCK = r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,40}))?(?:([Zz])|([+-]\d\d:\d\d(?::\d\d)?)|@([A-Za-z0-9_+/-]+))?"
_DATE_TEXT = re.compile(_DATE, re.ASCII)
_TIME_TEXT = re.compile(_CLOCK, re.ASCII)
_DATE_TIME_TEXT = re.compile(f"{_DATE}T{_CLOCK}", re.ASCII)
_MONTHS_TEXT = re.compile(r"(-)?P(?=\d)(?:(\d{1,12})Y)?(?:(\d{1,12})M)?", re.ASCII)
_DAYS_TEXT = re.compile(
    r"(-)?P(?=[\dT])(?:(\d{1,18})D)?(?:T(?=[\d.])(?:(\d{1,18})H)?(?:(\d{1,18})M)?(?:(\d{1,18})(?:\.(\d{0,40}))?S)?)?",
    re.ASCII,
)


def _fraction(digits: str | None) -> int:
    """The nanoseconds of the digits after the point; finer ones are cut off."""
    return int((digits or "0")[:9].ljust(9, "0"))


def _zone(zulu: str | None, shift: str | None, name: str | None) -> tzinfo | None:
    if zulu:
        return UTC
    if name:
        return named_zone(name)
    if not shift:
        return None
    hours, minutes, *seconds = (int(part) for part in shift[1:].split(":"))
    if minutes > 59 or (seconds and seconds[0] > 59):
        raise ValueError("no such offset")
    nanos = hours * HOUR + minutes * MINUTE + (seconds[0] * SECOND if seconds else 0)
    return fixed_zone(-nanos if shift[0] == "-" else nanos)


def _clock(groups: tuple[Any, ...]) -> tuple[int, tzinfo | None]:
    """The nanosecond of the day (24:00:00 is the first of the next) and the zone."""
    hour, minute, second = (int(part) for part in groups[:3])
    nanos = ((hour * 60 + minute) * 60 + second) * SECOND + _fraction(groups[3])
    if minute > 59 or second > 59 or nanos > DAY:
        raise ValueError("no such time")
    return nanos, _zone(*groups[4:7])


def parse_date(text: str) -> Date:
    match = _DATE_TEXT.fullmatch(text)
    if not match:
        raise ValueError("a date is written yyyy-mm-dd")
    return make_date(*(int(part) for part in match.groups()))


def parse_time(text: str) -> Time:
    match = _TIME_TEXT.fullmatch(text)
    if not match:
        raise ValueError("a time is written hh:mm:ss, with an optional zone")
    nanos, zone = _clock(match.groups())
    return make_time(nanos % DAY, zone)


def parse_datetime(text: str) -> DateTime:
    match = _DATE_TIME_TEXT.fullmatch(text)
    if not match:
        return make_datetime(days_of(parse_date(text)), 0)
    year, month, day = (int(part) for part in match.groups()[:3])
    nanos, zone = _clock(match.groups()[3:])
    return make_datetime(days_of(make_date(year, month, day)), nanos, zone)


def parse_duration(text: str) -> Duration | YearsMonths:
    if match := _MONTHS_TEXT.fullmatch(text):
        sign, years, months = match.groups()
        total = int(years or 0) * 12 + int(months or 0)
        return YearsMonths(-total if sign else total)
    if match := _DAYS_TEXT.fullmatch(text):
        sign, days, hours, minutes, seconds, digits = match.groups()
        nanos = int(days or 0) * DAY + int(hours or 0) * HOUR + int(minutes or 0) * MINUTE
        nanos += int(seconds or 0) * SECOND + _fraction(digits or None)
        return make_duration(-nanos if sign else nanos)
    raise ValueError("a duration is written P1Y2M or P1DT2H3M4S")


def parse_at(text: str) -> object:
    """The value of an at-literal, whatever kind it is of; raises ValueError."""
    for parse in (parse_date, parse_time, parse_datetime, parse_duration):
        try:
            return parse(text)
        except ValueError:
            continue
    raise ValueError("neither a date, a time, a date and time nor a duration")


# --- writing text


def _offset_text(zone: tzinfo | None) -> str:
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    found = zone.utcoffset(None)
    if not found:
        return "Z"
    seconds = int(abs(found).total_seconds())
    text = f"{'-' if found < timedelta(0) else '+'}{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return text + (f":{seconds % 60:02}" if seconds % 60 else "")


def _fraction_text(nanos: int) -> str:
    return f".{nanos:09}".rstrip("0") if nanos else ""


def date_text(value: Date | DateTime) -> str:
    return f"{'-' if value.year < 0 else ''}{abs(value.year):04}-{value.month:02}-{value.day:02}"


def time_text(value: Time | DateTime) -> str:
    clock = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    return clock + _fraction_text(nanosecond(value)) + _offset_text(value.tzinfo)


def datetime_text(value: DateTime) -> str:
    return f"{date_text(value)}T{time_text(value)}"


def duration_text(value: Duration) -> str:
    nanos = length(value)
    days, rest = divmod(abs(nanos), DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds, fraction = divmod(rest, SECOND)
    clock = f"{hours}H" if hours else ""
    clock += f"{minutes}M" if minutes else ""
    clock += f"{seconds}{_fraction_text(fraction)}S" if seconds or fraction else ""
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{'-' if nanos < 0 else ''}P{text or 'T0S'}"


def months_text(value: YearsMonths) -> str:
    years, months = divmod(abs(value.total), 12)
    text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return f"{'-' if value.total < 0 else ''}P{text or '0M'}"


# --- arithmetic; each raises ValueError when the result is out of range


def add_months(value: Any, months: int) -> Any:
    """A date, or date and time, some months later; the 31st becomes the last day of a shorter month."""
    total = value.year * 12 + value.month - 1 + months
    year, month = total // 12, total % 12 + 1
    moved = make_date(year, month, min(value.day, month_length(year, month)))
    if isinstance(value, datetime | WideDateTime):
        return make_datetime(days_of(moved), nanos_of(value), value.tzinfo)
    return moved


def add_nanos(value: Any, nanos: int) -> Any:
    """A date, time, or date and time, some nanoseconds later on its local clock."""
    if isinstance(value, datetime | WideDateTime):
        return make_datetime(days_of(value), nanos_of(value) + nanos, value.tzinfo)
    if isinstance(value, date | WideDate):
        return date_from_days(days_of(value) + nanos // DAY)
    return make_time((nanos_of(value) + nanos) % DAY, value.tzinfo)


def months_between(start: Any, end: Any) -> int:
    """Whole months from `start` to `end` (dates, or dates and times)."""
    months: int = (end.year - start.year) * 12 + end.month - start.month

    def within(value: Any) -> tuple[int, int]:
        return value.day, nanos_of(value) if isinstance(value, datetime | WideDateTime) else 0

    if months > 0 and within(end) < within(start):
        return months - 1
    if months < 0 and within(end) > within(start):
        return months + 1
    return months
