"""What a plan being drawn would make of one order: how many of each item, and how they would be paired."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from designer.checks.everything import Everything
from runtime.core import decomposition, plans, scenarios
from runtime.core.definitions import Definition, Dependency, Milestone, Plan, Scenario
from runtime.core.enrichment import enrich, enriched
from runtime.core.evaluation import Evaluation
from runtime.core.orders import Line, Order
from runtime.core.release import Release
from runtime.core.scopes import OrderScope
from runtime.errors import OrderRefused, Refusal
from runtime.rules.errors import RuleError


class NoPreview(Refusal):
    """The definitions cannot be tried out as they are; the message says which one and why."""


class Scope(Struct, frozen=True, kw_only=True):
    """`items`: item key -> its instances, each the numbers of its fulfilment lines. `dependencies`: "source>target"
    -> the pairs of instances, as positions in those lists. `lines`: what the fulfilment lines are."""

    items: dict[str, list[tuple[int, ...]]]
    dependencies: dict[str, list[tuple[int, int]]]
    lines: dict[int, str]
    chosen: bool  # whether scenarios send any line of this order to the plan; if not, all its lines are shown


def preview(plan: Plan, definitions: Mapping[str, Definition], order: Order, evaluation: Evaluation) -> Scope:
    """Decomposes the order and makes the plan's graph. Raises NoPreview where an expression does not compile."""
    everything: dict[str, Definition] = {**definitions, f"plan/{plan.key}": _bare(plan)}
    try:
        release = Release(0, everything.values())
        release.plan(plan.key)
        order = enriched(order, enrich(order, release, evaluation)[0])
        fulfilments = decomposition.decompose(order, release, evaluation)
        members = scenarios.match(order, fulfilments, release, evaluation).get(plan.key)
        graph = plans.generate(OrderScope(order), {plan.key: list(members or fulfilments)}, release, evaluation)
    except KeyError as missing:
        raise NoPreview(f"the order asks for {missing.args[0]!r}, which is not among the definitions") from None
    except OrderRefused as refusal:
        raise NoPreview(f"{refusal}: {'; '.join(fault.message for fault in refusal.faults)}") from None
    except RuleError as error:
        raise NoPreview(f"an expression does not compile: {error}") from None
    items: dict[str, list[tuple[int, ...]]] = {item.key: [] for item in plan.items}
    place: dict[int, tuple[str, int]] = {}
    for item in graph.items:
        place[item.n] = (item.key, len(items[item.key]))
        items[item.key].append(item.targets)
    pairs: dict[str, list[tuple[int, int]]] = {f"{one.source}>{one.target}": [] for one in plan.dependencies}
    for source, target in graph.edges:
        (from_key, at), (to_key, to) = place[source], place[target]
        pairs[f"{from_key}>{to_key}"].append((at, to))
    return Scope(
        items=items,
        dependencies=pairs,
        lines={each.n: f"{each.specification} ({', '.join(each.lines)})" for each in members or fulfilments},
        chosen=bool(members),
    )


def sample(plan: Plan, definitions: Mapping[str, Definition]) -> Order:
    """An order that shows how scopes differ: two root lines, with two lines each of what the plan fulfils."""
    everything = Everything(definitions)
    asked = next((_asked(each, everything) for each in everything.scenarios.values() if each.plan == plan.key), None)
    specification = asked or next(iter(everything.specifications), None)
    if specification is None:
        raise NoPreview("there is no specification yet that an order could ask for; make one first")
    lines = []
    for root in ("A", "B"):
        lines.append(Line(id=root, specification=specification, action="add"))
        lines += [Line(id=f"{root}{n}", specification=specification, action="add", parent=root) for n in (1, 2)]
    return Order(lines=tuple(lines), customer="sample")


def _asked(scenario: Scenario, everything: Everything) -> str | None:
    if scenario.specification in everything.specifications:
        return scenario.specification
    fitting = (each for each in everything.specifications.values() if each.category == scenario.category)
    return next((each.key for each in fitting), None)


def _bare(plan: Plan) -> Plan:
    """The plan with nothing but what decides how many items there are: the rest may be unfinished."""
    keys = {item.key for item in plan.items}
    return Plan(
        key=plan.key,
        name=plan.name,
        items=tuple(Milestone(key=item.key, name=item.name, per=item.per) for item in plan.items),
        dependencies=tuple(
            Dependency(source=each.source, target=each.target, per=each.per, condition=each.condition)
            for each in plan.dependencies
            if each.source in keys
        ),
    )
