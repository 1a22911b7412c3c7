"""What is wrong with a set of definitions, before anybody depends on it.

Theory of operation. A check looks at one definition, with everything that would be in its release at hand,
and yields findings; CHECKS says which checks a kind has. What needs the whole set, such as who waits for whom
across plans, is worked out once, by Everything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import networkx as nx

from designer.checks import lines, plans, references, tables
from designer.checks.calendars import check_calendar
from designer.checks.everything import Everything, ForLines, applies
from designer.checks.expressions import compiled, expressions, fault_of_tests, pointer, told
from designer.checks.problems import CODES, Finding, Problem, perhaps, unknown
from runtime.core.definitions import (
    Decomposition,
    Definition,
    Enrichment,
    Plan,
    Policy,
    Scenario,
    Specification,
    System,
)

LEVELS = ("product", "service", "resource")


def check(definitions: Mapping[str, Definition], of: Collection[str] | None = None) -> list[Problem]:
    """Everything that is wrong with the definitions, by "kind/key", as one release, or only what is wrong with those
    named in `of`; in order of definition and place."""
    everything = Everything(definitions)
    found = [
        finding.of(name)
        for name in (definitions if of is None else of)
        for document in (definitions[name],)
        for each in CHECKS.get(name.split("/")[0], ())
        for finding in each(everything, document)
    ]
    return sorted(dict.fromkeys(found), key=lambda problem: (problem.definition, _place(problem.pointer), problem.code))


def _place(pointer: str) -> list[tuple[int, str]]:
    """Sorts pointers as the document is read: /items/2 before /items/10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in pointer.split("/")]


# --- from order to plan -------------------------------------------------------------------------------


def check_decomposition(all_: Everything, decomposition: Decomposition) -> Iterator[Finding]:
    """What something is made of."""
    source = all_.specifications.get(decomposition.source)
    if not decomposition.source:
        message = "the decomposition takes nothing apart; choose the specification it is for"
        yield Finding("/source", "source-without-specification", message)
    if not decomposition.targets:
        yield Finding("/targets", "empty-decomposition", "the decomposition makes nothing; add a target")
    for n, target in enumerate(decomposition.targets):
        at = pointer("targets", n)
        made = all_.specifications.get(target.specification)
        if not target.specification:
            message = "this target is nothing; choose its specification"
            yield Finding(f"{at}/specification", "target-without-specification", message)
        elif made is not None:
            known = {attribute.name for attribute in made.attributes}
            for name in target.attributes:
                if known and name not in known:
                    yield unknown("attribute", f"{at}/attributes{pointer(name)}", name, known)
            for attribute in made.attributes:
                if attribute.required and attribute.name not in target.attributes:
                    message = f"specification {made.key!r} requires {attribute.name!r}, which nothing gives; map it"
                    yield Finding(f"{at}/attributes", "missing-attribute", message)
            if source is not None and LEVELS.index(made.domain) < LEVELS.index(source.domain):
                message = (
                    f"{source.domain} {source.key} is made of {made.domain} {made.key}; products are made of "
                    "services, and services of resources"
                )
                yield Finding(f"{at}/specification", "decomposition-upwards", message)
    for loop in all_.loops_of_parts:
        if decomposition.source in loop:
            ring = " -> ".join([*loop, loop[0]])
            message = f"these are made of each other without end: {ring}; remove one of the targets"
            yield Finding("/targets", "decomposition-loop", message)


def check_specification(all_: Everything, specification: Specification) -> Iterator[Finding]:
    """Whether orders can mean it, and whether anything happens then."""
    yield from plans.duplicates("attributes", "name", [each.name for each in specification.attributes])
    for n, attribute in enumerate(specification.attributes):
        if not attribute.name:
            message = "this attribute has no name, so nobody can say it; name it, or remove it"
            yield Finding(pointer("attributes", n, "name"), "attribute-without-name", message)
        fault = fault_of_tests(attribute.allowed, attribute.type)
        if fault is not None:
            at = pointer("attributes", n, "allowed")
            yield Finding(at, "feel", told(fault), start=fault.start, end=fault.start + fault.length)
    for n, identifier in enumerate(specification.identifiers):
        owners = all_.owners[identifier]
        if owners != {specification.key}:
            others = ", ".join(sorted(owners - {specification.key})) or specification.key
            message = f"{identifier!r} means specification {others} too; an order that says it must mean one of them"
            yield Finding(pointer("identifiers", n), "duplicate-identifier", message)
    parts = {specification.key}
    if specification.key in all_.made_of:
        parts |= nx.descendants(all_.made_of, specification.key)
    made = [all_.specifications[key] for key in parts if key in all_.specifications]
    covered = {
        action
        for scenario in all_.scenarios.values()
        if any(applies(scenario, part) for part in made)
        for action in scenario.actions
    }
    if not covered and not all_.is_part(specification.key):
        message = (
            "no scenario fulfils it or anything it is made of, so an order for it alone would be refused; add a "
            "scenario or a decomposition"
        )
        yield Finding("", "unfulfilled", message)
    for n, action in enumerate(specification.actions):
        if covered and action not in covered and action != "noChange":
            message = f"no scenario fulfils {action}, so such an order would be refused; add one, or remove the action"
            yield Finding(pointer("actions", n), "action-without-scenario", message)


