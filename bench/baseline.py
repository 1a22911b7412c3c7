"""The CPU of an item beside that of the version `v0.1`: `python -m bench.baseline [--pairs N] [--database KIND]`.

Both versions run the same orders in turn, pair by pair, each in a process of its own; a figure is the median of the
ratios of the pairs. Items that compute nothing show the engine alone; items with conditions, results and decisions show
what evaluation costs. Prints JSON. Needs the history of the repository: the old version is checked out under build/.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench import ground
from bench.ground import Figure, figure, say

ROOT = Path(__file__).parents[1]
OLD = "5aa45e7"  # v0.1
AT_MOST = 1.15

# Runs in either version, so it says nothing that only one of them knows.
PROGRAM = """
import sys
from bench import ground
from bench.engine import _run, ORDERS, SIZE
from runtime.core.definitions import Automatic

def evaluating(n):
    texts = {"condition": "line.quantity > 0", "result": {"x": "line.quantity * 2", "y": "order.priority"}}
    return Automatic(key=f"i{n}", name=f"Item {n}", per="line", **texts)

server, make = sys.argv[1], {"inner": ground.inner, "evaluating": evaluating}[sys.argv[2]]
with ground.new_database(server) as database:
    ground.publish(database, ground.layered(make, SIZE))
    _run(database, 5)
    seconds, cpu = _run(database, ORDERS)
    print(cpu * 1000 / (ORDERS * SIZE))
"""


def checked_out() -> Path:
    """A work tree of the old version."""
    folder = ROOT / "build" / "v0.1"
    if not folder.is_dir():
        subprocess.run(
            ["git", "worktree", "add", "--detach", "--force", str(folder), OLD], cwd=ROOT, check=True, stdout=sys.stderr
        )
    return folder


def cpu(folder: Path, server: str, items: str) -> float:
    """Milliseconds of CPU for one item, measured by a version in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", PROGRAM, server, items]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def compared(kind: str, server: str, pairs: int, items: str) -> list[Figure]:
    old, new = [], []
    folder = checked_out()
    for _ in range(pairs):
        old.append(cpu(folder, server, items))
        new.append(cpu(ROOT, server, items))
    ratios = [after / before for before, after in zip(old, new, strict=True)]
    return [
        figure(f"CPU of an item that is {items}, v0.1", old, "ms", database=kind),
        figure(f"CPU of an item that is {items}, now", new, "ms", database=kind),
        figure(f"CPU of an item that is {items}, now / v0.1", ratios, "ratio", database=kind, at_most=AT_MOST),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.baseline", description=__doc__)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--database", choices=ground.KINDS, action="append", help="only this kind")
    asked = parser.parse_args(arguments)
    machine = ground.machine()
    found: list[Figure] = []
    with ground.servers(asked.database or ground.KINDS) as addresses:
        for kind, server in addresses.items():
            for items in ("inner", "evaluating"):
                say(f"{kind}, {items} ...")
                found += compared(kind, server, asked.pairs, items)
                say(f"  {found[-1].value:g} {found[-1].unit}")
    document = {"machine": machine, "figures": [msgspec.to_builtins(each) | {"met": each.met} for each in found]}
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
