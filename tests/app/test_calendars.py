"""A calendar that is being written tells when a delay would be over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from designer import forms
from runtime.core.definitions import Calendar, Holiday, Hours, Week
from tests.app.conftest import Browser
from tests.builders import a_calendar

SignIn = Callable[..., Browser]


@pytest.fixture
def preview(app: Flask, signed_in: SignIn) -> Callable[..., Any]:
    browser = signed_in("process admin")
    headers = {"X-CSRFToken": browser.csrf("/account")}

    def ask(calendar: Calendar, start: str = "2026-03-27 16:00", delay: str = "PT4H") -> Any:
        body = {"calendar": forms.complete(calendar), "start": start, "delay": delay}
        return browser.client.post("/calendars/preview", json=body, headers=headers)

    return ask


def test_the_end_of_a_delay_is_told_in_words(preview: Callable[..., Any]):
    answer = preview(a_calendar(zone="Europe/Berlin")).json

    assert answer["told"] == ("4 h of working time from Friday, 27 March 2026, 16:00 is Monday, 30 March 2026, 12:00.")
    assert answer["week"] == "40 h"


def test_holidays_to_come_are_told_with_their_dates(preview: Callable[..., Any]):
    half = (Hours(start="08:00", end="12:00"),)
    calendar = a_calendar(holidays=(Holiday(date="easter-2", name="Good Friday"), Holiday(date="12-24", hours=half)))

    assert preview(calendar).json["holidays"] == [
        {"date": "Fri, 3 Apr 2026", "name": "Good Friday", "hours": ""},
        {"date": "Thu, 24 Dec 2026", "name": "", "hours": "08:00–12:00"},
        {"date": "Fri, 26 Mar 2027", "name": "Good Friday", "hours": ""},
    ]


def test_who_never_works_is_told_so(preview: Callable[..., Any]):
    off = Week(monday=(), tuesday=(), wednesday=(), thursday=(), friday=())

    assert "never be over" in preview(a_calendar(week=off)).json["told"]


@pytest.mark.parametrize(
    ("calendar", "start"),
    [
        (a_calendar(zone="Eu"), "2026-03-27 16:00"),
        (a_calendar(zone="../../etc/passwd"), "2026-03-27 16:00"),
        (a_calendar(), "2026-02-31 16:00"),
    ],
)
def test_half_a_calendar_cannot_tell_and_says_what_it_needs(
    preview: Callable[..., Any], calendar: Calendar, start: str
):
    assert "a time zone that exists" in preview(calendar, start).json["refusal"]


@pytest.mark.parametrize("start", ["soon", "9999-12-31 23:59"])
def test_a_moment_that_is_none_is_refused(preview: Callable[..., Any], start: str):
    assert preview(a_calendar(), start).status_code == 422


def test_zones_are_offered(app: Flask, signed_in: SignIn):
    zones = signed_in("process admin").get("/calendars/zones").json

    assert {"UTC", "Europe/Berlin", "America/New_York"} <= set(zones)
    assert signed_in("order agent").get("/calendars/zones").status_code == 403
