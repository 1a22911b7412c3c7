"""A release, compiled: everything an order needs from its definitions, ready to be asked.

Theory of operation. A version never changes, so everything that can be known from it alone is worked out once, when
it is first asked for, and kept with it (`CompiledDefinition`): which expressions an item has, which names they read,
which earlier items' results an item looks at. Releases that contain the same version share all of that; a release
itself is little more than a dictionary. A compiled plan also depends on the systems, queues and calendars that it
names, so it is kept with the plan once for each combination of those. What is left for each order is arithmetic on
numbers.
"""

from __future__ import annotations

from collections import Counter
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
    Dependency,
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
ASSIGNING_NAMES = ("order", "line", "lines", "root", "target", "targets")
GROUP_NAMES = ("order", "line", "root", "target")
SCENARIO_NAMES = ("order", "line", "lines", "root", "target")
SOURCE_NAMES = ("order", "line", "lines", "root", "source")  # of a target, asked of each source
TARGET_NAMES = (*SOURCE_NAMES, "sources")  # of a target, asked once for all sources that are merged
STEP_NAMES = ("order", "line")
GIVEN_NAMES = (*STEP_NAMES, "decided", "answered")
POLICY_NAMES = ("order", "line")
ANSWER_NAMES = ("status", "response")

# The grouping keys that have a name; anything else is FEEL.
PLAIN_KEYS = ("order", "root line", "line", "fulfilment line")


def waiting_names(per: str) -> tuple[str, ...]:
    """What the condition of a dependency may speak of, by the grouping of the item that waits: `line` is only there
    where an item stands for one line, `root` where it stands for lines of one root line."""
    line = ("line",) if per in ("line", "fulfilment line") else ()
    root = ("root",) if per in ("line", "fulfilment line", "root line") else ()
    return ("order", *line, "lines", *root, "target", "targets")


def item_names(per: str) -> tuple[str, ...]:
    """What the expressions of an item with this grouping may speak of before it has ended."""
    return (*waiting_names(per), "results")


def answered_names(per: str) -> tuple[str, ...]:
    """What the results of an item with this grouping may speak of."""
    return (*item_names(per), "response")


class CompiledField(Struct, frozen=True):
    """A field of a request or result: its name, its expression, and what a null value means: stop, null or omit."""

    name: str
    expression: feel.Expression
    empty: str = "stop"


class Rules(Struct, frozen=True):
    """What an operation says of its answers; None where the status code decides."""

    success: feel.Expression | None = None
    error_code: feel.Expression | None = None


NO_RULES = Rules()


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
        "rules",
        "scope",
        "shared",
        "single",
        "system",
        "table",
        "until",
    )

    def __init__(self, definition: Item, release: Release) -> None:
        self.definition = definition
        self.kind: str = type(definition).__name__.lower()
        self.grouping = Grouping(definition.per)
        names = item_names(definition.per)
        self.condition = _optional(definition.condition, names)
        self.result = _fields(getattr(definition, "result", {}), answered_names(definition.per))
        self.inputs = _each(definition.inputs, names) if isinstance(definition, Decision) else ()
        self.until = _optional(definition.until, names) if isinstance(definition, Wait) else None
        queue = release.queues.get(definition.queue) if isinstance(definition, Manual) else None
        self.assign = release.assigning(queue.key) if queue else None
        calendar = definition.calendar if isinstance(definition, Wait) else queue.calendar if queue else ""
        self.calendar: WorkingTime | None = release.calendar(calendar) if calendar else None
        call = definition.call if isinstance(definition, Callout | Push) else None
        self.call = _fields(call.request, names) if call else ()
        self.system: System | None = None
        self.operation: Operation | None = None
        if call:
            self.system, self.operation = release.operation(call)
        self.rules = _rules(self.operation)
        self.table = definition.table if isinstance(definition, Decision) else None
        expressions = [
            self.condition,
            self.until,
            *(expression for _, expression in self.inputs),
            *(field.expression for field in (*self.result, *self.call)),
        ]
        paths = {path for expression in expressions if expression for path in expression.paths}
        # What it reads as if it stood for one line, or one domain order: where it stands for several, they must agree.
        self.shared = self.grouping.shared(paths)
        paths |= self.assign.paths if self.assign else frozenset()
        self.scope = frozenset(path[0] for path in paths)
        if self.table:
            self.scope |= {*waiting_names(definition.per)}  # its columns may ask for them without being told
        # `results` alone, or handed on whole, could mean any item: then all earlier ones are looked at.
        self.reads: frozenset[str] | None = frozenset(path[1] for path in paths if path[0] == "results" and path[1:])
        if any(path == ("results",) for path in paths):
            self.reads = None
        self.single: frozenset[str] = frozenset()  # those of them that are one result, never a list; the plan says


class CompiledPlan:
    """A plan definition with its items compiled, in the order in which they were written."""

    def __init__(self, definition: Plan, release: Release) -> None:
        self.definition = definition
        self.items = {item.key: CompiledItem(item, release) for item in definition.items}
        for item in self.items.values():
            wanted = self.items.keys() if item.reads is None else item.reads & self.items.keys()
            item.single = frozenset(key for key in wanted if self.items[key].grouping.covers(item.grouping))
        pairs = Counter((each.source, each.target) for each in definition.dependencies)
        self.dependencies = [
            CompiledDependency(each, definition.key, self.items[each.target].grouping, pairs)
            for each in definition.dependencies
            if each.target in self.items
        ]
        # Whether a plan can be impossible for some orders: most cannot, and need not be looked at to know that.
        self.asks = any(item.grouping.expression or item.shared for item in self.items.values()) or any(
            each.grouping.expression or each.condition for each in self.dependencies
        )


