"""One turn of the engine: folds messages into events until nothing more follows by itself.

Theory of operation. A turn does no input and no output. Messages go in; it changes the loaded state by events
and says in `wanted` which further rows it needs to go on: the successors of an item that ended, the results an
expression reads. Whoever drives it (the SQL store, or the simulation of the tests) feeds those and runs it
again. So the cost of a turn depends on what changes, not on the size of the plan; rows for many orders are
fetched together; and one wave of thousands of items, or fifty answers for fifty orders, is one transaction.

Time, tokens and chance arrive as arguments: the same messages always give the same events. The file is long because
the life of an item is: a short method for each message, each kind of item and each end, all on the same few rows.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from runtime.core.decomposition import match
from runtime.core.definitions import Callout, Manual, Push, Wait
from runtime.core.durations import milliseconds
from runtime.core.evaluation import Evaluation
from runtime.core.events import (
    AttemptFailed,
    Event,
    ItemCompleted,
    ItemFailed,
    ItemRetried,
    ItemSkipped,
    ItemStarted,
    ItemWaiting,
    LineCompleted,
    LineStarted,
    OrderCompleted,
    PlanGenerated,
    PushFailed,
    TaskAssigned,
)
from runtime.core.messages import (
    Answer,
    CompleteTask,
    Deliver,
    Failure,
    Fire,
    Message,
    Proceed,
    PushLost,
    Retry,
    Skip,
)
from runtime.core.names import names_for
from runtime.core.plans import generate
from runtime.core.retries import delay
from runtime.core.state import Item, LineState, OrderState
from runtime.core.transitions import ITEM_ENDED, move
from runtime.core.values import encode, to_feel, to_json, to_stored
from runtime.core.work import EVERY_DECISION, Hits, Job, OpenedTask, Recorded, Wanted
from runtime.errors import IllegalMove
from runtime.rules.feel import Expression

EPOCH, MILLISECOND = datetime.fromtimestamp(0, UTC), timedelta(milliseconds=1)


class Turn:
    """The state, the events so far, and the work they make."""

    def __init__(
        self, now: int, token: Callable[[], str], chance: Callable[[], float], limit: int | None = None
    ) -> None:
        self.now = now
        self.orders: dict[int, OrderState] = {}
        self.events: list[Recorded] = []
        self.jobs: list[Job] = []
        self.dropped_jobs: set[tuple[int, int]] = set()  # (order, item) that wait or are asked no longer
        self.opened_tasks: list[OpenedTask] = []
        self.counts: Counter[tuple[str, str]] = Counter()
        self.hits: dict[tuple[str, str], Hits] = {}  # by version of a table and rule
        self.wanted = Wanted()
        self._token = token
        self._chance = chance
        self._limit = limit
        self._messages: deque[tuple[OrderState, Message]] = deque()
        self._ended: deque[tuple[OrderState, Item]] = deque()
        self._ready: deque[tuple[OrderState, Item]] = deque()

    # --- what comes in --------------------------------------------------------------------------------

    def start(self, order: OrderState) -> None:
        """Makes the plan of an accepted order. Needs `scope`, all `fulfilments` and all `lines`."""
        assert order.scope is not None
        fulfilments = order.fulfilments
        evaluation = Evaluation(self.now)
        chosen = match(order.scope.document, fulfilments.values(), order.release, evaluation)
        graph = generate(order.scope, chosen, order.release, evaluation)
        order.new_plan = True
        order.items = {item.n: item for item in graph.items}
        order.successors = dict(enumerate(graph.successors))
        order.open_items = len(graph.items)
        self.counts["item", "pending"] += len(graph.items)
        for item in graph.items:
            for line in item.lines:
                order.lines[line].open_items += 1
        self._move_order(
            order,
            PlanGenerated(
                [(item.plan, item.key, item.compiled.kind, item.targets, item.group) for item in graph.items],
                graph.edges,
            ),
        )
        for line_state in order.lines.values():
            if not line_state.open_items:  # nothing is done for it: noChange, say
                self._complete_line(order, line_state)
        self._ready.extend((order, item) for item in graph.items if not item.unmet)
        self._complete_if_done(order)

    def send(self, order: OrderState, message: Message) -> None:
        """Something is wanted of an item, which must have been loaded. Refused messages raise IllegalMove."""
        self._messages.append((order, message))

    def run(self) -> Wanted:
        """Goes on until nothing follows, or `wanted` must be fed first; returns it, emptied of what came."""
        self.wanted = Wanted()
        for queue, step in (
            (self._messages, self._take),
            (self._ended, self._release_successors),
            (self._ready, self._begin),
        ):
            self._drain(queue, step)
        while (self._ended or self._ready) and not self.wanted:
            self._drain(self._ended, self._release_successors)
            self._drain(self._ready, self._begin)
        return self.wanted

    def _drain(self, queue: deque[Any], step: Callable[[OrderState, Any], bool]) -> None:
        """Takes each entry one step on; those that need rows first are put back."""
        for _ in range(len(queue)):
            order, entry = queue.popleft()
            if not step(order, entry):
                queue.append((order, entry))

    # --- messages -------------------------------------------------------------------------------------

    def _take(self, order: OrderState, message: Message) -> bool:
        item = order.items[message.n]
        ended_already = item.state in ITEM_ENDED
        match message:
            case Proceed():
                if item.state == "pending" and not item.unmet:
                    self._ready.append((order, item))
            case PushLost():
                self._push_lost(order, item, message)
            case Answer(attempt=attempt) | Failure(attempt=attempt) if ended_already or attempt != item.attempt:
                pass  # too late: it was answered, given up or asked again in the meantime
            case Answer() if item.state in ("running", "retrying"):
                return self._answered(order, item, message)
            case Failure() if item.state in ("running", "retrying"):
                self._attempt_failed(order, item, message)
            case Answer() | Failure():
                pass  # a callback was faster
            case Fire():
                if item.state == "waiting":
                    return self._time_came(order, item)
            case Deliver():
                return self._delivered(order, item, message)
            case CompleteTask():
                event = ItemCompleted(result=message.values, by=message.by, reason=message.reason)
                self._end(order, item, event)
            case Retry():
                self._move(order, item, ItemRetried(message.by, message.reason, message.request))
                item.error = None
                if message.request is not None:
                    item.request = message.request
                self._ready.append((order, item))
            case Skip():
                self._end(order, item, ItemSkipped(message.reason, message.by, message.values))
        return True

    def _answered(self, order: OrderState, item: Item, answer: Answer) -> bool:
        operation = item.compiled.operation
        if operation is not None and operation.reply == "callback":
            until = None if operation.callback_within is None else self.now + milliseconds(operation.callback_within)
            self._move(order, item, ItemWaiting("callback", until))
            self._wake_at(order, item, until)
            return True
        return self._complete_with(order, item, answer.body)

    def _delivered(self, order: OrderState, item: Item, message: Deliver) -> bool:
        if item.token is None or item.token != message.token:
            raise IllegalMove("this callback address is not valid")
        if item.state in ITEM_ENDED or item.state in ("failed", "pending"):
            raise IllegalMove(f"item {item.key} is {item.state}; it expects no callback any more")
        return self._complete_with(order, item, message.body)

    def _complete_with(self, order: OrderState, item: Item, body: Any) -> bool:
        scope = names_for(order, item, self.wanted)
        if scope is None:
            return False
        self._complete(order, item, {**scope, "response": to_feel(body)})
        return True

    def _time_came(self, order: OrderState, item: Item) -> bool:
        definition, operation = item.compiled.definition, item.compiled.operation
        if isinstance(definition, Wait) and definition.on_timeout == "complete":
            return self._complete_with(order, item, None)
        if isinstance(definition, Wait):
            error = f"nothing came in time: {definition.event or definition.name}"
            self._fail(order, item, error, cause="not in time")
        elif operation is not None and operation.callback_within is not None:
            error = f"{operation.name} was accepted, but no callback came in time"
            self._fail(order, item, error, cause="no callback")
        return True

    def _attempt_failed(self, order: OrderState, item: Item, failure: Failure) -> None:
        definition, operation = item.compiled.definition, item.compiled.operation
        assert isinstance(definition, Callout) and operation is not None
        wait = None if failure.final else delay(definition.retry or operation.retry, item.tries, self._chance())
        if wait is None:
            self._fail(order, item, failure.error, cause=failure.cause, code=failure.code)
            return
        self._move(order, item, AttemptFailed(failure.attempt, failure.error, self.now + wait))
        item.attempt += 1
        item.tries += 1
        item.error = failure.error
        self._call(order, item, item.attempt, self.now + wait, failure.payload)

    def _push_lost(self, order: OrderState, item: Item, message: PushLost) -> None:
        operation = item.compiled.operation
        assert operation is not None
        wait = None if message.final else delay(operation.retry, message.attempt, self._chance())
        if wait is None:
            self._record(order, PushFailed(message.attempt, message.error, message.cause, message.code), item.n)
        else:
            self._call(order, item, message.attempt + 1, self.now + wait, message.payload, kind="push")

    # --- an item begins -------------------------------------------------------------------------------

    def _begin(self, order: OrderState, item: Item) -> bool:
        if self._limit is not None:
            # Whoever else wants to write waits for this turn: what is left becomes work of a later one.
            if self._limit <= 0:
                self.jobs.append(Job(kind="proceed", order=order.id, item=item.n, attempt=0, run_at=self.now))
                return True
            self._limit -= 1
        compiled = item.compiled
        scope = names_for(order, item, self.wanted)
        if not self._has_lines(order, item) or scope is None:
            return False
        if compiled.condition is not None:
            asked = compiled.condition.evaluate(scope)
            if asked.value is not True:
                self._end(order, item, ItemSkipped(why_not(compiled.condition, asked)))
                return True
        self._start_lines(order, item)
        item.started_at = item.started_at or self.now
        definition = compiled.definition
        match definition:
            case Callout():
                item.attempt += 1
                item.tries = 1
                assert compiled.operation is not None
                if compiled.operation.reply == "callback":
                    item.token = self._token()
                self._move(order, item, ItemStarted(item.attempt))
                self._call(order, item, item.attempt, self.now, self._request(item, scope))
            case Manual():
                self._move(order, item, ItemWaiting(definition.queue))
                self._open_task(order, item, definition, scope)
            case Wait():
                self._wait(order, item, definition, scope)
            case Push():
                self._call(order, item, 1, self.now, self._request(item, scope), kind="push")
                self._complete(order, item, scope)
            case _ if compiled.table is not None:
                self._decide(order, item, compiled.table, scope)
            case _:
                self._complete(order, item, scope)
        return True

    def _open_task(self, order: OrderState, item: Item, definition: Manual, scope: dict[str, Any]) -> None:
        queue, assign = order.release.queues[definition.queue], item.compiled.assign
        found = None if assign is None else assign.evaluate(scope).value
        assignee = found if isinstance(found, str) and found else None
        self.opened_tasks.append(
            OpenedTask(
                order=order.id,
                item=item.n,
                queue=queue.key,
                role=queue.role,
                name=definition.name,
                assignee=assignee,
                due_at=order.release.due(queue.key, definition.duration, self.now),
            )
        )
        if assignee is not None:
            self._record(order, TaskAssigned(assignee), item.n)

    @staticmethod
    def _request(item: Item, scope: dict[str, Any]) -> dict[str, Any]:
        """What the connector needs. It is worked out once: every further attempt sends the same, whatever else
        has happened since, because it goes under the same promise."""
        system, operation = item.compiled.system, item.compiled.operation
        assert system is not None and operation is not None
        return {
            "url": system.url,
            "method": operation.method,
            "path": operation.path,
            "timeout": milliseconds(operation.timeout),
            "token": item.token,
            "body": item.request
            if item.request is not None
            else {name: to_json(value.evaluate(scope).value) for name, value in item.compiled.call},
        }

    def _call(
        self, order: OrderState, item: Item, attempt: int, run_at: int, payload: Any, kind: str = "callout"
    ) -> None:
        assert item.compiled.system is not None
        self.jobs.append(
            Job(
                kind=kind,
                order=order.id,
                item=item.n,
                attempt=attempt,
                run_at=run_at,
                system=item.compiled.system.key,
                payload=payload,
            )
        )

    def _wait(self, order: OrderState, item: Item, definition: Wait, scope: dict[str, Any]) -> None:
        moments: list[int] = []
        if definition.delay is not None:
            length, calendar = milliseconds(definition.delay), item.compiled.calendar
            over = self.now + length if calendar is None else calendar.after(self.now, length)
            if over is None:
                self._fail(
                    order,
                    item,
                    f"calendar {definition.calendar} never has {definition.delay} of working time",
                    cause="time",
                )
                return
            moments.append(over)
        if item.compiled.until is not None:
            asked = item.compiled.until.evaluate(scope)
            moment = moment_of(asked.value)
            if moment is None:
                self._fail(
                    order,
                    item,
                    f"{definition.until} gives no date and time: {why_not(item.compiled.until, asked)}",
                    cause="time",
                )
                return
            moments.append(moment)
        until = min(moments, default=None)
        if until is not None and until <= self.now:
            self._complete(order, item, scope)
            return
        if definition.event:
            item.token = self._token()
        self._move(order, item, ItemWaiting(definition.event or "time", until))
        self._wake_at(order, item, until)

    def _wake_at(self, order: OrderState, item: Item, moment: int | None) -> None:
        if moment is not None:
            self.jobs.append(Job(kind="timer", order=order.id, item=item.n, attempt=0, run_at=moment))

    def _decide(self, order: OrderState, item: Item, key: str, scope: dict[str, Any]) -> None:
        inputs = {name: value.evaluate(scope).value for name, value in item.compiled.inputs}
        table = order.release.table(key)
        decided = table.evaluate({**scope, **inputs})
        fired = decided.fired
        warnings = tuple(warning.message for warning in decided.warnings)
        if decided.value is None:
            # A decision without an answer must not silently become a route.
            self._fail(
                order,
                item,
                f"table {key} gave no answer for {to_json(inputs)}: {'; '.join(warnings) or 'no row matched'}",
                fired,
                "decision",
            )
        else:
            value = decided.value
            if not isinstance(value, dict):
                value = {order.release.outputs(key)[0]: value}
            result = {name: to_stored(each) for name, each in value.items()}
            self._end(order, item, ItemCompleted(result=result, warnings=warnings, rows=fired))
        self._count_hits(order, order.release.version("table", key), fired)

    def _count_hits(self, order: OrderState, version: str, fired: tuple[str, ...]) -> None:
        for rule in (EVERY_DECISION, *fired):
            n, at, last = self.hits.get((version, rule), (0, 0, 0))
            latest = order.changed_at >= at
            self.hits[version, rule] = n + 1, order.changed_at if latest else at, order.id if latest else last

    def _complete(self, order: OrderState, item: Item, scope: dict[str, Any]) -> None:
        result: dict[str, Any] = {}
        warnings: list[str] = []
        for name, expression in item.compiled.result:
            asked = expression.evaluate(scope)
            result[name] = to_stored(asked.value)
            warnings += [f"{name}: {warning.message}" for warning in asked.warnings]
        self._end(order, item, ItemCompleted(result=result, warnings=tuple(warnings)))

    # --- an item ends ---------------------------------------------------------------------------------

    def _end(self, order: OrderState, item: Item, event: ItemCompleted | ItemSkipped) -> None:
        waited = item.state in ("waiting", "retrying", "running")
        self._move(order, item, event)
        item.ended_at = self.now
        item.error = None
        item.by = event.by or None
        if isinstance(event, ItemCompleted):
            item.result = event.result
        elif event.result:
            item.result = event.result  # given by a person, for what reads it
        if waited:
            self.dropped_jobs.add((order.id, item.n))
        self._ended.append((order, item))

    def _fail(
        self,
        order: OrderState,
        item: Item,
        error: str,
        rows: tuple[str, ...] = (),
        cause: str = "",
        code: str = "",
    ) -> None:
        self._move(order, item, ItemFailed(error, rows, cause, code))
        item.error = error

    def _release_successors(self, order: OrderState, item: Item) -> bool:
        successors = order.successors.get(item.n)
        if successors is None:
            self.wanted.successors.add((order.id, item.n))
        if not self._has_lines(order, item) or successors is None:
            return False
        for n in successors:
            successor = order.items[n]
            successor.unmet -= 1
            order.changed_items.add(n)
            if not successor.unmet and successor.state == "pending":
                self._ready.append((order, successor))
        passed_ponr = item.compiled.definition.point_of_no_return and item.state == "completed"
        for id in item.lines:
            line = order.lines[id]
            line.open_items -= 1
            line.passed_ponr = line.passed_ponr or passed_ponr
            order.changed_lines.add(id)
            if not line.open_items:
                self._complete_line(order, line)
        order.open_items -= 1
        self._complete_if_done(order)
        return True

    def _complete_if_done(self, order: OrderState) -> None:
        if not order.open_items and order.state == "in progress":
            self._move_order(order, OrderCompleted())
            order.ended_at = self.now

    # --- moves ----------------------------------------------------------------------------------------

    def _record(self, order: OrderState, event: Event, item: int | None = None) -> None:
        order.seq += 1
        # Two machines never agree on the time, and one may set its clock back.
        order.changed_at = max(order.changed_at, self.now)
        self.events.append(Recorded(order.id, order.seq, order.changed_at, event, item))

    def _move(self, order: OrderState, item: Item, event: Event) -> None:
        before = item.state
        item.state = move("item", before, event.type)
        order.failed_items += (item.state == "failed") - (before == "failed")
        self.counts["item", before] -= 1
        self.counts["item", item.state] += 1
        order.changed_items.add(item.n)
        self._record(order, event, item.n)

    def _move_order(self, order: OrderState, event: Event) -> None:
        before = order.state
        order.state = move("order", before, event.type)
        self.counts["order", before] -= 1
        self.counts["order", order.state] += 1
        self._record(order, event)

    def _start_lines(self, order: OrderState, item: Item) -> None:
        for id in item.lines:
            line = order.lines[id]
            if line.state == "accepted":
                line.state = move("line", line.state, LineStarted.type)
                order.changed_lines.add(id)
                self._record(order, LineStarted(id))

    def _has_lines(self, order: OrderState, item: Item) -> bool:
        missing = [(order.id, id) for id in item.lines if id not in order.lines]
        self.wanted.lines.update(missing)
        return not missing

    def _complete_line(self, order: OrderState, line: LineState) -> None:
        line.state = move("line", line.state, LineCompleted.type)
        line.ended_at = self.now
        order.changed_lines.add(line.id)
        self._record(order, LineCompleted(line.id))


def why_not(expression: Expression, asked: Any) -> str:
    """What a condition gave instead of true, as the event of the skipped item tells it."""
    warnings = "; ".join(warning.message for warning in asked.warnings)
    return f"{expression.text} gave {encode(to_json(asked.value))}" + (f" ({warnings})" if warnings else "")


def moment_of(value: Any) -> int | None:
    """A FEEL date, or date and time, as a moment in milliseconds since 1970; None for anything else. Without a zone it
    is taken for UTC, and what is finer than a millisecond is cut off."""
    match value:
        case datetime():
            return ((value if value.tzinfo else value.replace(tzinfo=UTC)) - EPOCH) // MILLISECOND
        case date():
            return (datetime(value.year, value.month, value.day, tzinfo=UTC) - EPOCH) // MILLISECOND
    return None
