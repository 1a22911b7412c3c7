"""All definitions that would be in one release, and what only shows when they are seen together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import TypeVar

import networkx as nx

from runtime.core.definitions import (
    Calendar,
    Decision,
    Decomposition,
    Definition,
    Enrichment,
    Plan,
    Policy,
    Queue,
    Scenario,
    Specification,
    System,
)
from runtime.rules.documents import Table

# What an order line carries beside what the catalog says.
ALWAYS_THERE = {"relationships"}

D = TypeVar("D", bound=Definition)
ForLines = Scenario | Enrichment | Policy  # what says for which lines it is
MOST_LOOPS = 20  # more at once would help nobody


class Everything:
    """Definitions by kind and key. Items are known by "plan/item" where plans are mixed."""

    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        self._definitions = definitions
        self.plans = self._of(Plan)
        self.tables = self._of(Table)
        self.enrichments = self._of(Enrichment)
        self.decompositions = self._of(Decomposition)
        self.scenarios = self._of(Scenario)
        self.policies = self._of(Policy)
        self.specifications = self._of(Specification)
        self.systems = self._of(System)
        self.queues = self._of(Queue)
        self.calendars = self._of(Calendar)

    def _of(self, kind: type[D]) -> dict[str, D]:
        return {document.key: document for document in self._definitions.values() if isinstance(document, kind)}

    def keys(self, kind: str) -> Collection[str]:
        """The keys of all definitions of a kind."""
        return self._keys.get(kind, ())

    @cached_property
    def _keys(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name in self._definitions:
            kind, _, key = name.partition("/")
            found.setdefault(kind, set()).add(key)
        return found

    @cached_property
    def waiting(self) -> nx.DiGraph[str]:
        """Which item waits for which: an edge from "plan/item" to what may only start after it."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        for plan in self.plans.values():
            graph.add_nodes_from(f"{plan.key}/{item.key}" for item in plan.items)
        for plan in self.plans.values():
            for dependency in plan.dependencies:
                source, target = source_of(plan, dependency.source), f"{plan.key}/{dependency.target}"
                if source in graph and target in graph:
                    graph.add_edge(source, target)
        return graph

    @cached_property
    def loops_of_items(self) -> list[list[str]]:
        """Items that wait for each other, each loop in order, from the one written first."""
        return loops(self._unordered)

    @cached_property
    def _unordered(self) -> nx.DiGraph[str]:
        return in_or_after_loops(self.waiting)

    @cached_property
    def stuck(self) -> set[str]:
        """Items that are in no loop but come after one, so that they can never start."""
        left = self._unordered
        return {node for part in nx.strongly_connected_components(left) if not _turns(left, part) for node in part}

    @cached_property
    def made_of(self) -> nx.DiGraph[str]:
        """Which specification is made of which."""
        return nx.DiGraph(
            (decomposition.source, target.specification)
            for decomposition in self.decompositions.values()
            for target in decomposition.targets
        )

    @cached_property
    def loops_of_parts(self) -> list[list[str]]:
        return loops(self.made_of)

    def is_part(self, specification: str) -> bool:
        """Whether something else is made of it."""
        return specification in self.made_of and self.made_of.in_degree(specification) > 0

    def meant_by(self, documents: Iterable[ForLines]) -> list[Specification]:
        """What any of them is for, in the order of the specifications."""
        found = {
            each.key: each for document in documents for each in self._candidates(document) if applies(document, each)
        }
        return sorted(found.values(), key=lambda each: self._places[each.key])

    def _candidates(self, document: ForLines) -> Collection[Specification]:
        if document.specification is not None:
            found = self.specifications.get(document.specification)
            return [found] if found else []
        return self._by_category.get(document.category, []) if document.category else self.specifications.values()

    @cached_property
    def _by_category(self) -> dict[str, list[Specification]]:
        found: dict[str, list[Specification]] = {}
        for specification in self.specifications.values():
            found.setdefault(specification.category, []).append(specification)
        return found

    @cached_property
    def _places(self) -> dict[str, int]:
        return {key: n for n, key in enumerate(self.specifications)}

    def choosing(self, plan: str) -> list[Scenario]:
        """The scenarios that choose a plan."""
        return self._choosing.get(plan, [])

    @cached_property
    def _choosing(self) -> dict[str, list[Scenario]]:
        found: dict[str, list[Scenario]] = {}
        for scenario in self.scenarios.values():
            found.setdefault(scenario.plan, []).append(scenario)
        return found

    def and_wholes(self, parts: Iterable[Specification]) -> list[Specification]:
        """The specifications and all that are made of them: what an order may have asked for to get them."""
        keys = {part.key for part in parts}
        keys |= {whole for key in keys if key in self.made_of for whole in nx.ancestors(self.made_of, key)}
        return [self.specifications[key] for key in sorted(keys) if key in self.specifications]

    def orderable_for(self, plan: str) -> set[str]:
        """The specifications of which an order line may be, where the plan does something for it."""
        return {each.key for each in self.and_wholes(self.meant_by(self.choosing(plan)))}

    def readable(self, specifications: Iterable[Specification]) -> set[str]:
        """The attributes that lines of these may have: those of the catalog, and whatever else enrichments and mappings
        give to them. Empty where anything may be read."""
        chosen = list(specifications)
        names = attributes_of(chosen)
        return names.union(*(self._given[each.key] for each in chosen)) if names else names

    @cached_property
    def _given(self) -> dict[str, set[str]]:
        """What enrichments and mappings give to lines of each specification."""
        given: dict[str, set[str]] = {key: set() for key in self.specifications}
        for enrichment in self.enrichments.values():
            names = {name for step in enrichment.steps for name in step.attributes}
            for each in self.meant_by([enrichment]):
                given[each.key] |= names
        for decomposition in self.decompositions.values():
            for target in decomposition.targets:
                if target.specification in given:
                    given[target.specification] |= target.attributes.keys()
        return given

    def seldom(self, specifications: Iterable[Specification], *, ordered: bool) -> set[str]:
        """The attributes that not every line of these specifications has: optional ones that no enrichment or mapping
        surely gives. `ordered`: of lines of orders, which are seldom for what others are made of."""
        chosen = [each for each in specifications if each.attributes]
        if ordered:
            chosen = [each for each in chosen if not self.is_part(each.key)] or chosen
        names = {attribute.name for each in chosen for attribute in each.attributes}
        return {name for name in names if not all(name in self._surely(each) for each in chosen)}

    def _surely(self, specification: Specification) -> set[str]:
        """The attributes that every line of the specification has."""
        return {each.name for each in specification.attributes if each.required} | self._surely_given.get(
            specification.key, set()
        )

    @cached_property
    def _surely_given(self) -> dict[str, set[str]]:
        """What enrichments give to each line of a specification, and mappings to each of its domain orders."""
        given: dict[str, set[str]] = {}
        for enrichment in self.enrichments.values():
            names = {name for step in enrichment.steps if not step.condition for name in step.attributes}
            for each in self.meant_by([enrichment]):
                given.setdefault(each.key, set()).update(names)
        mapped: dict[str, list[set[str]]] = {}
        for decomposition in self.decompositions.values():
            for target in decomposition.targets:
                mapped.setdefault(target.specification, []).append(set(target.attributes))
        for key, each_maps in mapped.items():
            given.setdefault(key, set()).update(set.intersection(*each_maps))
        return given

    @cached_property
    def owners(self) -> dict[str, set[str]]:
        """Every name an order may say, and the specifications it could mean."""
        owners: dict[str, set[str]] = {}
        for specification in self.specifications.values():
            for name in (specification.key, *specification.identifiers):
                owners.setdefault(name, set()).add(specification.key)
        return owners

    @cached_property
    def inputs_of(self) -> dict[str, list[tuple[str, ...]]]:
        """The tables that some plan or enrichment asks, each with the names of the inputs that each of these gives."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for plan in self.plans.values():
            for item in plan.items:
                if isinstance(item, Decision):
                    found.setdefault(item.table, []).append(tuple(item.inputs))
        for enrichment in self.enrichments.values():
            for step in enrichment.steps:
                found.setdefault(step.table, []).append(tuple(step.inputs))
        return found

    @cached_property
    def awaited(self) -> set[str]:
        """The items, as "plan/item", that take part in some dependency."""
        return {
            node
            for plan in self.plans.values()
            for dependency in plan.dependencies
            for node in (source_of(plan, dependency.source), f"{plan.key}/{dependency.target}")
        }


def applies(document: ForLines, specification: Specification) -> bool:
    """Whether it is for lines of this specification, whatever the action."""
    return document.specification in (None, specification.key) and document.category in ("", specification.category)


def attributes_of(specifications: Iterable[Specification]) -> set[str]:
    """The names of their attributes; empty where one of them has none, because anything may be said of that one."""
    each_has = [{attribute.name for attribute in each.attributes} for each in specifications]
    return ALWAYS_THERE.union(*each_has) if each_has and all(each_has) else set()


def source_of(plan: Plan, source: str) -> str:
    """The source of a dependency as "plan/item"."""
    return source if "/" in source else f"{plan.key}/{source}"


def loops(graph: nx.DiGraph[str]) -> list[list[str]]:
    """Loops that must be broken until none is left, each the shortest from the node that was added first."""
    left = in_or_after_loops(graph)
    order = {node: n for n, node in enumerate(left)}
    found: list[list[str]] = []
    while len(found) < MOST_LOOPS:
        parts = [part for part in nx.strongly_connected_components(left) if _turns(left, part)]
        if not parts:
            break
        for part in sorted(parts, key=lambda part: min(order[node] for node in part)):
            inside = left.subgraph(part)
            first = min(part, key=order.__getitem__)
            paths = [nx.shortest_path(inside, first, before) for before in inside.predecessors(first)]
            loop = min(paths, key=lambda path: (len(path), [order[node] for node in path]))
            found.append(loop)
            left.remove_edge(loop[-1], first)
    return found[:MOST_LOOPS]


def in_or_after_loops(graph: nx.DiGraph[str]) -> nx.DiGraph[str]:
    """The part of the graph that has no order: what is in loops, and what comes after them; nothing, mostly."""
    before = dict(graph.in_degree())
    ordered = [node for node, count in before.items() if not count]
    for node in ordered:
        for after in graph.successors(node):
            before[after] -= 1
            if not before[after]:
                ordered.append(after)
    left: nx.DiGraph[str] = nx.DiGraph()
    left.add_nodes_from(node for node, count in before.items() if count)
    left.add_edges_from((source, target) for source in left for target in graph.successors(source))
    return left


def _turns(graph: nx.DiGraph[str], part: set[str]) -> bool:
    node = next(iter(part))
    return len(part) > 1 or graph.has_edge(node, node)
