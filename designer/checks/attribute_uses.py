"""Where an attribute of a specification is spoken of, so that nobody renames it unseen (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from designer.checks.everything import Everything
from designer.checks.expressions import Written, compiled, expressions, pointer
from runtime.core.definitions import (
    Decision,
    Decomposition,
    Definition,
    Enrichment,
    Plan,
    Policy,
    Scenario,
    Specification,
)
from runtime.rules.documents import Table


class Use(Struct, frozen=True, kw_only=True):
    """One place that says the attribute: the definition as "kind/key", its name, a JSON pointer, what stands there."""

    definition: str
    name: str
    pointer: str
    text: str


def uses(definitions: Mapping[str, Definition], specification: str, attribute: str) -> list[Use]:
    """Every mapping that sets the attribute and every expression that may read it, in order of definitions."""
    everything = Everything(definitions)
    if specification not in everything.specifications:
        return []
    return [
        Use(definition=name, name=document.name, pointer=written.pointer, text=written.text)
        for name, document in sorted(definitions.items())
        for written in _speaking(everything, document, specification, attribute)
    ]


def _speaking(all_: Everything, document: Definition, specification: str, attribute: str) -> Iterator[Written]:
    match document:
        case Decomposition():
            parts = [each for each in (all_.specifications.get(document.source),) if each]
            for n, target in enumerate(document.targets):
                if target.specification == specification and attribute in target.attributes:
                    at = pointer("targets", n, "attributes", attribute)
                    yield Written(f"{attribute}: {target.attributes[attribute]}", at, ())
        case Scenario() | Enrichment() | Policy():
            parts = all_.meant_by([document])
            if isinstance(document, Enrichment) and any(each.key == specification for each in parts):
                for n, step in enumerate(document.steps):
                    if attribute in step.attributes:
                        at = pointer("steps", n, "attributes", attribute)
                        yield Written(f"{attribute}: {step.attributes[attribute]}", at, ())
        case Plan():
            parts = all_.meant_by(each for each in all_.scenarios.values() if each.plan == document.key)
        case Table():
            asking = {key for key, plan in all_.plans.items() if any(_asks(item, document) for item in plan.items)}
            parts = all_.meant_by(each for each in all_.scenarios.values() if each.plan in asking)
        case _:
            return
    names = _names_of(all_, parts, specification)
    for written in _expressions(document):
        if any(
            path[0] in names and path[1:3] == ("attributes", attribute)
            for path in compiled(written.text, None)[0]
            if path
        ):
            yield written


def _names_of(all_: Everything, parts: list[Specification], specification: str) -> set[str]:
    """The names under which expressions over these parts know a line of the specification."""
    names = {"source", "sources", "target", "targets"} if any(each.key == specification for each in parts) else set()
    if any(each.key == specification for each in all_.and_wholes(parts)):
        names |= {"line", "lines"}
    return names


def _expressions(document: Definition) -> Iterator[Written]:
    if isinstance(document, Table):
        for n, column in enumerate(document.inputs):
            yield Written(column.expression, pointer("inputs", n, "expression"), ())
    else:
        yield from expressions(document)


def _asks(item: object, table: Table) -> bool:
    return isinstance(item, Decision) and item.table == table.key
