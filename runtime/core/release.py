"""A release, compiled: everything an order needs from its definitions, ready to be asked.

Theory of operation. A version never changes, so everything that can be known from it alone is worked out once, when
it is first asked for, and kept with it (`CompiledDefinition`): which expressions an item has, which names they read,
which earlier items' results an item looks at. Releases that contain the same version share all of that; a release
itself is little more than a dictionary. A compiled plan also depends on the systems, queues and calendars that it
names, so it is kept with the plan once for each combination of those. What is left for each order is arithmetic on
numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

from msgspec import Struct

from runtime.core.calendars import WorkingTime
from runtime.core.definitions import (
    Call,
    Callout,
    Decision,
    Decomposition,
    Definition,
    Enrichment,
    Item,
    Manual,
    Operation,
    Plan,
    Policy,
    Push,
    Queue,
    RequestField,
    ResultField,
    Scenario,
    Specification,
    Step,
    System,
    Target,
    Wait,
    kind_of,
)
from runtime.core.durations import milliseconds
from runtime.rules import feel, tables
from runtime.rules.documents import Table

# What expressions may speak of, by where they stand.
ITEM_NAMES = ("order", "line", "lines", "target", "targets", "results", "response")
ASSIGNING_NAMES = ("order", "line", "lines", "target", "targets")
GROUP_NAMES = ("order", "line", "target")
TARGET_NAMES = ("order", "line", "source")
STEP_NAMES = ("order", "line")
GIVEN_NAMES = (*STEP_NAMES, "decided", "answered")
POLICY_NAMES = ("order", "line")

# The grouping keys that have a name; anything else is FEEL.
PLAIN_KEYS = ("order", "root line", "line", "fulfilment line")


class CompiledField(Struct, frozen=True):
    """A field of a request or result: its name, its expression, and what a null value means: stop, null or omit."""

    name: str
    expression: feel.Expression
    empty: str = "stop"


class CompiledItem:
    """An item definition with its expressions compiled."""

    __slots__ = (
        "assign",
        "calendar",
        "call",
        "condition",
        "definition",
        "grouping",
        "inputs",
        "kind",
        "operation",
        "reads",
        "result",
        "scope",
        "system",
        "table",
        "until",
    )

    def __init__(self, definition: Item, release: Release) -> None:
        self.definition = definition
        self.kind: str = type(definition).__name__.lower()
        self.condition = _optional(definition.condition, ITEM_NAMES)
        self.grouping = Grouping(definition.per)
        self.result = _fields(getattr(definition, "result", {}))
        self.inputs = _each(definition.inputs, ITEM_NAMES) if isinstance(definition, Decision) else ()
        self.until = _optional(definition.until, ITEM_NAMES) if isinstance(definition, Wait) else None
        queue = release.queues.get(definition.queue) if isinstance(definition, Manual) else None
        self.assign = release.assigning(queue.key) if queue else None
        calendar = definition.calendar if isinstance(definition, Wait) else queue.calendar if queue else ""
        self.calendar: WorkingTime | None = release.calendar(calendar) if calendar else None
        call = definition.call if isinstance(definition, Callout | Push) else None
        self.call = _fields(call.request) if call else ()
        self.system: System | None = None
        self.operation: Operation | None = None
        if call:
            self.system, self.operation = release.operation(call)
        self.table = definition.table if isinstance(definition, Decision) else None
        expressions = [
            self.condition,
            self.until,
            self.assign,
            *(expression for _, expression in self.inputs),
            *(field.expression for field in (*self.result, *self.call)),
        ]
        paths = {path for expression in expressions if expression for path in expression.paths}
        self.scope = frozenset(path[0] for path in paths)
        # `results` alone, or handed on whole, could mean any item: then all earlier ones are looked at.
        if self.table:
            self.scope |= {"order", "line", "target"}  # its columns may ask for them without being told
        self.reads: frozenset[str] | None = frozenset(path[1] for path in paths if path[0] == "results" and path[1:])
        if any(path == ("results",) for path in paths):
            self.reads = None


class CompiledPlan:
    """A plan definition with its items compiled, in the order in which they were written."""

    def __init__(self, definition: Plan, release: Release) -> None:
        self.definition = definition
        self.items = {item.key: CompiledItem(item, release) for item in definition.items}
        self.dependencies = [
            (dependency, Grouping(dependency.per), _optional(dependency.condition, GROUP_NAMES))
            for dependency in definition.dependencies
        ]


class CompiledTarget:
    """A target of a decomposition with its expressions compiled."""

    def __init__(self, definition: Target) -> None:
        self.definition = definition
        self.grouping = Grouping(definition.per, TARGET_NAMES)
        self.condition = _optional(definition.condition, TARGET_NAMES)
        self.quantity = _optional(definition.quantity, TARGET_NAMES)
        self.attributes = _each(definition.attributes, TARGET_NAMES)


class CompiledStep:
    """A step of an enrichment with its expressions compiled."""

    def __init__(self, definition: Step) -> None:
        self.definition = definition
        self.condition = _optional(definition.condition, STEP_NAMES)
        self.inputs = _each(definition.inputs, STEP_NAMES)
        self.attributes = _each(definition.attributes, GIVEN_NAMES)


class Grouping:
    """A grouping key: one of the plain ones, or an expression."""

    __slots__ = ("expression", "key")

    def __init__(self, key: str, names: tuple[str, ...] = GROUP_NAMES) -> None:
        self.key = key
        self.expression = None if key in PLAIN_KEYS else feel.compile(key, names)


class CompiledDefinition:
    """A definition with what is compiled from it. Every part is compiled when it is first asked for and then kept, so
    it is compiled once however many releases contain the definition."""

    __slots__ = ("_made", "_plans", "document", "kind", "name", "weight")

    def __init__(self, document: Definition, weight: int = 0) -> None:
        """`weight`: the length of its JSON text, for those who keep many."""
        self.document = document
        self.kind = kind_of(document)
        self.name = f"{self.kind}/{document.key}"
        self.weight = weight
        self._made: Any = None
        self._plans: dict[tuple[CompiledDefinition, ...], CompiledPlan] = {}

    def once(self, make: Callable[[Any], Any]) -> Any:
        """What `make` makes of the document; the same function at every call."""
        made = self._made
        if made is None:
            made = self._made = make(self.document)
        return made

    def plan(self, release: Release) -> CompiledPlan:
        """The plan, compiled for a release: releases that agree on all that the plan names share it."""
        assert isinstance(self.document, Plan)
        parts = tuple(release.definitions[name] for name in self.once(_named_by) if name in release.definitions)
        queues = (part.document for part in parts if isinstance(part.document, Queue))
        calendars = (f"calendar/{queue.calendar}" for queue in queues if queue.calendar)
        parts += tuple(release.definitions[name] for name in calendars if name in release.definitions)
        plan = self._plans.get(parts)
        if plan is None:
            plan = CompiledPlan(self.document, release)
            while len(self._plans) >= MOST_COMBINATIONS:
                self._plans.pop(next(iter(self._plans), parts), None)
            self._plans[parts] = plan
        return plan


MOST_COMBINATIONS = 4  # in how many forms a plan is kept whose systems, queues or calendars change more often than it


def _named_by(plan: Plan) -> tuple[str, ...]:
    """What of other definitions is compiled into a plan, as "kind/key"."""
    names: dict[str, None] = {}
    for item in plan.items:
        match item:
            case Callout() | Push():
                names[f"system/{item.call.system}"] = None
            case Manual():
                names[f"queue/{item.queue}"] = None
            case Wait() if item.calendar:
                names[f"calendar/{item.calendar}"] = None
    return tuple(names)


def _steps_of(enrichment: Enrichment) -> tuple[CompiledStep, ...]:
    return tuple(CompiledStep(step) for step in enrichment.steps)


def _targets_of(decomposition: Decomposition) -> tuple[CompiledTarget, ...]:
    return tuple(CompiledTarget(target) for target in decomposition.targets)


def _scenario(scenario: Scenario) -> tuple[Scenario, feel.Expression | None]:
    return scenario, _optional(scenario.condition, GROUP_NAMES)


def _policy(policy: Policy) -> tuple[Policy, feel.Expression | None]:
    return policy, _optional(policy.condition, POLICY_NAMES)


def _enrichment(enrichment: Enrichment) -> tuple[Enrichment, tuple[CompiledStep, ...]]:
    return enrichment, _steps_of(enrichment)


def _assigning(queue: Queue) -> tuple[feel.Expression | None]:
    return (_optional(queue.assign, ASSIGNING_NAMES),)


C = TypeVar("C")


class ForLines(Generic[C]):
    """What is for lines of a specification (or category) and action, found by these instead of by asking each."""

    def __init__(self, definitions: Iterable[CompiledDefinition], compile_: Callable[[Any], C]) -> None:
        self._compile = compile_
        self._by_place: dict[tuple[str | None, str, str], list[CompiledDefinition]] = {}
        self._found: dict[tuple[str, str], tuple[C, ...]] = {}
        for each in sorted(definitions, key=lambda each: each.document.key):
            document: Any = each.document
            for action in dict.fromkeys(document.actions):
                self._by_place.setdefault((document.specification, document.category, action), []).append(each)

    def __bool__(self) -> bool:
        return bool(self._by_place)

    def of(self, specification: Specification, action: str) -> tuple[C, ...]:
        """Those for lines of the specification and action, in the order of their keys."""
        asked = (specification.key, action)
        found = self._found.get(asked)
        if found is None:
            places = {(key, category) for key in (None, specification.key) for category in ("", specification.category)}
            met = [each for place in places for each in self._by_place.get((*place, action), ())]
            met.sort(key=lambda each: each.document.key)
            found = self._found[asked] = tuple(each.once(self._compile) for each in met)
        return found


class Release:
    """One immutable snapshot of definitions, by kind and key."""

    def __init__(
        self,
        id: int,
        definitions: Iterable[Definition | CompiledDefinition],
        manifest: Mapping[str, str] | None = None,
    ) -> None:
        """`manifest` names the version of each definition by "kind/key"; a release of drafts has none."""
        self.id = id
        self._manifest = manifest or {}
        self.definitions: dict[str, CompiledDefinition] = {}  # by "kind/key"
        for each in definitions:
            compiled = each if isinstance(each, CompiledDefinition) else CompiledDefinition(each)
            self.definitions[compiled.name] = compiled
        # Neither the choice between scenarios, nor what enrichments see of each other, nor the numbers of approvals
        # depend on the order in which documents were read.
        by_kind: dict[str, list[CompiledDefinition]] = {}
        for compiled in self.definitions.values():
            by_kind.setdefault(compiled.kind, []).append(compiled)
        self._by_kind = by_kind
        self.specifications: dict[str, Specification] = self._documents("specification")
        self.systems: dict[str, System] = self._documents("system")
        self.queues: dict[str, Queue] = self._documents("queue")
        self._plans: dict[str, CompiledPlan] = {}

    def _documents(self, kind: str) -> dict[str, Any]:
        return {each.document.key: each.document for each in self._by_kind.get(kind, ())}

    @property
    def name(self) -> str:
        """What people call it; the number 0 is that of a release that has not been published."""
        return f"release {self.id}" if self.id else "the release of these drafts"

    @cached_property
    def identifiers(self) -> Mapping[str, Specification]:
        """Every outside name of a specification, and its key."""
        return {
            identifier: specification
            for specification in self.specifications.values()
            for identifier in (*specification.identifiers, specification.key)
        }

    @cached_property
    def scenarios(self) -> ForLines[tuple[Scenario, feel.Expression | None]]:
        """The scenarios with their conditions."""
        return ForLines(self._by_kind.get("scenario", ()), _scenario)

    @cached_property
    def enrichments(self) -> ForLines[tuple[Enrichment, tuple[CompiledStep, ...]]]:
        """The enrichments with their steps."""
        return ForLines(self._by_kind.get("enrichment", ()), _enrichment)

    @cached_property
    def policies(self) -> ForLines[tuple[Policy, feel.Expression | None]]:
        """The policies with their conditions."""
        return ForLines(self._by_kind.get("policy", ()), _policy)

    @cached_property
    def _decompositions(self) -> dict[str, list[CompiledDefinition]]:
        found: dict[str, list[CompiledDefinition]] = {}
        for each in sorted(self._by_kind.get("decomposition", ()), key=lambda each: each.document.key):
            assert isinstance(each.document, Decomposition)
            found.setdefault(each.document.source, []).append(each)
        return found

    def targets(self, specification: str) -> Iterable[CompiledTarget]:
        """What a specification is made of: the targets of its decompositions, in the order of their keys."""
        return (target for each in self._decompositions.get(specification, ()) for target in each.once(_targets_of))

    def version(self, kind: str, key: str) -> str:
        """The id of the version of a definition; empty where it has not been published."""
        return self._manifest.get(f"{kind}/{key}", "")

    def resolve(self, identifier: str) -> Specification | None:
        """The specification an outside name means."""
        return self.identifiers.get(identifier)

    def plan(self, key: str) -> CompiledPlan:
        """Compiled when first asked for: a release may hold hundreds that no order needs today."""
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self.definitions[f"plan/{key}"].plan(self)
        return plan

    def table(self, key: str) -> tables.Table:
        """A decision table, compiled when first asked for."""
        table: tables.Table = self.definitions[f"table/{key}"].once(tables.compile)
        return table

    def calendar(self, key: str) -> WorkingTime:
        """A calendar, ready to be asked."""
        calendar: WorkingTime = self.definitions[f"calendar/{key}"].once(WorkingTime)
        return calendar

    def assigning(self, queue: str) -> feel.Expression | None:
        """The rule by which a queue gives new tasks to people; compiled when first asked for."""
        rule: tuple[feel.Expression | None] = self.definitions[f"queue/{queue}"].once(_assigning)
        return rule[0]

    def step(self, enrichment: str, n: int) -> tuple[Enrichment, CompiledStep]:
        """A step of an enrichment, by its place from 0."""
        document, steps = self.definitions[f"enrichment/{enrichment}"].once(_enrichment)
        return document, steps[n]

    def policy(self, key: str) -> Policy:
        document = self.definitions[f"policy/{key}"].document
        assert isinstance(document, Policy)
        return document

    def due(self, queue: str, length: str | None, now: int) -> int | None:
        """When a task of a queue is due that may take `length` (ISO 8601) of its working time."""
        if length is None:
            return None
        calendar = self.queues[queue].calendar
        return self.calendar(calendar).after(now, milliseconds(length)) if calendar else now + milliseconds(length)

    def outputs(self, table: str) -> tuple[str, ...]:
        """The names of a table's output columns."""
        document = self.definitions[f"table/{table}"].document
        assert isinstance(document, Table)
        return tuple(output.name for output in document.outputs)

    def operation(self, call: Call) -> tuple[System, Operation]:
        """The system and operation a call names."""
        system = self.systems[call.system]
        return system, next(operation for operation in system.operations if operation.key == call.operation)


def _optional(text: str, names: tuple[str, ...]) -> feel.Expression | None:
    return feel.compile(text, names) if text else None


def _each(texts: Mapping[str, str], names: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, feel.compile(text, names)) for name, text in texts.items())


def _fields(written: Mapping[str, str | RequestField | ResultField]) -> tuple[CompiledField, ...]:
    return tuple(
        CompiledField(name, feel.compile(field, ITEM_NAMES))
        if isinstance(field, str)
        else CompiledField(name, feel.compile(field.value, ITEM_NAMES), field.empty)
        for name, field in written.items()
    )
