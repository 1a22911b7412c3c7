"""Working time is counted as people count it who look at the calendar on the wall, and the clock beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.core.calendars import WorkingTime, easter
from runtime.core.definitions import Calendar, Holiday, Hours, Week
from runtime.core.messages import Deliver, Fire
from tests.builders import a_calendar, a_plan, a_release, a_wait
from tests.core.stories import Story

HOUR, MINUTE = 3_600_000, 60_000
OFFICE = a_calendar()
CLOSED = Week(monday=(), tuesday=(), wednesday=(), thursday=(), friday=())


def at(written: str, zone: str = "UTC") -> int:
    """A moment, written as local time: "2026-03-27 16:00"."""
    return round(datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def hours(*spans: str) -> tuple[Hours, ...]:
    return tuple(Hours(start=start, end=end) for start, _, end in (span.partition("-") for span in spans))


def later(calendar: Calendar, start: str, duration: int, zone: str = "UTC") -> str:
    found = WorkingTime(calendar).after(at(start, zone), duration)
    assert found is not None
    return datetime.fromtimestamp(found / 1000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


# --- as people say it ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-03-27 16:00", 4 * HOUR, "2026-03-30 12:00"),  # Friday afternoon to Monday
        ("2026-03-27 16:00", 1 * HOUR, "2026-03-27 17:00"),  # the day's last hour ends on that day
        ("2026-03-27 16:00", 1 * HOUR + MINUTE, "2026-03-30 09:01"),
        ("2026-03-28 12:00", 8 * HOUR, "2026-03-30 17:00"),  # from a Saturday
        ("2026-03-27 07:00", 8 * HOUR, "2026-03-27 17:00"),
        ("2026-03-27 07:00", 0, "2026-03-27 07:00"),
    ],
)
def test_working_hours_pass_only_while_somebody_works(start: str, duration: int, end: str):
    assert later(OFFICE, start, duration) == end


def test_nobody_works_on_a_holiday():
    calendar = a_calendar(holidays=(Holiday(date="2026-03-30", name="A day off"),))

    assert later(calendar, "2026-03-27 16:00", 4 * HOUR) == "2026-03-31 12:00"


def test_a_holiday_may_have_hours_of_its_own():
    calendar = a_calendar(holidays=(Holiday(date="12-24", hours=hours("09:00-12:00")),))

    assert later(calendar, "2026-12-24 09:00", 4 * HOUR) == "2026-12-25 10:00"


def test_the_year_that_is_written_goes_before_every_year():
    calendar = a_calendar(holidays=(Holiday(date="12-24"), Holiday(date="2026-12-24", hours=hours("09:00-10:00"))))

    assert [WorkingTime(calendar).hours(date(year, 12, 24)) for year in (2026, 2027)] == [hours("09:00-10:00"), ()]


def test_a_break_at_noon_counts_for_nothing():
    calendar = a_calendar(week=Week(monday=hours("08:00-12:00", "13:00-17:00")))

    assert later(calendar, "2026-03-30 11:00", 2 * HOUR) == "2026-03-30 14:00"


def test_hours_are_those_of_the_zone():
    working = WorkingTime(a_calendar(zone="America/New_York"))
    there, here = at("2026-03-27 09:00", "America/New_York"), at("2026-03-27 09:00")

    assert working.between(there, there + MINUTE) == MINUTE
    assert working.between(here, here + MINUTE) == 0


@pytest.mark.parametrize(
    ("written", "year", "day"),
    [("easter", 2026, "04-05"), ("easter-2", 2026, "04-03"), ("easter+39", 2026, "05-14"), ("easter+1", 2025, "04-21")],
)
def test_some_holidays_move_with_easter(written: str, year: int, day: str):
    calendar = WorkingTime(a_calendar(holidays=(Holiday(date=written),)))

    assert calendar.holiday(date.fromisoformat(f"{year}-{day}")) is not None


@pytest.mark.parametrize(
    "day",
    [
        *("1818-03-22", "1943-04-25", "1954-04-18", "1961-04-02", "1981-04-19", "2000-04-23", "2008-03-23"),
        *("2011-04-24", "2019-04-21", "2024-03-31", "2025-04-20", "2038-04-25", "2049-04-18", "2285-03-22"),
    ],
)
def test_easter_is_when_the_tables_of_the_church_say(day: str):
    assert easter(int(day[:4])).isoformat() == day


# --- when the clock is changed ------------------------------------------------------------------------

NIGHTS = a_calendar(zone="Europe/Berlin", week=Week(sunday=hours("00:00-24:00")))


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-01", 24)])
def test_a_whole_day_is_as_long_as_it_really_is(day: str, length: int):
    (span,) = WorkingTime(NIGHTS).day(date.fromisoformat(day))

    assert span[1] - span[0] == length * HOUR


@pytest.mark.parametrize(
    ("day", "written", "length"),
    [
        ("2026-03-29", "01:00-04:00", 2),  # the hour from two to three does not exist
        ("2026-03-29", "02:15-02:45", 0),
        ("2026-03-29", "01:00-02:30", 1),
        ("2026-03-29", "02:30-04:00", 1),
        ("2026-10-25", "01:00-04:00", 4),  # the hour from two to three comes twice
        ("2026-10-25", "01:00-02:30", 1.5),  # and belongs to the first time
        ("2026-10-25", "02:30-04:00", 2.5),
    ],
)
def test_what_the_clock_skips_or_shows_twice_is_counted_once(day: str, written: str, length: float):
    calendar = a_calendar(zone="Europe/Berlin", week=Week(sunday=hours(written)))

    assert sum(end - begin for begin, end in WorkingTime(calendar).day(date.fromisoformat(day))) == length * HOUR


def test_a_day_that_a_country_left_out_has_no_hours():
    calendar = a_calendar(zone="Pacific/Apia", week=Week(friday=hours("00:00-24:00")))

    assert WorkingTime(calendar).day(date(2011, 12, 30)) == ()


# --- laws ---------------------------------------------------------------------------------------------

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")
clocks = st.integers(0, 24 * 60).map(lambda minutes: f"{minutes // 60:02}:{minutes % 60:02}")
spans = st.lists(
    st.tuples(clocks, clocks)
    .filter(lambda pair: pair[0] < pair[1])
    .map(lambda pair: Hours(start=pair[0], end=pair[1])),
    max_size=3,
).map(tuple)
days = st.dates(date(2026, 1, 1), date(2027, 1, 31))
holidays = st.builds(
    Holiday,
    date=days.map(date.isoformat) | days.map(lambda day: day.isoformat()[5:]) | st.just("easter+1"),
    hours=spans,
)
calendars = st.builds(
    Calendar,
    key=st.just("any"),
    name=st.just("Any"),
    zone=st.sampled_from(ZONES),
    week=st.builds(Week, monday=spans, thursday=spans, saturday=spans, sunday=spans),
    holidays=st.lists(holidays, max_size=4).map(tuple),
)
moments = st.integers(at("2026-01-01 00:00"), at("2026-12-31 00:00"))
durations = st.integers(1, 60 * HOUR)


@given(calendars, moments, durations)
def test_between_undoes_after(calendar: Calendar, start: int, duration: int):
    working = WorkingTime(calendar)
    end = working.after(start, duration)

    assert end is not None
    assert working.between(start, end) == duration
    assert working.between(start, end - 1) < duration, "it is the first such moment"


@given(calendars, moments, moments)
def test_after_undoes_between(calendar: Calendar, one: int, other: int):
    start, end = sorted((one, other))
    working = WorkingTime(calendar)
    back = working.after(start, working.between(start, end))

    assert back is not None
    assert back <= max(end, start)
    assert working.between(back, end) == 0


@given(calendars, moments, durations, durations, st.integers(0, 20 * 24 * HOUR))
def test_more_work_ends_later_and_so_does_what_begins_later(
    calendar: Calendar, start: int, less: int, more: int, pause: int
):
    less, more = sorted((less, more))
    working = WorkingTime(calendar)
    ends = working.after(start, less), working.after(start, more), working.after(start + pause, less)

    assert None not in ends
    assert ends[0] <= ends[1]  # type: ignore[operator]
    assert ends[0] <= ends[2]  # type: ignore[operator]


@given(calendars, moments, durations, durations)
def test_a_delay_may_be_cut_in_two(calendar: Calendar, start: int, first: int, second: int):
    working = WorkingTime(calendar)
    middle = working.after(start, first)

    assert middle is not None
    assert working.after(middle, second) == working.after(start, first + second)


def worked(calendar: Calendar, start: int, end: int) -> int:
    """Minutes of working time, told by looking at the wall clock every minute."""
    zone, minutes = ZoneInfo(calendar.zone), 0
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    for moment in range(start, end, MINUTE):
        local = datetime.fromtimestamp(moment / 1000, zone)
        written = {each.date: each.hours for each in calendar.holidays}
        told = local.strftime("%Y-%m-%d")
        spans = written.get(told, written.get(told[5:], getattr(calendar.week, names[local.weekday()])))
        minutes += any(each.start <= local.strftime("%H:%M") < each.end for each in spans)
    return minutes


@given(
    calendars.filter(lambda each: not any(holiday.date.startswith("easter") for holiday in each.holidays)),
    st.integers(0, 364 * 24 * 60),
    st.integers(0, 40 * 60),
)
def test_the_time_is_that_of_somebody_who_looks_at_the_clock_every_minute(calendar: Calendar, offset: int, length: int):
    seen = {}
    for each in calendar.holidays:  # of two for the same day the first counts
        seen.setdefault(each.date, each)
    calendar = Calendar(key="any", name="Any", zone=calendar.zone, week=calendar.week, holidays=tuple(seen.values()))
    start = at("2026-01-01 00:00") + offset * MINUTE
    end = start + length * MINUTE
    zone = ZoneInfo(calendar.zone)
    first, last = (datetime.fromtimestamp(moment / 1000, zone) for moment in (start, end))
    if (first - timedelta(days=1)).utcoffset() != (last + timedelta(days=1)).utcoffset():
        return  # what is skipped or comes twice has tests of its own

    assert WorkingTime(calendar).between(start, end) == worked(calendar, start, end) * MINUTE


def test_who_never_works_is_never_done():
    assert WorkingTime(a_calendar(week=CLOSED)).after(at("2026-01-01 00:00"), 1) is None


# --- in a plan ----------------------------------------------------------------------------------------

FRIDAY = at("2026-03-27 16:00")


def waiting(**rest: object) -> Story:
    plan = a_plan(a_wait(delay="PT4H", **rest))
    return Story(a_release(plan, OFFICE, a_calendar("never", week=CLOSED)), now=FRIDAY)


def test_a_wait_by_a_calendar_ends_when_so_much_was_worked():
    story = waiting(calendar="office")

    (job,) = story.turn.jobs
    assert job.run_at == at("2026-03-30 12:00")
    story.send(Fire(0), after=job.run_at - FRIDAY)
    assert story.state("delivered") == "completed"


def test_a_wait_without_a_calendar_counts_every_hour():
    (job,) = waiting().turn.jobs

    assert job.run_at == FRIDAY + 4 * HOUR


def test_an_event_may_come_before_the_working_time_is_over():
    story = waiting(calendar="office", event="news")

    story.send(Deliver(0, 1, {}), after=HOUR)
    assert story.state("delivered") == "completed"


def test_a_wait_that_could_never_end_fails_at_once():
    story = waiting(calendar="never")

    assert story.state("delivered") == "failed"
    assert "never" in (story.item("delivered").error or "")


def test_moments_are_in_utc():
    assert at("2026-03-27 16:00") == round(datetime(2026, 3, 27, 16, tzinfo=UTC).timestamp() * 1000)
