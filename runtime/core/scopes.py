"""What expressions see of an order: `order`, `line`, `root`, `target` and their like, as FEEL values made once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from runtime.core.orders import FulfilmentLine, Line, Order
from runtime.core.values import from_stored
from runtime.rules.text import brief

Path = tuple[str, ...]


def line_context(line: Line) -> dict[str, Any]:
    """A line as a FEEL context: id, specification, action, quantity, parent, place, asset, attributes."""
    return {
        "id": line.id,
        "specification": line.specification,
        "action": line.action,
        "quantity": Decimal(line.quantity),
        "parent": line.parent,
        "place": line.place,
        "asset": line.asset,
        "attributes": from_stored(line.attributes),
    }


def fulfilment_context(fulfilment: FulfilmentLine) -> dict[str, Any]:
    """`target` (or `source`, in a decomposition): n, lines, domain, specification, action, quantity, attributes."""
    return {
        "n": Decimal(fulfilment.n),
        "lines": list(fulfilment.lines),
        "domain": fulfilment.domain,
        "specification": fulfilment.specification,
        "action": fulfilment.action,
        "quantity": Decimal(fulfilment.quantity),
        "attributes": from_stored(fulfilment.attributes),
    }


class OrderScope:
    """An order and its lines as FEEL contexts. Made once for an order and kept: an order never changes."""

    def __init__(self, order: Order) -> None:
        self.document = order
        self._lines: dict[str, Line] = {line.id: line for line in order.lines}
        self._contexts: dict[str, dict[str, Any]] = {}
        self._fulfilments: dict[int, dict[str, Any]] = {}
        self._roots: dict[str, str] = {}
        self._order: dict[str, Any] | None = None

    @property
    def order(self) -> dict[str, Any]:
        """`order`: external_id, customer, priority, attributes, and its lines."""
        if self._order is None:
            document = self.document
            self._order = {
                "external_id": document.external_id,
                "customer": document.customer,
                "priority": document.priority,
                "attributes": from_stored(document.attributes),
                "lines": [self.line(line.id) for line in document.lines],
            }
        return self._order

    def line(self, id: str) -> dict[str, Any]:
        """`line`, as `line_context` makes it."""
        context = self._contexts.get(id)
        if context is None:
            context = self._contexts[id] = line_context(self._lines[id])
        return context

    def target(self, fulfilment: FulfilmentLine) -> dict[str, Any]:
        """`target`, as `fulfilment_context` makes it."""
        context = self._fulfilments.get(fulfilment.n)
        if context is None:
            context = self._fulfilments[fulfilment.n] = fulfilment_context(fulfilment)
        return context

    def pointer(self, id: str) -> str:
        """Where the caller wrote a line."""
        return self._lines[id].pointer

    def lineage(self, id: str) -> list[str]:
        """A line and those it is part of, upwards; a ring, which is refused elsewhere, would end here too."""
        parent = self._lines[id].parent
        if parent is None or parent not in self._lines:
            return [id]
        found = {id: None}
        while parent is not None and parent in self._lines and parent not in found:
            found[parent] = None
            parent = self._lines[parent].parent
        return list(found)

    def root_line(self, id: str) -> str:
        """The topmost line above a line; itself where it is part of none."""
        root = self._roots.get(id)
        if root is None:
            passed = [id]
            while (above := self._lines[passed[-1]].parent) is not None and above in self._lines:
                if (root := self._roots.get(above)) is not None or len(passed) > len(self._lines):
                    break
                passed.append(above)
            root = passed[-1] if root is None else root
            self._roots.update(dict.fromkeys(passed, root))
        return root


def common(contexts: Sequence[Any]) -> Any:
    """What all contexts agree on: their value, and within contexts that of each entry; null where they differ."""
    first = contexts[0]
    if all(same(first, other) for other in contexts[1:]):
        return first
    if not all(isinstance(each, dict) for each in contexts):
        return None
    names = dict.fromkeys(name for each in contexts for name in each)
    return {name: common([each.get(name) for each in contexts]) for name in names}


def same(one: Any, other: Any) -> bool:
    """Whether two FEEL values are equal and of the same type: true is not 1."""
    if one is other:
        return True
    if one.__class__ is not other.__class__:
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def disagreement(paths: Collection[Path], name: str, contexts: Sequence[Mapping[str, Any]]) -> str:
    """The first of the paths below `name` on which the contexts differ, with the values; empty where they agree on all.

    The paths are what an expression reads: `source.attributes.speed` is ("source", "attributes", "speed").
    """
    if len(contexts) < 2:
        return ""
    for path in sorted(path for path in paths if path[0] == name):
        values = [_at(context, path[1:]) for context in contexts]
        if not all(same(values[0], value) for value in values[1:]):
            return f"{'.'.join(path)} is {_listed(values)}"
    return ""


def _at(value: Any, names: Iterable[str]) -> Any:
    for name in names:
        if not isinstance(value, dict):
            return value  # a list, say, of which the name is read in each entry: then all of it counts
        value = value.get(name)
    return value


def _listed(values: Iterable[Any]) -> str:
    told = list(dict.fromkeys(brief(value) for value in values))
    return " and ".join(told[:3]) + (f" and {len(told) - 3} others" if len(told) > 3 else "")
