"""What becomes of an order as a list of plain facts, which people read and test cases keep. Pure.

A fact names things by what makes them themselves, never by a number that shifts when something else is added: so a
changed outcome differs in as few facts as possible. Durations are no part of it: to expect another duration of an
item is not to do anything else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from designer.asking import Ask
from designer.rehearsal import Planned, Rehearsal
from runtime.core.events import Given
from runtime.core.orders import FulfilmentLine
from runtime.core.values import encode, shown

Facts = tuple[str, ...]

SUBJECT = re.compile(r": | (?:decides|after|runs|skipped|fails|undecided)\b")


def facts(told: Rehearsal) -> Facts:
    """The outcome of a rehearsal: its lines, items, dependencies and the rows that fired, or why it is refused."""
    if told.refusal:
        return (f"refused: {told.refusal}", *(f"fault at {fault.pointer}: {fault.message}" for fault in told.faults))
    lines = _lines(told.fulfilments)
    items = {item.n: _item(item, lines) for item in told.items}
    return (
        *(_given(each) for each in told.given),
        *(_ask(each) for each in told.asks),
        *(_line(line, lines[line.n]) for line in told.fulfilments),
        *(f"{items[item.n]} {item.verdict}" for item in told.items),
        *sorted(f"{items[target]} after {items[source]}" for source, target in told.edges),
        *(_decision(item, items[item.n]) for item in told.items if item.asked),
    )


def difference(expected: Sequence[str], got: Sequence[str]) -> tuple[Facts, Facts]:
    """The facts that were expected and did not come, and those that came unexpected; their order does not matter."""
    wanted, came = Counter(expected), Counter(got)
    return tuple((wanted - came).elements()), tuple((came - wanted).elements())


def subject(fact: str) -> str:
    """What a fact is about, so that what was expected of it and what came can stand together."""
    return SUBJECT.split(fact, maxsplit=1)[0]


def _lines(fulfilments: Sequence[FulfilmentLine]) -> dict[int, str]:
    """What people call each fulfilment line: "line 1 fibre > access", and the second of the same "… (2)"."""
    seen: Counter[str] = Counter()
    found: dict[int, str] = {}
    for each in fulfilments:
        above = f"{found[each.parent]} > " if each.parent is not None else f"line {', '.join(each.lines)} "
        name = above + each.specification
        seen[name] += 1
        found[each.n] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return found


def _line(line: FulfilmentLine, name: str) -> str:
    many = f" {line.quantity} times" if line.quantity != 1 else ""
    attributes = f" {encode(shown(line.attributes))}" if line.attributes else ""
    return f"{name}: {line.action}{many}{attributes}"


def _given(given: Given) -> str:
    by = f" by {', '.join(given.rows) or 'no row'} of {given.table}" if given.table else ""
    attributes = encode(shown(given.attributes))
    return f"line {given.line} enriched: {attributes}{by}, in step {given.step + 1} of {given.enrichment}"


def _ask(ask: Ask) -> str:
    key = ask.definition.partition("/")[2]
    if ask.step is None:
        return f"policy {key}: approved in queue {ask.queue}, because of line {', '.join(ask.lines)}"
    answer = "" if ask.answered is None else f", answered {encode(shown(ask.answered))}"
    return f"line {ask.lines[0]} asked: step {ask.step + 1} of {key}, in queue {ask.queue}{answer}"


def _item(item: Planned, lines: dict[int, str]) -> str:
    name = f"{item.plan}/{item.key}"
    if item.definition.per == "fulfilment line":
        return f"{name} [{lines[item.targets[0]]}]"
    group = item.group.strip('"')
    return f"{name} [{group}]" if group else name


def _decision(item: Planned, name: str) -> str:
    asked = item.asked
    assert asked is not None
    rows = ", ".join(row.rule for row in asked.fired) or "no row"
    return f"{name} decides {_value(asked.value)} by {rows} of {asked.table}"


def _value(value: Any) -> str:
    return "nothing" if value is None else encode(value)
