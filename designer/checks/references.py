"""What a definition refers to: by its fields, and by what its expressions compare with (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

import networkx as nx
from msgspec import Struct

from designer.checks.everything import ForLines
from designer.checks.expressions import expressions, pointer
from runtime.core.definitions import (
    Call,
    Callout,
    Decision,
    Decomposition,
    Definition,
    Enrichment,
    Item,
    Manual,
    Plan,
    Policy,
    Push,
    Queue,
    Scenario,
    Specification,
    Wait,
    name_of,
)
from runtime.rules import feel, tree
from runtime.rules.documents import Table
from runtime.rules.errors import FeelSyntaxError

# The name by which orders, lines and targets tell what they are of.
OF_WHAT = "specification"


class Reference(Struct, frozen=True, kw_only=True):
    """One mention of another definition, at a JSON pointer; `item` is the plan item it belongs to, if any.
    `spoken`: an expression compares with its key, so nothing breaks where it does not exist."""

    kind: str
    key: str
    pointer: str
    item: str = ""
    spoken: bool = False

    @property
    def name(self) -> str:
        """How it is called wherever definitions of all kinds are mixed: "kind/key"."""
        return f"{self.kind}/{self.key}"


def references(definition: Definition) -> set[str]:
    """The definitions, as "kind/key", that this one refers to; whether they exist is another question."""
    return {each.name for each in mentions(definition)} - {name_of(definition)}


def mentions(definition: Definition) -> Iterator[Reference]:
    """Every place of the definition that refers to another one. What is still empty refers to nothing."""
    found: Iterator[Reference] = iter(())
    match definition:
        case Plan():
            found = _of_plan(definition)
        case Scenario():
            found = _of_scenario(definition)
        case Policy():
            found = _of_policy(definition)
        case Enrichment():
            found = _of_enrichment(definition)
        case Decomposition():
            found = _of_decomposition(definition)
        case Queue():
            found = iter((Reference(kind="calendar", key=definition.calendar, pointer="/calendar"),))
    yield from (each for each in found if each.key)
    yield from _spoken(definition)


def graph(definitions: Mapping[str, Definition]) -> nx.DiGraph[str]:
    """Who refers to whom: an edge from each definition, by "kind/key", to what it refers to, if that exists. What
    is for lines of a category refers to all that belongs to it."""
    made: nx.DiGraph[str] = nx.DiGraph()
    made.add_nodes_from(definitions)
    members: dict[str, list[str]] = {}
    for name, definition in definitions.items():
        if isinstance(definition, Specification):
            members.setdefault(definition.category, []).append(name)
    for name, definition in definitions.items():
        made.add_edges_from((name, other) for other in sorted(references(definition)) if other in definitions)
        if isinstance(definition, ForLines) and definition.category and definition.specification is None:
            made.add_edges_from((name, other) for other in members.get(definition.category, ()))
    return made


def needed(definitions: Mapping[str, Definition], names: Iterable[str], there: Set[str]) -> list[str]:
    """What must come along where the definitions called `names` are published, because nothing by its name is `there`
    yet; with what that needs in turn."""
    found: dict[str, None] = {}
    pending = list(names)
    chosen = set(pending)
    while pending:
        for each in mentions(definitions[pending.pop()]):
            if not each.spoken and each.name in definitions and each.name not in there | chosen | found.keys():
                found[each.name] = None
                pending.append(each.name)
    return sorted(found)


class Neighbour(Struct, frozen=True, kw_only=True):
    """A definition beside another one: `mentions` are where the one names the other, empty where only others in
    between do, or a category."""

    name: str
    mentions: tuple[Reference, ...] = ()

    @property
    def required(self) -> bool:
        """Whether the one would have an error without the other."""
        return any(not each.spoken for each in self.mentions)


class Surroundings(Struct, frozen=True, kw_only=True):
    """Who refers to a definition, what it refers to, and the references between all of them as (source, target)."""

    users: tuple[Neighbour, ...]
    used: tuple[Neighbour, ...]
    edges: tuple[tuple[str, str], ...]


def around(definitions: Mapping[str, Definition], name: str, *, far: bool = False) -> Surroundings:
    """What stands next to the definition called "kind/key"; `far`: also what stands next to that, to the end."""
    whole = graph(definitions)
    users = nx.ancestors(whole, name) if far else set(whole.predecessors(name))
    used = nx.descendants(whole, name) if far else set(whole.successors(name))
    sides = (users | {name}, used | {name})
    return Surroundings(
        users=tuple(_neighbour(definitions, each, each, name) for each in sorted(users - {name})),
        used=tuple(_neighbour(definitions, each, name, each) for each in sorted(used - {name})),
        edges=tuple(
            sorted(
                (source, target)
                for source, target in whole.subgraph(users | used | {name}).edges
                if source != target
                and (name in (source, target) or (far and any({source, target} <= side for side in sides)))
            )
        ),
    )


def _neighbour(definitions: Mapping[str, Definition], shown: str, source: str, target: str) -> Neighbour:
    found = tuple(each for each in mentions(definitions[source]) if each.name == target)
    return Neighbour(name=shown, mentions=found)


# --- by its fields ------------------------------------------------------------------------------------


def _of_plan(plan: Plan) -> Iterator[Reference]:
    for n, item in enumerate(plan.items):
        yield from _of_item(item, pointer("items", n))
    keys = {item.key for item in plan.items}
    for n, dependency in enumerate(plan.dependencies):
        other, _, _ = dependency.source.rpartition("/")
        waiting = dependency.target if dependency.target in keys else ""
        yield Reference(kind="plan", key=other, pointer=pointer("dependencies", n, "source"), item=waiting)


def _of_item(item: Item, at: str) -> Iterator[Reference]:
    match item:
        case Callout() | Push():
            yield _of_call(item.call, f"{at}/call", item.key)
        case Manual():
            yield Reference(kind="queue", key=item.queue, pointer=f"{at}/queue", item=item.key)
        case Wait():
            yield Reference(kind="calendar", key=item.calendar, pointer=f"{at}/calendar", item=item.key)
        case Decision():
            yield Reference(kind="table", key=item.table, pointer=f"{at}/table", item=item.key)
    if item.compensation is not None:
        yield _of_call(item.compensation, f"{at}/compensation", item.key)


def _of_call(call: Call, at: str, item: str) -> Reference:
    return Reference(kind="system", key=call.system, pointer=f"{at}/system", item=item)


def _of_scenario(scenario: Scenario) -> Iterator[Reference]:
    yield Reference(kind="specification", key=scenario.specification or "", pointer="/specification")
    yield Reference(kind="plan", key=scenario.plan, pointer="/plan")


def _of_policy(policy: Policy) -> Iterator[Reference]:
    yield Reference(kind="specification", key=policy.specification or "", pointer="/specification")
    yield Reference(kind="queue", key=policy.queue, pointer="/queue")


def _of_enrichment(enrichment: Enrichment) -> Iterator[Reference]:
    yield Reference(kind="specification", key=enrichment.specification or "", pointer="/specification")
    for n, step in enumerate(enrichment.steps):
        yield Reference(kind="table", key=step.table, pointer=pointer("steps", n, "table"))
        yield Reference(kind="queue", key=step.queue, pointer=pointer("steps", n, "queue"))


def _of_decomposition(decomposition: Decomposition) -> Iterator[Reference]:
    yield Reference(kind="specification", key=decomposition.source, pointer="/source")
    for n, target in enumerate(decomposition.targets):
        yield Reference(kind="specification", key=target.specification, pointer=pointer("targets", n, "specification"))


# --- by what its expressions compare with -------------------------------------------------------------


def _spoken(definition: Definition) -> Iterator[Reference]:
    """The specifications that expressions ask for, as in `target.specification = "router"`."""
    if isinstance(definition, Table):
        yield from _of_cells(definition)
        return
    for written in expressions(definition):
        if OF_WHAT not in written.text:
            continue
        try:
            parsed = feel.compile(written.text, None, "standard").tree
        except FeelSyntaxError:
            continue  # the checks tell it
        for key in sorted(_compared(parsed)):
            yield Reference(kind=OF_WHAT, key=key, pointer=written.pointer, item=written.item, spoken=True)


def _of_cells(table: Table) -> Iterator[Reference]:
    for column, asked in enumerate(table.inputs):
        if not asked.expression.strip().endswith(OF_WHAT):
            continue
        for n, rule in enumerate(table.rules):
            if column >= len(rule.inputs) or '"' not in rule.inputs[column]:
                continue
            try:
                parsed = feel.compile_tests(rule.inputs[column], None, "standard").tree
            except FeelSyntaxError:
                continue
            for key in sorted(_strings(parsed)):
                yield Reference(kind=OF_WHAT, key=key, pointer=pointer("rules", n, "inputs", column), spoken=True)


def _compared(node: tree.Node) -> set[str]:
    """The texts with which a specification is compared anywhere below the node."""
    found: set[str] = set()
    for each in tree.walk(node):
        match each:
            case tree.Comparison(operator="=" | "!=", left=left, right=right):
                for one, other in ((left, right), (right, left)):
                    if _tells(one) and isinstance(other, tree.String):
                        found.add(other.value)
            case tree.In(value=value, tests=tests) if _tells(value):
                found |= {text for test in tests for text in _strings(test)}
    return found


def _tells(node: tree.Node) -> bool:
    return isinstance(node, tree.Path | tree.Name) and node.name == OF_WHAT


def _strings(node: tree.Node) -> set[str]:
    return {each.value for each in tree.walk(node) if isinstance(each, tree.String)}
