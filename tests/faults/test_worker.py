"""A worker goes on, whatever goes wrong around it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import insert

from app.demo_systems import Control, DemoServer
from runtime import crashes, engine, queries, systems, worker
from runtime import installation as runtime_installation
from runtime.core.definitions import Call, Callout, EndlessRetry, Operation, Push, System
from runtime.database import Database
from runtime.errors import DatabaseInUse
from runtime.schema import endpoints
from runtime.worker import Worker
from tests.builders import a_line, a_plan, a_queue, a_scenario, a_specification, a_wait, an_item, an_order
from tests.faults.conftest import all_ended, eventually, working
from tests.faults.killing import POINTS
from tests.faults.truth import check
from tests.runtime.conftest import Installation


class Trouble(Exception):
    """What a test has go wrong."""


def publish(installation: Installation, *items: Any, url: str = "http://127.0.0.1:9", **rest: Any) -> None:
    retry = EndlessRetry(delay="PT0.02S")
    operations = (
        Operation(key="do", name="Do", path="/do", timeout="PT5S", retry=retry),
        Operation(key="hurry", name="Hurry", path="/hurry", timeout="PT0.2S", retry=retry),
        Operation(key="order", name="Order", path="/order", reply="callback", timeout="PT0.2S", retry=retry),
    )
    installation.publish(
        a_specification("line"),
        a_scenario("line", "line"),
        a_plan(*items, key="line", **rest),
        a_queue(),
        System(key="demo", name="Demo", url=url, operations=operations),
    )


def ask(key: str, operation: str = "do") -> Callout:
    return Callout(key=key, name=key, call=Call(system="demo", operation=operation))


def submit(installation: Installation, count: int) -> list[int]:
    return [installation.submit(an_order(a_line(specification="line"))) for _ in range(count)]


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What crashed is tried again at once, and as often as it takes."""
    monkeypatch.setattr(crashes, "PAUSES", (50,))
    monkeypatch.setattr(crashes, "CRASHES", 1000)


@pytest.mark.parametrize("point", POINTS)
def test_errors_at_any_point_lose_nothing(
    installation: Installation, demo: DemoServer, soon: None, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    chance, guard = random.Random(point), threading.Lock()

    def at_point(name: str) -> None:
        with guard:
            if name == point and chance.random() < 0.3:
                raise Trouble(name)

    monkeypatch.setattr(worker, "at_point", at_point)
    after = {"b": "a", "c": "a", "d": "b c", "e": "d"}
    publish(installation, an_item("a"), ask("b"), ask("c"), an_item("d"), ask("e"), after=after, url=demo.url)
    demo.systems.control = Control(error_rate=0.1)
    submit(installation, 20)

    with working(installation, lease_margin=-9900):  # leases of a tenth of a second
        eventually(all_ended(installation))
    check(installation.database, steady_clock=installation.database.is_sqlite)


def test_a_system_whose_address_is_none_is_held_and_no_thread_dies(installation: Installation) -> None:
    publish(installation, ask("a"), url="http://somewhere.example")
    with installation.database.writing() as connection:  # an address that no check has seen
        connection.execute(insert(endpoints).values(system="demo", url="http://[::bad"))
    submit(installation, 20)
    with working(installation, threads=2):
        eventually(lambda: "demo" in installation.read(systems.holds))
        eventually(lambda: installation.read(queries.state_counts, "item") == {"running": 20})
    assert [row.change for row in installation.read(systems.changes, limit=100)] == ["breaker opened"]
    check(installation.database, steady_clock=installation.database.is_sqlite)


def test_a_worker_whose_hands_are_full_waits_instead_of_spinning(
    installation: Installation, demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: Counter[str] = Counter()
    monkeypatch.setattr(worker, "at_point", lambda name: turns.update([name]))
    publish(installation, ask("a"), url=demo.url)
    demo.systems.control = Control(latency=0.3)
    submit(installation, 6)
    with working(installation, threads=1):
        eventually(all_ended(installation))
    assert turns["before commit"] < 60  # six calls, one after the other; a spinning worker takes thousands


def test_a_callback_that_meets_its_own_timer_in_a_turn_wins_or_loses_but_never_blocks(
    postgresql: Database,
) -> None:
    installation = Installation(postgresql)
    publish(installation, a_wait("w", event="done", delay="PT1S"))
    (order,) = submit(installation, 1)
    installation.run()
    installation.now += 1000
    token = installation.read(runtime_installation.read).callback_token(order, 0, 1)

    with postgresql.writing() as connection:
        connection.exec_driver_sql("SET LOCAL deadlock_timeout = '10s'")
        connection.exec_driver_sql(f"SELECT 1 FROM orders WHERE id = {order} FOR UPDATE")
        turn = threading.Thread(target=installation.worker.take_turn)
        turn.start()
        time.sleep(0.2)  # by now the turn has the timer, or has left it to us
        connection.exec_driver_sql("SET LOCAL lock_timeout = '500ms'")
        engine.deliver(connection, order, 0, 1, token, None, now=installation.now)
    turn.join()
    assert all_ended(installation)()
    check(postgresql, steady_clock=False)


def test_a_clock_that_jumps_back_and_forth_delays_work_and_loses_none(
    installation: Installation, demo: DemoServer
) -> None:
    after = {"b": "a", "c": "b"}
    publish(installation, ask("a"), a_wait("b", delay="PT1S"), ask("c"), after=after, url=demo.url)
    demo.systems.control = Control(error_rate=0.2)
    submit(installation, 30)
    chance = random.Random(7)
    jumps = {"by": 0}

    with working(installation, clock=lambda: time.time_ns() // 1_000_000 + jumps["by"], lease_margin=500):
        for _ in range(20):
            jumps["by"] = chance.randint(-3_600_000, 3_600_000)
            time.sleep(0.02)
        jumps["by"] = 3_600_000
        eventually(all_ended(installation))
    check(installation.database, steady_clock=False)


def test_only_one_process_runs_orders_on_a_sqlite_file(sqlite: Database) -> None:
    sqlite.claim_engine()
    second = Database(sqlite.url.render_as_string())
    with pytest.raises(DatabaseInUse, match=r"process \d+ already runs orders"):
        second.claim_engine()
    second.close()
    sqlite.close()
    third = Database(sqlite.url.render_as_string())
    third.claim_engine()
    third.close()


def test_a_worker_that_is_stopped_while_it_hands_out_calls_still_stops(
    sqlite: Database, demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = Installation(sqlite)
    publish(installation, ask("a"), url=demo.url)
    demo.systems.control = Control()
    submit(installation, 1)
    stopping = threading.Event()
    lease = Worker._lease

    def leased(self: Worker, connection: Any, now: int) -> Any:
        calls = lease(self, connection, now)
        if calls:
            stopping.set()
            time.sleep(0.2)  # stop() is called, and has told the callers whatever it tells them
        return calls

    monkeypatch.setattr(Worker, "_lease", leased)
    with working(installation):
        assert stopping.wait(10)
    assert all_ended(installation)(), "a call under way is finished, and what it brings is folded"


def test_an_order_that_has_ended_keeps_its_end_whatever_comes_later(
    installation: Installation, demo: DemoServer
) -> None:
    push = Push(key="a", name="a", call=Call(system="demo", operation="do"))
    publish(installation, push, url=demo.url)
    demo.systems.control = Control(error_rate=1, errors=("refused",), latency=0.05)
    (order,) = submit(installation, 1)
    with working(installation):
        eventually(lambda: list(installation.read(queries.events_of, order))[-1].type == "push failed")
    check(installation.database, steady_clock=False)
