"""Kills workers fifty times in a run of 200 orders: `python -m bench.kills [--kills N] [--database KIND]`.

The same as tests/faults/test_kills.py, which has less time. Prints one JSON object; ends with an error where
anything was lost.
"""

from __future__ import annotations

import argparse
import json
import statistics
from typing import Any

from bench import ground
from tests.faults.killing import assert_nothing_was_lost, run_and_kill


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=ground.KINDS, action="append", help="only this kind")
    asked = parser.parse_args()
    found: list[dict[str, Any]] = []
    with ground.servers(asked.database or ground.KINDS) as addresses:
        for kind, server in addresses.items():
            for companions in (0, 1) if server else (0,):
                ground.say(f"{asked.kills} kills on {kind}, beside {companions} that live ...")
                with ground.new_database(server) as database:
                    seen = run_and_kill(
                        database, kills=asked.kills, count=asked.orders, companions=companions, seed=asked.seed
                    )
                    assert_nothing_was_lost(database, seen, asked.orders)
                under_way = [len(keys) for keys in seen.under_way]
                found.append(
                    {
                        "database": kind,
                        "companions": companions,
                        "seconds": round(seen.seconds, 1),
                        "kills": dict(seen.kills),
                        "orders accepted": len(seen.accepted),
                        "calls": sum(seen.calls.values()),
                        "calls under way at a kill, mean": round(statistics.mean(under_way), 2),
                        "calls under way at all kills": sum(under_way),
                        "repeated calls": sum(seen.repeats.values()),
                        "repeated calls for each kill": round(sum(seen.repeats.values()) / asked.kills, 2),
                    }
                )
                ground.say(f"  {found[-1]}")
    print(json.dumps({"machine": ground.machine(), "kills": found}, indent=2))


if __name__ == "__main__":
    main()
