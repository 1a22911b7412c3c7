"""Working time: when a calendar is open, and which moment is so much working time away (pure).

Theory of operation. A calendar is written in the local time of its zone; moments are milliseconds since 1970 in UTC.
Each local day is turned into spans of moments once and kept. A time on the wall clock stands for the first moment at
which the clock shows it or more. That is well defined on every day: what is skipped in spring has no length, and what
is shown twice in autumn belongs to the first time; and it never goes back, so spans stay in order and never overlap.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from runtime.core.definitions import Calendar, Holiday, Hours

DAY = 86_400_000
LONGEST_SEARCH = 366 * 50  # days; whoever has to wait longer waits for ever
MOST_DAYS = 4000  # days that a calendar keeps
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Span = tuple[int, int]


class WorkingTime:
    """A calendar, ready to be asked. Raises ZoneInfoNotFoundError or ValueError for a zone that does not exist."""

    def __init__(self, document: Calendar) -> None:
        self.document = document
        self._zone = ZoneInfo(document.zone)
        self._days: dict[date, tuple[Span, ...]] = {}

    def after(self, start: int, duration: int) -> int | None:
        """The first moment at which `duration` ms of working time have passed since `start`; None where that takes
        more than fifty years. With a duration of 0 it is `start` itself."""
        left = duration
        if left <= 0:
            return start
        for begin, end in self.spans(start):
            begin = max(begin, start)
            if end - begin >= left:
                return begin + left
            left -= max(0, end - begin)
        return None

    def between(self, start: int, end: int) -> int:
        """The working time in ms from one moment to a later one; 0 where it is not later."""
        worked = 0
        for begin, finish in self.spans(start, until=end):
            worked += max(0, min(finish, end) - max(begin, start))
        return worked

    def spans(self, start: int, *, until: int | None = None) -> Iterator[Span]:
        """The spans of working time from the day of `start` on, in order, for fifty years or `until` a moment."""
        day = self._local(start).date()
        last = None if until is None else self._local(until).date()
        for _ in range(LONGEST_SEARCH):
            if last is not None and day > last:
                return
            yield from self.day(day)
            if day == date.max:
                return
            day += timedelta(days=1)

    def day(self, day: date) -> tuple[Span, ...]:
        """The spans of one local day, in order."""
        if day not in self._days:
            if len(self._days) >= MOST_DAYS:
                self._days.clear()
            spans = ((self._moment(day, each.start), self._moment(day, each.end)) for each in self.hours(day))
            self._days[day] = tuple(_merged(span for span in spans if span[0] < span[1]))
        return self._days[day]

    def hours(self, day: date) -> tuple[Hours, ...]:
        """What the calendar says of a day: the hours of a holiday, if it is one, or those of the weekday."""
        holiday = self.holiday(day)
        if holiday is not None:
            return holiday.hours
        hours: tuple[Hours, ...] = getattr(self.document.week, WEEK[day.weekday()])
        return hours

    def holiday(self, day: date) -> Holiday | None:
        """The holiday that falls on a day; one that is written for that very year goes before those of every year."""
        falling = [each for each in self.document.holidays if falls_on(each, day)]
        return min(falling, key=lambda each: len(each.date) != len("2026-12-24"), default=None)

    def _local(self, moment: int) -> datetime:
        return datetime.fromtimestamp(moment / 1000, self._zone)

    def _moment(self, day: date, clock: str) -> int:
        """The first moment at which the clock shows that time of that day, or more."""
        hour, minute = (int(part) for part in clock.split(":"))
        if hour == 24:
            if day == date.max:
                return _milliseconds(datetime.combine(day, time.max, UTC))
            day, hour = day + timedelta(days=1), 0
        shown = datetime.combine(day, time(hour, minute), self._zone)
        first, second = (_milliseconds(shown.replace(fold=fold)) for fold in (0, 1))
        if first <= second:
            return first
        # The clock skips this time. It goes on somewhere between the two: there its offset changes.
        low, high = second, first
        before = self._local(low).utcoffset()
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._local(middle).utcoffset() == before else (low, middle)
        return high


def falls_on(holiday: Holiday, day: date) -> bool:
    """Whether a holiday is on that day: written as a date, as month and day of every year, or counted from Easter."""
    written = holiday.date
    if written.startswith("easter"):
        return day == easter(day.year) + timedelta(days=int(written.removeprefix("easter") or 0))
    return written in (day.isoformat(), day.isoformat()[5:])


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    century, in_century = divmod(year, 100)
    golden = year % 19
    skipped, leap_rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - skipped - moon + 15) % 30
    quarter, rest = divmod(in_century, 4)
    weekday = (32 + 2 * leap_rest + 2 * quarter - epact - rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _merged(spans: Iterator[Span]) -> Iterator[Span]:
    """Spans in order, those that touch or overlap as one."""
    current: Span | None = None
    for span in sorted(spans):
        if current is not None and span[0] <= current[1]:
            current = (current[0], max(current[1], span[1]))
            continue
        if current is not None:
            yield current
        current = span
    if current is not None:
        yield current


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
