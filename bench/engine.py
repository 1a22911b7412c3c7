"""How fast orders run: `python -m bench.engine [FIGURE ...] [--rounds N] [--database KIND]`.

Prints one JSON object on standard output, and what it is doing on standard error. What is compared is measured
in turn, round by round, on databases made for the round; a figure is the median of its rounds.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from itertools import chain

import msgspec
from sqlalchemy import select, text

from bench import ground
from bench.callouts import callouts
from bench.ground import Figure, figure, moment, percentile, say
from bench.submits import submits_over_http
from bench.writes import recorded, replay, row_counts
from runtime import engine, installation
from runtime.core.definitions import Item, Plan, Wait
from runtime.database import Database
from runtime.schema import items

ORDERS, SIZE = 100, 20


# --- no outside call ----------------------------------------------------------------------------------


def inner_items(kind: str, server: str, rounds: int) -> list[Figure]:
    """100 orders of 20 items that call nobody, order creation included; beside it a loop that writes the same
    rows in the same commits, and DBOS."""
    speeds: list[float] = []
    cpu: list[float] = []
    writes: list[float] = []
    steps: dict[int, list[float]] = {5: [], SIZE: []}
    for _ in range(rounds):
        with ground.new_database(server) as database:
            ground.publish(database, ground.layered(ground.inner, SIZE))
            _run(database, 5)  # what is compiled once is not what is measured
            commits_before = row_counts(database)
            seconds, spent = _run(database, ORDERS)
            speeds.append(ORDERS * SIZE / seconds)
            cpu.append(spent * 1000 / (ORDERS * SIZE))
            assert row_counts(database)["items"] - commits_before["items"] == ORDERS * SIZE
        writes.append(ORDERS * SIZE / _bare_seconds(server))
        for size, found in steps.items():
            found.append(_dbos_speed(server, ORDERS if size == SIZE else ORDERS * 2, size))
    ours = statistics.median(speeds)
    floor = {"sqlite": 3000, "postgresql": 1200}[kind]
    return [
        figure("items without an outside call", speeds, "items/s", database=kind, at_least=floor),
        figure("CPU for one such item", cpu, "ms", database=kind, at_most=0.4),
        figure("the same rows written by the bare driver", writes, "items/s", database=kind),
        figure(
            "share of the bare driver's speed",
            [a / b for a, b in zip(speeds, writes, strict=True)],
            "ratio",
            database=kind,
            at_least=0.4,
        ),
        *chain.from_iterable(_beside_dbos(kind, ours, size, found) for size, found in steps.items() if all(found)),
    ]


def _beside_dbos(kind: str, ours: float, size: int, found: list[float]) -> list[Figure]:
    times = [ours / each for each in found]
    return [
        figure(f"DBOS, workflows of {size} steps, its fastest way", found, "steps/s", database=kind),
        figure(f"times DBOS with {size} steps", times, "ratio", database=kind, at_least=10),
    ]


def _run(database: Database, orders: int) -> tuple[float, float]:
    """Seconds, and seconds of CPU, to submit orders one by one and to run them."""
    worker = ground.a_worker(database)
    gc.collect()
    began, cpu = time.perf_counter(), time.process_time()
    for _ in range(orders):
        ground.submit(database)
    ground.drain(worker)
    return time.perf_counter() - began, time.process_time() - cpu


def _bare_seconds(server: str) -> float:
    """Records a run on one database and plays what it wrote back on another."""
    plan = ground.layered(ground.inner, SIZE)
    with ground.new_database(server) as one, ground.new_database(server) as other:
        ground.publish(one, plan)
        ground.publish(other, plan)
        with recorded(one) as commits:
            _run(one, ORDERS)
        seconds = replay(other, commits)
        if row_counts(one) != row_counts(other):
            raise AssertionError(f"the replay wrote something else: {row_counts(one)}, {row_counts(other)}")
        return seconds


def _dbos_speed(server: str, workflows: int, steps: int) -> float:
    """Steps per second of DBOS in a process of its own; 0 where it is not installed."""
    with ground.new_url(server) as url:
        command = [sys.executable, "-m", "bench.peers", url, str(workflows), str(steps)]
        found = subprocess.run(command, capture_output=True, text=True)
    if found.returncode:
        say(f"no figure of DBOS: {found.stderr.strip().splitlines()[-1]}")
        return 0.0
    speeds: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
    return max(speeds.values())


# --- the size of a plan -------------------------------------------------------------------------------


def large_plans(kind: str, server: str, rounds: int) -> list[Figure]:
    """CPU for an item of a plan of 5,000, beside one of 20: all in one go, and item by item from outside."""
    in_one_go: list[float] = []
    one_by_one: list[float] = []
    for _ in range(rounds):
        large, small = (_cpu_in_one_go(server, orders, size) for orders, size in ((2, 5000), (500, SIZE)))
        in_one_go.append(large / small)
        large, small = (_cpu_one_by_one(server, orders, size) for orders, size in ((1, 5000), (250, SIZE)))
        one_by_one.append(large / small)
    about = "CPU per item of a plan of 5,000 / of 20"
    return [
        figure("a large plan in one go", in_one_go, "ratio", database=kind, at_most=1.5, about=about),
        figure("a large plan, answered item by item", one_by_one, "ratio", database=kind, at_most=1.5, about=about),
    ]


def _cpu_in_one_go(server: str, orders: int, size: int) -> float:
    with ground.new_database(server) as database:
        ground.publish(database, ground.layered(ground.inner, size))
        _run(database, 1)
        return _run(database, orders)[1] / (orders * size)


def _cpu_one_by_one(server: str, orders: int, size: int) -> float:
    """Every item waits for a callback of its own; as soon as one has come, whatever it freed is begun."""
    with ground.new_database(server) as database:
        ground.publish(database, ground.layered(waiting, size))
        worker = ground.a_worker(database)
        for _ in range(orders):
            ground.submit(database)
        ground.drain(worker)
        gc.collect()
        answered, cpu = 0, 0.0
        with database.reading() as connection:
            here = installation.read(connection)
        while waits := _waiting_items(database):
            began = time.process_time()
            for order, n in waits:
                token = here.callback_token(order, n, 1)
                with database.writing() as connection:
                    engine.deliver(connection, order, n, 1, token, None, now=moment())
            cpu += time.process_time() - began
            answered += len(waits)
        assert answered == orders * size, (answered, orders * size)
        return cpu / answered


def waiting(n: int) -> Item:
    return Wait(key=f"i{n}", name=f"Item {n}", event="done")


def _waiting_items(database: Database) -> list[tuple[int, int]]:
    """Who waits, round robin over the orders."""
    with database.reading() as connection:
        rows = connection.execute(
            select(items.c.order_id, items.c.n).where(items.c.state == "waiting").order_by(items.c.n, items.c.order_id)
        )
        return [tuple(row) for row in rows]  # type: ignore[misc]


# --- while the worker is busy -------------------------------------------------------------------------


def submits_while_busy(kind: str, server: str, rounds: int) -> list[Figure]:
    """How long a submit takes while the worker works through a backlog that never ends."""
    halves: list[float] = []
    worst: list[float] = []
    for _ in range(rounds):
        with ground.new_database(server) as database:
            ground.publish(database, ground.layered(ground.inner, SIZE))
            waits = _submit_into_backlog(database)
        halves.append(percentile(waits, 0.5) * 1000)
        worst.append(percentile(waits, 0.99) * 1000)
    return [
        figure("a submit while the worker is flat out, p50", halves, "ms", database=kind),
        figure("a submit while the worker is flat out, p99", worst, "ms", database=kind, at_most=50),
    ]


def _submit_into_backlog(database: Database, backlog: int = 3000, submits: int = 300) -> list[float]:
    _run(database, 2)
    with database.writing() as connection:
        for _ in range(backlog):
            engine.submit(connection, ground.ORDER, request="{}", by="bench", now=moment())
    worker = ground.a_worker(database)
    waits: list[float] = []

    def agent() -> None:
        while len(waits) < submits:
            time.sleep(0.02)
            began = time.perf_counter()
            ground.submit(database)
            worker.wake()
            waits.append(time.perf_counter() - began)

    agents = [threading.Thread(target=agent) for _ in range(4)]
    worker.start()
    for thread in agents:
        thread.start()
    for thread in agents:
        thread.join()
    with database.reading() as connection:
        left = connection.execute(text("SELECT count(*) FROM orders WHERE state = 'accepted'")).scalar_one()
    worker.stop()
    assert left, "the backlog was too small: the worker was idle towards the end"
    return waits


# --- waiting ------------------------------------------------------------------------------------------


def waiting_orders(kind: str, server: str, rounds: int) -> list[Figure]:
    """What 10,000 orders cost that wait for a callback, and how long 10,000 timers of one second take."""
    orders, idle = 10_000, 20.0
    shares: list[float] = []
    drained: list[float] = []
    threads = 0
    for _ in range(rounds):
        with ground.new_database(server) as database:
            ground.publish(database, Plan(key="wait", name="Wait", items=(waiting(0),)))
            _submit_many(database, orders)
            ground.drain(ground.a_worker(database))
            before = threading.active_count()
            worker = ground.a_worker(database)
            worker.start()
            time.sleep(1)
            cpu = time.process_time()
            time.sleep(idle)
            shares.append((time.process_time() - cpu) / idle * 100)
            threads = threading.active_count() - before
            worker.stop()
        with ground.new_database(server) as database:
            ground.publish(database, Plan(key="wait", name="Wait", items=(Wait(key="i", name="I", delay="PT5M"),)))
            _submit_many(database, orders)
            ground.drain(ground.a_worker(database))
            drained.append(_drain_timers(database, orders))
    return [
        figure("CPU of 10,000 waiting orders", shares, "% of a core", database=kind, at_most=1),
        figure("threads while they wait", [threads], "threads", database=kind, at_most=9, about="1 + 8 callers"),
        figure("10,000 timers due in one second", drained, "s", database=kind, at_most=60),
    ]


def _submit_many(database: Database, orders: int) -> None:
    for _ in range(orders // 200):
        with database.writing() as connection:
            for _ in range(200):
                engine.submit(connection, ground.ORDER, request="{}", by="bench", now=moment())


def _drain_timers(database: Database, orders: int) -> float:
    """Has all timers come due within one second from now; seconds until the last order has ended."""
    begins = moment() + 500
    with database.writing() as connection:
        connection.execute(text("UPDATE jobs SET run_at = :begins + (id % 1000)"), {"begins": begins})
    worker = ground.a_worker(database)
    worker.start()
    while True:
        time.sleep(0.05)
        with database.reading() as connection:
            if not connection.execute(text("SELECT count(*) FROM jobs")).scalar_one():
                break
    took = moment() - begins
    worker.stop()
    with database.reading() as connection:
        ended = connection.execute(text("SELECT count(*) FROM orders WHERE state = 'completed'")).scalar_one()
    assert ended == orders, ended
    return took / 1000


# --- sizes --------------------------------------------------------------------------------------------


def sizes(kind: str, server: str, rounds: int) -> list[Figure]:
    """Bytes that an ended order of 20 items leaves behind, indexes included."""
    orders = 1000
    with ground.new_database(server) as database:
        ground.publish(database, ground.layered(ground.inner, SIZE))
        before = _bytes(database)
        _run(database, orders)
        after = _bytes(database)
    return [figure("an order of 20 items", [(after - before) / orders], "bytes", database=kind)]


def _bytes(database: Database) -> int:
    query = "SELECT pg_database_size(current_database())"
    if database.is_sqlite:
        query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    with database.reading() as connection:
        return int(connection.execute(text(query)).scalar_one())


# --- all of it ----------------------------------------------------------------------------------------

FIGURES: dict[str, tuple[Callable[[str, str, int], list[Figure]], int]] = {
    "inner_items": (inner_items, 7),
    "callouts": (callouts, 3),
    "submits_while_busy": (submits_while_busy, 3),
    "submits_over_http": (submits_over_http, 3),
    "large_plans": (large_plans, 3),
    "waiting_orders": (waiting_orders, 1),
    "sizes": (sizes, 1),
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.engine", description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"of {', '.join(FIGURES)}; none: all")
    parser.add_argument("--rounds", type=int, help="instead of the number that each figure usually takes")
    parser.add_argument("--database", choices=ground.KINDS, action="append", help="only this kind")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.figures) - FIGURES.keys():
        parser.error(f"there is no figure {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}")
    machine = ground.machine()
    found: list[Figure] = []
    with ground.servers(asked.database or ground.KINDS) as addresses:
        for name in asked.figures or FIGURES:
            measure, rounds = FIGURES[name]
            for kind, server in addresses.items():
                say(f"{name}, {kind} ...")
                measured = measure(kind, server, asked.rounds or rounds)
                for each in measured:
                    say(f"  {each.name}: {each.value:g} {each.unit}")
                found += measured
    document = {"machine": machine, "figures": [msgspec.to_builtins(each) | {"met": each.met} for each in found]}
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
