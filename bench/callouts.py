"""Orders whose items all call a system over HTTP; the system runs in a process of its own and keeps time.

The overhead of an item is what passes between the commit that made its call due and the commit of its answer,
less the time that the system itself took from reading the request to giving its answer. So the overhead
includes the worker's queue, both ends of the HTTP connection, and the wait for the turn and its commit.
Moments are those of the monotonic clock, which all processes of a machine share.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import urlopen

import msgspec
from sqlalchemy import text
from waitress.server import create_server

from app.demo_systems import Control, create_demo_systems
from bench import ground
from bench.ground import Figure, figure, percentile
from runtime import journal
from runtime.core.definitions import Call, Callout, Item, Operation, System
from runtime.database import Database
from runtime.worker import Worker

ORDERS, SIZE = 100, 20
LATENCY = 0.005  # seconds that the system takes at half load


def callouts(kind: str, server: str, rounds: int) -> list[Figure]:
    """Item state changes per second at full load, and the overhead of an item at half of that."""
    speeds: list[float] = []
    halves: list[float] = []
    slow: list[float] = []
    for _ in range(rounds):
        with a_system(0) as url, ground.new_database(server) as database:
            _publish(database, url)
            _full_load(database, 5)
            speeds.append(_full_load(database, ORDERS))
        with a_system(LATENCY) as url, ground.new_database(server) as database:
            _publish(database, url)
            _full_load(database, 5)
            overheads = _half_load(database, url, speeds[-1] / 2)
            halves.append(percentile(overheads, 0.5))
            slow.append(percentile(overheads, 0.95))
    return [
        figure("item state changes with HTTP callouts", speeds, "transitions/s", database=kind, at_least=400),
        figure("overhead of an item at half load, p50", halves, "ms", database=kind, at_most=10),
        figure("overhead of an item at half load, p95", slow, "ms", database=kind),
    ]


def calling(n: int) -> Item:
    return Callout(key=f"i{n}", name=f"Item {n}", call=Call(system="demo", operation="do"))


def _publish(database: Database, url: str) -> None:
    operation = Operation(key="do", name="Do", path="/do")
    ground.publish(
        database, ground.layered(calling, SIZE), System(key="demo", name="Demo", url=url, operations=(operation,))
    )


def _full_load(database: Database, orders: int) -> float:
    """State changes per second of orders that are all there from the beginning."""
    before = _state_changes(database)
    for _ in range(orders):
        ground.submit(database)
    with _running(database):
        began = time.perf_counter()
        _wait_for_all(database)
        took = time.perf_counter() - began
    return (_state_changes(database) - before) / took


def _half_load(database: Database, url: str, rate: float, seconds: float = 8.0) -> list[float]:
    """Submits orders so that items change their state `rate` times a second; overheads in ms."""
    orders = int(rate * seconds / (2 * SIZE))
    with _running(database) as worker, commits_of_events(database) as committed:
        began = time.perf_counter()
        for number in range(orders):
            time.sleep(max(0.0, began + number * seconds / orders - time.perf_counter()))
            ground.submit(database)
            worker.wake()
        _wait_for_all(database)
    with urlopen(f"{url}/clock") as answer:
        busy: dict[str, int] = json.load(answer)
    found = []
    for (order, item, type), moment in committed.items():
        if type == "item completed":
            whole = moment - committed[order, item, "item started"]
            found.append((whole - busy[f"{order}-{item}"]) / 1e6)
    assert len(found) == orders * SIZE, (len(found), orders * SIZE)
    return found


def _state_changes(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(text("SELECT count(*) FROM events WHERE item IS NOT NULL")).scalar_one())


def _wait_for_all(database: Database) -> None:
    query = text("SELECT count(*) FROM orders WHERE ended_at IS NULL")
    while True:
        with database.reading() as connection:
            if not connection.execute(query).scalar_one():
                return
        time.sleep(0.01)


@contextmanager
def _running(database: Database) -> Iterator[Worker]:
    worker = ground.a_worker(database)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


@contextmanager
def commits_of_events(database: Database) -> Iterator[dict[tuple[int, int, str], int]]:
    """(order, item, type of event) -> when it was durable, in ns, of whatever is committed in the block."""
    found: dict[tuple[int, int, str], int] = {}
    written = threading.local()
    rows_of, dialect = journal.rows_of, database.engine.dialect
    do_commit = dialect.do_commit

    def note(entries: Iterable[tuple[int, int, int, Any, int | None]]) -> Any:
        entries = list(entries)
        written.now = [(order, n, happened.type) for order, _, _, happened, n in entries if n is not None]
        return rows_of(entries)

    def commit(connection: Any) -> None:
        do_commit(connection)
        now = time.monotonic_ns()
        for key in getattr(written, "now", ()):
            found.setdefault(key, now)
        written.now = ()

    journal.rows_of, dialect.do_commit = note, commit  # type: ignore[method-assign]
    try:
        yield found
    finally:
        journal.rows_of, dialect.do_commit = rows_of, do_commit  # type: ignore[method-assign]


# --- the system ---------------------------------------------------------------------------------------


@contextmanager
def a_system(latency: float) -> Iterator[str]:
    """The address of demo systems in a process of their own."""
    command = [sys.executable, "-m", "bench.callouts", str(latency)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def serve(latency: float) -> None:
    app = create_demo_systems(Control(latency=latency))
    server = create_server(_timed(app.wsgi_app), host="127.0.0.1", port=0, threads=16)
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


def _timed(application: Callable[..., Any]) -> Callable[..., Iterable[bytes]]:
    """Notes how long each call took, in ns by its Idempotency-Key; `/clock` tells."""
    busy: dict[str, int] = {}

    def timed(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/clock":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [msgspec.json.encode(busy)]
        began = time.monotonic_ns()
        answer = application(environ, start_response)
        run = environ.get("HTTP_IDEMPOTENCY_KEY", "").split("-")  # installation, order, item, run
        busy["-".join(run[1:3])] = time.monotonic_ns() - began
        return answer  # type: ignore[no-any-return]

    return timed


if __name__ == "__main__":
    serve(float(sys.argv[1]))
