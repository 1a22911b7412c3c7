"""When calls to a system stop, and when it is tried again."""

from __future__ import annotations

import pytest

from runtime.core.breaker import OPENS_AFTER, Failures, postponed, probe_after


def test_the_breaker_opens_after_failures_in_a_row() -> None:
    failures = Failures()

    opened = [failures.failed((1, n), status=None) for n in range(OPENS_AFTER)]

    assert opened == [False] * (OPENS_AFTER - 1) + [True]


def test_an_answer_starts_the_count_again() -> None:
    failures = Failures()
    for n in range(OPENS_AFTER - 1):
        failures.failed((1, n), status=503)

    assert failures.answered()
    assert not failures.failed((1, 9), status=503)


def test_a_system_that_fails_at_one_request_only_is_not_down() -> None:
    failures = Failures()

    assert not any(failures.failed((1, 1), status=500) for _ in range(50))


def test_one_item_alone_shows_that_a_system_gives_no_answer() -> None:
    failures = Failures()

    assert [failures.failed((1, 1), status=None) for _ in range(OPENS_AFTER)][-1]


@pytest.mark.parametrize(
    ("down", "least", "most"), [(0, 750, 1250), (62_000, 11_000, 20_000), (10**9, 225_000, 375_000)]
)
def test_a_system_is_tried_again_after_a_quarter_of_the_time_that_it_was_down(down: int, least: int, most: int) -> None:
    assert least <= probe_after(down, 0.0) <= probe_after(down, 0.999) <= most


def test_a_call_that_reached_nobody_is_made_again_soon() -> None:
    assert 300 < postponed(1, 0.0) < postponed(1, 0.9) < 700
    assert postponed(1000, 0.9) < 2_500
