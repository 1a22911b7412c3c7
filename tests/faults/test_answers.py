"""Answers and callbacks that come twice, or too late, or while two workers ask."""

from __future__ import annotations

import time

import pytest

from app.demo_systems import Control, DemoServer
from runtime.database import Database
from tests.builders import an_item
from tests.faults.conftest import all_ended, eventually, working
from tests.faults.test_worker import ask, publish, submit
from tests.faults.truth import check
from tests.runtime.conftest import Installation


def test_a_callback_that_comes_twice_counts_once(installation: Installation, demo: DemoServer) -> None:
    after = {"b": "a", "c": "b"}
    publish(installation, ask("a", "order"), ask("b", "order"), an_item("c"), after=after, url=demo.url)
    demo.systems.control = Control(callbacks=2, callback_delay=0.05)
    submit(installation, 30)
    with working(installation):
        eventually(all_ended(installation))
        eventually(lambda: demo.systems.counters["callbacks delivered"] == 120)
    assert not demo.systems.counters["callbacks refused"], "what is recorded is answered with 2xx"
    check(installation.database, steady_clock=installation.database.is_sqlite)


def test_a_callback_may_come_before_the_answer_or_after_the_next_attempt(
    installation: Installation, demo: DemoServer
) -> None:
    publish(installation, ask("a", "order"), ask("b", "order"), after={"b": "a"}, url=demo.url)
    # Half of the calls do their work and hang: their callbacks meet an item that is asked again.
    demo.systems.control = Control(
        error_rate=0.5, errors=("timeout",), timeout=0.6, callback_delay=0.25, callback_spread=1.0
    )
    submit(installation, 30)
    with working(installation):
        eventually(all_ended(installation))
    told = check(installation.database, steady_clock=installation.database.is_sqlite)
    assert max(attempts for each in told.values() for attempts in each.attempts.values()) > 1


def test_an_answer_that_comes_too_late_changes_nothing(installation: Installation, demo: DemoServer) -> None:
    publish(installation, ask("a", "hurry"), ask("b", "hurry"), after={"b": "a"}, url=demo.url)
    demo.systems.control = Control(error_rate=0.4, errors=("timeout",), timeout=0.4)
    submit(installation, 20)
    with working(installation):
        eventually(all_ended(installation))
    told = check(installation.database, steady_clock=installation.database.is_sqlite)
    assert [key for key, n in demo.systems.seen.items() if n > 1], "attempts of a run share its key"
    assert len(demo.systems.seen) == 2 * len(told), "the work was done once"


@pytest.mark.postgresql
def test_two_workers_that_make_the_same_call_count_one_answer(postgresql: Database, demo: DemoServer) -> None:
    installation = Installation(postgresql)
    publish(installation, ask("a"), ask("b"), an_item("c"), after={"b": "a", "c": "b"}, url=demo.url)
    demo.systems.control = Control(latency=0.3)
    submit(installation, 20)
    hasty = {"lease_margin": -9900, "threads": 4}  # a lease ends long before the call that it is for
    with working(installation, slot=1, **hasty), working(installation, slot=2, **hasty):
        eventually(all_ended(installation))
    check(postgresql, steady_clock=False)
    assert [key for key, n in demo.systems.seen.items() if n > 1], "no call was made twice: nothing was tested"


@pytest.mark.postgresql
def test_two_machines_whose_clocks_differ_make_no_call_twice(postgresql: Database, demo: DemoServer) -> None:
    installation = Installation(postgresql)
    publish(installation, ask("a"), ask("b"), an_item("c"), after={"b": "a", "c": "b"}, url=demo.url)
    demo.systems.control = Control(latency=0.2)
    submit(installation, 20)

    def ten_minutes_ahead() -> int:
        return time.time_ns() // 1_000_000 + 600_000

    with working(installation, slot=1), working(installation, slot=2, clock=ten_minutes_ahead):
        eventually(all_ended(installation))
    assert {key: n for key, n in demo.systems.seen.items() if n > 1} == {}
    check(postgresql, steady_clock=False)
