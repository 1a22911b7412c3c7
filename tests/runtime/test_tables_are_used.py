"""Every move of every thing goes through its table: a table with one entry changed does not go unnoticed.

Short stories use all entries of all tables. Then each entry is taken out, and each is led elsewhere, and a story that
used it is told again: each time something must be refused, or the independent model must disagree.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from runtime import bulk, crashes, engine, fallout, queries, schema
from runtime.core.definitions import Attribute, Automatic, Operation, StaggeredRetry, System
from runtime.core.events import FalloutReported
from runtime.core.orders import Order
from runtime.core.transitions import TABLES
from runtime.core.values import decode
from runtime.database import Database
from runtime.desk import Filter
from runtime.schema import bulk_acts, jobs
from tests.builders import (
    a_callout,
    a_line,
    a_plan,
    a_policy,
    a_question,
    a_queue,
    a_scenario,
    a_specification,
    a_task,
    a_wait,
    an_enrichment,
    an_item,
    an_order,
)
from tests.core.stories import a_call
from tests.faults import truth
from tests.runtime.conftest import Installation

Entry = tuple[str, str, str]  # thing, state, event
Tell = Callable[[Installation], None]
Outcome = list[list[str]]


class Trouble(Exception):
    """What a story has go wrong."""


PLANS = {
    "milestone": a_plan(an_item("a"), key="milestone"),
    "skipper": a_plan(an_item("a", condition="1 = 2"), key="skipper"),
    "undecided": a_plan(an_item("a", condition="order.attributes.x > 1"), key="undecided"),
    "asker": a_plan(a_callout("a", operation="ask"), key="asker"),
    "reader": a_plan(a_callout("a", operation="ask", result={"port": "response.port"}), key="reader"),
    "caller": a_plan(a_callout("a", operation="call"), key="caller"),
    "waiter": a_plan(a_wait("a", event="told", delay="PT1S", on_timeout="fail"), key="waiter"),
    "worker": a_plan(a_task("a", "anybody"), key="worker"),
    "assigned": a_plan(a_task("a", "ann"), key="assigned"),
    "approved": a_plan(an_item("a"), key="approved"),
    "answered": a_plan(an_item("a", Automatic), key="answered"),
}


def the_catalog() -> list[Any]:
    retry = StaggeredRetry(delays=("PT1S", "PT1S", "PT1S"))
    system = System(
        key="fulfilment",
        name="Fulfilment",
        url="http://127.0.0.1:9",
        operations=(
            Operation(key="ask", name="Ask", path="/ask", retry=retry),
            Operation(key="call", name="Call", path="/call", reply="callback", callback_within="PT1S", retry=retry),
        ),
    )
    plain = [a_specification(key) for key in PLANS if key not in ("answered", "approved")]
    return [
        *plain,
        a_specification("answered", attributes=(Attribute(name="x"), Attribute(name="y"))),
        a_specification("approved"),
        *PLANS.values(),
        *(a_scenario(plan=key, specification=key, actions=("add", "modify")) for key in PLANS),
        a_queue("anybody"),
        a_queue("ann", assign='"ann"'),
        system,
        an_enrichment("ask", a_question("x", queue="anybody"), specification="answered"),
        an_enrichment("ask-ann", a_question("y", queue="ann"), specification="answered", actions=("modify",)),
        a_policy("first", queue="anybody", specification="approved", condition="true"),
        a_policy("second", queue="ann", specification="approved", condition="true"),
    ]


@pytest.fixture(scope="module")
def published(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file in which the catalog is published, to be copied."""
    path = tmp_path_factory.mktemp("published") / "published.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    Installation(database).publish(*the_catalog())
    database.close()
    return path


# --- what stories are made of -------------------------------------------------------------------------


def of(key: str, lines: int = 1, **rest: Any) -> Order:
    return an_order(*(a_line(str(n), specification=key, **rest) for n in range(1, lines + 1)))


def begun(installation: Installation, key: str) -> int:
    order = installation.submit(of(key))
    installation.run()
    return order


def answer(installation: Installation, order: int, attempt: int, status: int = 200) -> Any:
    """What a worker does when a call of an order has ended; gives the payload of the call."""
    with installation.database.writing() as connection:
        ours = jobs.c.order_id == order, jobs.c.kind == "callout"
        payload = decode(connection.execute(select(jobs.c.payload).where(*ours)).scalar_one())
        connection.execute(delete(jobs).where(*ours))
        call = a_call(0, attempt, {}, run=payload["run"], status=status, payload=payload)
        engine._message(connection, order, call, installation.now)
    return payload


def refuse(installation: Installation, order: int, attempt: int, final: bool = False) -> Any:
    return answer(installation, order, attempt, 422 if final else 503)


def crash(installation: Installation, order: int, n: int | None, kind: str = "timer") -> None:
    with installation.database.writing() as connection:
        crashes.contain(connection, kind, order, n, kind, Trouble("no"), now=installation.now)
        if n is None:
            connection.execute(delete(jobs).where(jobs.c.order_id == order))


