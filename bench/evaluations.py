"""How long submitting takes while orders evaluate a table of 1,000 expensive rows: `python -m bench.evaluations`."""

from __future__ import annotations

import json
import time

import msgspec

from bench.ground import (
    KINDS,
    Figure,
    a_worker,
    figure,
    machine,
    new_database,
    percentile,
    publish,
    say,
    servers,
    submit,
)
from runtime import queries
from runtime.core.definitions import Decision, Milestone, Plan, Scenario, Specification
from runtime.core.orders import Line, Order
from runtime.rules.documents import Input, Output, Rule, Table

ROWS = 1_000
EXPENSIVE = 40  # orders that ask the table
SUBMITTED = 300  # orders submitted meanwhile, one after the other
BAR = 250.0  # milliseconds


def a_table() -> Table:
    rules = tuple(
        Rule(id=f"r{n}", inputs=(f"count(for i in 1..{500 + n} return i) = ?",), outputs=(str(n),)) for n in range(ROWS)
    )
    return Table(
        key="expensive",
        name="Expensive",
        hit_policy="first",
        inputs=(Input(id="amount", expression="amount", type="number"),),
        outputs=(Output(id="row", name="row"),),
        rules=rules,
    )


def measured(server: str, kind: str) -> list[Figure]:
    cheap = Plan(key="cheap", name="Cheap", items=(Milestone(key="done", name="Done"),))
    decision = Decision(key="rate", name="Rate", table="expensive", inputs={"amount": str(499 + ROWS)})
    more = (
        Plan(key="dear", name="Dear", items=(decision,)),
        Specification(key="dear", name="Dear"),
        Scenario(key="dear", name="Dear", specification="dear", plan="dear"),
        a_table(),
    )
    with new_database(server) as database:
        publish(database, cheap, *more)
        asking = Order(lines=(Line(id="1", specification="dear", action="add"),))
        numbers = [submit(database, asking) for _ in range(EXPENSIVE)]
        worker = a_worker(database)
        worker.start()
        waits = []
        for _ in range(SUBMITTED):
            began = time.perf_counter()
            submit(database)
            waits.append((time.perf_counter() - began) * 1000)
            worker.wake()
            time.sleep(0.01)
        with database.reading() as connection:
            rows = [queries.order_row(connection, number) for number in numbers]
        worker.stop()
        still = sum(row is not None and row.state != "completed" for row in rows)
        about = f"{SUBMITTED} submitted; {EXPENSIVE} orders ask a table of {ROWS} rows, {still} still at the end"
        return [
            figure("submit meanwhile, p50", [percentile(waits, 0.5)], "ms", database=kind, about=about),
            figure("submit meanwhile, p99", [percentile(waits, 0.99)], "ms", database=kind, at_most=BAR, about=about),
        ]


def main() -> None:
    with servers(KINDS) as addresses:
        figures = []
        for kind in KINDS:
            say(f"evaluations on {kind}")
            figures += measured(addresses[kind], kind)
    told = [msgspec.to_builtins(each) | {"met": each.met} for each in figures]
    print(json.dumps({"machine": machine(), "figures": told}, indent=2))


if __name__ == "__main__":
    main()
