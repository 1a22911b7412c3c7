"""What is wrong with a business calendar: its zone, its hours, its holidays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from designer.checks.everything import Everything
from designer.checks.expressions import pointer
from designer.checks.problems import Finding
from runtime.core.calendars import WEEK
from runtime.core.definitions import Calendar, Hours

A_LEAP_YEAR = "2024-"


def check_calendar(all_: Everything, calendar: Calendar) -> Iterator[Finding]:
    """Whether anybody ever works by it, and when."""
    try:
        ZoneInfo(calendar.zone)
    except (KeyError, ValueError, OSError):
        message = f"there is no time zone {calendar.zone!r}; write one such as Europe/Berlin, or UTC"
        yield Finding("/zone", "calendar-zone", message)
    days = [(name, getattr(calendar.week, name)) for name in WEEK]
    if not any(hours for _, hours in days):
        message = "nobody works on any day of the week; give at least one day its hours"
        yield Finding("/week", "calendar-closed", message)
    for name, hours in days:
        yield from _check_hours(hours, pointer("week", name), f"on {name}s")
    seen: set[str] = set()
    for n, holiday in enumerate(calendar.holidays):
        at = pointer("holidays", n)
        if not _exists(holiday.date):
            message = f"{holiday.date} is no day of the calendar; correct it"
            yield Finding(f"{at}/date", "calendar-holiday", message)
        elif holiday.date in seen:
            message = f"{holiday.date} is there already; delete one of the two"
            yield Finding(f"{at}/date", "calendar-holiday", message)
        seen.add(holiday.date)
        yield from _check_hours(holiday.hours, f"{at}/hours", f"on {holiday.name or holiday.date}")


def _check_hours(hours: Sequence[Hours], at: str, when: str) -> Iterator[Finding]:
    for n, each in enumerate(hours):
        if each.end <= each.start:
            message = f"{when} work would end at {each.end}, before it begins at {each.start}; turn the two round"
            yield Finding(at + pointer(n, "end"), "calendar-hours", message)
        for other in hours[:n]:
            if each.start < other.end and other.start < each.end:
                message = f"{when} {each.start} to {each.end} overlaps {other.start} to {other.end}; join the two"
                yield Finding(at + pointer(n), "calendar-hours", message)


def _exists(written: str) -> bool:
    if written.startswith("easter"):
        return True
    try:
        date.fromisoformat(written if len(written) > len("12-24") else A_LEAP_YEAR + written)
    except ValueError:
        return False
    return True
