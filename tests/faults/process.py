"""A process that runs orders until it is killed: `python -m tests.faults.process '{"url": ...}'`.

It does what a served installation does: it accepts orders, works, takes callbacks, and its people do their tasks.
It starts as it always starts, whatever became of the one before it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import select
from waitress.server import create_server

from runtime import engine, queries, worker
from runtime.core.orders import Line, Order
from runtime.database import Database
from runtime.errors import DuplicateOrder, Unknown
from runtime.schema import items
from runtime.worker import Worker


class Life(Struct, frozen=True, kw_only=True):
    """How a process shall live: which orders it accepts, and at which passage of which point it dies."""

    url: str
    port: int
    orders: tuple[int, int] = (0, 0)
    dies_at: str = ""
    passage: int = 1
    lease_margin: int = 500  # milliseconds
    people: bool = True


def main(life: Life) -> None:
    database = Database(life.url)
    database.claim_engine()
    if life.dies_at:
        worker.at_point = _deadly(life.dies_at, life.passage)
    running = Worker(
        database, callback_url=f"http://127.0.0.1:{life.port}", slot=life.port, lease_margin=life.lease_margin
    )
    server = create_server(callbacks(database, running), host="127.0.0.1", port=life.port, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    print(f"ready {running.name}", flush=True)
    running.start()
    for number in range(*life.orders):
        _submit(database, number)
        running.wake()
        print(f"accepted {number}", flush=True)
        time.sleep(0.005)
    while True:
        time.sleep(0.05)
        if life.people:
            _do_tasks(database)
            running.wake()


def _deadly(name: str, passage: int) -> Callable[[str], None]:
    passages = count(1)

    def at_point(point: str) -> None:
        if point == name and next(passages) == passage:
            os.kill(os.getpid(), signal.SIGKILL)

    return at_point


def _submit(database: Database, number: int) -> None:
    line = Line(id="1", specification="line", action="add", quantity=1 + number % 3)
    order = Order(external_id=f"order {number}", lines=(line,))
    try:
        with database.writing() as connection:
            engine.submit(connection, order, request="{}", by="shop", now=_now())
    except DuplicateOrder:
        pass  # the process before this one died between the commit and the answer


def _do_tasks(database: Database) -> None:
    """People complete what waits for them, and have tried again what failed."""
    with database.reading() as connection:
        waiting = [task.id for task in queries.find_tasks(connection)]
        failed = connection.execute(select(items.c.order_id, items.c.n).where(items.c.state == "failed")).all()
    for task in waiting:
        with database.writing() as connection:
            engine.complete_task(connection, task, {}, by="tom", now=_now())
    for order, n in failed:
        with database.writing() as connection:
            engine.retry_item(connection, order, n, by="ann", now=_now())


def callbacks(database: Database, running: Worker) -> Callable[..., Iterable[bytes]]:
    """The endpoint for callbacks, as small as it can be."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        order, n, run, token = environ["PATH_INFO"].strip("/").split("/")
        body = msgspec.json.decode(environ["wsgi.input"].read())
        status = "204 No Content"
        try:
            with database.writing() as connection:
                engine.deliver(connection, int(order), int(n), int(run), token, body, now=_now())
        except Unknown:
            status = "404 Not Found"
        running.wake()
        start_response(status, [])
        return []

    return application


def _now() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1], type=Life))
