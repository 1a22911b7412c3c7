"""How fast decision tables are, beside zen-engine in the same process: `python -m bench.tables [--rounds N]`.

Prints one JSON object. Both engines get the same tables and the same inputs and are measured in turn, all sizes in
every round, in processor time; a ratio is the median of the ratios of the rounds. So what else the machine does weighs
on both sides. Of zen-engine every documented way to evaluate is tried first and the fastest one is the peer;
`disagreements` counts the inputs that they decide differently. Without zen-engine only our own figures are given.
"""

import argparse
import gc
import json
import random
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from bench.ground import figure, machine
from runtime.rules import tables
from runtime.rules.documents import HitPolicy, Input, Output, Rule, Table

try:
    import zen
except ImportError:
    zen = None

SIZES = (10, 100, 1_000, 10_000)
POLICIES: tuple[HitPolicy, ...] = ("unique", "first")
BANDS = 10
Way = Callable[[list[Any]], Any]
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


def zen_ways(table: Table) -> dict[str, Way]:
    """Every documented way to evaluate many inputs, by name."""
    content = zen_content(table)
    text = json.dumps(content)
    plain = zen.ZenEngine()
    decision = plain.create_decision(text)
    compiled = plain.create_decision(zen.ZenDecisionContent(text))
    static = zen.ZenEngine({"loader": {"type": "static", "content": {"bench": content}}})
    got = static.get_decision("bench")
    return {
        "create_decision(text).evaluate": each_by(decision.evaluate),
        "create_decision(ZenDecisionContent).evaluate": each_by(compiled.evaluate),
        "static loader, engine.evaluate": each_by(partial(static.evaluate, "bench")),
        "static loader, get_decision.evaluate": each_by(got.evaluate),
        "static loader, engine.evaluate_batch": lambda inputs: static.evaluate_batch(
            [{"key": "bench", "context": each} for each in inputs]
        ),
    }


def each_by(evaluate: Callable[[Any], Any]) -> Way:
    """Evaluates one input after the other, keeping no answer: what a service does."""

    def run(inputs: list[Any]) -> None:
        for each in inputs:
            evaluate(each)

    return run


def fastest_way(table: Table, inputs: list[Any]) -> tuple[str, Way, dict[str, float]]:
    """The fastest of the ways, and the microseconds of each."""
    spent: dict[str, float] = {}
    ways = zen_ways(table)
    for name, way in ways.items():
        way(inputs[:20])
        spent[name] = min(seconds(way, inputs[:200]) for _ in range(3)) / 200 * 1e6
    best = min(spent, key=lambda name: spent[name])
    return best, ways[best], {name: round(value, 2) for name, value in spent.items()}


def disagreements(table: tables.Table, document: Table, inputs: list[Any]) -> int:
    """For how many inputs the engines decide differently."""
    static = zen.ZenEngine({"loader": {"type": "static", "content": {"bench": zen_content(document)}}})
    return sum(plain(table.evaluate(each).value) != plain(static.evaluate("bench", each)["result"]) for each in inputs)


