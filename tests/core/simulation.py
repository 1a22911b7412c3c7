"""A world without a clock, a database or a network, in which the pure core runs whole orders.

Everything that happens is drawn from one seed: which plan, which answers, how late, which are lost, doubled
or given twice, when the process dies, when people work. A seed that fails, fails again.
"""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from msgspec import structs

from runtime.core.admission import Admission
from runtime.core.definitions import (
    Attribute,
    Automatic,
    Call,
    Callout,
    Decision,
    Definition,
    Dependency,
    Enrichment,
    ExponentialRetry,
    Field,
    FixedRetry,
    Manual,
    Milestone,
    NoRetry,
    Operation,
    Plan,
    Policy,
    Push,
    Queue,
    Scenario,
    Specification,
    StaggeredRetry,
    Step,
    System,
    Wait,
)
from runtime.core.events import ApprovalGiven, Event, QuestionAnswered, TaskRefused
from runtime.core.messages import Called, CompleteTask, Deliver, Fire, Message, Proceed, Retry, Skip, TryNow
from runtime.core.orders import FulfilmentLine, Line, Order
from runtime.core.release import Release
from runtime.core.scopes import OrderScope
from runtime.core.state import Item, LineState, OrderState
from runtime.core.turn import Turn
from runtime.core.work import Hits, Job
from runtime.errors import IllegalMove, OwnOrder, WrongForm
from runtime.rules.documents import Input, Output, Rule, Table

# Its only output is the name of the row, so a decision's result says which rows fired.
TABLE = Table(
    key="rows",
    name="Rows",
    hit_policy="collect",
    inputs=(Input(id="n", expression="lines[1].quantity", type="number"),),
    outputs=(Output(id="row", name="row", type="string"),),
    rules=tuple(
        Rule(id=id, inputs=(test,), outputs=(f'"{id}"',)) for id, test in (("r1", "< 3"), ("r2", "[2..4]"), ("r3", "9"))
    ),
)

RETRIES = (
    NoRetry(),
    FixedRetry(delay="PT1S", attempts=2),
    StaggeredRetry(delays=("PT1S", "PT10S")),
    ExponentialRetry(delay="PT1S", attempts=3),
)


def some_release(chance: random.Random) -> Release:
    """One or two plans of random shape, whose items are of every kind that needs no expression."""
    documents: list[Definition] = [
        *_some_asking(chance),
        Specification(key="thing", name="Thing", attributes=(Attribute(name="a2", type="number", allowed="< 2"),)),
        Queue(key="people", name="People", assign=chance.choice(("", '"somebody"', "line.id"))),
        TABLE,
        System(
            key="outside",
            name="Outside",
            url="http://outside",
            operations=(
                Operation(
                    key="ask",
                    name="Ask",
                    retry=chance.choice(RETRIES),
                    success=chance.choice(("", "response.ok")),
                    idempotency=chance.choice(("run", "run", "attempt")),
                ),
                Operation(
                    key="order",
                    name="Order",
                    reply="callback",
                    callback_within=chance.choice((None, "PT2S")),  # callbacks take up to 5 s
                    retry=chance.choice(RETRIES),
                    success=chance.choice(("", "response.ok = true")),
                ),
            ),
        ),
    ]
    for p in range(chance.randint(1, 2)):
        items = tuple(_some_item(f"i{n}", chance) for n in range(chance.randint(1, 9)))
        edges = {
            (f"i{source}", f"i{target}")
            for target in range(1, len(items))
            for source in chance.sample(range(target), min(target, chance.randint(0, 2)))
        }
        per = ("fulfilment line", "line", "order")
        dependencies = [Dependency(source=s, target=t, per=chance.choice(per)) for s, t in sorted(edges)]
        if p:
            dependencies.append(Dependency(source="p0/i0", target="i0", per="order"))
        documents.append(Plan(key=f"p{p}", name="Plan", items=items, dependencies=tuple(dependencies)))
        documents.append(Scenario(key=f"s{p}", name="Scenario", specification="thing", plan=f"p{p}"))
    return Release(1, documents, {"table/rows": "version of rows"})


