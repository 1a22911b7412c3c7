"""All scenarios as one table: what each is for, which of them meet, and which apply to a line (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from designer import line_rules
from designer.checks.everything import Everything
from runtime.core.decomposition import decompose
from runtime.core.definitions import Action, Definition, Scenario, Specification
from runtime.core.evaluation import Evaluation
from runtime.core.orders import Line, Order
from runtime.core.release import Release
from runtime.core.scenarios import Undecided, candidates, holds
from runtime.core.scopes import OrderScope


class Meeting(Struct, frozen=True, kw_only=True):
    """Another scenario that applies to some of the same lines, where they are asked to do one of `actions`: its plan
    runs, too. `always`: to all that the first applies to."""

    key: str
    name: str
    plan: str
    actions: tuple[Action, ...]
    always: bool


class Row(line_rules.Row, frozen=True, kw_only=True):
    """One scenario, and those it meets."""

    meetings: tuple[Meeting, ...]


def table(definitions: Mapping[str, Definition]) -> list[Row]:
    """Every scenario, sorted by what it is for."""
    everything = Everything(definitions)
    meant = {key: everything.meant_by([each]) for key, each in everything.scenarios.items()}
    by_specification: dict[str, list[str]] = {}
    for key, specifications in meant.items():
        for specification in specifications:
            by_specification.setdefault(specification.key, []).append(key)
    rows = []
    for scenario in everything.scenarios.values():
        others = {key for each in meant[scenario.key] for key in by_specification[each.key]} - {scenario.key}
        rows.append(
            Row(
                rule=scenario,
                meant=tuple(meant[scenario.key]),
                meetings=tuple(_meetings(scenario, (everything.scenarios[key] for key in sorted(others)), meant)),
                idle=line_rules.idle(everything, scenario),
            )
        )
    return sorted(rows, key=lambda row: line_rules.place(row.rule))


def _meetings(
    scenario: Scenario, others: Iterable[Scenario], meant: Mapping[str, list[Specification]]
) -> Iterable[Meeting]:
    mine = {each.key for each in meant[scenario.key]}
    for other in others:
        shared = tuple(action for action in scenario.actions if action in other.actions)
        if shared:
            always = other.condition in ("", scenario.condition) and mine <= {each.key for each in meant[other.key]}
            yield Meeting(key=other.key, name=other.name, plan=other.plan, actions=shared, always=always)


class Applying(Struct, frozen=True):
    """The keys of the scenarios that apply to a line, and of those that cannot be decided, with the reason: an order
    with such a line would be refused."""

    keys: set[str]
    undecided: dict[str, str]


NOBODY = Applying(set(), {})  # where no line is tried


def applying(
    definitions: Mapping[str, Definition],
    specification: str,
    action: Action,
    attributes: Mapping[str, Any],
    evaluation: Evaluation,
) -> Applying:
    """Which scenarios apply to a line of that specification with these attributes, asked to do `action`.

    What cannot be read, or does not exist, applies to nothing.
    """
    everything = Everything(definitions)
    keys: set[str] = set()
    undecided: dict[str, str] = {}
    if specification not in everything.specifications:
        return Applying(keys, undecided)
    readable = [each for each in everything.scenarios.values() if not line_rules.fault(each)]
    release = Release(0, [*everything.specifications.values(), *readable])
    given = dict(attributes)
    order = Order(lines=(Line(id="1", specification=specification, action=action, attributes=given, pointer=""),))
    (fulfilment,) = decompose(order, release, evaluation)
    for scenario, condition in candidates(release, specification, action):
        try:
            if condition is None or holds(scenario, condition, fulfilment, OrderScope(order), evaluation):
                keys.add(scenario.key)
        except Undecided as reason:
            undecided[scenario.key] = str(reason)
    return Applying(keys, undecided)
