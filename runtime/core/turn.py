"""One turn of the engine: folds messages into events until nothing more follows by itself.

Theory of operation. A turn does no input and no output. Messages go in; it changes the loaded state by events
and says in `wanted` which further rows it needs to go on: the successors of an item that ended, the results an
expression reads. Whoever drives it (the SQL store, or the simulation of the tests) feeds those and runs it
again. So the cost of a turn depends on what changes, not on the size of the plan; rows for many orders are
fetched together; and one wave of thousands of items, or fifty answers for fifty orders, is one transaction.

Time, keys and chance arrive as arguments: the same messages always give the same events. The file is long because
the life of an item is: a short method for each message, each kind of item and each end, all on the same few rows.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from msgspec import structs

from runtime.core.calls import (
    UNSETTLED,
    Late,
    Verdict,
    attempt_ended,
    calls_back,
    expected,
    judge,
    judge_callback,
    late,
    outcome,
    recorded,
)
from runtime.core.definitions import Callout, Manual, NoRetry, Wait
from runtime.core.definitions import Retry as RetryPolicy
from runtime.core.durations import milliseconds
from runtime.core.evaluation import Evaluation
from runtime.core.events import (
    AttemptFailed,
    CallbackReceived,
    Event,
    FalloutReported,
    ItemCompleted,
    ItemFailed,
    ItemRetried,
    ItemSkipped,
    ItemStarted,
    ItemWaiting,
    LineCompleted,
    LineStarted,
    MadeItem,
    OrderCompleted,
    PlanGenerated,
    PushFailed,
    RetryBroughtForward,
    TaskAssigned,
    TaskUnassigned,
)
from runtime.core.kinds.beginning import begin
from runtime.core.kinds.effects import Beginning, Begun, NewTask
from runtime.core.kinds.fields import completed
from runtime.core.kinds.wait import timed_out
from runtime.core.messages import (
    Called,
    CompleteTask,
    Deliver,
    Fire,
    GiveUp,
    Message,
    Proceed,
    Retry,
    Skip,
    TryNow,
    to_payload,
)
from runtime.core.names import names_for
from runtime.core.plans import generate
from runtime.core.retries import delay
from runtime.core.scenarios import chosen_plans
from runtime.core.state import Item, LineState, OrderState
from runtime.core.transitions import ITEM_ENDED, move
from runtime.core.values import to_feel
from runtime.core.work import EVERY_DECISION, Hits, Job, OpenedTask, Recorded, Wanted
from runtime.errors import IllegalMove, OrderRefused, PlanFault
from runtime.rules.budget import Budget


class Turn:
    """The state, the events so far, and the work they make."""

    def __init__(
        self,
        now: int,
        key: Callable[[int, int, int], str],
        chance: Callable[[], float],
        limit: int | None = None,
        budget: Budget | None = None,
        leaves: bool = False,
    ) -> None:
        """`key` names a run of an item of an order: its idempotency key. With `leaves` it leaves to a job of its own
        what exceeds its budget; without, that fails."""
        self.now = now
        self.orders: dict[int, OrderState] = {}
        self.events: list[Recorded] = []
        self.jobs: list[Job] = []
        self.dropped_jobs: set[tuple[int, int]] = set()  # (order, item) that wait or are asked no longer
        self.brought_forward: set[tuple[int, int]] = set()  # (order, item) whose next attempt is due now
        self.opened_tasks: list[OpenedTask] = []
        self.counts: Counter[tuple[str, str]] = Counter()
        self.hits: dict[tuple[str, str], Hits] = {}  # by version of a table and rule
        self.wanted = Wanted()
        self._key = key
        self._chance = chance
        self._evaluation = Evaluation(now, budget)
        self._leaves = leaves
        self._unconditional: set[tuple[int, int]] = set()  # (order, item) that a person has run, whatever the condition
        self._limit = limit
        self._messages: deque[tuple[OrderState, Message]] = deque()
        self._ended: deque[tuple[OrderState, Item]] = deque()
        self._ready: deque[tuple[OrderState, Item]] = deque()

    # --- what comes in --------------------------------------------------------------------------------

    def start(self, order: OrderState) -> None:
        """Makes the plan of an accepted order. Needs `scope`, all `fulfilments` and all `lines`. Raises PlanFault, and
        changes nothing, where it cannot be made at this moment."""
        assert order.scope is not None
        fulfilments = order.fulfilments
        try:
            graph = generate(order.scope, chosen_plans(fulfilments.values()), order.release, self._evaluation)
        except OrderRefused as refusal:  # what submitting asked has another answer at this moment
            if not self._exceeds():
                raise PlanFault(str(refusal), refusal.faults) from None
        if self._exceeds():
            self._leave(order, None, {"message": "Start"})
            return
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
                [
                    MadeItem(i.plan, i.key, i.compiled.kind, i.targets, i.lines, i.own, i.identity, i.group)
                    for i in graph.items
                ],
                graph.edges,
            ),
        )
        for line_state in order.lines.values():
            if not line_state.open_items:  # nothing is done for it: noChange, say
                self._complete_line(order, line_state)
        self._ready.extend((order, item) for item in graph.items if not item.unmet)
        self._complete_if_done(order)

    def _exceeds(self) -> bool:
        """Whether what was just evaluated took too long for this turn, so that its outcome counts for nothing."""
        return self._leaves and self._evaluation.budget.exhausted

    def _leave(self, order: OrderState, n: int | None, payload: dict[str, Any]) -> None:
        self.jobs.append(Job(kind="evaluate", order=order.id, item=n, attempt=0, run_at=self.now, payload=payload))

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
        match message:
            case Proceed():
                if item.state == "pending" and not item.unmet:
                    if not message.ask_condition:
                        self._unconditional.add((order.id, item.n))
                    self._ready.append((order, item))
            case Called():
                return self._called(order, item, message)
            case GiveUp():
                if item.state not in ITEM_ENDED and item.state != "failed":
                    self._fail(order, item, ItemFailed(message.error, cause=message.cause))
            case Fire():
                if item.state == "waiting":
                    return self._time_came(order, item, message)
            case Deliver():
                return self._delivered(order, item, message)
            case TryNow():
                self._try_now(order, item, message)
            case CompleteTask():
                event = ItemCompleted(result=message.values, by=message.by, reason=message.reason)
                self._end(order, item, event)
            case Retry():
                # What nobody knows the outcome of is asked again as what it is: another try of the same.
                if message.request is not None or (item.attempt and item.effect not in UNSETTLED):
                    item.run += 1
                    item.effect = "none"
                retried = ItemRetried(message.by, message.reason, message.request, message.ask_condition, item.run)
                self._move(order, item, retried)
                if not message.ask_condition:
                    self._unconditional.add((order.id, item.n))
                item.error = None
                if message.request is not None:
                    item.request = message.request
                self._ready.append((order, item))
            case Skip():
                self._end(order, item, ItemSkipped(message.reason, message.by, message.values))
        return True

    def _called(self, order: OrderState, item: Item, call: Called) -> bool:
        """An attempt has ended. Whatever it brought is recorded; it counts if it is of the run that is expected."""
        verdict = judge(item, call, self._evaluation)
        if self._exceeds() and not call.push:
            self._leave(order, item.n, to_payload(call))
            return True
        if call.push:
            self._record(order, attempt_ended(item, call, verdict, ""), item.n)
            if verdict.error:
                self._push_lost(order, item, call, verdict)
            return True
        success = not verdict.error and not calls_back(item)
        if success and expected(item, call.run):
            return self._succeeded(order, item, call.body, attempt_ended(item, call, verdict, ""), call)
        under_way = call.run == item.run and item.state in ("running", "retrying")
        if not under_way or (verdict.error and call.attempt != item.attempt):
            found = late(item, call.run, success=success, refusal=bool(verdict.error) and verdict.settled)
            self._too_late(order, item, attempt_ended(item, call, verdict, found.why), found, success=success)
            return True
        self._record(order, attempt_ended(item, call, verdict, ""), item.n)
        if verdict.error:
            self._attempt_failed(order, item, call, verdict)
            return True
        operation = item.compiled.operation
        assert operation is not None
        until = None if operation.callback_within is None else self.now + milliseconds(operation.callback_within)
        if call.attempt != item.attempt:
            self.dropped_jobs.add((order.id, item.n))  # the next attempt is needless
        self._move(order, item, ItemWaiting("callback", until))
        self._wake_at(order, item, until)
        return True

    def _delivered(self, order: OrderState, item: Item, message: Deliver) -> bool:
        verdict = judge_callback(message.body, item.compiled.rules, self._evaluation)
        if self._exceeds():
            self._leave(order, item.n, to_payload(message))
            return True
        response, length = recorded(message.body)
        received = CallbackReceived(
            run=message.run,
            outcome=outcome(verdict, accepts=False),
            response=response,
            response_length=length,
            error=verdict.error,
            code=verdict.code,
        )
        success = not verdict.error
        if not expected(item, message.run):
            found = late(item, message.run, success=success, refusal=not success and verdict.settled)
            self._too_late(order, item, structs.replace(received, late=found.why), found, success=success)
            return True
        if success:
            return self._succeeded(order, item, message.body, received, message)
        self._record(order, received, item.n)
        item.effect = "none" if verdict.settled else "unknown"
        order.changed_items.add(item.n)
        if item.state != "pending":
            self._fail(order, item, ItemFailed(verdict.error, cause=verdict.cause, code=verdict.code))
        return True

    def _too_late(self, order: OrderState, item: Item, event: Event, found: Late, *, success: bool) -> None:
        """An answer changes nothing. It is recorded, and where a person must look at it, it is fallout."""
        self._record(order, event, item.n)
        if found.attention:
            told = "reported success" if success else "reported a failure"
            error = f"{item.compiled.definition.name}: the system {told}, but {found.why}. See what must be done there."
            self._record(order, FalloutReported("late answer", error, cause="late answer"), item.n)

    def _try_now(self, order: OrderState, item: Item, message: TryNow) -> None:
        if item.state != "retrying":
            raise IllegalMove(f"item {item.key} is {item.state}; it waits for no further attempt")
        self._record(order, RetryBroughtForward(message.by), item.n)
        self.brought_forward.add((order.id, item.n))

    def _succeeded(self, order: OrderState, item: Item, body: Any, told: Event, message: Message) -> bool:
        names = names_for(order, item, self.wanted)
        if names is None:
            return False
        end = completed(item.compiled, {**names, "response": to_feel(body)}, self._evaluation)
        if self._exceeds():
            self._leave(order, item.n, to_payload(message))
            return True
        self._record(order, told, item.n)
        item.effect = "done"
        if isinstance(end, ItemFailed):
            self._fail(order, item, end)
        else:
            self._end(order, item, end)
        return True

    def _time_came(self, order: OrderState, item: Item, message: Message) -> bool:
        definition, operation = item.compiled.definition, item.compiled.operation
        if isinstance(definition, Wait) and definition.on_timeout == "complete":
            names = names_for(order, item, self.wanted)
            if names is None:
                return False
            beginning = Beginning(item=item, names=names, evaluation=self._evaluation, release=order.release)
            end = timed_out(beginning)
            if self._exceeds():
                self._leave(order, item.n, to_payload(message))
            else:
                self._end(order, item, end)
        elif isinstance(definition, Wait):
            item.effect = "unknown"
            error = f"Nothing came in time: {definition.event or definition.name}."
            self._fail(order, item, ItemFailed(error, cause="not in time"))
        elif operation is not None and operation.callback_within is not None:
            item.effect = "unknown"
            error = f"{operation.name} was accepted, but no callback came in time."
            self._fail(order, item, ItemFailed(error, cause="no callback"))
        return True

    def _attempt_failed(self, order: OrderState, item: Item, call: Called, verdict: Verdict) -> None:
        definition, operation = item.compiled.definition, item.compiled.operation
        assert isinstance(definition, Callout) and operation is not None
        policy = definition.retry or operation.retry
        held = call.held and verdict.again and not isinstance(policy, NoRetry)
        wait = self._again_after(policy, item.tries, held=held) if verdict.again else None
        if wait is None:
            item.effect = "none" if verdict.settled else "unknown"
            self._fail(order, item, ItemFailed(verdict.error, cause=verdict.cause, code=verdict.code))
            return
        self._move(order, item, AttemptFailed(call.attempt, verdict.error, self.now + wait, held))
        item.attempt += 1
        item.tries += not held
        item.error = verdict.error
        self._call(order, item, item.attempt, self.now + wait, self._once_more(order, item, item.attempt, call))

    def _push_lost(self, order: OrderState, item: Item, call: Called, verdict: Verdict) -> None:
        operation = item.compiled.operation
        assert operation is not None
        held = call.held and verdict.again and not isinstance(operation.retry, NoRetry)
        tries = call.attempt - call.payload.get("held", 0)
        wait = self._again_after(operation.retry, tries, held=held) if verdict.again else None
        if wait is None:
            self._record(order, PushFailed(call.attempt, verdict.error, verdict.cause, verdict.code), item.n)
        else:
            payload = self._once_more(order, item, call.attempt + 1, call)
            if held:
                payload["held"] = payload.get("held", 0) + 1
            self._call(order, item, call.attempt + 1, self.now + wait, payload, kind="push")

    def _again_after(self, policy: RetryPolicy, tries: int, *, held: bool) -> int | None:
        """Milliseconds until the next attempt. One that does not count comes soon: its system says when."""
        return round(250 * (1 + self._chance())) if held else delay(policy, tries, self._chance())

    def _once_more(self, order: OrderState, item: Item, attempt: int, call: Called) -> dict[str, Any]:
        """The call of the next attempt: the same, because it is made under the same promise."""
        operation = item.compiled.operation
        if operation is None or operation.idempotency == "run":
            return dict(call.payload)
        return {**call.payload, "key": self._idempotency_key(order, item, attempt)}

    def _idempotency_key(self, order: OrderState, item: Item, attempt: int) -> str:
        operation = item.compiled.operation
        assert operation is not None
        key = self._key(order.id, item.n, item.run)
        return f"{key}-{attempt}" if operation.idempotency == "attempt" else key

    # --- an item begins -------------------------------------------------------------------------------

    def _begin(self, order: OrderState, item: Item) -> bool:
        if item.state != "pending":
            return True  # what it was asked before has been answered in the meantime
        ask_condition = (order.id, item.n) not in self._unconditional
        if self._exceeds() or (self._limit is not None and self._limit <= 0):
            # Whoever else wants to write waits for this turn: what is left becomes work of a later one.
            payload = None if ask_condition else {"ask_condition": False}
            job = Job(kind="proceed", order=order.id, item=item.n, attempt=0, run_at=self.now, payload=payload)
            self.jobs.append(job)
            return True
        names = names_for(order, item, self.wanted)
        if not self._has_lines(order, item) or names is None:
            return False
        if self._limit is not None:
            self._limit -= 1
        begun = begin(
            Beginning(item=item, names=names, evaluation=self._evaluation, release=order.release),
            ask_condition=ask_condition,
        )
        if self._exceeds():
            self._leave(order, item.n, to_payload(Proceed(item.n, ask_condition)))
            return True
        match begun.event:
            case ItemSkipped():
                self._end(order, item, begun.event)
            case ItemFailed():
                self._fail(order, item, begun.event)
            case _:
                self._start_lines(order, item)
                item.started_at = item.started_at or self.now
                self._began(order, item, begun)
        if begun.decided is not None:
            version = order.release.version("table", begun.decided.table)
            self._count_hits(order, version, begun.decided.result.fired)
        return True

    def _began(self, order: OrderState, item: Item, begun: Begun) -> None:
        match begun.event:
            case ItemStarted(attempt=attempt):
                item.attempt, item.tries = attempt, 1
                if item.effect == "none":
                    item.effect = "open"
                self._move(order, item, begun.event)
                self._call(order, item, attempt, self.now, self._request(order, item, attempt, begun.body))
            case ItemWaiting():
                self._move(order, item, begun.event)
                self._wake_at(order, item, begun.until)
            case ItemCompleted():
                if begun.body is not None:
                    self._call(order, item, 1, self.now, self._request(order, item, 1, begun.body), kind="push")
                self._end(order, item, begun.event)
        if begun.task is not None:
            self._open_task(order, item, begun.task)

    def _open_task(self, order: OrderState, item: Item, task: NewTask) -> None:
        definition = item.compiled.definition
        assert isinstance(definition, Manual)
        queue = order.release.queues[definition.queue]
        self.opened_tasks.append(
            OpenedTask(
                order=order.id,
                item=item.n,
                queue=queue.key,
                role=queue.role,
                name=definition.name,
                assignee=task.assignee,
                due_at=task.due_at,
            )
        )
        if task.assignee is not None:
            self._record(order, TaskAssigned(task.assignee), item.n)
        elif task.doubt:
            self._record(order, TaskUnassigned(task.doubt), item.n)

    def _request(self, order: OrderState, item: Item, attempt: int, body: Any) -> dict[str, Any]:
        """What the connector needs."""
        system, operation = item.compiled.system, item.compiled.operation
        assert system is not None and operation is not None
        return {
            "url": system.url,
            "method": operation.method,
            "path": operation.path,
            "timeout": milliseconds(operation.timeout),
            "callback": operation.reply == "callback",
            "body": body,
            "run": item.run,
            "first": attempt,  # of the run, or of those since it was tried again
            "key": self._idempotency_key(order, item, attempt),
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

    def _wake_at(self, order: OrderState, item: Item, moment: int | None) -> None:
        if moment is not None:
            self.jobs.append(Job(kind="timer", order=order.id, item=item.n, attempt=0, run_at=moment))

    def _count_hits(self, order: OrderState, version: str, fired: tuple[str, ...]) -> None:
        for rule in (EVERY_DECISION, *fired):
            n, at, last = self.hits.get((version, rule), (0, 0, 0))
            latest = order.changed_at >= at
            self.hits[version, rule] = n + 1, order.changed_at if latest else at, order.id if latest else last

    # --- an item ends ---------------------------------------------------------------------------------

    def _end(self, order: OrderState, item: Item, event: ItemCompleted | ItemSkipped) -> None:
        # One that is to be tried again may end before that begins.
        waited = item.state in ("waiting", "retrying", "running") or (item.state == "pending" and item.effect != "none")
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

    def _fail(self, order: OrderState, item: Item, event: ItemFailed) -> None:
        waited = item.state in ("waiting", "running", "retrying")
        self._move(order, item, event)
        item.error = event.error
        if waited:
            self.dropped_jobs.add((order.id, item.n))

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