def check_system(all_: Everything, system: System) -> Iterator[Finding]:
    """How a system is called."""
    yield from plans.duplicates("operations", "key", [operation.key for operation in system.operations])
    for n, operation in enumerate(system.operations):
        at = pointer("operations", n)
        if not operation.path.startswith("/"):
            message = f"the path {operation.path!r} must begin with a slash, because it is put behind the address"
            yield Finding(f"{at}/path", "operation-path", message)
        if operation.callback_within is not None and operation.reply == "answer":
            message = f"{operation.name!r} answers at once, so no callback is waited for; leave callback_within out"
            yield Finding(f"{at}/callback_within", "callback-within-answer", message)
        yield from plans.check_retry(operation.retry, f"{at}/retry")


def check_references(all_: Everything, document: Definition) -> Iterator[Finding]:
    """Whether what a definition refers to exists. What an expression merely compares with may be anything."""
    for each in references.mentions(document):
        known = all_.keys(each.kind)
        if not each.spoken and each.key not in known:
            yield unknown(each.kind, each.pointer, each.key, known, (each.item,) if each.item else ())


def check_expressions(all_: Everything, document: Definition) -> Iterator[Finding]:
    """Whether what is written in FEEL can be read."""
    for written in expressions(document):
        _, fault = compiled(written.text, written.names)
        if not written.text.strip():
            fault = "nothing is written here; write an expression, or remove the entry"
        if fault:
            yield Finding(written.pointer, "feel", fault, (written.item,) if written.item else ())


def check_attributes(all_: Everything, document: Plan | ForLines | Decomposition) -> Iterator[Finding]:
    """Whether anything gives the attributes that expressions read."""
    match document:
        case Plan():
            parts = all_.meant_by(each for each in all_.scenarios.values() if each.plan == document.key)
        case Scenario() | Enrichment() | Policy():
            parts = all_.meant_by([document])
        case Decomposition():
            parts = [all_.specifications[document.source]] if document.source in all_.specifications else []
    # Enrichments and policies see only what was ordered; everything else may see parts of that. A part about which the
    # catalog says nothing is seldom ordered by itself: where others say what they have, it does not allow everything.
    wholes = parts if isinstance(document, Enrichment | Policy) else all_.and_wholes(parts)
    asked = all_.readable(each for each in wholes if each.attributes or not all_.is_part(each.key))
    own = all_.readable(parts)
    known = {"line": asked, "lines": asked, "root": asked, "target": own, "targets": own, "source": own, "sources": own}
    for written in expressions(document):
        for path in sorted(compiled(written.text, written.names)[0]):
            if len(path) > 2 and path[1] == "attributes" and (names := known.get(path[0])) and path[2] not in names:
                where = f"nothing that {document.name!r} is for has an attribute {path[2]!r}{perhaps(path[2], names)}"
                items = (written.item,) if written.item else ()
                yield Finding(written.pointer, "unknown-attribute", f"`{'.'.join(path[:3])}`: {where}", items)


CHECKS: dict[str, tuple[Callable[[Everything, Any], Iterator[Finding]], ...]] = {
    "plan": (*plans.CHECKS, check_references, check_expressions, check_attributes),
    "table": (tables.check_table,),
    "enrichment": (lines.check_enrichment, check_references, check_expressions, check_attributes),
    "decomposition": (check_decomposition, check_references, check_expressions, check_attributes),
    "scenario": (lines.check_scenario, check_references, check_expressions, check_attributes),
    "policy": (lines.check_policy, check_references, check_expressions, check_attributes),
    "specification": (check_specification,),
    "system": (check_system,),
    "queue": (check_references, check_expressions),
    "calendar": (check_calendar,),
}

__all__ = ["CODES", "Problem", "check"]
