"""Tells lines what they do not say themselves, before anything is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, structs

from runtime.core.definitions import Enrichment
from runtime.core.orders import Line, Order
from runtime.core.release import CompiledStep, Release
from runtime.core.scopes import OrderScope, line_context
from runtime.core.values import to_json


class Given(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one step of an enrichment gave to one line; where it asked a table, the rows that fired."""

    line: str
    enrichment: str
    step: int
    attributes: dict[str, Any] = {}
    table: str = ""
    rows: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def enrich(order: Order, release: Release) -> tuple[Order, tuple[Given, ...]]:
    """The order with what its lines were given, and a record of each step that was taken.

    Enrichments come in the order of their keys, and each step sees what those before it gave to the line. `order` in
    an expression is the order as it was asked. An expression that gives null gives nothing.
    """
    if not release.enrichments:
        return order, ()
    scope, given = OrderScope(order), []
    lines = []
    for line in order.lines:
        for enrichment, steps in release.enrichments:
            if applies(enrichment, line, release):
                for step in _taken(line, enrichment, steps, scope, release):
                    given.append(step)
                    line = structs.replace(line, attributes={**line.attributes, **step.attributes})
        lines.append(line)
    return structs.replace(order, lines=tuple(lines)), tuple(given)


def applies(enrichment: Enrichment, line: Line, release: Release) -> bool:
    """Whether an enrichment is for a line; never for a line that means nothing, which is refused elsewhere."""
    specification = release.specifications.get(line.specification)
    return (
        specification is not None
        and enrichment.specification in (None, specification.key)
        and enrichment.category in ("", specification.category)
        and line.action in enrichment.actions
    )


def _taken(
    line: Line, enrichment: Enrichment, steps: tuple[CompiledStep, ...], scope: OrderScope, release: Release
) -> Iterator[Given]:
    for n, step in enumerate(steps):
        names = {"order": scope.order, "line": line_context(line), "decided": None}
        if step.condition is not None and step.condition.evaluate(names).value is not True:
            continue
        rows: tuple[str, ...] = ()
        warnings: list[str] = []
        if step.definition.table:
            inputs = {name: value.evaluate(names).value for name, value in step.inputs}
            decided = release.table(step.definition.table).evaluate({**names, **inputs})
            rows, names["decided"] = decided.fired, decided.value
            warnings += [warning.message for warning in decided.warnings]
        attributes: dict[str, Any] = {}
        for name, expression in step.attributes:
            if line.attributes.get(name) is not None and not step.definition.overwrite:
                continue
            asked = expression.evaluate(names)
            warnings += [f"{name}: {warning.message}" for warning in asked.warnings]
            if asked.value is not None:
                attributes[name] = to_json(asked.value)
        yield Given(
            line=line.id,
            enrichment=enrichment.key,
            step=n,
            attributes=attributes,
            table=step.definition.table,
            rows=rows,
            warnings=tuple(warnings),
        )
        line = structs.replace(line, attributes={**line.attributes, **attributes})
