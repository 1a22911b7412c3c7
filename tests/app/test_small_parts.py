"""The small pure parts that pages rest on."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app import moments
from app.pages import count, lasted, sentence
from app.throttle import LONGEST_WAIT, REMEMBERED, Throttle


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (1250, "1.2 s"),
        (59_000, "59 s"),
        (61_000, "1 min 1 s"),
        (7_200_000, "2 h"),
        (273_600_000, "3 d 4 h"),
        (None, "–"),
    ],
)
def test_a_span_of_time_is_told_in_its_two_largest_units(milliseconds: int | None, text: str):
    assert lasted(milliseconds) == text


@given(some.integers(0, 4_000_000_000_000))
def test_a_moment_is_read_as_it_is_written(milliseconds: int):
    written = moments.moment(milliseconds)

    assert written.endswith("Z")
    assert moments.milliseconds(datetime.fromisoformat(written)) == milliseconds


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-03-31T12:00:00Z", "2026-03-31T12:00:00.000Z"),
        ("2026-03-31t12:00:00z", "2026-03-31T12:00:00.000Z"),
        ("2026-03-31T12:00:00+02:00", "2026-03-31T10:00:00.000Z"),
        ("2026-03-31T12:00:00.9999999Z", "2026-03-31T12:00:00.999Z"),
        ("0001-01-02T12:00:00+12:00", "0001-01-02T00:00:00.000Z"),
        ("9999-12-30T23:59:59.9999Z", "9999-12-30T23:59:59.999Z"),
    ],
)
def test_a_moment_is_taken_as_rfc_3339_writes_it(text: str, read: str):
    assert moments.moment(moments.written(text)) == read


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "2026-03-31",
        "2026-03-31T12:00:00",
        "2026-W14-2T12:00:00Z",
        "20260331T120000Z",
        "2026-03-31T12:00:00+0200",
        "2026-02-30T12:00:00Z",
        "2026-03-31T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.9999Z",
        "9999-12-31T23:00:00-02:00",
        "٢026-03-31T12:00:00Z",
    ],
)
def test_what_is_no_moment_or_beyond_the_calendar_is_refused(text: str):
    with pytest.raises(ValueError, match=r"must be a date and time|is no moment"):
        moments.written(text)


@given(some.integers(-(10**17), 10**17))
def test_every_moment_can_be_written(milliseconds: int):
    assert moments.moment(milliseconds).endswith("Z")


def test_numbers_and_sentences_read_well():
    assert [count(n, "item") for n in (0, 1, 2, 1024)] == ["0 items", "1 item", "2 items", "1,024 items"]
    assert sentence("there is no order 7") == "There is no order 7."
    assert sentence("Really?") == "Really?"


def test_a_few_mistakes_cost_nothing_and_more_cost_ever_longer_waits():
    throttle = Throttle(free=3)
    waits = []
    for _ in range(20):
        throttle.mistake("ada", 0)
        waits.append(throttle.wait("ada", 0))

    assert waits[:2] == [0, 0]
    assert waits[2] > 0
    assert waits == sorted(waits)
    assert max(waits) == LONGEST_WAIT
    assert throttle.wait("grace", 0) == 0


def test_a_wait_passes_and_a_right_password_ends_it():
    throttle = Throttle(free=1)
    throttle.mistake("ada", 0)
    wait = throttle.wait("ada", 0)

    assert throttle.wait("ada", wait) == 0
    throttle.forget("ada")
    assert throttle.wait("ada", 0) == 0


def test_guessing_many_names_cannot_fill_the_memory():
    throttle = Throttle(free=1)
    for n in range(REMEMBERED + 100):
        throttle.mistake(str(n), 0)

    assert len(throttle._mistakes) == REMEMBERED
