"""A release, compiled: everything an order needs from its definitions, ready to be asked.

Theory of operation. A release never changes, so everything that can be known from the definitions alone is
worked out once, here: which expressions an item has, which names they read, which earlier items' results an
item looks at. What is left for each order is arithmetic on numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from runtime.core.calendars import WorkingTime
from runtime.core.definitions import (
    Calendar,
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
    Scenario,
    Specification,
    Step,
    System,
    Target,
    Wait,
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
        self.result = _each(getattr(definition, "result", {}), ITEM_NAMES)
        self.inputs = _each(definition.inputs, ITEM_NAMES) if isinstance(definition, Decision) else ()
        self.until = _optional(definition.until, ITEM_NAMES) if isinstance(definition, Wait) else None
        queue = release.queues.get(definition.queue) if isinstance(definition, Manual) else None
        self.assign = release.assigning(queue.key) if queue else None
        calendar = definition.calendar if isinstance(definition, Wait) else queue.calendar if queue else ""
        self.calendar: WorkingTime | None = release.calendar(calendar) if calendar else None
        call = definition.call if isinstance(definition, Callout | Push) else None
        self.call = _each(call.request, ITEM_NAMES) if call else ()
        self.system: System | None = None
        self.operation: Operation | None = None
        if call:
            self.system, self.operation = release.operation(call)
        self.table = definition.table if isinstance(definition, Decision) else None
        expressions = [
            self.condition,
            self.until,
            self.assign,
            *(e for _, e in (*self.result, *self.inputs, *self.call)),
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


class Release:
    """One immutable snapshot of definitions, by kind and key."""

    def __init__(self, id: int, documents: Iterable[Definition], manifest: Mapping[str, str] | None = None) -> None:
        """`manifest` names the version of each document by "kind/key"; a release of drafts has none."""
        self.id = id
        self._manifest = manifest or {}
        self.specifications: dict[str, Specification] = {}
        self.enrichments: list[tuple[Enrichment, tuple[CompiledStep, ...]]] = []
        self.decompositions: dict[str, list[CompiledTarget]] = {}  # by source specification
        self.scenarios: list[tuple[Scenario, feel.Expression | None]] = []
        self.policies: list[tuple[Policy, feel.Expression | None]] = []
        self.systems: dict[str, System] = {}
        self.queues: dict[str, Queue] = {}
        self._plans: dict[str, Plan] = {}
        self._tables: dict[str, Table] = {}
        self._calendars: dict[str, WorkingTime] = {}
        self._compiled_plans: dict[str, CompiledPlan] = {}
        self._compiled_tables: dict[str, tables.Table] = {}
        self._assigning: dict[str, feel.Expression | None] = {}
        for document in documents:
            match document:
                case Specification():
                    self.specifications[document.key] = document
                case Enrichment():
                    self.enrichments.append((document, tuple(CompiledStep(step) for step in document.steps)))
                case Decomposition():
                    targets = [CompiledTarget(target) for target in document.targets]
                    self.decompositions.setdefault(document.source, []).extend(targets)
                case Scenario():
                    self.scenarios.append((document, _optional(document.condition, GROUP_NAMES)))
                case Policy():
                    self.policies.append((document, _optional(document.condition, POLICY_NAMES)))
                case System():
                    self.systems[document.key] = document
                case Queue():
                    self.queues[document.key] = document
                case Calendar():
                    self._calendars[document.key] = WorkingTime(document)
                case Plan():
                    self._plans[document.key] = document
                case Table():
                    self._tables[document.key] = document
        # Neither the choice between scenarios, nor what enrichments see of each other, nor the numbers of approvals
        # hang on the order in which documents were read.
        self.scenarios.sort(key=lambda scenario: scenario[0].key)
        self.enrichments.sort(key=lambda enrichment: enrichment[0].key)
        self.policies.sort(key=lambda policy: policy[0].key)

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

    def version(self, kind: str, key: str) -> str:
        """The id of the version of a definition; empty where it has not been published."""
        return self._manifest.get(f"{kind}/{key}", "")

    def resolve(self, identifier: str) -> Specification | None:
        """The specification an outside name means."""
        return self.identifiers.get(identifier)

    def plan(self, key: str) -> CompiledPlan:
        """Compiled when first asked for: a release may hold hundreds that no order needs today."""
        if key not in self._compiled_plans:
            self._compiled_plans[key] = CompiledPlan(self._plans[key], self)
        return self._compiled_plans[key]

    def table(self, key: str) -> tables.Table:
        """A decision table, compiled when first asked for."""
        if key not in self._compiled_tables:
            self._compiled_tables[key] = tables.compile(self._tables[key])
        return self._compiled_tables[key]

    def calendar(self, key: str) -> WorkingTime:
        """A calendar, ready to be asked."""
        return self._calendars[key]

    def assigning(self, queue: str) -> feel.Expression | None:
        """The rule by which a queue gives new tasks to people; compiled when first asked for."""
        if queue not in self._assigning:
            self._assigning[queue] = _optional(self.queues[queue].assign, ASSIGNING_NAMES)
        return self._assigning[queue]

    def step(self, enrichment: str, n: int) -> tuple[Enrichment, CompiledStep]:
        """A step of an enrichment, by its place from 0."""
        return next((document, steps[n]) for document, steps in self.enrichments if document.key == enrichment)

    def policy(self, key: str) -> Policy:
        return next(document for document, _ in self.policies if document.key == key)

    def due(self, queue: str, length: str | None, now: int) -> int | None:
        """When a task of a queue is due that may take `length` (ISO 8601) of its working time."""
        if length is None:
            return None
        calendar = self.queues[queue].calendar
        return self.calendar(calendar).after(now, milliseconds(length)) if calendar else now + milliseconds(length)

    def outputs(self, table: str) -> tuple[str, ...]:
        """The names of a table's output columns."""
        return tuple(output.name for output in self._tables[table].outputs)

    def operation(self, call: Call) -> tuple[System, Operation]:
        """The system and operation a call names."""
        system = self.systems[call.system]
        return system, next(operation for operation in system.operations if operation.key == call.operation)


def _optional(text: str, names: tuple[str, ...]) -> feel.Expression | None:
    return feel.compile(text, names) if text else None


def _each(texts: Mapping[str, str], names: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, feel.compile(text, names)) for name, text in texts.items())