def plain(result: dict[str, Any] | None) -> dict[str, Any]:
    """A result with numbers as floats; of zen-engine no match is an empty one."""
    return {
        name: float(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value
        for name, value in (result or {}).items()
    }


# --- measuring


def seconds(function: Way, inputs: list[Any]) -> float:
    """Of the processor: other programs on the machine take none of it (all threads of this one do)."""
    start = time.process_time()
    function(inputs)
    return time.process_time() - start


class Contest:
    """One table, the inputs for it, and the microseconds that each engine took for one of them, round by round."""

    def __init__(self, size: int, policy: HitPolicy, count: int) -> None:
        self.size = size
        self.policy = policy
        document = a_table(size, policy)
        table = tables.compile(document)
        self.ours = each_by(table.evaluate)
        self.inputs = some_inputs(size, count, seed=size)
        self.rounds = 0
        self.spent: dict[str, list[float]] = {"ours": [], "ours, unseen decimals": [], "zen": []}
        self.notes: dict[str, Any] = {}
        self.peer: Way | None = None
        if zen is not None:
            name, self.peer, ways = fastest_way(document, self.inputs)
            wrong = disagreements(table, document, self.inputs[:1000])
            self.notes = {"zen_way": name, "zen_ways_us": ways, "disagreements": wrong}
        self.ours(as_decimals(self.inputs, 0))  # fills what is remembered, so that later decimals are searched for

    def round(self) -> None:
        self.rounds += 1
        decimals = as_decimals(self.inputs, self.rounds)
        gc.collect()
        self._note("ours", self.ours, self.inputs)
        if self.peer is not None:
            self._note("zen", self.peer, self.inputs[: len(self.inputs) // 4])
        self._note("ours, unseen decimals", self.ours, decimals)

    def _note(self, name: str, function: Way, inputs: list[Any]) -> None:
        self.spent[name].append(seconds(function, inputs) / len(inputs) * 1e6)

    def times_zen(self, name: str) -> list[float]:
        return [theirs / ours for theirs, ours in zip(self.spent["zen"], self.spent[name], strict=True)]

    def report(self) -> dict[str, Any]:
        spent = {
            f"{name} us": {"median": round(statistics.median(values), 3), "best": round(min(values), 3)}
            for name, values in self.spent.items()
            if values
        }
        return {"rules": self.size, "policy": self.policy, **spent, **self.notes}


def scattered(size: int) -> Table:
    """A table of `size` rules whose ranges are all different, in all columns: the worst for an index."""
    chance = random.Random(size)
    table = a_table(size, "unique")
    rules = []
    for rule in table.rules:
        ends = [sorted(chance.sample(range(10**6), 2)) for _ in table.inputs]
        rules.append(msgspec.structs.replace(rule, inputs=tuple(f"[{low}..{high}]" for low, high in ends)))
    inputs = tuple(msgspec.structs.replace(each, type="number") for each in table.inputs)
    return msgspec.structs.replace(table, inputs=inputs, rules=tuple(rules))


def compiling(size: int, shape: str, what: str, runs: int) -> list[float]:
    """Seconds (of the clock, or of the processor), or the most megabytes, to compile, index and check the overlaps."""
    command = [sys.executable, "-m", "bench.tables", "--compile", str(size), "--shape", shape, "--what", what]
    return [float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(runs)]


def compile_once(size: int, shape: str, what: str) -> float:
    document = scattered(size) if shape == "scattered" else a_table(size, "unique")
    tables.compile(a_table(10, "unique"))  # what is made once per process is not the table's
    if what == "megabytes":
        tracemalloc.start()
        table = tables.compile(document)
        assert table
        return tracemalloc.get_traced_memory()[1] / 1e6
    clock = time.perf_counter if what == "seconds" else time.process_time
    start = clock()
    tables.compile(document)
    return clock() - start


def importing(clock: str) -> list[float]:
    """The milliseconds a fresh interpreter takes to import the tables, above starting at all."""
    code = f"import time; t = time.{clock}(); import runtime.rules.tables; print((time.{clock}() - t) * 1000)"
    command = [sys.executable, "-c", code]
    return [float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(7)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--compile", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--shape", help=argparse.SUPPRESS)
    parser.add_argument("--what", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.compile:
        print(compile_once(asked.compile, asked.shape, asked.what))
        return
    before = machine()
    contests = [Contest(size, policy, asked.count) for policy in POLICIES for size in SIZES]
    for _ in range(asked.rounds):
        for contest in contests:
            contest.round()
    figures = []
    for contest in contests:
        name = f"{contest.policy}, {contest.size} rules"
        figures.append(figure(f"evaluations, {name}", [1e6 / us for us in contest.spent["ours"]], "/s",
                              at_least=300_000 if contest.size == 1_000 else None))  # fmt: skip
        if contest.peer is not None:
            figures.append(figure(f"times zen, {name}", contest.times_zen("ours"), "ratio", at_least=5))
            figures.append(
                figure(
                    f"times zen with unseen decimals, {name}",
                    contest.times_zen("ours, unseen decimals"),
                    "ratio",
                    at_least=5,
                )
            )
    for policy in POLICIES:
        small, *_, large = (contest.spent["ours"] for contest in contests if contest.policy == policy)
        flat = [more / less for less, more in zip(small, large, strict=True)]
        figures.append(figure(f"time from 10 to 10,000 rules, {policy}", flat, "ratio", at_most=2.5))
    for shape in ("bands", "scattered"):
        name = f"compile 10,000 rules, {shape}"
        figures += [
            figure(name, compiling(10_000, shape, "seconds", 3), "s", at_most=3),
            figure(f"{name}, processor time", compiling(10_000, shape, "processor", 3), "s"),
            figure(f"{name}, most memory", compiling(10_000, shape, "megabytes", 1), "MB", at_most=60),
        ]
    figures += [
        figure("import", importing("perf_counter"), "ms", at_most=150),
        figure("import, processor time", importing("process_time"), "ms"),
    ]
    document = {
        "machine": before,
        "figures": [msgspec.to_builtins(each) | {"met": each.met} for each in figures],
        "evaluation": [contest.report() for contest in contests],
    }
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
