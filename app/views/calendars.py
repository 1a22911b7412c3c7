"""What a calendar that is being written makes of a delay."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from flask import Blueprint
from flask.typing import ResponseReturnValue
from msgspec import Meta, Struct

from app.api.answers import body_of, json_answer
from app.auth import allow
from app.pages import lasted
from runtime.core.calendars import WEEK, WorkingTime
from runtime.core.definitions import Calendar, Duration
from runtime.core.durations import milliseconds

pages = Blueprint("calendars", __name__, url_prefix="/calendars")

SHOWN = 12
A_YEAR = 365


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """So much working time, from a local time of the calendar's zone."""

    calendar: Calendar
    start: Annotated[str, Meta(pattern=r"^[12]\d{3}-\d{2}-\d{2}[ T]\d{2}:\d{2}$")]
    delay: Duration


@pages.get("/zones")
@allow("process admin")
def zones() -> ResponseReturnValue:
    return json_answer(_zones())


@pages.post("/preview")
@allow("process admin")
def preview() -> ResponseReturnValue:
    """When the delay is over, told in words, and the holidays of the year to come."""
    asked: Asked = body_of(Asked)
    try:
        working = WorkingTime(asked.calendar)
        zone = ZoneInfo(asked.calendar.zone)
        start = datetime.fromisoformat(asked.start).replace(tzinfo=zone)
    except (KeyError, ValueError, OSError):
        # Half a name of a zone is nothing wrong: the calendar only cannot tell yet.
        return json_answer({"refusal": "Give it a time zone that exists, and a day of the calendar to begin with."})
    delay = milliseconds(asked.delay)
    end = working.after(round(start.timestamp() * 1000), delay)
    told = f"{lasted(delay)} of working time from {_spoken(start)} is "
    if end is None:
        told = "Nobody works by this calendar, so the time would never be over."
    else:
        told += f"{_spoken(datetime.fromtimestamp(end / 1000, zone))}."
    return json_answer(
        {"told": told, "week": _ordinary_week(asked.calendar), "holidays": _to_come(working, start.date())}
    )


def _spoken(moment: datetime) -> str:
    return f"{moment:%A}, {moment.day} {moment:%B %Y, %H:%M}"


def _ordinary_week(calendar: Calendar) -> str:
    """What the hours of the week add up to, where no clock is changed."""
    minutes = 0
    for name in WEEK:
        for hours in getattr(calendar.week, name):
            (from_hour, from_minute), (to_hour, to_minute) = (each.split(":") for each in (hours.start, hours.end))
            minutes += (int(to_hour) - int(from_hour)) * 60 + int(to_minute) - int(from_minute)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h" + (f" {rest} min" if rest else "")


def _to_come(working: WorkingTime, start: date) -> list[dict[str, str]]:
    found = []
    for day in (start + timedelta(days=n) for n in range(A_YEAR)):
        holiday = working.holiday(day)
        if holiday is not None:
            spans = ", ".join(f"{each.start}–{each.end}" for each in holiday.hours)
            found.append({"date": f"{day:%a}, {day.day} {day:%b %Y}", "name": holiday.name, "hours": spans})
    return found[:SHOWN]


@cache
def _zones() -> list[str]:
    return sorted(name for name in available_timezones() if "/" in name or name == "UTC")
