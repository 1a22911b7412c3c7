"""What expressions see of an order: `order`, `line`, `target`, as FEEL values made once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from runtime.core.orders import FulfilmentLine, Line, Order
from runtime.core.values import from_stored


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


class OrderScope:
    """An order and its lines as FEEL contexts. Made once for an order and kept: an order never changes."""

    def __init__(self, order: Order) -> None:
        self.document = order
        self._lines: dict[str, Line] = {line.id: line for line in order.lines}
        self._contexts: dict[str, dict[str, Any]] = {}
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

    def lineage(self, id: str) -> list[str]:
        """A line and those it is part of, upwards; a ring, which `misfits` refuses, would end here too."""
        found = [id]
        while (parent := self._lines[found[-1]].parent) is not None and parent in self._lines and parent not in found:
            found.append(parent)
        return found

    def root_line(self, id: str) -> str:
        """The topmost line above a line; itself where it is part of none."""
        return self.lineage(id)[-1]

    @staticmethod
    def fulfilment(fulfilment: FulfilmentLine) -> dict[str, Any]:
        """`target` (or `source`, in decomposition): n, specification, domain, action, quantity, attributes."""
        context: dict[str, Any] = {
            "n": Decimal(fulfilment.n),
            "lines": list(fulfilment.lines),
            "root_line": fulfilment.root_line,
            "domain": fulfilment.domain,
            "specification": fulfilment.specification,
            "action": fulfilment.action,
            "quantity": Decimal(fulfilment.quantity),
            "attributes": from_stored(fulfilment.attributes),
        }
        if fulfilment.parent is not None:
            context["parent"] = Decimal(fulfilment.parent)
        return context

    def names(self, fulfilment: FulfilmentLine) -> dict[str, Any]:
        """The names of a grouping key or scenario condition, for one fulfilment line."""
        return {
            "order": self.order,
            "line": self.line(fulfilment.lines[0]),
            "target": self.fulfilment(fulfilment),
        }
