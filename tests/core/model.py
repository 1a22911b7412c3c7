"""What a history of events must mean, written a second time and without the engine.

The engine keeps counters of unmet dependencies and folds as it goes. This model knows nothing of that: it reads
the journal of one order from the beginning, asks of every event whether it may stand there, and says what
state everything must be in at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from runtime.core import events as e

ENDED = {"completed", "skipped"}
BEGUN = (e.ItemStarted, e.ItemWaiting, e.ItemCompleted, e.ItemSkipped, e.ItemFailed)

# By hand, from the words of the design: where an event may find an item, and where it leaves it.
LEGAL = {
    ("pending", e.ItemStarted): "running",
    ("pending", e.ItemWaiting): "waiting",
    ("pending", e.ItemCompleted): "completed",
    ("pending", e.ItemSkipped): "skipped",
    ("pending", e.ItemFailed): "failed",
    ("running", e.AttemptFailed): "retrying",
    ("running", e.ItemWaiting): "waiting",
    ("running", e.ItemCompleted): "completed",
    ("running", e.ItemFailed): "failed",
    ("retrying", e.AttemptFailed): "retrying",
    ("retrying", e.ItemWaiting): "waiting",
    ("retrying", e.ItemCompleted): "completed",
    ("retrying", e.ItemFailed): "failed",
    ("retrying", e.ItemSkipped): "skipped",
    ("waiting", e.ItemCompleted): "completed",
    ("waiting", e.ItemFailed): "failed",
    ("waiting", e.ItemSkipped): "skipped",
    ("failed", e.ItemRetried): "pending",
    ("failed", e.ItemSkipped): "skipped",
    ("failed", e.ItemCompleted): "completed",
    ("failed", e.ItemFailed): "failed",
}
REPORTS = (e.AttemptEnded, e.CallbackReceived)
UNSETTLED = ("open", "unknown")
UNHEARD = ("no callback", "not in time")  # why an item failed of which nobody knows what became


@dataclass
class Record:
    """A fallout record."""

    item: int | None
    about: str
    state: str = "open"


@dataclass
class Told:
    """What the journal of one order tells."""

    order: str = "accepted"
    items: dict[int, str] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    works_for: dict[int, set[str]] = field(default_factory=dict)  # item -> order lines
    needs: dict[int, set[int]] = field(default_factory=dict)
    results: dict[int, dict] = field(default_factory=dict)
    attempts: dict[int, int] = field(default_factory=dict)
    runs: dict[int, int] = field(default_factory=dict)
    tried: Counter[tuple[int, int]] = field(default_factory=Counter)  # attempts of each (item, run)
    effects: dict[int, str] = field(default_factory=dict)  # of the current run: none, open, unknown, done
    heard: dict[int, str] = field(default_factory=dict)  # what the last report that counted says
    attention: tuple[int, str] | None = None  # a late report that the next event must make fallout of
    kinds: dict[int, str] = field(default_factory=dict)
    enriched: list[tuple[int, str, tuple[str, ...]]] = field(default_factory=list)  # when, which table, rows that fired
    decided: list[tuple[int, int, tuple[str, ...]]] = field(default_factory=list)  # when, which item, rows that fired
    attributes: dict[str, dict] = field(default_factory=dict)  # line -> what it says, and what it was given
    tasks: dict[int, str] = field(default_factory=dict)  # question or approval -> open, completed, rejected, withdrawn
    records: dict[int, Record] = field(default_factory=dict)  # fallout, by the number of the event that opened it
    questions: dict[int, tuple[str, str, int]] = field(default_factory=dict)  # question -> line, enrichment, step
    approvals: dict[int, str] = field(default_factory=dict)  # approval -> policy
    reached: dict[str, tuple[str, int]] = field(default_factory=dict)  # line -> its last step: enrichment, number
    by: str = ""
    decomposed: bool = False

    @property
    def unmet(self) -> dict[int, int]:
        return {n: sum(self.items[s] not in ENDED for s in sources) for n, sources in self.needs.items()}

    @property
    def asks(self) -> set[int]:
        """The questions and approvals that still wait for people."""
        return {n for n, state in self.tasks.items() if state == "open"}

    @property
    def open_items(self) -> int:
        return sum(state not in ENDED for state in self.items.values())

    def decided_last(self, n: int) -> tuple[str, ...]:
        """The rows that fired when item `n` was decided for the last time."""
        return next(rows for _, item, rows in reversed(self.decided) if item == n)

    def open_items_of(self, line: str) -> int:
        return sum(line in self.works_for[n] and state not in ENDED for n, state in self.items.items())


def tell(journal: list[tuple[int, int, e.Event, int | None]]) -> Told:
    """Reads (seq, at, event, item) rows in order; AssertionError where a history cannot be true."""
    told = Told()
    last_at = 0
    for expected, (seq, at, event, n) in enumerate(journal, 1):
        assert seq == expected, f"the journal jumps from {expected - 1} to {seq}"
        assert at >= last_at, f"event {seq} happened before the one before it"
        last_at = at
        _follows(journal[seq - 2], event, n, told) if seq > 1 else None
        match event:
            case e.OrderSubmitted():
                assert seq == 1
                told.lines = {line.id: "accepted" for line in event.order.lines}
                told.parents = {line.id: line.parent for line in event.order.lines}
                told.by = event.by
                told.attributes = {line.id: dict(line.attributes) for line in event.order.lines}
            case e.OrderEnriched():
                assert not told.decomposed
                assert told.order in ("accepted", "awaiting answers")
                for each in event.given:
                    _give(told, each.line, (each.enrichment, each.step))
                    told.attributes[each.line] |= each.attributes
                told.enriched += [(at, each.table, each.rows) for each in event.given if each.table]
            case e.QuestionAsked() | e.ApprovalRequested():
                assert n == -1 - len(told.tasks), f"the number {n} was left out or given twice"
                told.tasks[n] = "open"
                _ask(told, n, event)
            case e.QuestionAnswered():
                assert n in told.questions
                assert told.order == "awaiting answers"
                _end(told, n)
            case e.ApprovalGiven():
                assert n in told.approvals
                assert event.by != told.by, "who submitted the order approved it"
                _end(told, n)
            case e.OrderApproved():
                assert told.order == "awaiting approval"
                assert not told.asks, "not everybody has approved"
                told.order = "accepted"
            case e.TaskRefused():
                _end(told, n, "rejected")
            case e.OrderRejected():
                assert told.order in ("awaiting answers", "awaiting approval")
                assert isinstance(journal[seq - 2][2], e.TaskRefused), "somebody must have rejected it"
                assert seq == len(journal), "something happened after the order was rejected"
                told.order = "rejected"
                told.lines = dict.fromkeys(told.lines, "rejected")
                told.tasks |= dict.fromkeys(told.asks, "withdrawn")
            case e.OrderCancelled():
                assert told.order in ("accepted", "awaiting answers", "awaiting approval")
                assert not told.items, "it has a plan already"
                assert seq == len(journal), "something happened after the order was cancelled"
                told.order = "cancelled"
                told.lines = dict.fromkeys(told.lines, "cancelled")
                told.tasks |= dict.fromkeys(told.asks, "withdrawn")
            case e.PlanRetried():
                assert told.order == "accepted"
                assert any(record.about == "plan" and record.state != "resolved" for record in told.records.values())
            case e.OrderDecomposed():
                assert not told.decomposed
                assert not told.asks, "it was taken apart before every question was answered"
                told.decomposed = True
                told.order = "accepted"
            case e.PlanGenerated():
                assert told.order == "accepted"
                told.order = "in progress"
                told.needs = {i: set() for i in range(len(event.items))}
                for i, item in enumerate(event.items):
                    told.items[i] = "pending"
                    told.kinds[i] = item.kind
                    stands_for = item.lines[: item.own]
                    told.works_for[i] = {above for line in stands_for for above in _lineage(told, line)}
                    assert set(item.lines) == told.works_for[i]
                for source, target in event.dependencies:
                    told.needs[target].add(source)
            case e.LineStarted():
                assert told.lines[event.line] == "accepted"
                told.lines[event.line] = "in progress"
            case e.LineCompleted():
                assert not told.open_items_of(event.line), f"line {event.line} completed with open items"
                told.lines[event.line] = "completed"
            case e.OrderCompleted():
                assert not told.open_items, "the order completed with open items"
                assert set(told.lines.values()) <= {"completed"}
                told.order = "completed"
            case e.AttemptEnded() | e.CallbackReceived():
                _report(told, n, event)
            case e.RetryBroughtForward():
                assert told.items[n] == "retrying"
            case e.PushFailed() | e.TaskAssigned() | e.TaskUnassigned() | e.TaskClaimed() | e.TaskReleased():
                pass
            case _ if event.type.startswith("fallout "):
                pass
            case _:
                assert n is not None
                _item(told, n, event)
                _fired(told, at, n, event)
        _fallout(told, seq, n, event)
    return told


FALLOUT_MOVES = {
    e.FalloutAssigned: ({"open", "assigned", "in progress", "on hold"}, "assigned"),
    e.FalloutReleased: ({"assigned", "in progress", "on hold"}, "open"),
    e.FalloutStarted: ({"open", "assigned", "on hold"}, "in progress"),
    e.FalloutHeld: ({"open", "assigned", "in progress"}, "on hold"),
    e.FalloutResolved: ({"open", "assigned", "in progress", "on hold"}, "resolved"),
}


def _fallout(told: Told, seq: int, n: int | None, event: e.Event) -> None:
    """Which records an event opens, moves and resolves."""
    match event:
        case e.ItemFailed():
            told.records[seq] = Record(n, "item")
        case e.PushFailed():
            told.records[seq] = Record(n, "push")
        case e.FalloutReported():
            told.records[seq] = Record(n, event.about)
        case e.ItemRetried() | e.ItemSkipped() | e.ItemCompleted():
            _resolve(told, lambda record: record.about == "item" and record.item == n)
        case e.PlanRetried():
            _resolve(told, lambda record: record.about == "plan")
        case e.OrderCancelled():
            _resolve(told, lambda record: True)
        case e.FalloutNoted():
            assert event.fallout in told.records
        case _ if type(event) in FALLOUT_MOVES:
            before, after = FALLOUT_MOVES[type(event)]
            record = told.records[event.fallout]
            assert record.state in before, f"a record that is {record.state} cannot take {event!r}"
            assert after != "resolved" or record.about not in ("item", "plan")
            record.state = after


def _resolve(told: Told, which: Callable[[Record], bool]) -> None:
    for record in told.records.values():
        if which(record):
            record.state = "resolved"


def _ask(told: Told, n: int, event: e.QuestionAsked | e.ApprovalRequested) -> None:
    if isinstance(event, e.QuestionAsked):
        assert not told.decomposed
        question = (event.line, event.enrichment, event.step)
        assert question not in told.questions.values(), f"{question} was asked twice"
        of_line = [other for other, (line, _, _) in told.questions.items() if line == event.line]
        assert told.asks.isdisjoint(of_line), f"line {event.line} has two questions at once"
        assert told.reached.get(event.line, ("", -1)) < (event.enrichment, event.step)
        told.questions[n] = question
        told.order = "awaiting answers"
    else:
        assert told.decomposed
        assert event.policy not in told.approvals.values()
        assert event.lines
        told.approvals[n] = event.policy
        told.order = "awaiting approval"


def _give(told: Told, line: str, step: tuple[str, int]) -> None:
    assert told.reached.get(line, ("", -1)) < step, f"line {line} was taken back to {step}"
    told.reached[line] = step
    assert all(told.questions[n][0] != line for n in told.asks), f"line {line} went on without an answer"


def _end(told: Told, n: int, state: str = "completed") -> None:
    assert told.tasks[n] == "open", f"{n} had ended already"
    told.tasks[n] = state


def _fired(told: Told, at: int, n: int, event: e.Event) -> None:
    if told.kinds[n] == "decision" and isinstance(event, e.ItemCompleted | e.ItemFailed):
        told.decided.append((at, n, event.rows))
    else:
        assert not getattr(event, "rows", ()), f"item {n} is no decision, and no row fired for it"


def _item(told: Told, n: int, event: e.Event) -> None:
    before = told.items[n]
    assert (before, type(event)) in LEGAL, f"item {n} is {before} and cannot take {event!r}"
    if before == "pending" and isinstance(event, BEGUN):
        unmet = {source for source in told.needs[n] if told.items[source] not in ENDED}
        assert not unmet, f"item {n} began while {unmet} had not ended"
    if isinstance(event, e.ItemStarted):
        assert event.run == told.runs.get(n, 1)
        if told.effects.get(n, "none") == "none":
            told.effects[n] = "open"
        assert event.attempt == told.attempts.get(n, 0) + 1
        told.attempts[n] = event.attempt
        told.tried[n, event.run] += 1
    if isinstance(event, e.AttemptFailed):
        assert event.attempt == told.attempts[n]
        told.attempts[n] += 1
        told.tried[n, told.runs.get(n, 1)] += 1
    if isinstance(event, e.ItemCompleted | e.ItemSkipped):
        told.results[n] = event.result
    if isinstance(event, e.ItemFailed) and before != "pending" and event.cause != "crash":
        settled = {"unknown": "unknown", "failed": "none", "succeeded": "done"}
        told.effects[n] = "unknown" if event.cause in UNHEARD else settled[told.heard[n]]
    if isinstance(event, e.ItemRetried):
        before_run = told.runs.get(n, 1)
        again = event.request is None and (not told.attempts.get(n) or told.effects.get(n) in UNSETTLED)
        assert event.run == before_run if again else event.run == before_run + 1
        if not again:
            told.effects[n] = "none"
        told.runs[n] = event.run
    told.items[n] = LEGAL[before, type(event)]


def _awaited(told: Told, n: int, event: e.AttemptEnded | e.CallbackReceived) -> bool:
    """Whether what a system reports can still change the item."""
    state = told.items[n]
    if event.run != told.runs.get(n, 1):
        return False
    if isinstance(event, e.AttemptEnded) and event.outcome != "succeeded":
        return state in ("running", "retrying") and (event.outcome == "accepted" or event.attempt == told.attempts[n])
    unheard = state in ("failed", "pending") and told.effects.get(n) in UNSETTLED
    return state in ("running", "retrying", "waiting") or unheard


def _report(told: Told, n: int, event: e.AttemptEnded | e.CallbackReceived) -> None:
    if told.kinds[n] == "push":
        assert not event.late
        return
    awaited = _awaited(told, n, event)
    assert bool(event.late) == (not awaited), f"item {n} is {told.items[n]}, and {event!r}"
    if awaited:
        told.heard[n] = event.outcome
        if event.outcome == "succeeded":
            told.effects[n] = "done"
        elif isinstance(event, e.CallbackReceived):
            told.effects[n] = "none" if event.outcome == "failed" else "unknown"


def _follows(earlier: tuple[int, int, e.Event, int | None], event: e.Event, n: int | None, told: Told) -> None:
    """What must come right after a report: the end that it brings, or fallout where it came too late."""
    report, of = earlier[2], earlier[3]
    if not isinstance(report, REPORTS) or of is None or told.kinds[of] == "push":
        return
    if report.outcome == "succeeded" and not report.late:
        assert n == of
        assert isinstance(event, e.ItemCompleted | e.ItemFailed)
    if report.late:
        mine, done = report.run == told.runs.get(of, 1), told.effects.get(of) == "done"
        in_time = told.kinds[of] == "wait" and told.items[of] == "completed"
        wanted = (not mine or not (done or in_time)) if report.outcome == "succeeded" else mine and done
        wanted = wanted and report.outcome in ("succeeded", "failed")
        told_of = isinstance(event, e.FalloutReported) and event.about == "late answer"
        assert told_of == wanted, f"{report!r} is followed by {event!r}"


def _lineage(told: Told, line: str) -> list[str]:
    found = [line]
    while (parent := told.parents[found[-1]]) is not None:
        found.append(parent)
    return found
