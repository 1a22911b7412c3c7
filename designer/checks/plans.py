"""What is wrong with an orchestration plan: its items, what they wait for, and what they read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set

import networkx as nx

from designer.checks.everything import Everything, source_of
from designer.checks.expressions import Written, compiled, expressions, pointer
from designer.checks.problems import Finding, unknown
from runtime.core.definitions import (
    Call,
    Callout,
    Decision,
    EndlessRetry,
    ExponentialRetry,
    Field,
    FixedRetry,
    Item,
    Manual,
    Operation,
    Plan,
    Push,
    Retry,
    StaggeredRetry,
    Wait,
)
from runtime.core.durations import milliseconds
from runtime.core.release import waiting_names
from runtime.rules.documents import Table

# Pairings of instances that share an order line.
BY_LINES = ("fulfilment line", "line")

# --- the graph ----------------------------------------------------------------------------------------


def check_keys(all_: Everything, plan: Plan) -> Iterator[Finding]:
    """Names that must be told apart."""
    yield from duplicates("items", "key", [item.key for item in plan.items])


def check_dependencies(all_: Everything, plan: Plan) -> Iterator[Finding]:
    """What items wait for."""
    keys = {item.key for item in plan.items}
    for n, dependency in enumerate(plan.dependencies):
        at = pointer("dependencies", n)
        waiting = (dependency.target,) if dependency.target in keys else ()
        if not waiting:
            yield unknown("item", f"{at}/target", dependency.target, keys)
        other, _, key = dependency.source.rpartition("/")
        if (not other or other in all_.plans) and source_of(plan, dependency.source) not in all_.waiting:
            there = [item.key for item in all_.plans[other].items] if other else keys
            yield unknown("item", f"{at}/source", key, there, waiting)
        if dependency in plan.dependencies[:n]:
            message = f"{dependency.target!r} waits for {dependency.source!r} twice in the same way; delete one"
            yield Finding(at, "duplicate-dependency", message, waiting)


def check_pairing(all_: Everything, plan: Plan) -> Iterator[Finding]:
    """Whether dependencies on other plans ever hold: instances that are paired by their lines must share one, so there
    must be something to order of which both plans do a part."""
    mine = all_.orderable_for(plan.key)
    for n, dependency in enumerate(plan.dependencies):
        other, _, _ = dependency.source.rpartition("/")
        theirs = all_.orderable_for(other) if other and other != plan.key and other in all_.plans else set()
        if dependency.per not in BY_LINES or not mine or not theirs or mine & theirs:
            continue
        message = (
            f"{dependency.source!r} and {dependency.target!r} never work for the same order line, so this dependency "
            "never holds; pair them by root line, by order or by an expression, or delete it"
        )
        yield Finding(pointer("dependencies", n), "never-paired", message, (dependency.target,))


def check_cycles(all_: Everything, plan: Plan) -> Iterator[Finding]:
    """Items that wait for each other, and items that wait for those: none of them could ever start."""
    for loop in all_.loops_of_items:
        inside = tuple(node.split("/")[1] for node in loop if node.split("/")[0] == plan.key)
        if inside:
            alone = len(inside) == len(loop)
            ring = " -> ".join([*inside, inside[0]] if alone else [*loop, loop[0]])
            message = f"these wait for each other, so none can start: {ring}; delete one of these dependencies"
            if len(loop) == 1:
                message = f"an item that waits for itself cannot start: {ring}; delete this dependency"
            yield Finding(_closing(plan, loop), "cycle", message, inside)
    for n, item in enumerate(plan.items):
        if f"{plan.key}/{item.key}" in all_.stuck:
            name = item.name or item.key
            message = f"{name} can never start, because it comes after items that wait for each other; break the loop"
            yield Finding(pointer("items", n), "unreachable-item", message, (item.key,))


def _closing(plan: Plan, loop: Sequence[str]) -> str:
    """The last dependency of the loop, going round it, that this plan has."""
    edges = list(zip(loop, [*loop[1:], loop[0]], strict=True))
    written = {
        (source_of(plan, dependency.source), f"{plan.key}/{dependency.target}"): n
        for n, dependency in enumerate(plan.dependencies)
    }
    own = [written[edge] for edge in edges if edge in written]
    return pointer("dependencies", own[-1]) if own else "/dependencies"


def check_connections(all_: Everything, plan: Plan) -> Iterator[Finding]:
    """Items and plans that stand alone."""
    if not plan.items:
        yield Finding("/items", "empty-plan", "the plan has no items, so it does nothing; add one")
    for n, item in enumerate(plan.items):
        if len(plan.items) > 1 and f"{plan.key}/{item.key}" not in all_.awaited:
            message = (
                f"{item.name or item.key} waits for nothing and nothing waits for it; connect it, unless it shall "
                "start at once and hold up nothing"
            )
            yield Finding(pointer("items", n), "unconnected-item", message, (item.key,))
    if not any(scenario.plan == plan.key for scenario in all_.scenarios.values()):
        message = (
            "no scenario chooses this plan, so it never runs; add a scenario, or leave the plan out of the release"
        )
        yield Finding("", "unused-plan", message)


# --- the items ----------------------------------------------------------------------------------------


def check_items(all_: Everything, plan: Plan) -> Iterator[Finding]:
    """What each kind of item needs."""
    for n, item in enumerate(plan.items):
        for finding in _check_item(all_, item):
            yield _inside(finding, n, item)


def _inside(finding: Finding, n: int, item: Item) -> Finding:
    return Finding(pointer("items", n) + finding.pointer, finding.code, finding.message, (item.key,))


def _check_item(all_: Everything, item: Item) -> Iterator[Finding]:
    match item:
        case Manual():
            if not item.queue:
                yield Finding(
                    "/queue", "manual-without-queue", "nobody would see this task; choose the queue it waits in"
                )
            yield from check_form(item.form)
        case Callout():
            yield from _check_call(all_, item.call, "/call")
            if item.retry is not None:
                yield from check_retry(item.retry, "/retry")
        case Push():
            yield from _check_call(all_, item.call, "/call")
            operation = _operation(all_, item.call)
            if operation is not None and operation.reply == "callback":
                message = f"{operation.key!r} answers by a later call, but a push waits for nothing; use a callout"
                yield Finding("/call/operation", "push-of-callback", message)
        case Decision(table=""):
            yield Finding("/table", "decision-without-table", "there is nothing to decide by; choose the table")
        case Decision() if item.table in all_.tables:
            yield from check_inputs(all_.tables[item.table], item.inputs, set(waiting_names(item.per)))
        case Wait(event="", delay=None, until=""):
            message = "it waits for nothing; name the event it waits for, or give a delay or a moment"
            yield Finding("", "wait-for-nothing", message)
        case Wait(on_timeout="fail", delay=None, until=""):
            message = "without a delay or a moment it never times out, so it never fails; give one of the two"
            yield Finding("/on_timeout", "timeout-without-time", message)
    if isinstance(item, Wait) and item.calendar and item.delay is None:
        message = "only a delay is counted by a calendar; give a delay, or remove the calendar"
        yield Finding("/calendar", "calendar-without-delay", message)
    if item.compensation is not None:
        yield from _check_call(all_, item.compensation, "/compensation")
        if item.point_of_no_return:
            message = (
                "after a point of no return nothing is cancelled, so this compensation never runs; drop one of the two"
            )
            yield Finding("/compensation", "never-compensated", message)


def check_form(form: Sequence[Field]) -> Iterator[Finding]:
    """Whether what people fill in can be told apart and filled in."""
    yield from duplicates("form", "name", [field.name for field in form])
    for n, field in enumerate(form):
        for m, choice in enumerate(field.choices):
            if len(choice) > 1 and choice[0] == choice[-1] == '"':
                message = f"the choice {choice} would be shown and kept with its quotes; write it without them"
                yield Finding(pointer("form", n, "choices", m), "choice-in-quotes", message)
        if field.type == "choice" and not field.choices:
            message = f"the field {field.name!r} offers nothing to choose from; list its choices"
            yield Finding(pointer("form", n, "choices"), "choice-without-choices", message)


def _check_call(all_: Everything, call: Call, at: str) -> Iterator[Finding]:
    if not call.system:
        yield Finding(f"{at}/system", "callout-without-system", "nobody is called; choose the system")
    elif call.system in all_.systems and not call.operation:
        message = f"nothing is asked of {call.system}; choose the operation"
        yield Finding(f"{at}/operation", "callout-without-operation", message)
    elif call.system in all_.systems and _operation(all_, call) is None:
        offered = [operation.key for operation in all_.systems[call.system].operations]
        yield unknown("operation", f"{at}/operation", call.operation, offered)


def _operation(all_: Everything, call: Call) -> Operation | None:
    system = all_.systems.get(call.system)
    operations = system.operations if system else ()
    return next((operation for operation in operations if operation.key == call.operation), None)


def check_inputs(table: Table, inputs: Mapping[str, str], given: Set[str]) -> Iterator[Finding]:
    """Whether the item that asks the table gives what its columns read; `given` are the names they may read anyway."""
    read = {path[0] for column in table.inputs for path in compiled(column.expression, None)[0]}
    for name in sorted(read - inputs.keys() - given):
        message = f"table {table.key} reads {name!r}, which nothing gives; add it to the inputs"
        yield Finding("/inputs", "missing-input", message)
    for name in inputs.keys() - read if read else ():
        message = f"no column of table {table.key} reads {name!r}; remove it, or correct the name"
        yield Finding("/inputs" + pointer(name), "unused-input", message)


def check_retry(retry: Retry, at: str) -> Iterator[Finding]:
    """Whether a retry policy gives a system in trouble time to recover."""
    message = "retrying without a delay only hammers a system that is in trouble; wait at least PT1S"
    match retry:
        case EndlessRetry() | FixedRetry() | ExponentialRetry() if not milliseconds(retry.delay):
            yield Finding(f"{at}/delay", "retry-delay", message)
        case StaggeredRetry() if not all(milliseconds(delay) for delay in retry.delays):
            yield Finding(f"{at}/delays", "retry-delay", message)
    if isinstance(retry, ExponentialRetry) and milliseconds(retry.maximum) < milliseconds(retry.delay):
        message = f"the longest delay {retry.maximum} is shorter than the first, {retry.delay}; make it longer"
        yield Finding(f"{at}/maximum", "retry-maximum", message)


# --- what items read of each other --------------------------------------------------------------------


def surely_waiting(plan: Plan) -> nx.DiGraph[str]:
    """Which item waits for which in every order: dependencies within the plan that have no condition. Those on other
    plans hold only where the order has that plan."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(item.key for item in plan.items)
    graph.add_edges_from(
        (dependency.source, dependency.target)
        for dependency in plan.dependencies
        if not dependency.condition and "/" not in dependency.source
    )
    return graph


