"""A real worker, real threads and a real system over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from app.demo_systems import Control, DemoServer, running
from runtime import engine, queries
from runtime.core.definitions import FixedRetry, NoRetry, Operation, Push, Retry, System
from runtime.database import Database
from runtime.errors import DatabaseInUse
from runtime.worker import Worker
from tests.builders import Definitions, a_callout, a_catalog, a_plan, an_item, an_order
from tests.runtime.conftest import Installation

SOON = FixedRetry(delay="PT0.05S", attempts=20)


@pytest.fixture
def catalog() -> Definitions:
    return a_catalog(a_plan(a_callout("reserve"), an_item("done"), after={"done": "reserve"}))


def outside(url: str, retry: Retry = SOON) -> System:
    operation = Operation(key="reserve", name="Reserve", path="/inventory/reserve", timeout="PT0.5S", retry=retry)
    return System(key="fulfilment", name="Fulfilment", url=url, operations=(operation,))


@contextmanager
def working(installation: Installation) -> Iterator[Worker]:
    worker = Worker(installation.database, callback_url="http://127.0.0.1:9/callbacks", threads=4)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def until(true: Callable[[], bool]) -> None:
    """Waits for something that must come, far longer than it takes."""
    for _ in range(1000):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it never came")


def ended(installation: Installation) -> bool:
    return set(installation.read(queries.state_counts, "order")) == {"completed"}


@contextmanager
def a_system(installation: Installation, control: Control | None = None, retry: Retry = SOON) -> Iterator[DemoServer]:
    with running(control) as server:
        installation.publish(outside(server.url, retry))
        yield server


def test_orders_with_callouts_run_to_their_end(published: Installation) -> None:
    with a_system(published) as server, working(published) as worker:
        orders = [published.submit(an_order(external_id=f"A-{n}")) for n in range(20)]
        worker.wake()
        until(lambda: ended(published))

    assert len(server.systems.seen) == 20
    for order in orders:
        assert published.told(order).order == "completed"


def test_errors_are_retried_until_the_system_does_what_it_is_asked(published: Installation) -> None:
    with (
        a_system(published, Control(error_rate=0.5, errors=("server error", "not json", "dropped"))),
        working(published),
    ):
        orders = [published.submit() for _ in range(10)]
        until(lambda: ended(published))

    assert sum(max(published.told(order).attempts.values()) for order in orders) > 10


def test_a_failed_item_is_fallout_until_a_person_has_it_tried_again(published: Installation) -> None:
    with a_system(published, Control(error_rate=1), NoRetry()), working(published) as worker:
        order = published.submit()
        until(lambda: published.read(queries.order_row, order).failed_items == 1)
        (fallout,) = published.read(queries.fallout_of, order)
        assert (fallout.state, fallout.item) == ("open", 0)
        assert "answered 50" in fallout.error

        published.write(engine.skip_item, order, 0, reason="reserved by phone", by="ann")
        worker.wake()
        until(lambda: ended(published))

    (fallout,) = published.read(queries.fallout_of, order)
    assert (fallout.state, fallout.resolution, fallout.resolved_by) == ("resolved", "item skipped", "ann")
    assert published.states(order) == {"reserve": "skipped", "done": "completed"}


def test_a_push_is_delivered_while_the_plan_goes_on(published: Installation) -> None:
    published.publish(a_plan(Push(key="tell", name="Tell", call=a_callout().call)))
    with a_system(published) as server, working(published):
        order = published.submit()
        until(lambda: ended(published) and len(server.systems.seen) == 1)

    assert published.states(order) == {"tell": "completed"}


def test_a_second_process_may_not_run_orders_on_the_same_sqlite_file(sqlite_url: str) -> None:
    first, second = Database(sqlite_url), Database(sqlite_url)
    first.claim_engine()

    with pytest.raises(DatabaseInUse, match=r"process \d+ already runs orders"):
        second.claim_engine()

    first.close()
    second.claim_engine()
    second.close()
