"""`python -m bench [NAME ...]`: runs the measurements, each in a process of its own.

Prints one JSON document on standard output, and after it, on standard error, how each figure stands to its bar.
Names are the modules of this package that measure: engine, baseline, tables, analysis, evaluations. Kills
(`python -m bench.kills`) take their time and have no bar to clear, so they run only when they are named.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

from bench.ground import say

USUAL = ("engine", "baseline", "tables", "analysis", "evaluations")
ALL = (*USUAL, "kills")


def main(names: list[str]) -> int:
    if unknown := set(names) - set(ALL):
        say(f"there is no measurement {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
        return 2
    documents: dict[str, Any] = {}
    failed = False
    for name in names or [each for each in USUAL if find_spec(f"bench.{each}")]:
        found = subprocess.run([sys.executable, "-m", f"bench.{name}"], stdout=subprocess.PIPE, text=True)
        if found.returncode:
            say(f"bench.{name} ended with {found.returncode}")
            failed = True
        else:
            documents[name] = json.loads(found.stdout)
    print(json.dumps(documents, indent=2), flush=True)
    for name, document in documents.items():
        for line in table(document):
            say(f"{name:8} {line}")
    return int(failed)


def table(document: dict[str, Any]) -> list[str]:
    """The figures that have a bar, one a line: what was measured, the bar, and value / bar."""
    lines = []
    for each in document.get("figures", ()):
        least, most = each.get("at_least"), each.get("at_most")
        bar = least if least is not None else most
        if bar is None:
            continue
        sign, mark = (">=" if least is not None else "<="), ("met" if each["met"] else "MISSED")
        value = f"{each['value']:g} {each['unit']}"
        lines.append(
            f"{each.get('database', ''):11}{each['name']:52}{value:>20} {sign} {bar:<6g}"
            f" x{each['value'] / bar:<7.3g} {mark}"
        )
    lines += [f"{name}: {value}" for name, value in document.get("bars", {}).items()]
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