class CompiledDependency:
    """A dependency with its expressions compiled. `plan` is that of its source; `across` says that this is another one,
    `repeated` that a second dependency connects the same two items."""

    __slots__ = ("across", "condition", "definition", "grouping", "key", "plan", "repeated", "shared")

    def __init__(
        self, definition: Dependency, plan: str, waiting: Grouping, pairs: Mapping[tuple[str, str], int]
    ) -> None:
        """`waiting` is the grouping of the item that waits."""
        self.definition = definition
        other, _, self.key = definition.source.rpartition("/")
        self.plan = other or plan
        self.across = self.plan != plan
        self.grouping = Grouping(definition.per)
        self.condition = _optional(definition.condition, waiting_names(waiting.key))
        self.shared = waiting.shared(self.condition.paths) if self.condition else frozenset()
        spelt = (f"{self.plan}/{self.key}", self.key) if not self.across else (definition.source,)
        self.repeated = sum(pairs.get((source, definition.target), 0) for source in spelt) > 1


class CompiledTarget:
    """A target of a decomposition with its expressions compiled."""

    def __init__(self, definition: Target, decomposition: str = "") -> None:
        self.definition = definition
        self.decomposition = decomposition  # its key
        self.grouping = Grouping(definition.per, SOURCE_NAMES)
        self.condition = _optional(definition.condition, SOURCE_NAMES)
        self.quantity = _optional(definition.quantity, TARGET_NAMES)
        self.action = _optional(definition.action, TARGET_NAMES)
        self.attributes = _each(definition.attributes, TARGET_NAMES)


class CompiledStep:
    """A step of an enrichment with its expressions compiled."""

    def __init__(self, definition: Step) -> None:
        self.definition = definition
        self.condition = _optional(definition.condition, STEP_NAMES)
        self.inputs = _each(definition.inputs, STEP_NAMES)
        self.attributes = _each(definition.attributes, GIVEN_NAMES)


class Grouping:
    """A grouping key: one of the plain ones, or an expression.

    `needs` is what its value depends on (a line, a root line, a domain order), `fixes` what has one value in each of
    its groups.
    """

    __slots__ = ("expression", "fixes", "key", "needs")

    def __init__(self, key: str, names: tuple[str, ...] = GROUP_NAMES) -> None:
        self.key = key
        self.expression = None if key in PLAIN_KEYS else feel.compile(key, names)
        if self.expression is None:
            self.needs, self.fixes = _PLAIN[key]
        else:
            self.needs = frozenset(path[0] for path in self.expression.paths) - {"order"}
            self.fixes = frozenset()

    def shared(self, paths: Iterable[tuple[str, ...]]) -> frozenset[tuple[str, ...]]:
        """Those of the paths of an expression that read one of several, on which all of a group must agree."""
        return frozenset(path for path in paths if path[0] in ("line", "root", "target") and path[0] not in self.fixes)

    def covers(self, other: Grouping) -> bool:
        """Whether it is the same as the other or coarser: every group of the other lies within one of its groups."""
        return self.key == other.key or self.needs <= other.fixes


_Names = frozenset[str]
_PLAIN: dict[str, tuple[_Names, _Names]] = {
    "order": (frozenset(), frozenset()),
    "root line": (frozenset({"root"}), frozenset({"root"})),
    "line": (frozenset({"line"}), frozenset({"line", "root"})),
    "fulfilment line": (frozenset({"target"}), frozenset({"target"})),
}


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
    return tuple(CompiledTarget(target, decomposition.key) for target in decomposition.targets)


def _scenario(scenario: Scenario) -> tuple[Scenario, feel.Expression | None]:
    return scenario, _optional(scenario.condition, SCENARIO_NAMES)


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

    def output_types(self, table: str) -> dict[str, str]:
        """The types of a table's output columns, by name."""
        document = self.definitions[f"table/{table}"].document
        assert isinstance(document, Table)
        return {output.name: output.type for output in document.outputs}

    def operation(self, call: Call) -> tuple[System, Operation]:
        """The system and operation a call names."""
        system = self.systems[call.system]
        return system, next(operation for operation in system.operations if operation.key == call.operation)


def _rules(operation: Operation | None) -> Rules:
    if operation is None or not (operation.success or operation.error_code):
        return NO_RULES
    return Rules(_optional(operation.success, ANSWER_NAMES), _optional(operation.error_code, ANSWER_NAMES))


def _optional(text: str, names: tuple[str, ...]) -> feel.Expression | None:
    return feel.compile(text, names) if text else None


def _each(texts: Mapping[str, str], names: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, feel.compile(text, names)) for name, text in texts.items())


def _fields(
    written: Mapping[str, str | RequestField | ResultField], names: tuple[str, ...]
) -> tuple[CompiledField, ...]:
    return tuple(
        CompiledField(name, feel.compile(field, names))
        if isinstance(field, str)
        else CompiledField(name, feel.compile(field.value, names), field.empty)
        for name, field in written.items()
    )