def check_reading(all_: Everything, plan: Plan) -> Iterator[Finding]:
    """Whether the results that an item reads are there when it reads them."""
    surely = surely_waiting(plan)
    items = {item.key: item for item in plan.items}
    for written in expressions(plan):
        paths, _ = compiled(written.text, written.names)
        for path in sorted(path for path in paths if path[0] == "results" and len(path) > 1):
            finding = _check_path(all_, plan, items, surely, written, path)
            if finding is not None:
                yield Finding(written.pointer, finding.code, finding.message, (written.item,))


def _check_path(
    all_: Everything,
    plan: Plan,
    items: Mapping[str, Item],
    surely: nx.DiGraph[str],
    written: Written,
    path: tuple[str, ...],
) -> Finding | None:
    key, reader = path[1], written.item
    if key not in items or (reader not in items):
        return None  # told where names are looked up
    if key == reader:
        if written.afterwards:
            return None
        message = f"`results.{key}`: an item cannot read its own result; read an earlier one"
        return Finding("", "result-too-early", message)
    name, own = items[key].name or key, items[reader].name or reader
    if nx.has_path(surely, key, reader):
        return None
    if not nx.has_path(all_.waiting, f"{plan.key}/{key}", f"{plan.key}/{reader}"):
        message = f"`results.{key}`: {name} may not have ended when {own} starts; let {own} wait for it"
        return Finding("", "result-too-early", message)
    message = (
        f"`results.{key}`: {own} waits for {name} only where a dependency with a condition, or on another plan, "
        f"holds, so {name} may not have ended; let {own} wait for it in every order"
    )
    return Finding("", "result-not-sure", message)


# --- what every definition may do wrong ---------------------------------------------------------------


def duplicates(where: str, name: str, keys: Sequence[str]) -> Iterator[Finding]:
    """A finding for every key that stands in the list a second time."""
    known: set[str] = set()
    for n, key in enumerate(keys):
        if key in known:
            message = f"the {name} {key!r} is used twice in {where}; give each its own"
            yield Finding(pointer(where, n, name), "duplicate-key", message, (key,) if where == "items" else ())
        known.add(key)


CHECKS: tuple[Callable[[Everything, Plan], Iterator[Finding]], ...] = (
    check_keys,
    check_dependencies,
    check_pairing,
    check_cycles,
    check_connections,
    check_items,
    check_reading,
)
