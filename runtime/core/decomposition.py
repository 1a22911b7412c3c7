"""Decomposes orders into fulfilment lines.

Theory of operation. Specifications are decomposed one after the other, a source before its targets: so everything that
could be merged into one fulfilment line is there when it is made, however many levels lie above it. Whatever cannot be
decided is a fault with a place, and all of them are refused together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from typing import Any, cast, get_args

from runtime.core.catalog import attribute_faults, escaped
from runtime.core.definitions import Action, Specification
from runtime.core.evaluation import Evaluation, Unusable, why
from runtime.core.grouping import Member, asked_value, plain_value
from runtime.core.orders import FulfilmentLine, Line, Order
from runtime.core.release import CompiledTarget, Release
from runtime.core.scopes import OrderScope, disagreement
from runtime.core.values import to_stored, typed, types_of
from runtime.errors import Fault, OrderRefused
from runtime.rules import feel
from runtime.rules.text import brief

MOST = 100_000  # fulfilment lines of one order
ACTIONS: tuple[str, ...] = get_args(Action)


class Account:
    """How an order was decomposed, for those who ask why: which target made a line, what each expression gave for which
    source, and what went wrong (field is "per", "condition", "quantity", "action" or "attributes/<name>")."""

    def __init__(self) -> None:
        self.makers: dict[int, CompiledTarget] = {}  # by the number of the fulfilment line
        self.answers: list[tuple[CompiledTarget, str, FulfilmentLine, feel.Result]] = []
        self.troubles: list[tuple[CompiledTarget, str, FulfilmentLine, str]] = []


def decompose(
    order: Order, release: Release, evaluation: Evaluation, account: Account | None = None
) -> tuple[FulfilmentLine, ...]:
    """One fulfilment line for each order line, then what their specifications are made of.

    Raises OrderRefused with a fault for whatever cannot be decided. With an account, faults of expressions are kept in
    it instead, and what they are about is left out.
    """
    return _Decomposing(order, release, evaluation, account).everything()


class _Decomposing:
    def __init__(self, order: Order, release: Release, evaluation: Evaluation, account: Account | None) -> None:
        self.order = order
        self.scope = OrderScope(order)
        self.release = release
        self.evaluation = evaluation
        self.account = account
        self.made: list[FulfilmentLine] = []
        self.faults: list[Fault] = []
        self._by_specification: dict[str, list[FulfilmentLine]] = {}

    def everything(self) -> tuple[FulfilmentLine, ...]:
        for line in self.order.lines:
            self._add(
                FulfilmentLine(
                    n=len(self.made),
                    identity=f"{escaped(line.id)}/{line.specification}",
                    lines=(line.id,),
                    domain=self.release.specifications[line.specification].domain,
                    specification=line.specification,
                    action=line.action,
                    quantity=line.quantity,
                    attributes=line.attributes,
                )
            )
        for specification in self._sources_first():
            sources = self._by_specification.get(specification, ())
            for target in self.release.targets(specification) if sources else ():
                for group, members in self._groups(target, sources):
                    self._make(target, group, members)
        if self.faults and self.account is None:
            raise OrderRefused("the order cannot be decomposed", tuple(dict.fromkeys(self.faults)))
        return tuple(self.made)

    def _add(self, line: FulfilmentLine) -> None:
        if len(self.made) >= MOST:
            message = f"it decomposes into more than {MOST:,} fulfilment lines, of {line.specification} among others"
            raise OrderRefused("the order is too large", (Fault("", f"{message}; split the order"),))
        self.made.append(line)
        self._by_specification.setdefault(line.specification, []).append(line)

    def _sources_first(self) -> Iterable[str]:
        """The specifications that the order can come to, each behind all that it is made from."""
        made_from: dict[str, list[str]] = {}
        left = list(self._by_specification)
        seen = set(left)
        for specification in left:  # it grows
            made_from.setdefault(specification, [])
            for part in self._parts(specification):
                made_from.setdefault(part, []).append(specification)
                if part not in seen:
                    seen.add(part)
                    left.append(part)
        if len(left) == len(self._by_specification):
            return left if not any(made_from.values()) else self._sorted(made_from)
        return self._sorted(made_from)

    def _sorted(self, made_from: Mapping[str, list[str]]) -> tuple[str, ...]:
        try:
            return tuple(TopologicalSorter(made_from).static_order())
        except CycleError as error:
            ring: list[str] = error.args[1]
        line = next(line for line in self.order.lines if not self._all_parts(line.specification).isdisjoint(ring))
        message = f"{' -> '.join(ring)}: these are made of each other without end; remove one of the targets"
        raise OrderRefused("the order cannot be decomposed", (Fault(line.pointer, message),))

    def _parts(self, specification: str) -> list[str]:
        return [target.definition.specification for target in self.release.targets(specification)]

    def _all_parts(self, specification: str) -> set[str]:
        found, left = {specification}, [specification]
        while left:
            new = set(self._parts(left.pop())) - found
            found |= new
            left += new
        return found

    # --- one target -----------------------------------------------------------------------------------

    def _groups(self, target: CompiledTarget, sources: Iterable[FulfilmentLine]) -> Iterable[tuple[str, list[Member]]]:
        """What the target is made for, each with its identity: one of each source, or one of each group."""
        found: dict[str, list[Member]] = {}
        mine = f"{target.decomposition}:{target.definition.name}"
        each = target.grouping.key in ("line", "fulfilment line")
        for source in sources:
            members = [(source, line) for line in source.lines]
            if target.condition is not None:
                result = self._value(target.condition, target, "condition", (source,), source.lines)
                if result is None:
                    continue
                if result.value.__class__ is not bool:
                    message = f"`{target.condition.text}` is neither true nor false: {why(result)}; {SAY_NULL}"
                    self._fault(target, "condition", source, source.lines[0], message)
                if result.value is not True:
                    continue
            if each:
                found[f"{source.identity}/{mine}"] = members
                continue
            for member in members:
                value = self._group(target, member)
                if value is not None:
                    found.setdefault(f"{mine}={value}", []).append(member)
        return list(found.items())

    def _group(self, target: CompiledTarget, member: Member) -> str | None:
        source, line = member
        expression = target.grouping.expression
        if expression is None:
            return plain_value(target.grouping.key, member, self.scope).identity
        try:
            return asked_value(target.grouping, self._names(expression, (source,), (line,)), self.evaluation).identity
        except Unusable as unusable:
            self._fault(target, "per", source, line, f"{unusable}; {SAY_NULL}")
            return None

    def _make(self, target: CompiledTarget, identity: str, members: Sequence[Member]) -> None:
        sources = tuple({source.n: source for source, _ in members}.values())
        lines = tuple(dict.fromkeys(line for _, line in members))
        quantity = self._quantity(target, sources, lines)
        action = self._action(target, sources, lines)
        specification = self.release.specifications[target.definition.specification]
        types = types_of(specification)
        attributes: dict[str, Any] = {}
        warnings: tuple[str, ...] = ()
        for name, expression in target.attributes:
            result = self._value(expression, target, f"attributes/{name}", sources, lines)
            if result is not None:
                warnings += tuple(f"{name}: {each.message}" for each in result.warnings if each.code != "name")
                if result.value is not None:
                    attributes[name] = to_stored(typed(result.value, types.get(name, "")))
        if quantity is None or action is None:
            return
        line = FulfilmentLine(
            n=len(self.made),
            identity=identity,
            lines=lines,
            domain=specification.domain,
            specification=specification.key,
            action=action,
            quantity=quantity,
            sources=tuple(source.n for source in sources),
            attributes=attributes,
            warnings=warnings,
        )
        if self.account is not None:
            self.account.makers[line.n] = target
        elif not self.faults:
            self._check(target, line, specification)
        self._add(line)

    def _quantity(self, target: CompiledTarget, sources: Sequence[FulfilmentLine], lines: Sequence[str]) -> int | None:
        """Whole and positive; None where it is neither, which is a fault then."""
        if target.quantity is None:
            quantities = list(dict.fromkeys(source.quantity for source in sources))
            if len(quantities) == 1:
                return quantities[0]
            message = f"{named(lines)} are merged, and their quantities differ ({_and(quantities)})"
            advice = "write a quantity, for example sum(sources.quantity)"
            self._fault(target, "quantity", sources[0], lines[0], f"{message}; {advice}")
            return None
        result = self._value(target.quantity, target, "quantity", sources, lines)
        if result is None:
            return None
        value = result.value
        if isinstance(value, Decimal) and value > 0 and value == value.to_integral_value():
            return int(value)
        told = "gives no value" if value is None else f"gives {brief(value)}"
        reason = f": {why(result)}" if value is None else ""
        message = f"`{target.quantity.text}` {told}{reason}; a quantity must be a whole number above 0"
        self._fault(target, "quantity", sources[0], lines[0], message)
        return None

    def _action(self, target: CompiledTarget, sources: Sequence[FulfilmentLine], lines: Sequence[str]) -> Action | None:
        """What all sources are asked to do, or what the target says; a mix is "modify"."""
        if target.action is None:
            actions = {source.action for source in sources}
            return actions.pop() if len(actions) == 1 else "modify"
        result = self._value(target.action, target, "action", sources, lines)
        if result is None:
            return None
        if result.value in ACTIONS:
            return cast(Action, result.value)
        told = "gives no value" if result.value is None else f"gives {brief(result.value)}"
        reason = f": {why(result)}" if result.value is None else ""
        message = f"`{target.action.text}` {told}{reason}; an action is one of {', '.join(ACTIONS)}"
        self._fault(target, "action", sources[0], lines[0], message)
        return None

    def _check(self, target: CompiledTarget, line: FulfilmentLine, specification: Specification) -> None:
        like = Line(id="", specification=line.specification, action=line.action, attributes=line.attributes)
        for fault in attribute_faults(like, specification, self.evaluation):
            message = f"decomposition {target.decomposition}, target {target.definition.name}: {fault.message}"
            self.faults.append(Fault(self.scope.pointer(line.lines[0]), message))

    # --- expressions ----------------------------------------------------------------------------------

    def _value(
        self,
        expression: feel.Expression,
        target: CompiledTarget,
        field: str,
        sources: Sequence[FulfilmentLine],
        lines: Sequence[str],
    ) -> feel.Result | None:
        """What an expression gives for these sources; None where it reads what they do not agree on."""
        differs = len(sources) > 1 and disagreement(expression.paths, "source", self._sources(sources))
        if not differs and len(lines) > 1:
            differs = disagreement(expression.paths, "line", self._lines(lines))
            differs = differs or disagreement(expression.paths, "root", self._roots(lines))
        if differs:
            message = f"{differs} among what is merged here; read all `sources`, or `lines`, or group by it"
            self._fault(target, field, sources[0], lines[0], message)
            return None
        result = self.evaluation.value(expression, self._names(expression, sources, lines))
        if self.account is not None:
            self.account.answers.append((target, field, sources[0], result))
        return result

    def _names(
        self, expression: feel.Expression, sources: Sequence[FulfilmentLine], lines: Sequence[str]
    ) -> dict[str, Any]:
        """The names that an expression reads. What is one of several here is the first: the others agree with it."""
        names: dict[str, Any] = {}
        for head in {path[0] for path in expression.paths}:
            match head:
                case "order":
                    names[head] = self.scope.order
                case "source":
                    names[head] = self.scope.target(sources[0])
                case "sources":
                    names[head] = self._sources(sources)
                case "line":
                    names[head] = self.scope.line(lines[0])
                case "lines":
                    names[head] = self._lines(lines)
                case "root":
                    names[head] = self.scope.line(self.scope.root_line(lines[0]))
        return names

    def _sources(self, sources: Iterable[FulfilmentLine]) -> list[dict[str, Any]]:
        return [self.scope.target(source) for source in sources]

    def _lines(self, lines: Iterable[str]) -> list[dict[str, Any]]:
        return [self.scope.line(line) for line in lines]

    def _roots(self, lines: Iterable[str]) -> list[dict[str, Any]]:
        return [self.scope.line(root) for root in dict.fromkeys(map(self.scope.root_line, lines))]

    def _fault(self, target: CompiledTarget, field: str, source: FulfilmentLine, line: str, message: str) -> None:
        name = FIELDS.get(field) or f"attribute {field.partition('/')[2]}"
        where = f"decomposition {target.decomposition}, target {target.definition.name}, {name} for line {line}"
        self.faults.append(Fault(self.scope.pointer(line), f"{where}: {message}"))
        if self.account is not None:
            self.account.troubles.append((target, field, source, message))


FIELDS = {"per": "grouping key", "condition": "condition", "quantity": "quantity", "action": "action"}
SAY_NULL = "correct the line, or let the expression say what null means"


def named(lines: Sequence[str]) -> str:
    return f"{'line' if len(lines) == 1 else 'lines'} {_and(lines)}"


def _and(values: Sequence[Any]) -> str:
    told = [str(value) for value in values[:10]] + ([f"{len(values) - 10} others"] if len(values) > 10 else [])
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
