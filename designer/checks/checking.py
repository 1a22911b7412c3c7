"""What is wrong with a set of definitions, before anybody depends on it.

Theory of operation. A check looks at one definition, with everything that would be in its release at hand,
and yields findings; CHECKS says which checks a kind has. What needs the whole set, such as who waits for whom
across plans, is worked out once, by Everything.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from designer.checks import lines, plans, references
from designer.checks.calendars import check_calendar
from designer.checks.decompositions import check_decomposition
from designer.checks.everything import Everything
from designer.checks.problems import Finding, Problem, unchecked, unknown
from designer.checks.specifications import check_specification
from designer.checks.systems import check_system
from designer.checks.tables import check_table
from designer.checks.values import check_expressions
from runtime.core.definitions import Definition

log = logging.getLogger(__name__)


def check(definitions: Mapping[str, Definition], of: Collection[str] | None = None) -> list[Problem]:
    """Everything that is wrong with the definitions, by "kind/key", as one release, or only what is wrong with those
    named in `of`; in order of definition and place."""
    everything = Everything(definitions)
    found = [
        finding.of(name)
        for name in (definitions if of is None else of)
        for each in CHECKS.get(name.split("/")[0], ())
        for finding in _contained(each, everything, name, definitions[name])
    ]
    return sorted(dict.fromkeys(found), key=lambda problem: (problem.definition, _place(problem.pointer), problem.code))


def _contained(
    one: Callable[[Everything, Any], Iterator[Finding]], everything: Everything, name: str, document: Definition
) -> Iterator[Finding]:
    """What one check finds in one definition; an unexpected error is a finding there, and stops no other."""
    try:
        yield from one(everything, document)
    except Exception as error:
        log.exception("%s could not be checked (%s)", name, one.__name__)
        yield unchecked(error)


def _place(pointer: str) -> list[tuple[int, str]]:
    """Sorts pointers as the document is read: /items/2 before /items/10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in pointer.split("/")]


def check_references(all_: Everything, document: Definition) -> Iterator[Finding]:
    """Whether what a definition refers to exists. What an expression merely compares with may be anything."""
    for each in references.mentions(document):
        known = all_.keys(each.kind)
        if not each.spoken and each.key not in known:
            yield unknown(each.kind, each.pointer, each.key, known, (each.item,) if each.item else ())


CHECKS: dict[str, tuple[Callable[[Everything, Any], Iterator[Finding]], ...]] = {
    "plan": (*plans.CHECKS, check_references, check_expressions),
    "table": (check_table,),
    "enrichment": (lines.check_enrichment, check_references, check_expressions),
    "decomposition": (check_decomposition, check_references, check_expressions),
    "scenario": (lines.check_scenario, check_references, check_expressions),
    "policy": (lines.check_policy, check_references, check_expressions),
    "specification": (check_specification,),
    "system": (check_system, check_expressions),
    "queue": (check_references, check_expressions),
    "calendar": (check_calendar,),
}
