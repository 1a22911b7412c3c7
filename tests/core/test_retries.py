"""When a failed callout is tried again."""

from __future__ import annotations

import pytest

from runtime.core.definitions import (
    EndlessRetry,
    ExponentialRetry,
    FixedRetry,
    NoRetry,
    Retry,
    StaggeredRetry,
)
from runtime.core.durations import milliseconds
from runtime.core.retries import delay

DOUBLING = ExponentialRetry(delay="PT1S", attempts=6, maximum="PT10S", jitter=0)


@pytest.mark.parametrize(
    ("policy", "seconds"),
    [
        (NoRetry(), [None]),
        (FixedRetry(delay="PT5S", attempts=2), [5, 5, None]),
        (EndlessRetry(delay="PT5S"), [5] * 50),
        (StaggeredRetry(delays=("PT1S", "PT1M", "PT1H")), [1, 60, 3600, None]),
        (DOUBLING, [1, 2, 4, 8, 10, 10, None]),
    ],
)
def test_a_policy_says_how_long_to_wait_and_when_to_give_up(policy: Retry, seconds: list[int | None]) -> None:
    waits = [delay(policy, attempt, chance=0.0) for attempt in range(1, len(seconds) + 1)]

    assert waits == [second if second is None else second * 1000 for second in seconds]


def test_jitter_takes_up_to_its_share_off_a_delay() -> None:
    policy = ExponentialRetry(delay="PT10S", attempts=3, jitter=0.5)

    assert delay(policy, 1, chance=0.0) == 10_000
    assert delay(policy, 1, chance=0.999) == 5_005


def test_a_thousand_attempts_do_not_overflow() -> None:
    policy = ExponentialRetry(delay="PT1S", attempts=1000, factor=100, maximum="P1D", jitter=0)

    assert delay(policy, 1000, chance=0.0) == 86_400_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [("PT0.5S", 500), ("PT1M30S", 90_000), ("P2DT1H", 176_400_000), ("PT4H", 14_400_000)],
)
def test_durations_are_milliseconds(text: str, expected: int) -> None:
    assert milliseconds(text) == expected


@pytest.mark.parametrize("text", ["", "P", "PT", "4H", "P1M", "P1Y", "-PT1S", "PT1H30"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="PT4H"):
        milliseconds(text)
