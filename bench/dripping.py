"""What a system that drips its answers costs the others: the time between a call that is due and its answer.

    python -m bench.dripping

Orders call a healthy system at a steady rate, first alone, then while many items of other orders call a system that
sends a byte a second. One line of JSON tells the p95 of both, in ms, and their ratio, which must stay below 1.2.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench import ground
from bench.callouts import a_system, commits_of_events
from bench.ground import percentile
from designer import drafts, publishing
from runtime import engine
from runtime.core.definitions import Call, Callout, Definition, Operation, Plan, Scenario, Specification, System
from runtime.core.orders import Line, Order
from runtime.database import Database

RATE, SECONDS, DRIPPING, ROUNDS = 60, 6.0, 100, 3
LATENCY = 0.02  # seconds, of the healthy system


class Dripping(BaseHTTPRequestHandler):
    """A byte a second, without end."""

    over = threading.Event()

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while not self.over.wait(1.0):
                self.wfile.write(b" ")
                self.wfile.flush()
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def a_dripping_system() -> Iterator[str]:
    Dripping.over.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Dripping) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        Dripping.over.set()
        server.shutdown()


def measured(healthy: str, slow: str, dripping: int) -> float:
    """The p95 in ms of calls to the healthy system."""
    with ground.new_database("") as database:
        _publish(database, healthy, slow)
        worker = ground.a_worker(database)
        worker.start()
        try:
            for _ in range(dripping):
                _submit(database, "slow")
            worker.wake()
            time.sleep(0.5)
            with commits_of_events(database) as committed:
                began = time.perf_counter()
                for number in range(int(RATE * SECONDS)):
                    time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
                    _submit(database, "quick")
                    worker.wake()
                time.sleep(1.0)
        finally:
            worker.stop(within=0.5)
    started = {order: at for (order, _, type), at in committed.items() if type == "item started"}
    found = [(at - started[order]) / 1e6 for (order, _, type), at in committed.items() if type == "item completed"]
    assert len(found) == int(RATE * SECONDS), len(found)
    return percentile(found, 0.95)


def _publish(database: Database, healthy: str, slow: str) -> None:
    documents: list[Definition] = []
    for key, url in (("quick", healthy), ("slow", slow)):
        operation = Operation(key="do", name="Do", path="/do", timeout="PT30S")
        call = Callout(key="ask", name="Ask", call=Call(system=key, operation="do"))
        documents += [
            System(key=key, name=key.title(), url=url, operations=(operation,)),
            Specification(key=key, name=key.title()),
            Scenario(key=key, name=key.title(), specification=key, plan=key),
            Plan(key=key, name=key.title(), items=(call,)),
        ]
    with database.writing() as connection:
        for document in documents:
            drafts.put(connection, document, revision=None, by="bench", now=ground.moment())
        publishing.publish(connection, author="bench", now=ground.moment())


def _submit(database: Database, specification: str) -> None:
    order = Order(lines=(Line(id="1", specification=specification, action="add"),))
    with database.writing() as connection:
        engine.submit(connection, order, request="{}", by="bench", now=time.time_ns() // 1_000_000)


def main() -> None:
    with a_system(LATENCY) as healthy, a_dripping_system() as slow:
        measured(healthy, slow, 0)
        pairs = [(measured(healthy, slow, 0), measured(healthy, slow, DRIPPING)) for _ in range(ROUNDS)]
    alone, beside = sorted(pairs, key=lambda pair: pair[1] / pair[0])[ROUNDS // 2]
    figures = {"alone p95 ms": round(alone, 2), "beside a dripping system p95 ms": round(beside, 2)}
    print(json.dumps({**figures, "ratio": round(beside / alone, 3), "at most": 1.2}))


if __name__ == "__main__":
    main()
