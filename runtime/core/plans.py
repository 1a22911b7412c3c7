"""Makes the plan of one order: one graph out of all plan definitions that its fulfilment lines chose.

Theory of operation. An item definition is made once for each distinct value its grouping key has over the
fulfilment lines that chose its plan; an instance works for the lines of its group. A dependency pairs
instances that share a value of the dependency's own grouping key over those lines. So "per order", "per
line" and "per site" need no rules of their own, and neither do the ways of pairing them.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from runtime.core.decomposition import group_of
from runtime.core.evaluation import Evaluation
from runtime.core.orders import FulfilmentLine
from runtime.core.release import CompiledPlan, Grouping, Release
from runtime.core.scopes import OrderScope
from runtime.core.state import Item


class Graph(Struct, kw_only=True):
    """A plan: items numbered from 0, and for each the items that wait for it."""

    items: list[Item]
    successors: list[list[int]]

    @property
    def edges(self) -> list[tuple[int, int]]:
        return [(source, target) for source, targets in enumerate(self.successors) for target in targets]


def generate(
    scope: OrderScope, chosen: dict[str, list[FulfilmentLine]], release: Release, evaluation: Evaluation
) -> Graph:
    """The plan for the plan definitions in `chosen`: plan key -> the fulfilment lines that chose it."""
    items: list[Item] = []
    instances: dict[tuple[str, str], list[Item]] = {}
    plans: dict[str, CompiledPlan] = {key: release.plan(key) for key in chosen}
    fulfilments: dict[int, FulfilmentLine] = {}
    for plan_key, plan in plans.items():
        members = chosen[plan_key]
        fulfilments |= {member.n: member for member in members}
        groups_by_key: dict[str, dict[str, list[FulfilmentLine]]] = {}
        for key, compiled in plan.items.items():
            per = compiled.grouping.key
            groups = groups_by_key.get(per)
            if groups is None:
                groups = groups_by_key[per] = _grouped(compiled.grouping, members, scope, evaluation)
            made = instances[plan_key, key] = []
            for group, group_members in groups.items():
                made.append(
                    Item(
                        n=len(items) + len(made),
                        plan=plan_key,
                        key=key,
                        group=group,
                        targets=tuple(member.n for member in group_members),
                        lines=_lines(group_members, scope),
                        compiled=compiled,
                    )
                )
            items += made
    successors: list[list[int]] = [[] for _ in items]
    edges: set[tuple[int, int]] = set()
    pairings = _Pairings(fulfilments, scope, evaluation)
    for plan_key, plan in plans.items():
        for dependency, grouping, condition in plan.dependencies:
            elsewhere, _, key = dependency.source.rpartition("/")
            sources = instances.get((elsewhere or plan_key, key))
            if not sources:  # an item of a plan that this order does not have
                continue
            for target, paired in pairings.pairs(grouping, sources, instances[plan_key, dependency.target]):
                if condition is not None:
                    names = scope.names(fulfilments[target.targets[0]])
                    if evaluation.value(condition, names).value is not True:
                        continue
                for other in paired:
                    if (other.n, target.n) not in edges:  # two dependencies may pair the same two
                        edges.add((other.n, target.n))
                        successors[other.n].append(target.n)
                        target.unmet += 1
        _resolve_reads(plan, instances, pairings)
    return Graph(items=items, successors=successors)


def _grouped(
    grouping: Grouping, members: list[FulfilmentLine], scope: OrderScope, evaluation: Evaluation
) -> dict[str, list[FulfilmentLine]]:
    groups: dict[str, list[FulfilmentLine]] = {}
    for member in members:
        names = scope.names(member) if grouping.expression else {}
        groups.setdefault(group_of(grouping, member, names, evaluation), []).append(member)
    return groups


def _lines(members: list[FulfilmentLine], scope: OrderScope) -> tuple[str, ...]:
    """The order lines of a group and those they are part of: a bundle is done when its parts are."""
    return tuple(
        dict.fromkeys(ancestor for member in members for line in member.lines for ancestor in scope.lineage(line))
    )


class _Pairings:
    """Which instances share a value of a grouping key; the values are worked out once for each line."""

    def __init__(self, fulfilments: dict[int, FulfilmentLine], scope: OrderScope, evaluation: Evaluation) -> None:
        self._fulfilments = fulfilments
        self._scope = scope
        self._evaluation = evaluation
        self._values: dict[tuple[str, int], str] = {}

    def pairs(self, grouping: Grouping, sources: list[Item], targets: list[Item]) -> list[tuple[Item, list[Item]]]:
        """Each target with the sources it is paired with."""
        if grouping.key == "order":
            return [(target, sources) for target in targets]
        by_value: dict[str, list[Item]] = {}
        for source in sources:
            for value in self._values_of(grouping, source):
                by_value.setdefault(value, []).append(source)
        paired = []
        for target in targets:
            found: dict[int, Item] = {}
            for value in self._values_of(grouping, target):
                for source in by_value.get(value, ()):
                    found[source.n] = source
            paired.append((target, list(found.values())))
        return paired

    def _values_of(self, grouping: Grouping, item: Item) -> list[str]:
        return list(dict.fromkeys(self._value(grouping, n) for n in item.targets))

    def _value(self, grouping: Grouping, n: int) -> str:
        value = self._values.get((grouping.key, n))
        if value is None:
            member = self._fulfilments[n]
            names: dict[str, Any] = self._scope.names(member) if grouping.expression else {}
            value = self._values[grouping.key, n] = group_of(grouping, member, names, self._evaluation)
        return value


_BY_FULFILMENT = Grouping("fulfilment line")


def _resolve_reads(plan: CompiledPlan, instances: dict[tuple[str, str], list[Item]], pairings: _Pairings) -> None:
    for key, compiled in plan.items.items():
        wanted = plan.items.keys() if compiled.reads is None else compiled.reads & plan.items.keys()
        readers = instances[plan.definition.key, key]
        for other in sorted(wanted - {key}):
            sources = instances[plan.definition.key, other]
            for reader, paired in pairings.pairs(_BY_FULFILMENT, sources, readers):
                reader.reads = {**reader.reads, other: tuple(item.n for item in paired)}
