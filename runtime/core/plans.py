"""Makes the plan of one order: one graph out of all plan definitions that its fulfilment lines chose.

Theory of operation. An item definition is made once for each group that its grouping key makes of the lines of the
fulfilment lines that chose its plan; an instance works for the lines of its group. A dependency pairs instances that
share a value of the dependency's own grouping key over their lines. So "per order", "per line" and "per site" need no
rules of their own, and neither do the ways of pairing them. All of that is worked out for groups, which many items of
a plan have in common.

An order whose plan cannot be made (a grouping key gives null, say) is refused when it is submitted:
`refuse_impossible` asks what `generate` asks, without making items.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from runtime.core.evaluation import Evaluation, Unusable
from runtime.core.grouping import Group, Member, Value, asked_value, members_of, plain_value
from runtime.core.orders import FulfilmentLine
from runtime.core.release import CompiledDependency, CompiledItem, CompiledPlan, Grouping, Release
from runtime.core.scopes import OrderScope, common, disagreement
from runtime.core.state import Item
from runtime.errors import Fault, OrderRefused

Chosen = Mapping[str, Sequence[FulfilmentLine]]  # plan key -> the fulfilment lines that chose it


class Graph(Struct, kw_only=True):
    """A plan: items numbered from 0, and for each the items that wait for it."""

    items: list[Item]
    successors: list[list[int]]

    @property
    def edges(self) -> list[tuple[int, int]]:
        return [(source, target) for source, targets in enumerate(self.successors) for target in targets]


def generate(scope: OrderScope, chosen: Chosen, release: Release, evaluation: Evaluation) -> Graph:
    """The plan for the plan definitions in `chosen`. Raises OrderRefused where it cannot be made."""
    plans = {key: release.plan(key) for key in chosen}
    groups = _Groups(chosen, scope, evaluation)
    for plan in plans.values():
        groups.check(plan, plans)
    groups.refuse()
    items: list[Item] = []
    instances: dict[tuple[str, str], list[Item]] = {}
    for plan_key, plan in plans.items():
        for key, compiled in plan.items.items():
            made = instances[plan_key, key] = []
            for group in groups.of(plan_key, compiled.grouping):
                lines, own = groups.counted(group)
                made.append(
                    Item(
                        n=len(items) + len(made),
                        plan=plan_key,
                        key=key,
                        group=group.value.text,
                        identity=group.value.identity,
                        targets=tuple(each.n for each in group.targets),
                        lines=lines,
                        own=own,
                        compiled=compiled,
                    )
                )
            items += made
    successors: list[list[int]] = [[] for _ in items]
    for plan_key, plan in plans.items():
        edges: set[tuple[int, int]] = set()
        for n, dependency in enumerate(plan.dependencies):
            sources = instances.get((dependency.plan, dependency.key))
            if not sources:  # an item of a plan that this order does not have
                continue
            targets = instances[plan_key, dependency.definition.target]
            paired = groups.pairs(dependency, sources[0].compiled, plan_key, targets[0].compiled)
            for target, places, holds in zip(targets, paired, groups.holding(plan_key, n, targets), strict=True):
                for place in places if holds else ():
                    source = sources[place].n
                    if dependency.repeated:  # two dependencies may pair the same two
                        if (source, target.n) in edges:
                            continue
                        edges.add((source, target.n))
                    successors[source].append(target.n)
                    target.unmet += 1
        for key, compiled in plan.items.items():
            wanted = plan.items.keys() if compiled.reads is None else compiled.reads & plan.items.keys()
            for other in sorted(wanted - {key}):
                there = instances[plan_key, other]
                read = groups.read(plan_key, plan.items[other].grouping, compiled.grouping)
                for reader, places in zip(instances[plan_key, key], read, strict=True):
                    reader.reads = {**reader.reads, other: tuple([there[place].n for place in places])}
    return Graph(items=items, successors=successors)


def refuse_impossible(scope: OrderScope, chosen: Chosen, release: Release, evaluation: Evaluation) -> None:
    """Asks every grouping key and every condition of a dependency of the chosen plans, without making any item. Raises
    OrderRefused where the plan could not be made."""
    plans = {key: release.plan(key) for key in chosen}
    if any(plan.asks for plan in plans.values()):
        groups = _Groups(chosen, scope, evaluation)
        for plan in plans.values():
            if plan.asks:
                groups.check(plan, plans)
        groups.refuse()


class _Groups:
    """The groups of each plan by each grouping key, each worked out once for an order."""

    def __init__(self, chosen: Chosen, scope: OrderScope, evaluation: Evaluation) -> None:
        self._chosen = chosen
        self._scope = scope
        self._evaluation = evaluation
        self._where = ""  # what is being asked, for faults
        self._faults: dict[Fault, None] = {}
        self._groups: dict[tuple[str, str], list[Group]] = {}
        self._values: dict[tuple[str, int, str], Value | None] = {}  # of grouping keys that are expressions
        self._places: dict[tuple[str, str], dict[tuple[int, str], int]] = {}
        self._pairs: dict[tuple[str, str, str, str, str, bool], list[list[int]]] = {}
        self._reads: dict[tuple[str, str, str], list[list[int]]] = {}
        self._holding: dict[tuple[str, int], list[bool]] = {}
        self._counted: dict[int, tuple[tuple[str, ...], int]] = {}

    def of(self, plan: str, grouping: Grouping) -> list[Group]:
        """The groups in order of their first members."""
        groups = self._groups.get((plan, grouping.key))
        if groups is None:
            found: dict[Hashable, tuple[Value, list[Member]]] = {}
            for member in members_of(self._chosen[plan]):
                value = self._value(grouping, member)
                if value is not None:
                    group = member[0].n if grouping.key == "fulfilment line" else value.identity
                    found.setdefault(group, (value, []))[1].append(member)
            groups = self._groups[plan, grouping.key] = [Group(*each) for each in found.values()]
        return groups

    def counted(self, group: Group) -> tuple[tuple[str, ...], int]:
        """The order lines in whose progress an instance counts, those of its group first, and how many these are: a
        bundle is done when its parts are."""
        found = self._counted.get(id(group))
        if found is None:
            above = (each for line in group.lines for each in self._scope.lineage(line))
            found = self._counted[id(group)] = tuple(dict.fromkeys((*group.lines, *above))), len(group.lines)
        return found

    def _value(self, grouping: Grouping, member: Member) -> Value | None:
        if grouping.expression is None:
            return plain_value(grouping.key, member, self._scope)
        at = (grouping.key, member[0].n, member[1])
        if at not in self._values:
            try:
                self._values[at] = asked_value(grouping, self._names(grouping, member), self._evaluation)
            except Unusable as unusable:
                self._values[at] = None
                told = f"the grouping key {unusable} for line {member[1]}; {SAY_NULL}"
                self._fault(member[1], f"{self._where}: {told}")
        return self._values[at]

    def _names(self, grouping: Grouping, member: Member) -> dict[str, Any]:
        fulfilment, line = member
        names: dict[str, Any] = {"order": self._scope.order, "line": self._scope.line(line)}
        if "root" in grouping.needs:
            names["root"] = self._scope.line(self._scope.root_line(line))
        if "target" in grouping.needs:
            names["target"] = self._scope.target(fulfilment)
        return names

    # --- what cannot be decided -----------------------------------------------------------------------

    def check(self, plan: CompiledPlan, plans: Mapping[str, CompiledPlan]) -> None:
        """Asks everything that the plan asks when it is made, and notes what cannot be decided."""
        key = plan.definition.key
        for item in plan.items.values():
            self._where = f"plan {key}, item {item.definition.key}"
            for group in self.of(key, item.grouping):
                if item.shared:
                    self._check_shared(item.shared, group)
        for n, dependency in enumerate(plan.dependencies):
            source = plans[dependency.plan].items.get(dependency.key) if dependency.plan in plans else None
            if source is None:
                continue
            waiting = plan.items[dependency.definition.target]
            self._where = f"plan {key}, {waiting.definition.key} after {dependency.definition.source}"
            if dependency.grouping.expression is not None:
                for side, item in ((dependency.plan, source), (key, waiting)):
                    for group in self.of(side, item.grouping):
                        for member in group.members:
                            self._value(dependency.grouping, member)
            if dependency.condition is not None:
                groups = self.of(key, waiting.grouping)
                self._holding[key, n] = [self._holds(dependency, group) for group in groups]

    def refuse(self) -> None:
        """Raises OrderRefused where anything could not be decided."""
        if self._faults:
            raise OrderRefused("no plan can be made for the order", tuple(self._faults))

    def _fault(self, line: str, message: str) -> None:
        self._faults[Fault(self._scope.pointer(line), message)] = None

    def _check_shared(self, paths: frozenset[tuple[str, ...]], group: Group) -> bool:
        """Whether what is read as if it were one is one: `line`, `root`, or what all of a group agree on."""
        differs = ""
        if len(group.lines) > 1 and any(path[0] == "line" for path in paths):
            differs = f"`line` is read, but there are several ({', '.join(group.lines[:10])}); read `lines`"
        elif len(group.lines) > 1 and any(path[0] == "root" for path in paths):
            roots = dict.fromkeys(map(self._scope.root_line, group.lines))
            if len(roots) > 1:
                differs = f"`root` is read, but there are several ({', '.join(list(roots)[:10])}); read `lines`"
        if not differs and len(group.targets) > 1:
            told = disagreement(paths, "target", [self._scope.target(each) for each in group.targets])
            differs = f"{told} among what it is made for; read `targets`, or group by it" if told else ""
        if differs:
            self._fault(group.lines[0], f"{self._where}: {differs}")
        return not differs

    def _holds(self, dependency: CompiledDependency, group: Group) -> bool:
        condition = dependency.condition
        assert condition is not None
        if not self._check_shared(dependency.shared, group):
            return False
        scope = self._scope
        targets = [scope.target(each) for each in group.targets]
        names = {
            "order": scope.order,
            "line": scope.line(group.lines[0]),
            "lines": [scope.line(line) for line in group.lines],
            "root": scope.line(scope.root_line(group.lines[0])),
            "target": common(targets),
            "targets": targets,
        }
        try:
            return self._evaluation.holds(condition, names)
        except Unusable as unusable:
            told = f"the condition {unusable}, for line {group.lines[0]}; {SAY_NULL}"
            self._fault(group.lines[0], f"{self._where}: {told}")
            return False

    # --- who waits for whom, and who reads whom -------------------------------------------------------

    def holding(self, plan: str, n: int, targets: Sequence[Item]) -> list[bool]:
        """For which instances the condition of a dependency, if it has one, is true."""
        return self._holding.get((plan, n)) or [True] * len(targets)

    def pairs(
        self, dependency: CompiledDependency, source: CompiledItem, plan: str, target: CompiledItem
    ) -> list[list[int]]:
        """For each group of the item that waits, the places of the groups of the source that it is paired with."""
        per, across = dependency.grouping.key, dependency.across
        at = (per, dependency.plan, source.grouping.key, plan, target.grouping.key, across)
        found = self._pairs.get(at)
        if found is None:
            sources, targets = self.of(dependency.plan, source.grouping), self.of(plan, target.grouping)
            if per == "order":
                found = [list(range(len(sources)))] * len(targets)
            else:
                by_value: dict[Hashable, list[int]] = {}
                for place, group in enumerate(sources):
                    for value in self._shared(dependency.grouping, group, across):
                        by_value.setdefault(value, []).append(place)
                found = []
                for group in targets:
                    values = self._shared(dependency.grouping, group, across)
                    found.append(list(dict.fromkeys(place for each in values for place in by_value.get(each, ()))))
            self._pairs[at] = found
        return found

    def _shared(self, grouping: Grouping, group: Group, across: bool) -> Mapping[Hashable, None]:
        """The values of the grouping key of a dependency that an instance has."""
        if grouping.key == "fulfilment line" and across:
            return dict.fromkeys(line for each in group.targets for line in each.lines)
        if grouping.key == "fulfilment line":
            return dict.fromkeys(each.n for each in group.targets)
        if grouping.key == "line":
            return dict.fromkeys(group.lines)
        values = (self._value(grouping, member) for member in group.members)
        return dict.fromkeys(value.identity for value in values if value is not None)

    def read(self, plan: str, source: Grouping, reader: Grouping) -> list[list[int]]:
        """For each group of the item that reads, the places of the groups that share a line of a fulfilment line."""
        found = self._reads.get((plan, source.key, reader.key))
        if found is None:
            place_of = self._places.get((plan, source.key))
            if place_of is None:
                place_of = self._places[plan, source.key] = {
                    (fulfilment.n, line): place
                    for place, group in enumerate(self.of(plan, source))
                    for fulfilment, line in group.members
                }
            found = self._reads[plan, source.key, reader.key] = [
                list(dict.fromkeys(place_of[fulfilment.n, line] for fulfilment, line in group.members))
                for group in self.of(plan, reader)
            ]
        return found


SAY_NULL = "correct the line, or let the expression say what null means"
