"""Which rows of a decision table fired in production is counted with the decision itself, and never twice."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select

from runtime import engine, queries, statements, store
from runtime.core.work import Hits
from runtime.rules.documents import Input, Output, Table
from runtime.schema import table_hits, versions
from tests.builders import Definitions, a_catalog, a_decision, a_line, a_plan, a_table, a_task, an_order
from tests.runtime.conftest import Installation


def rates(*rows: tuple[str, str], policy: str = "first") -> Table:
    """What the number of pieces costs; the last row is for any number."""
    return a_table(
        "rates",
        *(rows or (("> 100", "1"), ("> 10", "2"), ("-", "3"))),
        hit_policy=policy,
        inputs=(Input(id="n", expression="order.lines[1].quantity", type="number"),),
        outputs=(Output(id="rate", name="rate", type="number"),),
    )


@pytest.fixture
def catalog() -> Definitions:
    return a_catalog(a_plan(a_decision("rate", table="rates", per="order")), rates())


def ordered(installation: Installation, *quantities: int) -> list[int]:
    made = [installation.submit(an_order(a_line(quantity=each))) for each in quantities]
    installation.run()
    return made


def hits(installation: Installation, key: str = "rates") -> dict[str, Hits]:
    """By rule, over all versions and workers."""
    found: dict[str, Hits] = {}
    for row in installation.read(queries.hits_of_table, key):
        n, at, order = found.get(row.rule, (0, 0, 0))
        later = row.last_at >= at
        found[row.rule] = n + row.n, row.last_at if later else at, row.last_order if later else order
    return found


def test_every_row_that_fired_is_counted_with_its_last_order(published: Installation) -> None:
    first, second = ordered(published, 200, 5)
    published.now += 1000
    (third,) = ordered(published, 300)

    found = hits(published)
    assert found["r1"] == (2, published.now, third)
    assert found["r3"] == (1, published.now - 1000, second)
    assert "r2" not in found
    assert found[""] == (3, published.now, third)
    assert first


def test_the_event_of_a_decision_says_which_rows_fired(published: Installation) -> None:
    (order,) = ordered(published, 50)

    (event,) = [row for row in published.read(queries.events_of, order) if row.type == "item completed"]
    assert msgspec.json.decode(event.data)["rows"] == ["r2"]


def test_a_table_of_many_hits_counts_every_row_that_takes_part(installation: Installation) -> None:
    plan = a_plan(a_decision("rate", table="rates", per="order"))
    installation.publish(*a_catalog(plan, rates(policy="collect")).values())

    ordered(installation, 200)

    assert {rule: n for rule, (n, _, _) in hits(installation).items()} == {"": 1, "r1": 1, "r2": 1, "r3": 1}


def test_a_decision_without_an_answer_is_counted_but_hits_no_row(installation: Installation) -> None:
    plan = a_plan(a_decision("rate", table="rates", per="order"))
    installation.publish(*a_catalog(plan, rates(("> 100", "1"))).values())

    (order,) = ordered(installation, 5)

    assert installation.states(order) == {"rate": "failed"}
    assert {rule: n for rule, (n, _, _) in hits(installation).items()} == {"": 1}


def test_a_row_that_answers_with_nothing_has_fired_even_though_the_item_fails(installation: Installation) -> None:
    plan = a_plan(a_decision("rate", table="rates", per="order"))
    installation.publish(*a_catalog(plan, rates(("> 100", "null"), ("-", "3"))).values())

    (order,) = ordered(installation, 500)

    assert hits(installation)["r1"] == (1, installation.now, order)
    (event,) = [row for row in installation.read(queries.events_of, order) if row.type == "item failed"]
    assert msgspec.json.decode(event.data)["rows"] == ["r1"]


def test_hits_go_to_the_version_that_the_order_is_pinned_to(installation: Installation) -> None:
    plan = a_plan(a_task("look"), a_decision("rate", table="rates", per="order"), after={"rate": "look"})
    installation.publish(*a_catalog(plan, rates()).values())
    old = installation.submit(an_order(a_line(quantity=200)))
    installation.run()
    installation.publish(rates(("> 100", "7"), ("-", "8")))
    (task,) = installation.read(queries.find_tasks)
    installation.write(engine.complete_task, task.id, {}, by="ann")
    installation.run()

    (row,) = [row for row in installation.read(queries.hits_of_table, "rates") if row.rule == "r1"]
    number = select(versions.c.number).where(versions.c.id == row.version)
    assert installation.read(lambda connection: connection.execute(number).scalar_one()) == 1
    assert installation.states(old)["rate"] == "completed"


class Lost(Exception):
    """The process died before its commit."""


def start_and_die(installation: Installation, order: int) -> None:
    with installation.database.writing() as connection:
        turn = engine.new_turn(connection, installation.now)
        store.load_orders(connection, turn, [order])
        store.load_start(connection, turn.orders[order])
        turn.start(turn.orders[order])
        store.settle(connection, turn)
        store.write(connection, turn)
        assert connection.execute(select(table_hits)).all()
        raise Lost


def test_a_turn_that_is_not_committed_counts_nothing(published: Installation) -> None:
    order = published.submit(an_order(a_line(quantity=200)))

    with pytest.raises(Lost):
        start_and_die(published, order)
    assert hits(published) == {}

    published.run()
    assert hits(published)["r1"] == (1, published.now, order)


def test_many_orders_of_one_turn_share_one_row_per_rule(published: Installation) -> None:
    for quantity in (200, 300, 400, 50):
        published.submit(an_order(a_line(quantity=quantity)))
    published.run()

    assert [(row.rule, row.n) for row in sorted(published.read(queries.hits_of_table, "rates"))] == [
        ("", 4), ("r1", 3), ("r2", 1),
    ]  # fmt: skip


def test_an_older_moment_never_takes_the_place_of_a_newer_one(published: Installation) -> None:
    with published.database.writing() as connection:
        version = connection.execute(select(versions.c.id).where(versions.c.kind == "table")).scalar_one()
        for at, order in ((50, 7), (40, 8), (60, 9), (10, 3)):
            statements.add_to_hits(connection, [(version, "r1", 0, 1, at, order)])

    assert hits(published)["r1"] == (4, 60, 9)
