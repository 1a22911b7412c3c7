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
