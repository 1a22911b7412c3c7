"""DBOS on a database of ours: workflows of steps that do nothing; `python -m bench.peers URL WORKFLOWS STEPS`.

Prints the steps per second of the fastest of the documented ways to run many workflows: one after the other,
all started at once, and through a queue.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Callable

from dbos import DBOS, SetWorkflowID
from sqlalchemy import make_url


@DBOS.step()
def step(n: int) -> int:
    return n


@DBOS.workflow()
def workflow(steps: int) -> int:
    return sum(step(n) for n in range(steps))


def main(url: str, workflows: int, steps: int) -> None:
    if url.startswith("sqlite"):
        sqlite3.connect(make_url(url).database or "").execute("PRAGMA journal_mode=WAL").close()  # as ours has it
    DBOS(config={"name": "bench", "system_database_url": url, "log_level": "ERROR", "run_admin_server": False})
    DBOS.launch()
    DBOS.register_queue("bench", polling_interval_sec=0.05)

    def one_by_one() -> None:
        for _ in range(workflows):
            workflow(steps)

    def at_once() -> None:
        for handle in [DBOS.start_workflow(workflow, steps) for _ in range(workflows)]:
            handle.get_result()

    def queued() -> None:
        for handle in [DBOS.enqueue_workflow("bench", workflow, steps) for _ in range(workflows)]:
            handle.get_result()

    with SetWorkflowID("warm"):
        workflow(steps)
    ways: dict[str, Callable[[], None]] = {"one by one": one_by_one, "all at once": at_once, "queued": queued}
    speeds = {}
    for name, way in ways.items():
        began = time.perf_counter()
        way()
        speeds[name] = round(workflows * steps / (time.perf_counter() - began), 1)
    print(json.dumps(speeds))
    DBOS.destroy()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
