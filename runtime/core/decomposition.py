"""Takes an order apart into fulfilment lines, and finds the plans that fulfil them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import Any

from runtime.core.definitions import Scenario
from runtime.core.evaluation import Evaluation
from runtime.core.orders import FulfilmentLine, Line, Order
from runtime.core.release import CompiledTarget, Grouping, Release
from runtime.core.scopes import OrderScope
from runtime.core.values import EXAMPLES, encode, fits, from_stored, to_json, to_stored, typed, types_of
from runtime.errors import Fault, OrderRefused
from runtime.rules import feel
from runtime.rules.text import literal

# A definition that decomposes into itself is refused at publishing; a cycle through FEEL conditions that only
# this order meets would go on for ever, so depth has an end.
DEEPEST = 12


class Account:
    """How an order was taken apart, for those who ask why: which target made a line, and what each expression gave
    for which source (field is "condition", "quantity" or "attributes/<name>")."""

    def __init__(self) -> None:
        self.makers: dict[int, CompiledTarget] = {}  # by the number of the fulfilment line
        self.answers: list[tuple[CompiledTarget, str, FulfilmentLine, feel.Result]] = []


def decompose(
    order: Order, release: Release, evaluation: Evaluation, account: Account | None = None
) -> tuple[FulfilmentLine, ...]:
    """One fulfilment line for each order line, then, level by level, what their specifications are made of."""
    scope = OrderScope(order)
    made: list[FulfilmentLine] = []
    for line in order.lines:
        made.append(
            FulfilmentLine(
                n=len(made),
                lines=(line.id,),
                root_line=scope.root_line(line.id),
                domain=release.specifications[line.specification].domain,
                specification=line.specification,
                action=line.action,
                quantity=line.quantity,
                attributes=line.attributes,
            )
        )
    level = made
    for _ in range(DEEPEST):
        level = list(_next_level(level, scope, release, evaluation, start=len(made), account=account))
        if not level:
            break
        made.extend(level)
    return tuple(made)


def _next_level(
    sources: Iterable[FulfilmentLine],
    scope: OrderScope,
    release: Release,
    evaluation: Evaluation,
    start: int,
    account: Account | None,
) -> Iterable[FulfilmentLine]:
    """What the sources decompose into, sources of one group sharing one target."""

    def value(expression: feel.Expression, names: dict[str, Any], *asked: Any) -> Any:
        result = evaluation.value(expression, names)
        if account is not None:
            account.answers.append((*asked, result))
        return result.value

    groups: dict[tuple[int, str], tuple[CompiledTarget, list[FulfilmentLine]]] = {}
    for source in sources:
        for target in release.targets(source.specification):
            names = {"order": scope.order, "line": scope.line(source.lines[0]), "source": scope.fulfilment(source)}
            if target.condition and value(target.condition, names, target, "condition", source) is not True:
                continue
            # "line" means one target for each source here, even where a line has several of them.
            group = (
                str(source.n) if target.grouping.key == "line" else group_of(target.grouping, source, names, evaluation)
            )
            groups.setdefault((id(target), group), (target, []))[1].append(source)
    for offset, (target, members) in enumerate(groups.values()):
        first = members[0]
        names = {"order": scope.order, "line": scope.line(first.lines[0]), "source": scope.fulfilment(first)}
        quantity = Decimal(first.quantity)
        if target.quantity:
            quantity = value(target.quantity, names, target, "quantity", first)
        types = types_of(release.specifications[target.definition.specification])
        attributes = {
            name: to_stored(typed(value(expression, names, target, f"attributes/{name}", first), types.get(name, "")))
            for name, expression in target.attributes
        }
        if account is not None:
            account.makers[start + offset] = target
        yield FulfilmentLine(
            n=start + offset,
            lines=tuple(dict.fromkeys(line for member in members for line in member.lines)),
            root_line=first.root_line,
            domain=release.specifications[target.definition.specification].domain,
            specification=target.definition.specification,
            action=first.action,
            quantity=int(quantity) if isinstance(quantity, Decimal) else first.quantity,
            parent=first.n,
            attributes=attributes,
        )


def group_of(grouping: Grouping, fulfilment: FulfilmentLine, names: dict[str, Any], evaluation: Evaluation) -> str:
    """The value of a grouping key for one fulfilment line, as text: equal text, same group."""
    match grouping.key:
        case "order":
            return ""
        case "root line":
            return fulfilment.root_line
        case "line":
            return fulfilment.lines[0]
        case "fulfilment line":
            return str(fulfilment.n)
    assert grouping.expression is not None
    value = evaluation.value(grouping.expression, names).value
    return value if isinstance(value, str) else encode(to_json(value))


def match(
    order: Order, fulfilment_lines: Iterable[FulfilmentLine], release: Release, evaluation: Evaluation
) -> dict[str, list[FulfilmentLine]]:
    """Which plans fulfil which fulfilment lines: plan key -> fulfilment lines, plans in order of their keys."""
    scope = OrderScope(order)
    chosen: dict[str, list[FulfilmentLine]] = {}
    for fulfilment in fulfilment_lines:
        for scenario in scenarios_for(fulfilment, scope, release, evaluation):
            members = chosen.setdefault(scenario.plan, [])
            if fulfilment not in members[-1:]:
                members.append(fulfilment)
    return dict(sorted(chosen.items()))


def scenarios_for(
    fulfilment: FulfilmentLine, scope: OrderScope, release: Release, evaluation: Evaluation
) -> Iterator[Scenario]:
    """The scenarios that apply to one fulfilment line, in order of their keys."""
    specification = release.specifications[fulfilment.specification]
    names: dict[str, Any] | None = None
    for scenario, condition in release.scenarios.of(specification, fulfilment.action):
        if condition is not None:
            names = names or scope.names(fulfilment)
            if evaluation.value(condition, names).value is not True:
                continue
        yield scenario


def refuse_misfits(order: Order, release: Release, evaluation: Evaluation, unfinished: Collection[str] = ()) -> None:
    """Raises OrderRefused for an order that asks for nothing, or for what does not fit the catalog. `unfinished` lines
    may still be told what they lack."""
    if not order.lines:
        raise OrderRefused("the order asks for nothing", (Fault("/productOrderItem", "give at least one line"),))
    if faults := misfits(order, release, evaluation, unfinished):
        raise OrderRefused("the order does not fit the catalog", tuple(faults))


def plans_for(
    order: Order, fulfilment_lines: Iterable[FulfilmentLine], release: Release, evaluation: Evaluation
) -> dict[str, list[FulfilmentLine]]:
    """What `match` finds. Raises OrderRefused where nothing would be done for a line."""
    chosen = match(order, fulfilment_lines, release, evaluation)
    if faults := unfulfilled(order, chosen):
        raise OrderRefused("nothing would fulfil the order", tuple(faults))
    return chosen


def unfulfilled(order: Order, chosen: dict[str, list[FulfilmentLine]]) -> list[Fault]:
    """The lines for which nothing would be done: no scenario matches them, what they decompose into, or the
    lines below or above them."""
    fulfilled = {line for members in chosen.values() for fulfilment in members for line in fulfilment.lines}
    children: dict[str | None, list[Line]] = {}
    for line in order.lines:
        children.setdefault(line.parent, []).append(line)

    def reached(line: Line) -> bool:
        return line.id in fulfilled or any(reached(child) for child in children.get(line.id, ()))

    return [
        Fault(
            line.pointer,
            f"no scenario fulfils line {line.id!r}: {line.action} {line.specification}; publish a scenario that "
            f"matches this specification (or what it decomposes into) and action, or leave the line out",
        )
        for line in order.lines
        if line.action != "noChange" and not reached(line)
    ]


def misfits(order: Order, release: Release, evaluation: Evaluation, unfinished: Collection[str] = ()) -> list[Fault]:
    """What is wrong with the lines by the catalog: unknown specification, wrong action, missing attribute."""
    faults: list[Fault] = []
    known = {line.id for line in order.lines}
    seen: set[str] = set()
    for line in order.lines:
        if line.id in seen:
            faults.append(Fault(f"{line.pointer}/id", f"line id {line.id!r} is used twice; give each line its own"))
        seen.add(line.id)
        if line.parent is not None and line.parent not in known:
            faults.append(
                Fault(line.pointer, f"line {line.id!r} is part of {line.parent!r}, which is not in the order")
            )
        specification = release.specifications.get(line.specification)
        if specification is None:
            faults.append(
                Fault(line.pointer, f"unknown specification {line.specification!r}; the release knows none by that key")
            )
            continue
        if specification.actions and line.action not in specification.actions:
            allowed = ", ".join(specification.actions)
            faults.append(
                Fault(
                    f"{line.pointer}/action", f"{specification.key} cannot be ordered to {line.action}; use {allowed}"
                )
            )
        faults += _attribute_faults(line, specification, evaluation, complete=line.id not in unfinished)
    return faults


def _attribute_faults(line: Line, specification: Any, evaluation: Evaluation, complete: bool) -> Iterable[Fault]:
    for attribute in specification.attributes:
        value = from_stored(line.attributes.get(attribute.name))
        where = f"{line.pointer}/attributes/{escaped(attribute.name)}"
        if value is None:
            if attribute.required and line.action == "add" and complete:
                yield Fault(where, f"attribute {attribute.name!r} of {specification.key} is missing; it is required")
        elif not fits(value, attribute.type):
            such = f" such as {EXAMPLES[attribute.type]}" if attribute.type in EXAMPLES else ""
            yield Fault(where, f"attribute {attribute.name!r} must be a {attribute.type}{such}, not {_told(value)}")
        elif attribute.allowed and not _allowed(attribute.allowed, value, evaluation):
            yield Fault(where, f"attribute {attribute.name!r} is {_told(value)}; allowed is {attribute.allowed}")


def _told(value: Any) -> str:
    """A value as FEEL writes it; long ones are cut."""
    text = literal(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _allowed(tests: str, value: Any, evaluation: Evaluation) -> bool:
    return evaluation.passes(feel.compile_tests(tests, ()), value) is True


def escaped(name: str) -> str:
    """A name as a step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
