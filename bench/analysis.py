"""How long the analysis of a table takes: `python -m bench.analysis [--rules N] [--rounds N]`.

Prints one JSON object. The tables have five columns: `bands` is what people write (keys, number bands, lists, flags,
dates), with holes; `tree` cuts the space of five numbers into as many boxes as there are rules and leaves some out, so
that the gaps are known; `random` are boxes anywhere, whose gaps are too many to list.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from runtime.rules import tables
from runtime.rules.analysis import Subject, gaps, overlaps, rows
from runtime.rules.documents import Input, Output, Rule, Table

HOLES = 12


def a_table(inputs: list[Input], cells: list[tuple[str, ...]]) -> Table:
    return Table(
        key="bench",
        name="bench",
        hit_policy="first",
        inputs=tuple(inputs),
        outputs=(Output(id="out", name="out", type="number"),),
        rules=tuple(Rule(id=f"r{number}", inputs=row, outputs=(str(number % 50),)) for number, row in enumerate(cells)),
    )


def bands(count: int, chance: random.Random) -> Table:
    cells = []
    while len(cells) < count + HOLES:
        key = len(cells) // 15
        for band in range(5):
            for which in ('"web", "shop"', 'not("web", "shop")', "-"):
                low = band * 100
                number = f"< {low + 100}" if not band else f">= {low}" if band == 4 else f"[{low}..{low + 100})"
                flag = chance.choice(("true", "false", "-"))
                day = chance.choice(("-", '< @"2025-01-01"', '>= @"2025-01-01"'))
                cells.append((f'"product {key}"', number, which, flag, day))
    cells = cells[: count + HOLES]
    chance.shuffle(cells)
    types = ("string", "number", "string", "boolean", "date")
    names = ("product", "quantity", "channel", "express", "day")
    inputs = [Input(id=name, expression=name, type=type_) for name, type_ in zip(names, types, strict=True)]
    return a_table(inputs, cells[:count])


def numbers() -> list[Input]:
    return [Input(id=f"n{number}", expression=f"n{number}", type="number") for number in range(5)]


def tree(count: int, chance: random.Random) -> Table:
    boxes: list[list[tuple[int, int]]] = [[(0, 1 << 30)] * 5]
    while len(boxes) < count + HOLES:
        box = boxes.pop(chance.randrange(len(boxes)))
        column = chance.randrange(5)
        low, high = box[column]
        cut = chance.randrange(low + 1, high)
        for part in ((low, cut), (cut, high)):
            boxes.append([*box[:column], part, *box[column + 1 :]])
    chance.shuffle(boxes)
    return a_table(numbers(), [tuple(map(_between, box)) for box in boxes[:count]])


def _between(part: tuple[int, int]) -> str:
    low, high = part
    if low == 0:
        return "-" if high == 1 << 30 else f"< {high}"
    return f">= {low}" if high == 1 << 30 else f"[{low}..{high})"


def scattered(count: int, chance: random.Random) -> Table:
    cells = []
    for _ in range(count):
        ends = [sorted(chance.sample(range(1000), 2)) for _ in range(5)]
        cells.append(tuple(f"[{low}..{high}]" for low, high in ends))
    return a_table(numbers(), cells)


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = function()
    return (time.perf_counter() - start) * 1000, result


def measure(document: Table, rounds: int, seconds: float) -> dict[str, Any]:
    table = tables.compile(document)
    spent: dict[str, list[float]] = {"grid": [], "overlaps": [], "rows": [], "gaps": []}
    found: dict[str, Any] = {}
    for _ in range(rounds):
        passed, subject = timed(lambda: Subject(table))
        spent["grid"].append(passed)
        for name, section in (("overlaps", overlaps), ("rows", rows), ("gaps", gaps)):
            until = time.monotonic() + seconds
            passed, result = timed(
                lambda section=section, subject=subject, until=until: section(
                    subject, 200, lambda: time.monotonic() > until
                )
            )
            spent[name].append(passed)
            found[name] = {"total": result.total, "finished": result.finished}
    return {
        name: {
            "median_ms": round(statistics.median(values), 1),
            "best_ms": round(min(values), 1),
            **found.get(name, {}),
        }
        for name, values in spent.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    result: dict[str, Any] = {"rules": asked.rules, "columns": 5}
    for name, make in (("bands", bands), ("tree", tree), ("random", scattered)):
        result[name] = measure(make(asked.rules, random.Random(7)), asked.rounds, asked.seconds)
    result["bars"] = {
        "overlaps below 50 ms": max(
            result[name]["grid"]["median_ms"] + result[name]["overlaps"]["median_ms"] for name in ("bands", "tree")
        ),
        "gaps below 1,000 ms": max(result[name]["gaps"]["median_ms"] for name in ("bands", "tree")),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
