"""How fast orders run whose items all ask a decision table: `python -m bench.decisions [--rounds N] [--database KIND]`.

100 orders of 20 decisions, order creation included. Every decision leaves the rows that fired behind, in its event and
in the counts that the table's grid shows; this is where that would be felt.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Sequence

import msgspec

from bench import ground
from bench.ground import Figure, figure, say
from runtime.core.definitions import Decision, Item
from runtime.core.orders import Line, Order
from runtime.database import Database
from runtime.rules.documents import Input, Output, Rule, Table

ORDERS, SIZE, ROWS = 100, 20, 500
TABLE = Table(
    key="rates",
    name="Rates",
    hit_policy="first",
    inputs=(Input(id="n", expression="line.quantity", type="number"),),
    outputs=(Output(id="rate", name="rate", type="number"),),
    rules=tuple(Rule(id=f"r{n}", inputs=(f"[{n}..{n + 1})",), outputs=(str(n),)) for n in range(ROWS)),
)


def decision(n: int) -> Item:
    return Decision(key=f"i{n}", name=f"Item {n}", table="rates", per="line")


def decisions(kind: str, server: str, rounds: int) -> list[Figure]:
    """Items a second, and the CPU of one."""
    speeds, cpu = [], []
    for _ in range(rounds):
        with ground.new_database(server) as database:
            ground.publish(database, ground.layered(decision, SIZE), TABLE)
            _run(database, 5)  # what is compiled once is not what is measured
            seconds, spent = _run(database, ORDERS)
            speeds.append(ORDERS * SIZE / seconds)
            cpu.append(spent * 1000 / (ORDERS * SIZE))
    return [
        figure("decisions without an outside call", speeds, "items/s", database=kind),
        figure("CPU for one decision", cpu, "ms", database=kind),
    ]


def _run(database: Database, orders: int) -> tuple[float, float]:
    worker = ground.a_worker(database)
    gc.collect()
    began, cpu = time.perf_counter(), time.process_time()
    for n in range(orders):
        ground.submit(
            database, Order(lines=(Line(id="1", specification="line", action="add", quantity=1 + n % (ROWS - 1)),))
        )
    ground.drain(worker)
    return time.perf_counter() - began, time.process_time() - cpu


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.decisions")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", choices=ground.KINDS, action="append")
    given = parser.parse_args(arguments)
    kinds = given.database or list(ground.KINDS)
    found: list[Figure] = []
    with ground.servers(kinds) as servers:
        for kind in kinds:
            say(f"decisions on {kind} ...")
            found += decisions(kind, servers[kind], given.rounds)
    print(msgspec.json.format(msgspec.json.encode({"machine": ground.machine(), "figures": found}), indent=2).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
