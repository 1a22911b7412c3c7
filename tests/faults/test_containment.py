"""Whatever is raised at whatever stage of an order, the others go on, and the order says what happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.demo_systems import Control, DemoServer
from runtime import crashes, engine, queries, store
from runtime.connectors.http import Http
from runtime.core import admission
from runtime.core.definitions import Milestone
from runtime.core.turn import Turn
from runtime.errors import IllegalMove
from runtime.schema import jobs
from tests.builders import a_task, a_wait, an_item
from tests.faults.conftest import all_ended, eventually, working
from tests.faults.test_worker import Trouble, ask, publish, submit
from tests.faults.truth import check
from tests.runtime.conftest import Installation

# stage -> what is made to raise, whose order is the argument that this finds, and which item must then be fallout
STAGES: dict[str, tuple[Any, str, Callable[..., int | None], str | None]] = {
    "plan": (Turn, "start", lambda _self, order: order.id, None),
    "begin": (Turn, "_has_lines", lambda _self, order, item: order.id if item.key == "c" else None, "c"),
    "request": (Turn, "_call", lambda _self, order, *_, **__: order.id, "b"),
    "call": (Http, "call", lambda _self, request: int(request.idempotency_key.split("-")[-3]), "b"),
    "answer": (Turn, "_called", lambda _self, order, *_: order.id, "b"),
    "apply": (Turn, "_end", lambda _self, order, item, _event: order.id if item.key == "b" else None, "b"),
    "write": (store, "write", lambda _connection, turn, *_, **__: _poisoned(turn), None),
    "load": (store, "load_start", lambda _connection, order: order.id, None),
}


def _poisoned(turn: Turn) -> int | None:
    return min((order.id for order in turn.orders.values() if order.new_plan), default=None)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crashes, "PAUSES", (5, 5))


def poison(monkeypatch: pytest.MonkeyPatch, stage: str, order: int) -> None:
    where, name, whose, _ = STAGES[stage]
    real = getattr(where, name)

    def raising(*arguments: Any, **named: Any) -> Any:
        if whose(*arguments, **named) == order:
            raise Trouble("the wheel came off\nand more that nobody needs to read")
        return real(*arguments, **named)

    monkeypatch.setattr(where, name, raising)


def jobs_of(installation: Installation, order: int) -> int:
    query = select(func.count()).select_from(jobs).where(jobs.c.order_id == order)
    return int(installation.read(lambda connection: connection.execute(query).scalar_one()))


@pytest.mark.parametrize("remedy", ["retry", "skip"])
@pytest.mark.parametrize("stage", STAGES)
def test_an_unexpected_error_at_any_stage_is_fallout_that_names_it_and_people_decide(
    installation: Installation,
    demo: DemoServer,
    at_once: None,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    remedy: str,
) -> None:
    publish(installation, an_item("a"), ask("b"), an_item("c"), after={"b": "a", "c": "b"}, url=demo.url)
    demo.systems.control = Control()
    first, *healthy = submit(installation, 4)
    poison(monkeypatch, stage, first)
    with working(installation):
        eventually(lambda: installation.read(queries.state_counts, "order").get("completed") == len(healthy))
        eventually(lambda: bool(installation.read(queries.fallout_of, first)))
    check(installation.database, steady_clock=installation.database.is_sqlite)
    (record,) = installation.read(queries.fallout_of, first)
    assert (record.state, record.cause, record.code) == ("open", "crash", "Trouble")
    assert record.error.startswith("An unexpected error stopped this while ")
    assert record.error.endswith("(Trouble: the wheel came off).")
    failed = STAGES[stage][3]
    assert record.about == ("item" if failed else "plan")
    assert jobs_of(installation, first) == 0, "nothing is tried again before somebody says so"

    monkeypatch.undo()
    if failed is None:
        installation.write(engine.retry_plan, first, by="fay")
    elif remedy == "retry":
        installation.write(engine.retry_item, first, record.item, by="fay")
    else:
        installation.write(engine.skip_item, first, record.item, reason="done by phone", by="fay")
    with working(installation):
        eventually(all_ended(installation))
    check(installation.database, steady_clock=False)
    (record,) = installation.read(queries.fallout_of, first)
    assert (record.state, record.resolved_by) == ("resolved", "fay")


def test_an_order_that_cannot_be_taken_apart_is_refused_and_harms_no_other(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(installation, an_item("a"))
    (before,) = submit(installation, 1)

    def raising(*_: Any, **__: Any) -> Any:
        raise Trouble("the wheel came off")

    with monkeypatch.context() as patched:
        patched.setattr(admission, "decompose", raising)
        with pytest.raises(Trouble):
            submit(installation, 1)
    (after,) = submit(installation, 1)
    installation.run()
    assert [installation.states(order) for order in (before, after)] == [{"a": "completed"}] * 2
    check(installation.database)


def test_what_passes_by_itself_is_no_fallout(
    installation: Installation, demo: DemoServer, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(installation, ask("b"), url=demo.url)
    demo.systems.control = Control()
    (order,) = submit(installation, 1)
    real, times = Turn._called, iter(range(2))

    def raising(self: Turn, *arguments: Any) -> bool:
        if next(times, None) is not None:
            raise Trouble("once more, please")
        return real(self, *arguments)

    monkeypatch.setattr(Turn, "_called", raising)
    with working(installation):
        eventually(all_ended(installation))
    assert not installation.read(queries.fallout_of, order)
    check(installation.database, steady_clock=installation.database.is_sqlite)


def test_a_crash_that_is_not_fallout_yet_is_written_on_its_job(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(installation, an_item("a"))
    (order,) = submit(installation, 1)
    poison(monkeypatch, "plan", order)
    installation.run()
    (job,) = installation.read(queries.crashing_jobs)
    assert (job.order_id, job.crashes) == (order, 1)
    assert "while its plan was made (Trouble" in job.crash
    assert job.run_at > installation.now

    installation.run(later=crashes.PAUSES[0])
    installation.run(later=crashes.PAUSES[1])
    assert not installation.read(queries.crashing_jobs)
    assert [record.about for record in installation.read(queries.fallout_of, order)] == ["plan"]
    check(installation.database)


def test_many_items_that_cannot_begin_are_each_their_own_fallout(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [f"i{n}" for n in range(12)]
    publish(installation, an_item("a"), *map(an_item, keys), after=dict.fromkeys(keys, "a"))
    (order,) = submit(installation, 1)
    real = Turn._has_lines

    def raising(self: Turn, of: Any, item: Any) -> bool:
        if item.key in keys[1::2]:
            raise Trouble(item.key)
        return real(self, of, item)

    monkeypatch.setattr(Turn, "_has_lines", raising)
    for pause in (0, *crashes.PAUSES):
        installation.run(later=pause)
    states = installation.states(order)
    assert {key for key, state in states.items() if state == "failed"} == set(keys[1::2])
    assert {state for key, state in states.items() if key not in keys[1::2]} == {"completed"}
    check(installation.database)


def test_a_callback_that_cannot_be_taken_in_is_fallout_and_the_caller_is_not_asked_again(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(installation, a_wait("w", event="done"))
    (order,) = submit(installation, 1)
    installation.run()

    def raising(*_: Any) -> bool:
        raise Trouble("the wheel came off")

    monkeypatch.setattr(Turn, "_delivered", raising)
    installation.call_back(order, 0, {"ok": True})
    (record,) = installation.read(queries.fallout_of, order)
    assert "while the callback was taken in" in record.error
    check(installation.database)

    monkeypatch.undo()
    installation.write(engine.complete_item, order, 0, {}, reason="it reported by mail", by="fay")
    installation.run()
    assert installation.states(order) == {"w": "completed"}
    check(installation.database)


def test_a_person_is_not_kept_from_a_task_by_what_follows_from_it(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(installation, a_task("t"), an_item("after"), after={"after": "t"})
    (order,) = submit(installation, 1)
    installation.run()
    (task,) = installation.read(queries.find_tasks, order=order)
    real = Turn._has_lines

    def raising(self: Turn, of: Any, item: Any) -> bool:
        if item.key == "after":
            raise Trouble("the wheel came off")
        return real(self, of, item)

    monkeypatch.setattr(Turn, "_has_lines", raising)
    installation.write(engine.complete_task, task.id, {}, by="ann")
    for pause in (0, *crashes.PAUSES):
        installation.run(later=pause)
    assert installation.states(order) == {"t": "completed", "after": "failed"}
    check(installation.database)


@pytest.mark.parametrize("remedy", ["retry", "cancel"])
def test_a_plan_that_cannot_be_made_at_this_moment_is_fallout_of_the_order_at_once(
    installation: Installation, remedy: str
) -> None:
    asked = 'now() < @"2001-09-09T01:46:45Z" or now() > @"2001-09-09T01:46:55Z"'  # the installation starts at 01:46:40
    publish(installation, Milestone(key="a", name="A", per=f"if {asked} then line.id else null"))
    (order,) = submit(installation, 1)
    installation.run(later=10_000)
    (record,) = installation.read(queries.fallout_of, order)
    assert (record.state, record.about, record.cause, record.item) == ("open", "plan", "plan", None)
    assert "plan line, item a: the grouping key" in record.error and "unexpected" not in record.error
    assert (installation.read(queries.order_row, order).state, jobs_of(installation, order)) == ("accepted", 0)

    if remedy == "retry":
        installation.write(engine.retry_plan, order, by="fay")
        installation.run()
        again = installation.read(queries.fallout_of, order)
        assert sorted((each.about, each.state) for each in again) == [("plan", "open"), ("plan", "resolved")]
        installation.now += 10_000
        installation.write(engine.retry_plan, order, by="fay")
        installation.run()
    else:
        installation.write(engine.cancel, order, reason="ordered twice", by="fay")
        installation.run()
    row = installation.read(queries.order_row, order)
    assert (row.state, row.open_fallout) == ("completed" if remedy == "retry" else "cancelled", 0)
    check(installation.database)


def test_an_order_without_a_plan_is_cancelled_at_once(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(installation, an_item("a"))
    first, second = submit(installation, 2)
    poison(monkeypatch, "plan", first)
    for pause in (0, *crashes.PAUSES):
        installation.run(later=pause)
    installation.write(engine.cancel, first, reason="ordered twice", by="otto")
    row = installation.read(queries.order_row, first)
    assert (row.state, row.rejection, row.open_fallout) == ("cancelled", "ordered twice", 0)
    with pytest.raises(IllegalMove, match="only an order without a plan"):
        installation.write(engine.cancel, second, reason="ordered twice", by="otto")
    check(installation.database)
