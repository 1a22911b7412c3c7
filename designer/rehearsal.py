"""What would become of an order: taken apart, planned and thought through as far as it can be. Pure: nothing is stored.

Theory of operation. The plan is made by the code that makes real plans. Then its items are visited in the order of
their dependencies, and each is asked what a turn would ask it. What a system or a person will answer is not known, so
an expression that reads such an answer (or a result that may come too late) is not asked: what hangs on it stays
undecided. All that is told as known is what would really happen.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal

import networkx as nx
from msgspec import Struct, structs

from designer import asking
from designer.asking import Answers, Ask
from runtime.core.calendars import WorkingTime
from runtime.core.catalog import refuse_misfits
from runtime.core.decomposition import decompose
from runtime.core.definitions import Automatic, Item, Wait
from runtime.core.durations import milliseconds
from runtime.core.evaluation import Evaluation, Names, Unusable
from runtime.core.events import Given, ItemCompleted, ItemFailed, ItemSkipped
from runtime.core.kinds.beginning import begin
from runtime.core.kinds.effects import Beginning, Begun, Decided
from runtime.core.kinds.fields import field_value
from runtime.core.kinds.wait import moment_of
from runtime.core.names import names_for
from runtime.core.orders import FulfilmentLine, Order
from runtime.core.plans import Graph, generate
from runtime.core.release import Release
from runtime.core.scenarios import plans_for, refuse_hopeless, with_plans
from runtime.core.scopes import OrderScope
from runtime.core.state import Item as Instance
from runtime.core.state import OrderState
from runtime.core.values import to_json, to_stored
from runtime.core.work import Wanted
from runtime.errors import Fault, OrderRefused
from runtime.rules.feel import Expression, Result

# What will become of an item: it is done, it is skipped, it fails, or that hangs on what is not known yet.
Verdict = Literal["runs", "skipped", "fails", "undecided"]

Edge = tuple[int, int]


class Fired(Struct, frozen=True, kw_only=True):
    """A row of a decision table that fired; `number` counts from 1, as people count rows."""

    rule: str
    number: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class Asked(Struct, frozen=True, kw_only=True):
    """A decision table that was asked: what each column saw (label, value), which rows fired, and the answer."""

    table: str
    name: str
    seen: tuple[tuple[str, Any], ...]
    outputs: tuple[str, ...]
    fired: tuple[Fired, ...]
    value: Any
    warnings: tuple[str, ...] = ()


class Planned(Struct, frozen=True, kw_only=True):
    """An item of the plan. `reason` says why it is not done, or on what that hangs. `takes` is how long it is expected
    to take, nights and holidays of its `calendar` (a name) included, where that counts its `working` time; `starts` and
    `ends` count from the submission; all in milliseconds."""

    n: int
    plan: str
    key: str
    kind: str
    definition: Item
    group: str
    targets: tuple[int, ...]
    lines: tuple[str, ...]
    verdict: Verdict = "runs"
    reason: str = ""
    result: dict[str, Any] = {}  # what of it is known
    asked: Asked | None = None
    takes: int | None = None
    calendar: str = ""
    working: int | None = None
    starts: int = 0
    ends: int = 0


class Rehearsal(Struct, frozen=True, kw_only=True):
    """What would become of an order. Where it would be refused, `refusal` says why, and there is no plan.

    `given` is what enrichments gave to the lines of `order`, and `asks` what people are asked first. `edges` are
    dependencies (source, target) by the numbers of items; `critical` is the longest way through the plan by expected
    durations, and `eta` how long it takes, in milliseconds, where the order is submitted `at` that moment. `unmeasured`
    have no expected duration.
    """

    order: Order | None
    refusal: str = ""
    faults: tuple[Fault, ...] = ()
    given: tuple[Given, ...] = ()
    asks: tuple[Ask, ...] = ()
    fulfilments: tuple[FulfilmentLine, ...] = ()
    items: tuple[Planned, ...] = ()
    edges: tuple[Edge, ...] = ()
    critical: tuple[int, ...] = ()
    eta: int = 0
    at: int = 0

    @property
    def ends(self) -> int:
        """The moment at which the last item is expected to end."""
        return self.at + self.eta

    @property
    def by_calendar(self) -> bool:
        """Whether the eta hangs on the moment at which the order is submitted."""
        return any(item.calendar and item.verdict != "skipped" for item in self.items)

    @property
    def unmeasured(self) -> tuple[int, ...]:
        """Items that take an unknown time, which counts as none; milestones take none by nature."""
        return tuple(
            item.n
            for item in self.items
            if item.takes is None and item.kind in ("callout", "manual", "wait") and item.verdict != "skipped"
        )


def refused(refusal: OrderRefused, order: Order | None = None) -> Rehearsal:
    """The rehearsal of an order that would be refused."""
    return Rehearsal(order=order, refusal=str(refusal), faults=refusal.faults)


def rehearse(order: Order, release: Release, *, at: int, answers: Answers = ()) -> Rehearsal:
    """What submitting the order `at` a moment (ms since 1970, UTC), under this release, would come to, where questions
    get these `answers`, or empty ones, and every approval is given. Raises WrongForm for an answer its form refuses."""
    fulfilments: tuple[FulfilmentLine, ...] = ()
    evaluation = Evaluation(at)
    given: tuple[Given, ...] = ()
    asks: tuple[Ask, ...] = ()
    doubt = ""
    try:
        told = asking.questioned(order, release, answers, evaluation)
        order, given, asks = told.order, told.given, told.questions
        refuse_misfits(order, release, evaluation, told.unanswered)
        if told.questions:
            refuse_hopeless(order, release)
        if told.unanswered:
            doubt = " with empty answers; give sample answers to see its plan"
        fulfilments = decompose(order, release, evaluation)
        chosen = plans_for(order, fulfilments, release, evaluation)
        fulfilments = with_plans(fulfilments, chosen)
        asks += asking.approved(order, release, evaluation)
    except OrderRefused as refusal:
        return Rehearsal(
            order=order,
            refusal=f"{refusal}{doubt}",
            faults=refusal.faults,
            given=given,
            asks=asks,
            fulfilments=fulfilments,
        )
    scope = OrderScope(order)
    graph = generate(scope, chosen, release, evaluation)
    waiting: nx.DiGraph[int] = nx.DiGraph(graph.edges)
    waiting.add_nodes_from(range(len(graph.items)))
    in_order = list(nx.topological_sort(waiting))
    state = OrderState(
        id=0,
        release=release,
        state="accepted",
        seq=0,
        scope=scope,
        fulfilments={each.n: each for each in fulfilments},
        items={item.n: item for item in graph.items},
    )
    thought = _Thinking(state, graph)
    planned: dict[int, Planned] = {}
    for n in in_order:
        starts = max((planned[source].ends for source in waiting.predecessors(n)), default=0)
        item = thought.of(graph.items[n], at + starts)
        planned[n] = _timed(item, graph.items[n], at + starts, thought.over(graph.items[n], at + starts), starts)
    eta = max((item.ends for item in planned.values()), default=0)
    return Rehearsal(
        order=order,
        given=given,
        asks=asks,
        fulfilments=fulfilments,
        items=tuple(planned[n] for n in sorted(planned)),
        edges=tuple(graph.edges),
        critical=_longest(waiting, planned) if eta else (),
        eta=eta,
        at=at,
    )


def _timed(item: Planned, instance: Instance, begins: int, over: int | None, starts: int) -> Planned:
    takes = None if over is None else over - begins
    lasts = 0 if item.verdict == "skipped" else takes or 0
    item = structs.replace(item, takes=takes, starts=starts, ends=starts + lasts)
    calendar, length = instance.compiled.calendar, _length(item.definition)
    if calendar is None or length is None:
        return item
    return structs.replace(item, calendar=calendar.document.name, working=milliseconds(length))


def _length(definition: Item) -> str | None:
    """What its calendar counts, where it has one."""
    return definition.delay if isinstance(definition, Wait) else definition.duration


def _passed(calendar: WorkingTime | None, begins: int, length: str) -> int | None:
    """The moment at which so much (working) time has passed; None where the calendar never has it."""
    took = milliseconds(length)
    return begins + took if calendar is None else calendar.after(begins, took)


def _longest(waiting: nx.DiGraph[int], planned: dict[int, Planned]) -> tuple[int, ...]:
    """The items of the longest way; what an item takes weighs on the edges that leave it."""
    timed: nx.DiGraph[int] = nx.DiGraph()
    end = len(planned)
    for n, item in planned.items():
        for target in list(waiting.successors(n)) or [end]:
            timed.add_edge(n, target, lasts=item.ends - item.starts)
    return tuple(n for n in nx.dag_longest_path(timed, weight="lasts") if n != end)


class _NotKnown(Exception):
    """What an expression reads is not known before it happens; the message says what."""


class _Foreseeing(Evaluation):
    """The door, before the order is real: an expression that reads what is not known yet is not asked."""

    __slots__ = ("_missing",)

    def __init__(self, now: int, missing: Callable[[Expression], str]) -> None:
        super().__init__(now)
        self._missing = missing

    def value(self, expression: Expression, names: Names) -> Result:
        """Raises _NotKnown."""
        if missing := self._missing(expression):
            raise _NotKnown(missing)
        return super().value(expression, names)


class _Thinking:
    """Has each item begin as a turn would, in the order of the dependencies, as far as answers are known."""

    def __init__(self, state: OrderState, graph: Graph) -> None:
        self._state = state
        # Whose result has parts that are not known: their names, or None where it may have any.
        self._open: dict[int, frozenset[str] | None] = {}
        # Everything that has surely ended when an item begins, as a set of bits: a plan may have thousands.
        self._before = [0] * len(graph.items)
        self._sources: list[list[int]] = [[] for _ in graph.items]
        for source, target in graph.edges:
            self._sources[target].append(source)

    def of(self, instance: Instance, begins: int) -> Planned:
        for source in self._sources[instance.n]:
            self._before[instance.n] |= self._before[source] | 1 << source
        compiled = instance.compiled
        item = Planned(
            n=instance.n,
            plan=instance.plan,
            key=instance.key,
            kind=compiled.kind,
            definition=compiled.definition,
            group=instance.group,
            targets=instance.targets,
            lines=instance.lines,
        )
        if compiled.condition is not None and (missing := self._missing(instance, compiled.condition)):
            self._open[item.n] = None
            return structs.replace(item, verdict="undecided", reason=missing)
        beginning = self._beginning(instance, begins)
        try:
            begun = begin(beginning)
        except _NotKnown as unknown:
            item = self._partly(item, beginning, str(unknown))
        else:
            item = self._begun(item, begun)
        instance.result = None if item.verdict == "skipped" else item.result
        return item

    def _beginning(self, instance: Instance, begins: int) -> Beginning:
        names = names_for(self._state, instance, Wanted())
        assert names is not None  # everything is loaded
        evaluation = _Foreseeing(begins, lambda expression: self._missing(instance, expression))
        return Beginning(item=instance, names=names, evaluation=evaluation, release=self._state.release)

    def _begun(self, item: Planned, begun: Begun) -> Planned:
        asked = None if begun.decided is None else self._asked(begun.decided)
        match begun.event:
            case ItemSkipped(reason=reason):
                return structs.replace(item, verdict="skipped", reason=reason)
            case ItemFailed(error=error):
                self._open[item.n] = None
                return structs.replace(item, verdict="fails", reason=error, asked=asked)
            case ItemCompleted(result=result):
                return structs.replace(item, result=result, asked=asked)
        self._open[item.n] = None  # a system, a person or time says how it ends
        return item

    def _partly(self, item: Planned, beginning: Beginning, unknown: str) -> Planned:
        """An item that begins with something that is not known: of its result what can be said."""
        compiled = beginning.item.compiled
        if not isinstance(compiled.definition, Automatic):
            self._open[item.n] = None
            return structs.replace(item, reason=unknown)
        known, open_ = {}, set()
        for field in compiled.result:
            try:
                known[field.name] = to_stored(field_value(field, beginning.names, beginning.evaluation))
            except _NotKnown:
                open_.add(field.name)
            except Unusable as unusable:
                self._open[item.n] = None
                return structs.replace(item, verdict="fails", reason=f"Result {field.name}: {unusable}.")
        self._open[item.n] = frozenset(open_)
        return structs.replace(item, result=known, reason=unknown)

    def _asked(self, decided: Decided) -> Asked:
        """How a table was asked, for people."""
        table, result = self._state.release.table(decided.table), decided.result
        document, trace = table.document, result.trace
        labels = {column.id: column.label or column.expression for column in document.inputs}
        numbers = {rule.id: n for n, rule in enumerate(document.rules)}
        matched = trace.matched[:1] if document.hit_policy == "first" else trace.matched
        return Asked(
            table=decided.table,
            name=document.name,
            seen=tuple((labels[seen.column], to_json(seen.value)) for seen in trace.inputs),
            outputs=tuple(column.label or column.name for column in document.outputs),
            fired=tuple(
                Fired(
                    rule=id_,
                    number=numbers[id_] + 1,
                    inputs=document.rules[numbers[id_]].inputs,
                    outputs=document.rules[numbers[id_]].outputs,
                )
                for id_ in matched
            ),
            value=to_json(result.value),
            warnings=tuple(warning.message for warning in result.warnings),
        )

    def over(self, instance: Instance, begins: int) -> int | None:
        """The moment at which it would be over if it began at that one; None where nothing says when that is. A wait
        is over with what it waits for, its delay or its moment, whichever comes first."""
        compiled, definition = instance.compiled, instance.compiled.definition
        if not isinstance(definition, Wait):
            return _passed(compiled.calendar, begins, definition.duration) if definition.duration else None
        moments = []
        if definition.duration:  # that of the callback, which no calendar counts
            moments.append(_passed(None, begins, definition.duration))
        if definition.delay:
            moments.append(_passed(compiled.calendar, begins, definition.delay))
        if compiled.until is not None:
            beginning = self._beginning(instance, begins)
            with suppress(_NotKnown):
                moments.append(moment_of(beginning.evaluation.value(compiled.until, beginning.names).value))
        known = [moment for moment in moments if moment is not None]
        return max(begins, min(known)) if known else None

    def _missing(self, instance: Instance, expression: Expression) -> str:
        """What the expression reads that is not known; empty where all is."""
        for path in sorted(expression.paths):
            if path[0] != "results":
                continue
            for key in path[1:2] or sorted(instance.reads):
                for n in instance.reads.get(key, ()):
                    name = f"results.{key}"
                    if not self._before[instance.n] >> n & 1:
                        return f"{name} may not have ended by then"
                    if n not in self._open:
                        continue
                    fields = self._open[n]
                    if fields is None or not path[2:] or path[2] in fields:
                        read = ".".join(path) if path[1:] else name
                        return f"depends on {read}, which is not known before it happens"
        return ""