def _some_asking(chance: random.Random) -> list[Definition]:
    """Mostly nothing; else steps that ask people between steps that do not, and policies."""
    asking: list[Definition] = []
    for e in range(chance.choice((0, 0, 1, 2))):
        steps = tuple(
            Step(
                condition=chance.choice(("", "line.quantity > 1", f"line.attributes.a{s} = 1")),
                attributes={f"a{s + 1}": "answered.value" if s % 2 else "line.quantity"},
                queue="people" if s % 2 else "",
                form=(Field(name="value", type="number"),) if s % 2 else (),
                overwrite=chance.random() < 0.2,
            )
            for s in range(chance.randint(1, 4))
        )
        asking.append(Enrichment(key=f"e{e}", name="Enrichment", steps=steps))
    for p in range(chance.choice((0, 0, 0, 1, 2))):
        condition = chance.choice(("", "line.quantity > 1", "line.attributes.a2 != null"))
        asking.append(Policy(key=f"policy{p}", name="Policy", condition=condition, queue="people"))
    return asking


def _some_item(key: str, chance: random.Random) -> Any:
    common: dict[str, Any] = {"key": key, "name": key, "per": chance.choice(("order", "line", "root line"))}
    match chance.choice(("milestone", "automatic", "ask", "order", "manual", "wait", "push", "decide")):
        case "milestone":
            return Milestone(**common, point_of_no_return=chance.random() < 0.3)
        case "automatic":
            return Automatic(**common)
        case "manual":
            return Manual(**common, queue="people")
        case "decide":
            return Decision(**common, table="rows")
        case "push":
            return Push(**common, call=Call(system="outside", operation="ask"))
        case "wait":
            event, delay = chance.choice((("news", None), ("", "PT1M"), ("news", "PT1M")))
            return Wait(**common, event=event, delay=delay, on_timeout=chance.choice(("complete", "fail")))
        case operation:
            return Callout(**common, call=Call(system="outside", operation=operation))


def some_order(chance: random.Random) -> Order:
    ids = [f"l{n}" for n in range(chance.randint(1, 4))]
    return Order(
        lines=tuple(
            Line(
                id=id,
                specification="thing",
                action="noChange" if n and chance.random() < 0.1 else "add",
                quantity=chance.randint(1, 4),
                parent=chance.choice(ids[:n]) if n and chance.random() < 0.4 else None,
            )
            for n, id in enumerate(ids)
        )
    )


def run_key(order: int, item: int, run: int) -> str:
    return f"here-{order}-{item}-{run}"


@dataclass
class Rows:
    """What is stored of one order."""

    release: Release
    document: Order
    fulfilments: tuple[FulfilmentLine, ...]
    state: str = "accepted"
    open_items: int = 0
    failed_items: int = 0
    items: dict[int, Item] = field(default_factory=dict)
    successors: dict[int, list[int]] = field(default_factory=dict)
    lines: dict[str, LineState] = field(default_factory=dict)
    journal: list[tuple[int, int, Event, int | None]] = field(default_factory=list)
    tasks: dict[int, str] = field(default_factory=dict)  # of questions and approvals

    @property
    def awaiting(self) -> bool:
        return self.state.startswith("awaiting")


