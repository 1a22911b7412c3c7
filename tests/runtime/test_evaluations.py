"""What takes longer to evaluate than a turn may is evaluated without a transaction, and written if nothing changed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from runtime import engine, evaluations, queries
from runtime.core.definitions import Definition
from runtime.schema import jobs
from tests.builders import a_catalog, a_decision, a_plan, a_table, a_wait, an_item
from tests.runtime.conftest import Installation

LONG = "count(for i in 1..60000 return i)"  # longer than a turn may take, and no more than a job may
TOO_LONG = "count(for i in 1..3000000 return i)"


def kinds(installation: Installation, order: int) -> list[str]:
    with installation.database.reading() as connection:
        query = select(jobs.c.kind).where(jobs.c.order_id == order).order_by(jobs.c.id)
        return list(connection.execute(query).scalars())


def running(installation: Installation, *more: Definition, plan: Any) -> int:
    installation.publish(*a_catalog(plan, *more).values())
    return installation.submit()


def take_turns(installation: Installation) -> None:
    """Turns alone, without what is left by them."""
    while installation.worker.take_turn():
        pass


def test_a_long_condition_is_left_by_the_turn_and_evaluated_outside_of_it(installation: Installation) -> None:
    order = running(installation, plan=a_plan(an_item("check", condition=f"{LONG} > 1"), an_item("quick")))

    take_turns(installation)
    assert installation.states(order) == {"check": "pending", "quick": "completed"}
    assert kinds(installation, order) == ["evaluate"]

    assert installation.worker.evaluate()
    assert installation.states(order) == {"check": "completed", "quick": "completed"}
    assert installation.told(order).order == "completed"
    assert kinds(installation, order) == []
    assert not installation.worker.evaluate()


def test_what_was_evaluated_outside_goes_on_as_in_a_turn(installation: Installation) -> None:
    plan = a_plan(
        an_item("check", condition=f"{LONG} < 1"), an_item("second"), an_item("third"),
        after={"second": "check", "third": "second"},
    )  # fmt: skip
    order = running(installation, plan=plan)

    installation.run()

    assert installation.states(order) == {"check": "skipped", "second": "completed", "third": "completed"}
    assert installation.told(order).order == "completed"


def test_a_long_table_is_asked_outside_of_the_turn(installation: Installation) -> None:
    rows = [(f"count(for i in 1..{6000 + number} return i) < ?", str(number)) for number in range(20)]
    table = a_table("discount", *rows, ("-", "99"), hit_policy="first")
    decision = a_decision("rate", inputs={"amount": "1"})
    order = running(installation, table, plan=a_plan(decision))

    take_turns(installation)
    assert kinds(installation, order) == ["evaluate"]
    installation.run()

    assert installation.states(order) == {"rate": "completed"}


def test_a_long_result_of_a_report_is_worked_out_outside_of_the_request(installation: Installation) -> None:
    wait = a_wait("delivered", event="delivered", result={"n": f"{LONG} + response.n"})
    order = running(installation, plan=a_plan(wait))
    take_turns(installation)
    (item,) = installation.items(order).values()

    installation.call_back(order, item.n, {"n": 5})
    assert installation.states(order) == {"delivered": "waiting"}
    installation.run()

    assert installation.states(order) == {"delivered": "completed"}
    assert installation.told(order).results == {item.n: {"n": 60005}}


def test_a_plan_that_takes_long_to_make_is_made_outside_of_the_turn(installation: Installation) -> None:
    plan = a_plan(an_item("check", per=f"if {LONG} > 0 then line.id else null"))
    order = running(installation, plan=plan)

    take_turns(installation)
    assert installation.states(order) == {}
    assert kinds(installation, order) == ["evaluate"]
    installation.run()

    assert installation.states(order) == {"check": "completed"}
    assert installation.told(order).order == "completed"


def test_what_exceeds_the_budget_of_a_job_too_fails_the_item_and_says_so(installation: Installation) -> None:
    order = running(installation, plan=a_plan(an_item("check", condition=f"{TOO_LONG} > 1")))

    installation.run()

    assert installation.states(order) == {"check": "failed"}
    (record,) = installation.read(queries.fallout_of, order)
    assert "takes too long" in record.error


def change(installation: Installation, order: int, key: str) -> None:
    """Something else happens to the order: an item that waits is left out by a person."""
    installation.write(engine.skip_item, order, installation.items(order)[key].n, reason="gone", by="ann")


def test_an_evaluation_is_done_again_where_the_order_changed_meanwhile(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = a_plan(an_item("check", condition=f"{LONG} > 1"), a_wait("first", event="a"))
    order = running(installation, plan=plan)
    take_turns(installation)
    changes = iter(["first"])

    def at_point(name: str) -> None:
        for key in changes:
            change(installation, order, key)
            return

    monkeypatch.setattr(evaluations, "at_point", at_point)
    assert installation.worker.evaluate()
    assert installation.states(order) == {"check": "pending", "first": "skipped"}
    assert installation.worker.evaluate()

    assert installation.states(order) == {"check": "completed", "first": "skipped"}
    assert installation.told(order).order == "completed"


def test_after_three_changes_the_item_fails_and_says_why(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = [a_wait(key, event=key) for key in ("a", "b", "c")]
    order = running(installation, plan=a_plan(an_item("check", condition=f"{LONG} > 1"), *waits))
    take_turns(installation)
    changes = iter(["a", "b", "c"])
    monkeypatch.setattr(evaluations, "at_point", lambda name: change(installation, order, next(changes)))

    installation.run()

    assert installation.states(order)["check"] == "failed"
    (record,) = installation.read(queries.fallout_of, order)
    assert "It was evaluated 3 times" in record.error
    assert kinds(installation, order) == []
    installation.told(order)


def test_nothing_is_written_where_a_person_decided_meanwhile(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = a_wait("delivered", event="delivered", result={"n": LONG})
    order = running(installation, plan=a_plan(wait))
    take_turns(installation)
    (item,) = installation.items(order).values()
    installation.call_back(order, item.n, {})
    monkeypatch.setattr(evaluations, "at_point", lambda name: change(installation, order, "delivered"))

    installation.run()

    assert installation.states(order) == {"delivered": "skipped"}
    assert installation.told(order).order == "completed"


def test_an_unexpected_error_sets_only_its_own_evaluation_aside(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plan = a_plan(an_item("check", condition=f"{LONG} > 1"))
    broken = running(installation, plan=plan)
    healthy = installation.submit()
    take_turns(installation)
    failures = iter([RuntimeError("nobody expected this")])

    def at_point(name: str) -> None:
        for failure in failures:
            raise failure

    monkeypatch.setattr(evaluations, "at_point", at_point)
    installation.run()

    assert installation.states(healthy) == {"check": "completed"}
    assert installation.states(broken) == {"check": "pending"}
    with installation.database.reading() as connection:
        (row,) = connection.execute(select(jobs)).all()
    assert row.crashes == 1
    assert "nobody expected this" in row.crash
    assert "nobody expected this" in caplog.text

    installation.run(later=60_000)
    assert installation.states(broken) == {"check": "completed"}
