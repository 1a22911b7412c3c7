"""Systems that are slow, down, or taken offline: their items wait, and everything else goes on."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from sqlalchemy import func, select, update

from app.demo_systems import Control, DemoServer, running
from runtime import queries, systems
from runtime.core.definitions import Call, Callout, NoRetry, Operation, System
from runtime.database import Database
from runtime.errors import IllegalMove
from runtime.schema import jobs
from tests.builders import a_line, a_plan, a_queue, a_scenario, a_specification, an_order
from tests.faults.conftest import all_ended, eventually, working
from tests.faults.killing import free_port
from tests.faults.truth import check
from tests.runtime.conftest import Installation


def ask(key: str, system: str = "demo") -> Callout:
    return Callout(key=key, name=key, call=Call(system=system, operation="do"))


def reached_at(key: str, url: str, timeout: str = "PT5S") -> System:
    return System(
        key=key,
        name=key.title(),
        url=url,
        operations=(Operation(key="do", name="Do", path="/do", timeout=timeout, retry=NoRetry()),),
    )


def publish(installation: Installation, *items: Callout, **urls: str) -> None:
    installation.publish(
        a_specification("line"),
        a_scenario("line", "line"),
        a_plan(*items, key="line"),
        a_queue(),
        *(reached_at(key, url) for key, url in urls.items()),
    )


def submit(installation: Installation, count: int) -> list[int]:
    return [installation.submit(an_order(a_line(specification="line"))) for _ in range(count)]


def states(installation: Installation) -> dict[str, int]:
    return dict(installation.read(queries.state_counts, "item"))


def changes(installation: Installation) -> list[str]:
    return [row.change for row in reversed(installation.read(systems.changes, limit=1000))]


def now() -> int:
    return time.time_ns() // 1_000_000


def test_an_outage_fails_no_order_and_uses_no_attempt(installation: Installation) -> None:
    port = free_port()
    publish(installation, ask("a"), demo=f"http://127.0.0.1:{port}")
    orders = submit(installation, 20)
    with working(installation):
        eventually(lambda: "demo" in installation.read(systems.holds))
        eventually(lambda: states(installation) == {"running": 20})
        hold = installation.read(systems.holds)["demo"]
        assert "cannot be reached" in hold.reason
        with running(port=port):
            eventually(all_ended(installation))
    told = check(installation.database, steady_clock=installation.database.is_sqlite)
    assert {max(told[order].attempts.values()) for order in orders} == {1}
    assert changes(installation) == ["breaker opened", "breaker closed"]


def test_a_system_that_is_offline_is_not_called_until_it_is_back(installation: Installation, demo: DemoServer) -> None:
    publish(installation, ask("a"), demo=demo.url)
    demo.systems.control = Control()
    submit(installation, 5)
    with installation.database.writing() as connection:
        systems.take_offline(connection, "demo", reason="upgrade", by="ann", now=now())
    with working(installation) as worker:
        eventually(lambda: states(installation).get("running") == 5)
        submit(installation, 1)
        worker.wake()
        eventually(lambda: states(installation).get("running") == 6)
        assert not demo.systems.seen
        with installation.database.writing() as connection:
            systems.bring_back(connection, "demo", by="ann", now=now())
        worker.wake()
        eventually(all_ended(installation))
    (back, offline) = installation.read(systems.changes, "demo", limit=9)
    assert (offline.change, offline.by, offline.reason) == ("taken offline", "ann", "upgrade")
    assert (back.change, back.by) == ("brought back", "ann")


def test_all_calls_can_be_paused_while_everything_else_goes_on(installation: Installation, demo: DemoServer) -> None:
    publish(installation, ask("a"), demo=demo.url)
    demo.systems.control = Control()
    with installation.database.writing() as connection:
        systems.take_offline(connection, systems.EVERY, reason="incident", by="ann", now=now())
        with pytest.raises(IllegalMove, match="all calls are paused already, by ann: incident"):
            systems.take_offline(connection, systems.EVERY, reason="incident", by="bob", now=now())
    with working(installation) as worker:
        submit(installation, 5)
        worker.wake()
        eventually(lambda: states(installation).get("running") == 5)
        assert not demo.systems.seen
        with installation.database.writing() as connection:
            systems.bring_back(connection, systems.EVERY, by="ann", now=now())
        worker.wake()
        eventually(all_ended(installation))


def test_calls_that_waited_for_a_system_go_out_at_a_pace(installation: Installation) -> None:
    publish(installation, ask("a"), demo="http://127.0.0.1:9")
    with installation.database.writing() as connection:
        systems.take_offline(connection, "demo", reason="upgrade", by="ann", now=installation.now)
        systems.limit_calls(connection, "demo", calls_at_once=100, pace=10, by="ann", now=installation.now)
    submit(installation, 50)
    installation.run(later=1000)
    with installation.database.writing() as connection:
        systems.bring_back(connection, "demo", by="ann", now=installation.now)

    leased = []
    for _ in range(4):
        installation.run(later=1000)
        with installation.database.reading() as connection:
            leased.append(connection.execute(select(func.count()).where(jobs.c.lease.is_not(None))).scalar_one())
    assert leased[0] <= 11
    assert [later - earlier for earlier, later in pairwise(leased)] == [10, 10, 10]


def test_a_probe_is_one_call_whoever_works(postgresql: Database) -> None:
    first, second = Installation(postgresql), Installation(postgresql)
    publish(first, ask("a"), demo="http://127.0.0.1:9")
    submit(first, 5)
    with postgresql.writing() as connection:
        systems.open_breaker(connection, "demo", "down", probe_at=first.now + 1000, now=first.now)
    first.run()
    for installation in (first, second):
        installation.run(later=2000)
    with postgresql.reading() as connection:
        assert connection.execute(select(func.count()).where(jobs.c.lease.is_not(None))).scalar_one() == 1


def test_a_slow_system_takes_no_thread_from_another(sqlite: Database, demo: DemoServer) -> None:
    installation = Installation(sqlite)
    with running(Control(latency=1.5)) as slow:
        publish(installation, ask("a", "slow"), ask("b"), demo=demo.url, slow=slow.url)
        demo.systems.control = Control()
        submit(installation, 20)
        with working(installation, threads=2):
            eventually(lambda: states(installation).get("completed") == 20)
            assert sum(slow.systems.seen.values()) <= 4, "the other system waited for the slow one"
            with sqlite.writing() as connection:
                connection.execute(update(jobs).values(run_at=2**50))


def test_a_worker_stops_within_a_bound_and_the_calls_cut_off_keep_their_jobs(sqlite: Database) -> None:
    installation = Installation(sqlite)
    with running(Control(latency=3)) as slow:
        publish(installation, ask("a", "slow"), slow=slow.url)
        submit(installation, 3)
        with working(installation) as worker:
            eventually(lambda: sum(slow.systems.seen.values()) == 3)
            began = time.monotonic()
            worker.stop(within=0.3)
            assert time.monotonic() - began < 2.5
        with sqlite.reading() as connection:
            left = connection.execute(select(jobs.c["kind", "lease"])).all()
        assert [tuple(row) for row in left] == [("callout", None)] * 3
        with working(installation):
            eventually(all_ended(installation))
    check(sqlite, steady_clock=False)
