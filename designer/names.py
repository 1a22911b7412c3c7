"""Which names a definition may use: definitions that exist, and what its expressions can speak of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from designer.checks.everything import Everything
from designer.checks.scopes import LINE, ORDER, TARGET
from designer.forms import complete
from runtime.core.definitions import (
    KINDS,
    Attribute,
    Definition,
    Operation,
    Plan,
    Queue,
    Specification,
    System,
)
from runtime.rules.documents import Table

# What every table is asked with, besides its own inputs; attributes are those of the specification.
SCOPE = {"order": ORDER, "line": LINE, "target": TARGET}


def names_for(definitions: Mapping[str, Definition], plan: str) -> dict[str, Any]:
    """What items of the plan may refer to, for choice lists and for the completion of expressions."""
    everything = Everything(definitions)
    targets = _targets(everything, plan)
    return {
        "systems": [_system(system) for system in everything.systems.values()],
        "queues": [_queue(queue) for queue in everything.queues.values()],
        "tables": [_table(table) for table in everything.tables.values()],
        "calendars": [{"key": each.key, "name": each.name} for each in everything.calendars.values()],
        "plans": [_plan(other) for other in everything.plans.values() if other.key != plan],
        "scope": {
            "order": _typed(ORDER),
            "line": _typed(LINE) | {"attributes": _attributes(everything.specifications.values())},
            "target": _typed(TARGET) | {"attributes": _attributes(targets)},
        },
        "chosen_by": [
            {"key": each.key, "name": each.name} for each in everything.scenarios.values() if each.plan == plan
        ],
    }


def surroundings(definitions: Mapping[str, Definition]) -> dict[str, Any]:
    """What a definition that is no plan or table may refer to: every definition by kind, those it is about in full,
    and what expressions know of an order, a line, and a fulfilment line (`target`, or `source` where it is split)."""
    everything = Everything(definitions)
    named: dict[str, list[dict[str, str]]] = {kind: [] for kind in KINDS}
    for name, document in definitions.items():
        named[name.split("/")[0]].append({"key": document.key, "name": document.name})
    return {
        "definitions": named,
        "specifications": [complete(each) for each in everything.specifications.values()],
        "tables": [_table(each) for each in everything.tables.values()],
        "decompositions": [complete(each) for each in everything.decompositions.values()],
        "scenarios": [complete(each) for each in everything.scenarios.values()],
        "policies": [complete(each) for each in everything.policies.values()],
        "scope": {"order": _typed(ORDER), "line": _typed(LINE), "target": _typed(TARGET)},
    }


def _targets(everything: Everything, plan: str) -> list[Specification]:
    """The specifications of the fulfilment lines that scenarios send to the plan; all, where none does yet."""
    found = everything.meant_by(each for each in everything.scenarios.values() if each.plan == plan)
    return found or list(everything.specifications.values())


def _typed(types: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"type": type_} for name, type_ in types.items()}


def _attributes(specifications: Iterable[Specification]) -> dict[str, Any]:
    """The attributes of all of them; `of` says whose they are."""
    entries: dict[str, Any] = {}
    for specification in specifications:
        for attribute in specification.attributes:
            entry = entries.setdefault(attribute.name, _attribute(attribute))
            entry["of"].append(specification.name)
    return {"type": "context", "entries": entries}


def _attribute(attribute: Attribute) -> dict[str, Any]:
    return {"type": attribute.type, "label": attribute.label, "allowed": attribute.allowed, "of": []}


def _system(system: System) -> dict[str, Any]:
    return {
        "key": system.key,
        "name": system.name,
        "operations": [_operation(operation) for operation in system.operations],
    }


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "key": operation.key,
        "name": operation.name,
        "reply": operation.reply,
        "retry": str(operation.retry.__struct_config__.tag),
    }


def _queue(queue: Queue) -> dict[str, Any]:
    return {"key": queue.key, "name": queue.name, "role": queue.role}


def _table(table: Table) -> dict[str, Any]:
    return {
        "key": table.key,
        "name": table.name,
        "inputs": [
            {"expression": column.expression, "label": column.label, "type": column.type} for column in table.inputs
        ],
        "outputs": [{"name": output.name, "type": output.type} for output in table.outputs],
    }


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "key": plan.key,
        "name": plan.name,
        "items": [{"key": item.key, "name": item.name} for item in plan.items],
    }
