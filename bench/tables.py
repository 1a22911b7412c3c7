"""How fast decision tables are, beside zen-engine in the same process: `python -m bench.tables [--rounds N]`.

Prints one JSON object. Both engines get the same tables and the same inputs, must agree on every one of them, and are
measured in turn, round by round; the figure of an engine is its median round. Of zen-engine every documented way to
evaluate is tried first and the fastest one is the peer. Without zen-engine only our own figures are given.
"""

import argparse
import gc
import json
import platform
import random
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from runtime.rules import tables
from runtime.rules.documents import HitPolicy, Input, Output, Rule, Table

try:
    import zen
except ImportError:
    zen = None

SIZES = (10, 100, 1_000, 10_000)
BANDS = 10
CHANNELS = ("web", "shop", "phone", "partner")


def a_table(size: int, policy: HitPolicy) -> Table:
    """A table of `size` rules: a product and a quantity band in each, half of them for some channels only.

    Under `unique` no two rules overlap; under `first` the last rule is for everything else.
    """
    rules = []
    for number in range(size):
        band = number % BANDS
        cells = (
            f'"product {number // BANDS}"',
            f"[{band * 100}..{band * 100 + 99}]",
            '"web", "shop"' if number % 2 else "-",
            ">= 18",
        )
        outputs = (f'"queue {number % 7}"', f"{number * 3 + 1}", "true" if number % 3 else "false")
        rules.append(Rule(id=f"r{number}", inputs=cells, outputs=outputs))
    if policy == "first":
        rules[-1] = Rule(id="rest", inputs=("-", "-", "-", "-"), outputs=('"rest"', "0", "false"))
    return Table(
        key="bench",
        name="bench",
        hit_policy=policy,
        inputs=(
            Input(id="product", expression="product", type="string"),
            Input(id="quantity", expression="quantity", type="number"),
            Input(id="channel", expression="channel", type="string"),
            Input(id="age", expression="age", type="number"),
        ),
        outputs=(
            Output(id="queue", name="queue", type="string"),
            Output(id="price", name="price", type="number"),
            Output(id="check", name="check", type="boolean"),
        ),
        rules=tuple(rules),
    )


def some_inputs(size: int, count: int, seed: int) -> list[dict[str, Any]]:
    """Inputs of which nearly all match some rule, with the integers that JSON gives."""
    chance = random.Random(seed)
    return [
        {
            "product": f"product {chance.randrange(max(1, size // BANDS))}",
            "quantity": chance.randrange(1000),
            "channel": chance.choice(CHANNELS),
            "age": chance.randrange(16, 90),
        }
        for _ in range(count)
    ]


def as_decimals(inputs: list[dict[str, Any]], run: int) -> list[dict[str, Any]]:
    """The same inputs with numbers as FEEL has them, and quantities that no other run has: none can be remembered."""
    return [
        {
            **each,
            "quantity": each["quantity"] + Decimal(run * len(inputs) + place + 1) / 10**8,
            "age": Decimal(each["age"]),
        }
        for place, each in enumerate(inputs)
    ]


# --- the peer


def zen_content(table: Table) -> dict[str, Any]:
    """The same table as zen-engine writes it; it has no `unique`, for disjoint rules `first` is the same."""
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": each.id, "name": each.id, "field": each.expression} for each in table.inputs],
        "outputs": [{"id": each.id, "name": each.id, "field": each.name} for each in table.outputs],
        "rules": [
            {"_id": rule.id}
            | {each.id: "" if cell == "-" else cell for each, cell in zip(table.inputs, rule.inputs, strict=True)}
            | {each.id: cell for each, cell in zip(table.outputs, rule.outputs, strict=True)}
            for rule in table.rules
        ],
    }
    place = {"x": 0, "y": 0}
    return {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", "position": place},
            {"id": "table", "type": "decisionTableNode", "name": "table", "position": place, "content": content},
            {"id": "out", "type": "outputNode", "name": "out", "position": place},
        ],
        "edges": [
            {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "table"},
            {"id": "e2", "type": "edge", "sourceId": "table", "targetId": "out"},
        ],
    }


def zen_ways(table: Table) -> dict[str, Callable[[list[Any]], Any]]:
    """Every documented way to evaluate many inputs, by name."""
    content = zen_content(table)
    text = json.dumps(content)
    plain = zen.ZenEngine()
    decision = plain.create_decision(text)
    compiled = plain.create_decision(zen.ZenDecisionContent(text))
    static = zen.ZenEngine({"loader": {"type": "static", "content": {"bench": content}}})
    got = static.get_decision("bench")
    return {
        "create_decision(text).evaluate": lambda inputs: [decision.evaluate(each) for each in inputs],
        "create_decision(ZenDecisionContent).evaluate": lambda inputs: [compiled.evaluate(each) for each in inputs],
        "static loader, engine.evaluate": lambda inputs: [static.evaluate("bench", each) for each in inputs],
        "static loader, get_decision.evaluate": lambda inputs: [got.evaluate(each) for each in inputs],
        "static loader, engine.evaluate_batch": lambda inputs: static.evaluate_batch(
            [{"key": "bench", "context": each} for each in inputs]
        ),
    }


