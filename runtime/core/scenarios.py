"""Which plans fulfil an order: scenarios choose them for its fulfilment lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import structs

from runtime.core.decomposition import ACTIONS, SAY_NULL, named
from runtime.core.definitions import Scenario
from runtime.core.evaluation import Evaluation, Unusable
from runtime.core.orders import FulfilmentLine, Line, Order
from runtime.core.plans import refuse_impossible
from runtime.core.release import Release
from runtime.core.scopes import OrderScope, disagreement
from runtime.errors import Fault, OrderRefused
from runtime.rules import feel


def match(
    order: Order, fulfilment_lines: Iterable[FulfilmentLine], release: Release, evaluation: Evaluation
) -> dict[str, list[FulfilmentLine]]:
    """Which plans fulfil which fulfilment lines: plan key -> fulfilment lines, plans in order of their keys. Raises
    OrderRefused for conditions that are neither true nor false."""
    scope = OrderScope(order)
    chosen: dict[str, list[FulfilmentLine]] = {}
    faults: list[Fault] = []
    for fulfilment in fulfilment_lines:
        try:
            for scenario in scenarios_for(fulfilment, scope, release, evaluation):
                members = chosen.setdefault(scenario.plan, [])
                if fulfilment not in members[-1:]:
                    members.append(fulfilment)
        except Undecided as undecided:
            faults.append(Fault(scope.pointer(fulfilment.lines[0]), str(undecided)))
    if faults:
        raise OrderRefused("no plan can be chosen for the order", tuple(dict.fromkeys(faults)))
    return dict(sorted(chosen.items()))


def with_plans(
    fulfilment_lines: Iterable[FulfilmentLine], chosen: Mapping[str, Sequence[FulfilmentLine]]
) -> tuple[FulfilmentLine, ...]:
    """The fulfilment lines with the plans that were chosen for them: what an order is accepted for is what is done,
    whatever a condition that asks for the time says later."""
    plans: dict[int, list[str]] = {}
    for plan, members in chosen.items():
        for member in members:
            plans.setdefault(member.n, []).append(plan)
    return tuple(structs.replace(each, plans=tuple(plans.get(each.n, ()))) for each in fulfilment_lines)


def chosen_plans(fulfilment_lines: Iterable[FulfilmentLine]) -> dict[str, list[FulfilmentLine]]:
    """What `with_plans` wrote down, as `match` gives it."""
    chosen: dict[str, list[FulfilmentLine]] = {}
    for each in fulfilment_lines:
        for plan in each.plans:
            chosen.setdefault(plan, []).append(each)
    return dict(sorted(chosen.items()))


class Undecided(Exception):
    """It cannot be said whether a scenario applies; the message names it, its condition, and why."""


def scenarios_for(
    fulfilment: FulfilmentLine, scope: OrderScope, release: Release, evaluation: Evaluation
) -> Iterator[Scenario]:
    """The scenarios that apply to one fulfilment line, in order of their keys. Raises Undecided."""
    for scenario, condition in candidates(release, fulfilment.specification, fulfilment.action):
        if condition is None or holds(scenario, condition, fulfilment, scope, evaluation):
            yield scenario


def candidates(
    release: Release, specification: str, action: str
) -> tuple[tuple[Scenario, feel.Expression | None], ...]:
    """The scenarios for a specification (or its category) and action, whatever their conditions."""
    return release.scenarios.of(release.specifications[specification], action)


def holds(
    scenario: Scenario,
    condition: feel.Expression,
    fulfilment: FulfilmentLine,
    scope: OrderScope,
    evaluation: Evaluation,
) -> bool:
    lines = [scope.line(line) for line in fulfilment.lines]
    roots = [scope.line(root) for root in dict.fromkeys(map(scope.root_line, fulfilment.lines))]
    """Whether the condition of a scenario is true for a fulfilment line. Raises Undecided."""
    differs = disagreement(condition.paths, "line", lines) or disagreement(condition.paths, "root", roots)
    if differs:
        told = f"{named(fulfilment.lines)} are merged into one {fulfilment.specification}, and {differs}"
        raise Undecided(f"scenario {scenario.key}: {told}; read `lines` or `target` in its condition")
    names = {
        "order": scope.order, "line": lines[0], "lines": lines, "root": roots[0], "target": scope.target(fulfilment)
    }  # fmt: skip
    try:
        return evaluation.holds(condition, names)
    except Unusable as unusable:
        where = f"scenario {scenario.key}, {fulfilment.specification} of {named(fulfilment.lines)}"
        raise Undecided(f"{where}: the condition {unusable}; {SAY_NULL}") from None


def plans_for(
    order: Order, fulfilment_lines: Sequence[FulfilmentLine], release: Release, evaluation: Evaluation
) -> dict[str, list[FulfilmentLine]]:
    """What `match` finds. Raises OrderRefused where nothing would be done for a line, and where the plans could not be
    made: their grouping keys and the conditions of their dependencies are asked here, before the order is accepted."""
    chosen = match(order, fulfilment_lines, release, evaluation)
    if faults := [*unfulfilled(order, chosen), *_lost(order, fulfilment_lines, release)]:
        raise OrderRefused("nothing would fulfil the order", tuple(faults))
    refuse_impossible(OrderScope(order), chosen, release, evaluation)
    return chosen


def unfulfilled(order: Order, chosen: Mapping[str, Iterable[FulfilmentLine]]) -> list[Fault]:
    """The lines for which nothing would be done: no scenario matches them, what they decompose into, a line that is
    part of them, or one that they are part of."""
    return _nothing_done(order, {line for members in chosen.values() for each in members for line in each.lines})


def _nothing_done(order: Order, fulfilled: set[str]) -> list[Fault]:
    scope = OrderScope(order)
    wholes = {above for id in fulfilled for above in scope.lineage(id)}
    return [
        Fault(
            line.pointer,
            f"no scenario fulfils line {line.id!r}: {line.action} {line.specification}; publish a scenario that "
            f"matches this specification (or what it decomposes into) and action, or leave the line out",
        )
        for line in order.lines
        if line.action != "noChange" and line.id not in wholes and fulfilled.isdisjoint(scope.lineage(line.id))
    ]


def refuse_hopeless(order: Order, release: Release) -> None:
    """Raises OrderRefused for lines that nothing would fulfil, whatever they are still given: no scenario is for what
    they ask for or come to, whatever its condition, nor for a line that is part of them, or that they are part of."""
    possible = {line.id for line in order.lines if _may_be_fulfilled(line, release)}
    if faults := _nothing_done(order, possible):
        raise OrderRefused("nothing would fulfil the order", tuple(faults))


def _may_be_fulfilled(line: Line, release: Release) -> bool:
    left, seen = [line.specification], {line.specification}
    actions: Sequence[str] = (line.action,)
    for specification in left:  # it grows
        if any(candidates(release, specification, action) for action in actions):
            return True
        for target in release.targets(specification):
            if target.action is not None or target.grouping.key not in ("line", "fulfilment line"):
                actions = ACTIONS  # what is merged may be asked to do anything
            if (part := target.definition.specification) not in seen:
                seen.add(part)
                left.append(part)
    return False


def _lost(order: Order, lines: Sequence[FulfilmentLine], release: Release) -> Iterator[Fault]:
    """Fulfilment lines that would be fulfilled by the action of one of their sources, and are not by their own."""
    pointers = {line.id: line.pointer for line in order.lines}
    for each in lines:
        actions = dict.fromkeys(lines[n].action for n in each.sources)
        if not actions or candidates(release, each.specification, each.action):
            continue
        taken = [action for action in actions if candidates(release, each.specification, action)]
        if taken:
            merged = f"{' and '.join(actions)} of {named(each.lines)} become {each.action} {each.specification}"
            advice = f"publish one that takes {each.action}, or let the target say its action"
            message = f"{merged}, which no scenario takes, although one takes {taken[0]}; {advice}"
            yield Fault(pointers[each.lines[0]], message)
