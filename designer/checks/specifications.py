"""What is wrong with a specification."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from designer.checks.everything import Everything, applies
from designer.checks.expressions import fault_of_tests, pointer, told
from designer.checks.plans import duplicates
from designer.checks.problems import Finding
from runtime.core.definitions import Specification


def check_specification(all_: Everything, specification: Specification) -> Iterator[Finding]:
    """Whether orders can mean it, and whether anything happens then."""
    yield from duplicates("attributes", "name", [each.name for each in specification.attributes])
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