class World:
    """Orders, jobs, systems and people, and a clock that only the world moves."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = 1_000_000
        self.release = some_release(self.chance)
        self.orders: dict[int, Rows] = {}
        self.jobs: dict[int, Job] = {}
        self.in_flight: set[int] = set()  # job ids; void after a crash
        self.callbacks: list[tuple[int, int, int, int, Any]] = []  # (when, order, item, run, body)
        self.served: dict[str, tuple[int, Any]] = {}  # what the system has decided about a key: status and body
        self.effects: dict[tuple[int, int], list[str]] = {}  # the keys under which it did something for an item
        self.performed: dict[tuple[int, int | None, int], int] = {}  # what a system was asked, by key
        self.crashes = 0
        self.counts: dict[tuple[str, str], int] = {}
        self.hits: dict[tuple[str, str], Hits] = {}
        self._next_job = 0

    # --- storing --------------------------------------------------------------------------------------

    def submit(self) -> None:
        order, number = some_order(self.chance), len(self.orders) + 1
        admission = Admission(self.release, self.now)
        admission.submit(order, by="somebody")
        rows = self.orders[number] = Rows(self.release, order, ())
        rows.lines = {line.id: LineState(id=line.id) for line in order.lines}
        self._count("order", "accepted", 1)
        self.admit(number, admission)

    def admit(self, number: int, admission: Admission) -> None:
        """Stores what was decided about an order on its way in."""
        rows = self.orders[number]
        at = max([self.now, *(at for _, at, _, _ in rows.journal[-1:])])
        for event, n in admission.happened:
            rows.journal.append((len(rows.journal) + 1, at, event, n))
            if isinstance(event, QuestionAnswered | ApprovalGiven | TaskRefused):
                assert n is not None
                rows.tasks[n] = "rejected" if isinstance(event, TaskRefused) else "completed"
        rows.tasks |= {task.item: "open" for task in admission.opened}
        rows.tasks |= dict.fromkeys(admission.withdrawn, "withdrawn")
        rows.document, rows.fulfilments = admission.order, admission.fulfilments
        self._count("order", rows.state, -1)
        self._count("order", admission.state, 1)
        rows.state = admission.state
        if rows.state == "accepted":
            self._store_job(Job(kind="start", order=number, item=None, attempt=0, run_at=self.now))
        if rows.state == "rejected":
            rows.lines = {id: LineState(id=id, state="rejected") for id in rows.lines}

    def _store_job(self, job: Job) -> None:
        self._next_job += 1
        self.jobs[self._next_job] = job

    def _count(self, thing: str, state: str, n: int) -> None:
        self.counts[thing, state] = self.counts.get((thing, state), 0) + n

    def turn(self, limit: int | None = None) -> Turn:
        return Turn(self.now, key=run_key, chance=self.chance.random, limit=limit)

    def load(self, turn: Turn, number: int) -> OrderState:
        if number not in turn.orders:
            rows = self.orders[number]
            turn.orders[number] = OrderState(
                id=number,
                release=rows.release,
                state=rows.state,
                seq=len(rows.journal),
                changed_at=rows.journal[-1][1],
                open_items=rows.open_items,
                failed_items=rows.failed_items,
            )
        return turn.orders[number]

    def settle(self, turn: Turn) -> None:
        """Feeds a turn copies of exactly what it wants: what it changes is seen only when written."""
        while wanted := turn.run():
            for number, n in wanted.successors:
                successors = self.orders[number].successors[n]
                turn.orders[number].successors[n] = list(successors)
                for successor in successors:
                    self.take(turn.orders[number], successor)
            for number, n in wanted.items:
                self.take(turn.orders[number], n)
            for number, id in wanted.lines:
                turn.orders[number].lines.setdefault(id, deepcopy(self.orders[number].lines[id]))
            for number, n in wanted.fulfilments:
                turn.orders[number].fulfilments[n] = self.orders[number].fulfilments[n]
            for number in wanted.documents:
                turn.orders[number].scope = OrderScope(self.orders[number].document)

    def take(self, order: OrderState, n: int) -> None:
        if n not in order.items:
            stored = self.orders[order.id].items[n]
            order.items[n] = Item(**{name: getattr(stored, name) for name in Item.__struct_fields__})

    def write(self, turn: Turn) -> None:
        for order in turn.orders.values():
            rows = self.orders[order.id]
            rows.state, rows.open_items, rows.failed_items = order.state, order.open_items, order.failed_items
            if order.new_plan:
                rows.items, rows.successors, rows.lines = order.items, order.successors, order.lines
            else:
                rows.items |= {n: order.items[n] for n in order.changed_items}
                rows.lines |= {id: order.lines[id] for id in order.changed_lines}
        for r in turn.events:
            self.orders[r.order].journal.append((r.seq, r.at, r.event, r.item))
        for number, n in turn.dropped_jobs:
            for id in [i for i, j in self.jobs.items() if (j.order, j.item) == (number, n) and j.kind != "push"]:
                del self.jobs[id]
        for id, job in self.jobs.items():
            if job.kind == "callout" and (job.order, job.item) in turn.brought_forward:
                self.jobs[id] = structs.replace(job, run_at=turn.now)
        for job in turn.jobs:
            self._store_job(job)
        for (thing, state), n in turn.counts.items():
            self._count(thing, state, n)
        for which, (n, at, order) in turn.hits.items():
            before, last_at, last_order = self.hits.get(which, (0, 0, 0))
            self.hits[which] = before + n, max(at, last_at), order if at >= last_at else last_order

    # --- what happens ---------------------------------------------------------------------------------

    def step(self) -> None:
        """One thing happens, of those that could."""
        self.now += self.chance.randint(0, 3) * 500
        if self.chance.random() < 0.01:
            self.now -= 2000  # somebody set the clock
        self.chance.choices(
            (self.take_turn, self.person, self.callback, self.asked, self.stranger, self.crash),
            weights=(60, 15, 15, 10, 3, 2),
        )[0]()

    def take_turn(self) -> None:
        """A worker takes a few due jobs of any kind in one turn, which may be lost before its commit."""
        due = [id for id, job in self.jobs.items() if job.run_at <= self.now and id not in self.in_flight]
        if not due:
            self.now = max(self.now, min((job.run_at for job in self.jobs.values()), default=self.now))
            return
        chosen = self.chance.sample(due, min(len(due), self.chance.randint(1, 6)))
        turn, done, messages = self.turn(limit=self.chance.choice((None, 1, 3, 50))), [], []
        for id in chosen:
            job = self.jobs[id]
            message = self.ask(job) if job.outside else None
            if job.outside and message is None:
                self.in_flight.add(id)  # the answer is lost with the process that waited for it
                continue
            done.append(id)
            messages.append((job, message))
        for job, message in messages:
            order = self.load(turn, job.order)
            if job.kind == "start":
                rows = self.orders[job.order]
                order.scope = OrderScope(rows.document)
                order.fulfilments = {f.n: f for f in rows.fulfilments}
                order.lines = deepcopy(rows.lines)
                turn.start(order)
                self.settle(turn)
                continue
            assert job.item is not None
            self.take(order, job.item)
            if job.kind == "proceed":
                turn.send(order, Proceed(job.item))
            elif job.kind == "timer":
                turn.send(order, Fire(job.item))
            elif message is not None:
                turn.send(order, message)
                if self.chance.random() < 0.1 and job.kind != "push":
                    turn.send(order, message)  # told twice
        self.settle(turn)
        if self.chance.random() < 0.05:
            self.crash()  # before the commit: nothing of it is stored
            return
        for id in done:
            self.jobs.pop(id, None)
        self.write(turn)

    def ask(self, job: Job) -> Message | None:
        """Calls the outside; None where a push arrived, or where no answer ever comes."""
        assert job.item is not None
        key = (job.order, job.item, job.attempt)
        self.performed[key] = self.performed.get(key, 0) + 1
        luck, payload = self.chance.random(), job.payload
        assert payload is not None
        if luck < 0.03:
            return None
        status: int | None = None
        body: Any = None
        if luck > 0.15:  # else it heard nothing of it
            status, body = self.serve(job.order, job.item, payload)
        if luck < 0.3:
            status, body = self.chance.choice(((None, None), (503, {"busy": True})))  # whatever it did
        return Called(
            job.item,
            run=payload["run"],
            attempt=job.attempt,
            payload=payload,
            url="http://outside/",
            status=status,
            body=body,
            problem="" if status else "down",
            held=self.chance.random() < 0.1,
            push=job.kind == "push",
        )

    def serve(self, order: int, item: int, payload: dict[str, Any]) -> tuple[int, Any]:
        """A system that heeds keys: what comes again is answered as before, and done once."""
        if payload["key"] not in self.served:
            luck = self.chance.random()
            self.served[payload["key"]] = (400, None) if luck < 0.1 else (200, {"ok": luck > 0.15})
            if luck > 0.15:
                self.effects.setdefault((order, item), []).append(payload["key"])
            if payload["callback"] and luck >= 0.1:
                for _ in range(self.chance.choice((1, 1, 1, 2))):  # some call back twice
                    when = self.now + self.chance.randint(0, 5000)
                    self.callbacks.append((when, order, item, payload["run"], {"ok": luck > 0.15}))
        return self.served[payload["key"]]

    def message(self, number: int, message: Message) -> bool:
        """What the front door does: one message, folded at once; a refusal changes nothing. False where the
        process died before the commit, and whoever sent it knows that it failed."""
        turn = self.turn()
        order = self.load(turn, number)
        self.take(order, message.n)
        turn.send(order, message)
        try:
            self.settle(turn)
        except IllegalMove:
            assert not turn.events, "a refused message left events"
            return True
        if self.chance.random() < 0.03:
            return False
        self.write(turn)
        return True

    def callback(self) -> None:
        waiting = [
            (number, n, item.run)
            for number, rows in self.orders.items()
            for n, item in rows.items.items()
            if item.compiled.kind == "wait" and item.compiled.definition.event
            if item.state == "waiting" or (item.started_at and self.chance.random() < 0.05)
        ]
        if waiting and self.chance.random() < 0.5:
            number, n, run = self.chance.choice(waiting)
            self.message(number, Deliver(n, run, {"news": True}))
        elif due := [c for c in self.callbacks if c[0] <= self.now]:
            chosen = self.chance.choice(due)
            if self.message(chosen[1], Deliver(chosen[2], chosen[3], chosen[4])):
                self.callbacks.remove(chosen)

    def person(self) -> None:
        """Completes a task, or decides about something that failed."""
        found = [
            (number, n, item)
            for number, rows in self.orders.items()
            for n, item in rows.items.items()
            if item.state in ("failed", "retrying") or (item.state == "waiting" and item.compiled.kind == "manual")
        ]
        if found:
            number, n, item = self.chance.choice(found)
            if item.state == "waiting":
                self.message(number, CompleteTask(n, {"done": True}, "ann"))
            elif item.state == "retrying":
                self.message(number, self.chance.choice((TryNow(n, "ann"), TryNow(n, "bob"), Skip(n, "no", "ann"))))
            else:
                acts: list[Message] = [Retry(n, "ann"), Skip(n, "not needed", "ann")]
                if item.compiled.kind == "callout":
                    acts += [Retry(n, "ann", request={"other": True}), CompleteTask(n, {}, "ann", "by phone")]
                self.message(number, self.chance.choice(acts))

    def asked(self) -> None:
        """Somebody answers, approves or rejects, in any order and sometimes twice; not all of it is stored."""
        numbers = [number for number, rows in self.orders.items() if rows.tasks]
        if not numbers:
            return
        number = self.chance.choice(numbers)
        rows = self.orders[number]
        n = self.chance.choice(list(rows.tasks))
        admission = Admission(rows.release, self.now, [(event, of) for _, _, event, of in rows.journal])
        assert (admission.order, admission.state) == (rows.document, rows.state) or not rows.awaiting
        by = self.chance.choice(("ann", "bob", "somebody"))
        luck = self.chance.random()
        try:
            if luck < 0.1:
                admission.reject(n, by=by, reason="no")
            elif luck < 0.5:
                admission.approve(n, by=by)
            else:
                admission.answer(n, self.chance.choice(({}, {"value": 1}, {"value": 2})), by=by)
        except (IllegalMove, OwnOrder):
            assert not admission.happened, "a refused message left events"
            return
        except WrongForm:
            return
        assert rows.tasks[n] == "open", f"{n} was answered twice"
        if self.chance.random() < 0.1:
            self.crash()  # before the commit: nothing of it is stored
            return
        self.admit(number, admission)

    def stranger(self) -> None:
        """Somebody wants what makes no sense."""
        number = self.chance.choice(list(self.orders))
        if rows := self.orders[number].items:
            n = self.chance.choice(list(rows))
            wrong = (TryNow(n, "ann"), Fire(n), Proceed(n))
            message, compiled, begun = self.chance.choice(wrong), rows[n].compiled, rows[n].state != "pending"
            timed = compiled.kind == "wait" or (compiled.operation and compiled.operation.callback_within)
            if isinstance(message, TryNow) and rows[n].state == "retrying":
                return
            if (isinstance(message, Fire) and timed) or (isinstance(message, Proceed) and not rows[n].unmet):
                return  # that would make sense
            seq = len(self.orders[number].journal)
            self.message(number, message)
            assert len(self.orders[number].journal) == seq, f"{message} was taken ({compiled.kind}, begun: {begun})"

    def crash(self) -> None:
        """The process dies and starts again: what was in flight is asked again, and nothing else happens."""
        self.crashes += 1
        self.in_flight.clear()

    @property
    def ended(self) -> bool:
        return not self.jobs and all(rows.state in ("completed", "rejected") for rows in self.orders.values())
