"""How long the analysis of a table takes: `python -m bench.analysis [--rules N] [--rounds N]`.

Prints one JSON object; times are the processor's. The tables have five columns: `bands` is what people write (keys,
number bands, lists, flags, dates), with holes; `tree` cuts the space of five numbers into as many boxes as there are
rules and leaves some out, so that the gaps are known; `random` are boxes anywhere, whose gaps are too many to list.
"""

import argparse
import json
import random
import time
from collections.abc import Callable
from typing import Any

import msgspec

from bench.ground import figure, machine
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
    start = time.process_time()
    result = function()
    return (time.process_time() - start) * 1000, result


def measure(document: Table, rounds: int, seconds: float) -> tuple[dict[str, list[float]], dict[str, Any]]:
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
    return spent, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    before = machine()
    tables_ = (("bands", bands), ("tree", tree), ("random", scattered))
    measured = {
        name: measure(make(asked.rules, random.Random(7)), asked.rounds, asked.seconds) for name, make in tables_
    }
    figures = []
    for name, (spent, _) in measured.items():
        together = [grid + passed for grid, passed in zip(spent["grid"], spent["overlaps"], strict=True)]
        figures.append(figure(f"overlaps of {asked.rules} rules, {name}", together, "ms", at_most=50))
        # Of `random` there are more gaps than anybody could read: the largest of some thousands are told.
        figures.append(figure(f"gaps of {asked.rules} rules, {name}", spent["gaps"], "ms", at_most=1000))
        figures.append(figure(f"rows of {asked.rules} rules, {name}", spent["rows"], "ms"))
    document = {
        "machine": before,
        "figures": [msgspec.to_builtins(each) | {"met": each.met} for each in figures],
        "found": {name: found for name, (_, found) in measured.items()},
    }
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