def task_of(installation: Installation, order: int) -> Any:
    return installation.read(queries.find_tasks, order=order)[0]


def record_of(installation: Installation, order: int) -> int:
    return int(installation.read(queries.fallout_of, order)[0].id)


# --- stories ------------------------------------------------------------------------------------------


def orders(installation: Installation) -> None:
    for key in ("milestone", "skipper", "undecided"):
        begun(installation, key)
    installation.write(engine.cancel, installation.submit(of("milestone")), reason="no", by="otto")
    retried = installation.submit(of("milestone"))
    crash(installation, retried, None, "start")
    installation.write(engine.retry_plan, retried, by="fay")
    installation.run()


def questions(installation: Installation) -> None:
    for action in ("add", "modify"):
        answer, reject, cancel = (installation.submit(of("answered", 2, action=action)) for _ in range(3))
        values = {"x": "1"} if action == "add" else {"y": "1"}
        for task in installation.read(queries.find_tasks, order=answer):
            installation.write(engine.complete_task, task.id, values, by="ann")
        installation.write(engine.reject, task_of(installation, reject).id, reason="no", by="ann")
        installation.write(engine.cancel, cancel, reason="no", by="otto")


def approvals(installation: Installation) -> None:
    approve, reject, reject_claimed, cancel = (installation.submit(of("approved")) for _ in range(4))
    for task in installation.read(queries.find_tasks, order=approve):
        installation.write(engine.approve, task.id, by="ann")
    for order, queue in ((reject, "anybody"), (reject_claimed, "ann")):
        (task,) = installation.read(queries.find_tasks, order=order, queue=queue)
        installation.write(engine.reject, task.id, reason="no", by="ann")
    installation.write(engine.cancel, cancel, reason="no", by="otto")
    installation.run()


def calls(key: str, installation: Installation) -> None:
    """A system answers, fails once and answers, fails for good, is skipped in between."""
    for attempts in (0, 2):
        answered, failed = (begun(installation, key) for _ in range(2))
        for attempt in range(1, attempts + 1):
            refuse(installation, answered, attempt)
            refuse(installation, failed, attempt)
        answer(installation, answered, attempts + 1)
        refuse(installation, failed, attempts + 1, final=True)
    skipped = begun(installation, key)
    refuse(installation, skipped, 1)
    installation.write(engine.skip_item, skipped, 0, reason="no", by="fay")


def late_answers(installation: Installation) -> None:
    """The outcome is unknown after the last attempt; then an answer comes that lacks what the result reads."""
    order = begun(installation, "reader")
    for attempt in range(1, 5):
        payload = refuse(installation, order, attempt)
    assert installation.states(order) == {"a": "failed"}
    with installation.database.writing() as connection:
        call = a_call(0, 4, {}, run=payload["run"], payload=payload)
        engine._message(connection, order, call, installation.now)


def callbacks(installation: Installation) -> None:
    """A callback is faster than the answer, at the first attempt and at a later one."""
    for attempts in (0, 1):
        order = begun(installation, "caller")
        for attempt in range(1, attempts + 1):
            refuse(installation, order, attempt)
        installation.call_back(order, 0, {})


def waits(installation: Installation) -> None:
    told, late, skipped = (begun(installation, "waiter") for _ in range(3))
    installation.call_back(told, 0, {})
    installation.write(engine.skip_item, skipped, 0, reason="no", by="fay")
    installation.run(later=1000)
    assert installation.states(late) == {"a": "failed"}


def work(key: str, installation: Installation) -> None:
    """A task is claimed, taken over, released, completed, skipped, and fails."""
    completed, skipped, failed, handed = (begun(installation, key) for _ in range(4))
    installation.write(engine.complete_task, task_of(installation, completed).id, {}, by="ann")
    installation.write(engine.skip_item, skipped, 0, reason="no", by="fay")
    crash(installation, failed, 0)
    task = task_of(installation, handed).id
    installation.write(engine.claim_task, task, by="bob")
    installation.write(engine.claim_task, task, by="cid")
    installation.write(engine.release_task, task, by="cid")
    assert task_of(installation, handed).state == "open"


BEFORE: dict[str, Callable[..., None] | None] = {
    "open": None,
    "assigned": partial(fallout.assign, to="ann", by="fay"),
    "in progress": partial(fallout.start, by="fay"),
    "on hold": partial(fallout.hold, reason="no", by="fay"),
}
MOVES: dict[str, Callable[..., None]] = {
    "assigned": partial(fallout.assign, to="bob", by="fay"),
    "open": partial(fallout.release, by="fay"),
    "in progress": partial(fallout.start, by="fay"),
    "on hold": partial(fallout.hold, reason="no", by="fay"),
}


