"""Whether an order fits the catalog: its lines by themselves, and by what their specifications say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from runtime.core.definitions import Specification
from runtime.core.evaluation import Evaluation
from runtime.core.orders import Line, Order
from runtime.core.release import Release
from runtime.core.values import EXAMPLES, fits, from_stored
from runtime.errors import Fault, OrderRefused
from runtime.rules import feel
from runtime.rules.text import brief

Unfinished = Mapping[str, Collection[str]]  # line -> the names of attributes that a step may still give to it
NOTHING: Unfinished = {}


def refuse_misfits(order: Order, release: Release, evaluation: Evaluation, unfinished: Unfinished = NOTHING) -> None:
    """Raises OrderRefused for an order that asks for nothing, or for what does not fit the catalog. What `unfinished`
    lines may still be given does not count as missing."""
    if not order.lines:
        raise OrderRefused("the order asks for nothing", (Fault("/productOrderItem", "give at least one line"),))
    if faults := misfits(order, release, evaluation, unfinished):
        raise OrderRefused("the order does not fit the catalog", tuple(faults))


def misfits(order: Order, release: Release, evaluation: Evaluation, unfinished: Unfinished = NOTHING) -> list[Fault]:
    """What is wrong with the lines by themselves and by the catalog: an impossible parent or quantity, an unknown
    specification, a wrong action, a missing attribute."""
    faults: list[Fault] = []
    known = {line.id: line for line in order.lines}
    rings = _rings(known)
    seen: set[str] = set()
    for line in order.lines:
        if line.id in seen:
            faults.append(Fault(f"{line.pointer}/id", f"line id {line.id!r} is used twice; give each line its own"))
        seen.add(line.id)
        if line.parent is not None and line.parent not in known:
            faults.append(
                Fault(line.pointer, f"line {line.id!r} is part of {line.parent!r}, which is not in the order")
            )
        if ring := rings.get(line.id):
            faults.append(Fault(line.pointer, f"{ring}: these lines are part of each other; correct their parents"))
        if line.quantity < 1:
            message = f"the quantity is {line.quantity}; it must be a whole number above 0"
            faults.append(Fault(f"{line.pointer}/quantity", message))
        specification = release.specifications.get(line.specification)
        if specification is None:
            faults.append(
                Fault(line.pointer, f"unknown specification {line.specification!r}; the release knows none by that key")
            )
            continue
        if specification.actions and line.action not in specification.actions:
            allowed = ", ".join(specification.actions)
            faults.append(
                Fault(
                    f"{line.pointer}/action", f"{specification.key} cannot be ordered to {line.action}; use {allowed}"
                )
            )
        faults += attribute_faults(line, specification, evaluation, unfinished.get(line.id, ()))
    return faults


def _rings(lines: Mapping[str, Line]) -> dict[str, str]:
    """The first line of each ring of lines that are part of each other, and the ring in words."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    for id in lines:
        path: dict[str, None] = {}
        above: str | None = id
        while above is not None and above in lines and above not in seen:
            seen.add(above)
            path[above] = None
            above = lines[above].parent
        if above in path:
            ring = list(path)[list(path).index(above) :]
            found[ring[0]] = " -> ".join([*ring, ring[0]])
    return found


def attribute_faults(
    line: Line, specification: Specification, evaluation: Evaluation, later: Collection[str] = ()
) -> Iterable[Fault]:
    """What is wrong with the attributes of a line by its specification; those that come `later` are not missed."""
    for attribute in specification.attributes:
        value = from_stored(line.attributes.get(attribute.name))
        where = f"{line.pointer}/attributes/{escaped(attribute.name)}"
        if value is None:
            if attribute.required and line.action == "add" and attribute.name not in later:
                yield Fault(where, f"attribute {attribute.name!r} of {specification.key} is missing; it is required")
        elif not fits(value, attribute.type):
            such = f" such as {EXAMPLES[attribute.type]}" if attribute.type in EXAMPLES else ""
            yield Fault(where, f"attribute {attribute.name!r} must be a {attribute.type}{such}, not {brief(value)}")
        elif attribute.allowed and not _allowed(attribute.allowed, value, evaluation):
            yield Fault(where, f"attribute {attribute.name!r} is {brief(value)}; allowed is {attribute.allowed}")


def _allowed(tests: str, value: Any, evaluation: Evaluation) -> bool:
    return evaluation.passes(_compiled(tests), value) is True


@lru_cache(maxsize=4096)
def _compiled(tests: str) -> feel.UnaryTests:
    return feel.compile_tests(tests, ())


def escaped(name: str) -> str:
    """A name as a step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