def fastest_way(table: Table, inputs: list[Any]) -> tuple[str, Callable[[list[Any]], Any], dict[str, float]]:
    """The fastest of the ways, and the microseconds of each."""
    spent: dict[str, float] = {}
    ways = zen_ways(table)
    for name, way in ways.items():
        way(inputs[:20])
        spent[name] = min(seconds(way, inputs[:200]) for _ in range(3)) / 200 * 1e6
    best = min(spent, key=lambda name: spent[name])
    return best, ways[best], {name: round(value, 2) for name, value in spent.items()}


def disagreements(table: Any, way: Callable[[list[Any]], Any], inputs: list[Any]) -> int:
    """For how many inputs the engines decide differently."""
    theirs = [each.get("data", each)["result"] for each in way(inputs)]
    ours = [table.evaluate(each).value for each in inputs]
    return sum(
        {key: float(value) if isinstance(value, Decimal) else value for key, value in (mine or {}).items()}
        != {key: float(value) if type(value) is int else value for key, value in (other or {}).items()}
        for mine, other in zip(ours, theirs, strict=True)
    )


# --- measuring


def seconds(function: Callable[[list[Any]], Any], inputs: list[Any]) -> float:
    start = time.perf_counter()
    function(inputs)
    return time.perf_counter() - start


def measure_evaluation(size: int, policy: HitPolicy, rounds: int, count: int) -> dict[str, Any]:
    document = a_table(size, policy)
    table = tables.compile(document)
    inputs = some_inputs(size, count, seed=size)
    evaluate = table.evaluate

    def ours(several: list[Any]) -> list[Any]:
        return [evaluate(each) for each in several]

    result: dict[str, Any] = {"rules": size, "policy": policy}
    spent: dict[str, list[float]] = {"ours": [], "unseen decimals": [], "zen": []}
    peer = None
    if zen is not None:
        name, peer, result["zen_ways_us"] = fastest_way(document, inputs)
        result["zen_way"] = name
        result["disagreements"] = disagreements(table, peer, inputs[:1000])
    for number in range(rounds + 1):
        decimals = as_decimals(inputs, number)
        gc.collect()
        if not number:  # fills what is remembered, so that the decimals of the measured rounds are searched for
            ours(decimals)
            continue
        spent["ours"].append(seconds(ours, inputs) / count * 1e6)
        spent["unseen decimals"].append(seconds(ours, decimals) / count * 1e6)
        if peer is not None:
            few = inputs[: count // 4]
            spent["zen"].append(seconds(peer, few) / len(few) * 1e6)
    for name, values in spent.items():
        if values:
            result[f"{name} us"] = {"median": round(statistics.median(values), 3), "best": round(min(values), 3)}
    result["evaluations_per_second"] = round(1e6 / statistics.median(spent["ours"]))
    if peer is not None:
        result["times_zen"] = round(statistics.median(spent["zen"]) / statistics.median(spent["ours"]), 2)
    return result


def measure_compiling(size: int) -> dict[str, Any]:
    """Seconds and memory to compile, index and check the overlaps of a table, each in a fresh interpreter."""
    return {
        what: json.loads(
            subprocess.run(
                [sys.executable, "-m", "bench.tables", "--compile", str(size), "--what", what],
                check=True, capture_output=True, text=True,
            ).stdout
        )
        for what in ("seconds", "bytes", "resident")
    }  # fmt: skip


def compile_once(size: int, what: str) -> float:
    document = a_table(size, "unique")
    if what == "seconds":
        start = time.perf_counter()
        tables.compile(document)
        return round(time.perf_counter() - start, 3)
    if what == "bytes":
        tables.compile(a_table(10, "unique"))
        tracemalloc.start()
        table = tables.compile(document)
        assert table
        return tracemalloc.get_traced_memory()[1]
    before = resident()
    table = tables.compile(document)
    assert table
    return resident() - before


def resident() -> int:
    """The most memory that this process has held, in bytes."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def import_seconds() -> float:
    """The median of the time a fresh interpreter takes to import the tables, above starting at all."""
    code = "import time; t = time.perf_counter(); import runtime.rules.tables; print(time.perf_counter() - t)"
    runs = [
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
        for _ in range(7)
    ]
    return round(statistics.median(runs), 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--compile", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--what", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.compile:
        print(json.dumps(compile_once(asked.compile, asked.what)))
        return
    evaluation = [
        measure_evaluation(size, policy, asked.rounds, asked.count) for policy in ("unique", "first") for size in SIZES
    ]
    flat = {}
    for policy in ("unique", "first"):
        spent = [each["ours us"]["median"] for each in evaluation if each["policy"] == policy]
        flat[policy] = round(spent[-1] / spent[0], 2)
    print(
        json.dumps(
            {
                "python": platform.python_version(),
                "zen": None if zen is None else "zen-engine",
                "evaluation": evaluation,
                "times_from_10_to_10000_rules": flat,
                "compile_10000": measure_compiling(10_000),
                "import_seconds": import_seconds(),
                "bars": {
                    "times_zen at least 5": min((each.get("times_zen", 0) for each in evaluation), default=0),
                    "evaluations/s at 1,000 rules at least 300,000": min(
                        each["evaluations_per_second"] for each in evaluation if each["rules"] == 1_000
                    ),
                    "from 10 to 10,000 rules at most 2.5 times": max(flat.values()),
                },
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