def records(state: str, installation: Installation) -> None:
    """Records in one state are moved to every other, and resolved in every way."""

    def fallen(key: str) -> int:
        order = begun(installation, "waiter") if key == "item" else installation.submit(of("milestone"))
        match key:
            case "item":
                crash(installation, order, 0)
            case "plan":
                crash(installation, order, None, "start")
            case "report":
                installation.write(partial(_reported, order))
        if (before := BEFORE[state]) is not None:
            installation.write(before, record_of(installation, order))
        return order

    for after, move in MOVES.items():
        if after != state or state == "assigned":
            installation.write(move, record_of(installation, fallen("item")))
    installation.write(engine.retry_item, fallen("item"), 0, by="fay")
    installation.write(engine.skip_item, fallen("item"), 0, reason="no", by="fay")
    installation.write(engine.complete_item, fallen("item"), 0, {}, reason="no", by="fay")
    installation.write(engine.retry_plan, fallen("plan"), by="fay")
    installation.write(engine.cancel, fallen("plan"), reason="no", by="fay")
    installation.write(fallout.dismiss, record_of(installation, fallen("report")), reason="no", by="fay")


def _reported(order: int, connection: Any, now: int) -> None:
    fallout.report(connection, order, None, FalloutReported("report", "look at this"), now)


def many(installation: Installation) -> None:
    crash(installation, begun(installation, "waiter"), 0)
    act = installation.write(bulk.begin, "skip", Filter(), reason="no", pace=60, threshold=5, by="fay")

    def state() -> str:
        with installation.database.reading() as connection:
            return str(connection.execute(bulk_acts.select()).one().state)

    assert state() == "running"
    installation.write(bulk.stop, act, by="fay")
    assert state() == "stopped"
    installation.write(bulk.resume, act, threshold=5, by="fay")
    assert state() == "running"
    for _ in range(3):
        installation.now += 60_000
        bulk.step(installation.database, installation.now)
    assert state() == "finished"


STORIES: dict[str, Tell] = {
    "orders": orders,
    "questions": questions,
    "approvals": approvals,
    "an answer": partial(calls, "asker"),
    "a callback": partial(calls, "caller"),
    "fast callbacks": callbacks,
    "late answers": late_answers,
    "waits": waits,
    "open work": partial(work, "worker"),
    "assigned work": partial(work, "assigned"),
    **{f"records {state}": partial(records, state) for state in BEFORE},
    "many": many,
}


# --- telling them -------------------------------------------------------------------------------------


def told(name: str, published: Path, folder: Path) -> Outcome:
    """What a story comes to; raises whatever is wrong with it."""
    path = folder / "story.db"
    for old in folder.glob("story.db*"):
        old.unlink()
    shutil.copy(published, path)
    database = Database(f"sqlite:///{path}")
    try:
        STORIES[name](Installation(database))
        truth.check(database)
        return outcome(database)
    finally:
        database.close()


def outcome(database: Database) -> Outcome:
    """The state in which everything is."""
    tables = (schema.orders, schema.lines, schema.items, schema.tasks, schema.fallout)
    with database.reading() as connection:
        return [[row.state for row in connection.execute(table.select())] for table in tables]


class Noted(dict[str, str]):
    """The moves of one state, which note that they are looked up."""

    def __init__(self, moves: dict[str, str], thing: str, state: str, used: set[Entry]) -> None:
        super().__init__(moves)
        self._note = lambda event: used.add((thing, state, event))

    def __getitem__(self, event: str) -> str:
        found = super().__getitem__(event)
        self._note(event)
        return found


@pytest.fixture(scope="module")
def uses(published: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Entry, tuple[str, Outcome]]:
    """For each entry of each table a story that uses it, and what it comes to."""
    folder = tmp_path_factory.mktemp("stories")
    found: dict[Entry, tuple[str, Outcome]] = {}
    for name in STORIES:
        used: set[Entry] = set()
        kept = {thing: dict(table) for thing, table in TABLES.items()}
        for thing, table in TABLES.items():
            for state, moves in table.items():
                table[state] = Noted(moves, thing, state, used)
        try:
            right = told(name, published, folder)
        finally:
            for thing, table in TABLES.items():
                table.update(kept[thing])
        for entry in used:
            found.setdefault(entry, (name, right))
    return found


ENTRIES = [
    (thing, state, event) for thing, table in TABLES.items() for state, moves in table.items() for event in moves
]


@contextmanager
def changed(entry: Entry, after: str | None) -> Iterator[None]:
    """The tables with one entry led elsewhere, or without it."""
    thing, state, event = entry
    moves = TABLES[thing][state]
    before = dict(moves)
    try:
        if after is None:
            del moves[event]
        else:
            moves[event] = after
        yield
    finally:
        moves.clear()
        moves.update(before)


@pytest.mark.parametrize("entry", ENTRIES, ids=" - ".join)
def test_an_entry_of_a_table_that_is_changed_does_not_go_unnoticed(
    entry: Entry, uses: dict[Entry, tuple[str, Outcome]], published: Path, tmp_path: Path
) -> None:
    assert entry in uses, "no story uses it"
    thing, state, event = entry
    right = TABLES[thing][state][event]
    elsewhere = next(other for other in reversed(TABLES[thing]) if other not in (right, state))
    for after in (None, elsewhere):
        name, outcome = uses[entry]
        with pytest.raises(Exception), changed(entry, after):  # noqa: B017, PT011  (whatever notices first)
            assert told(name, published, tmp_path) == outcome
