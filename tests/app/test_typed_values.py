"""Values of every type go the whole way: from callers through attributes, forms, results and systems and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.threads import served
from runtime.core.definitions import Attribute, Automatic, Field, Operation, System, Target
from runtime.core.values import EXAMPLES, decode, from_stored, shown
from runtime.schema import events, items
from runtime.worker import Worker
from tests.app.callers import PRODUCT_ORDERS, Caller, a_caller, database_of, publish
from tests.app.waiting import until
from tests.builders import (
    a_callout,
    a_decomposition,
    a_plan,
    a_question,
    a_queue,
    a_scenario,
    a_specification,
    a_task,
    a_wait,
    an_enrichment,
    an_item,
)

ORDERS = "/api/v1/orders"
SIM = 89014103211118510720
RATE = "0.1234567890123456789012345678901234"
GIVEN = {name.replace(" ", "_"): text for name, text in EXAMPLES.items()} | {"sim": SIM}
TYPED = tuple(Attribute(name=name.replace(" ", "_"), type=name) for name in EXAMPLES)  # type: ignore[arg-type]
FIBRE = a_specification(attributes=(*TYPED, Attribute(name="sim", type="number")))


@pytest.fixture
def caller(app: Flask) -> Caller:
    return a_caller(app, "api", "fulfilment agent", "order agent")


@pytest.fixture
def worker(app: Flask) -> Iterator[Worker]:
    worker = Worker(database_of(app), callback_url="http://127.0.0.1:9", threads=2)
    worker.start()
    app.extensions["orderloom"].worker = worker
    yield worker
    worker.stop()


def read(response: Any) -> Any:
    """The body with every digit of its numbers."""
    return json.loads(response.get_data(as_text=True), parse_float=Decimal)


def native(**attributes: Any) -> dict[str, Any]:
    return {"lines": [{"id": "1", "specification": "fibre", "action": "add", "attributes": attributes}]}


def ended(caller: Caller, order: str) -> dict[str, Any]:
    plan = until(lambda: read(caller.get(f"{ORDERS}/{order}/plan")), lambda plan: plan["state"] == "completed")
    return {item["key"]: item["result"] for item in plan["items"]}


@pytest.mark.usefixtures("worker")
def test_an_attribute_keeps_its_declared_type_in_every_expression(app: Flask, caller: Caller):
    computed = {name: f"line.attributes.{name}" for name in GIVEN}
    plan = a_plan(
        an_item("first", Automatic, per="line", result=computed),
        an_item(
            "second",
            Automatic,
            per="line",
            condition='line.attributes.date > date("2026-03-30") and results.first.time < time("15:00:00")',
            result={
                "next": "results.first.date + results.first.years_and_months_duration",
                "end": "results.first.date_and_time + line.attributes.days_and_time_duration",
                "more": "results.first.sim + 1",
            },
        ),
        a_wait("due", per="line", until="line.attributes.date"),
        after={"second": "first", "due": "second"},
    )
    publish(app, FIBRE, a_scenario(), plan)

    order = read(caller.post(ORDERS, native(**GIVEN)))
    results = ended(caller, order["id"])

    assert order["lines"][0]["attributes"] == GIVEN
    assert results["first"] == GIVEN
    assert results["second"] == {"next": "2027-09-30", "end": "2026-04-01T16:30:00Z", "more": SIM + 1}
    journal = read(caller.get(f"{ORDERS}/{order['id']}/events"))["events"]
    completed = (each for each in journal if each["type"] == "item completed")
    assert next(each["data"]["result"] for each in completed) == GIVEN
    with database_of(app).reading() as connection:
        kept = connection.execute(select(items.c.result).where(items.c.key == "first")).scalar_one()
        journal_of = select(events.c.data).where(events.c.type == "item completed").order_by(events.c.seq)
        written = connection.execute(journal_of).scalars().first()
    assert from_stored(decode(kept)) == from_stored(decode(written)["result"])
    assert shown(decode(kept)) == GIVEN
    assert from_stored(decode(kept))["date"].year == 2026


@pytest.mark.usefixtures("worker")
def test_numbers_and_dates_go_to_a_system_and_come_back_with_every_digit(app: Flask, caller: Caller):
    sent: list[bytes] = []

    def system(environ: dict[str, Any], start: Any) -> list[bytes]:
        sent.append(environ["wsgi.input"].read())
        start("200 OK", [("Content-Type", "application/json")])
        return [b'{"id": 1234567890123456789, "rate": %s, "from": "2026-05-01"}' % RATE.encode()]

    with served(system) as url:
        made = System(
            key="fulfilment", name="Fulfilment", url=url, operations=(Operation(key="reserve", name="R", path="/r"),)
        )
        request = {"sim": "line.attributes.sim", "date": "line.attributes.date", "twice": "line.attributes.sim * 2"}
        result = {"id": "response.id", "rate": "response.rate", "from": "date(response.from)"}
        plan = a_plan(
            a_callout("reserve", per="line", request=request, result=result),
            an_item(
                "after", Automatic, per="line", result={"year": "results.reserve.from.year", "id": "results.reserve.id"}
            ),
            after={"after": "reserve"},
        )
        publish(app, FIBRE, a_scenario(), made, plan)
        order = read(caller.post(ORDERS, native(**GIVEN)))
        results = ended(caller, order["id"])

    assert sent == [b'{"date":"2026-03-31","sim":%d,"twice":%d}' % (SIM, SIM * 2)]
    assert results["reserve"] == {"id": 1234567890123456789, "rate": Decimal(RATE), "from": "2026-05-01"}
    assert results["after"] == {"year": 2026, "id": 1234567890123456789}


@pytest.mark.usefixtures("worker")
def test_a_form_gives_its_values_the_types_of_its_fields(app: Flask, caller: Caller):
    form = (
        *(Field(name=name.replace(" ", "_"), type=name) for name in EXAMPLES),  # type: ignore[arg-type]
        Field(name="sim", type="number"),
    )
    plan = a_plan(
        a_task("install", form=form),
        an_item(
            "after", Automatic, result={"end": "results.install.date_and_time + results.install.days_and_time_duration"}
        ),
        after={"after": "install"},
    )
    publish(app, FIBRE, a_scenario(), a_queue(), plan)
    order = read(caller.post(ORDERS, native()))["id"]
    (task,) = until(lambda: caller.get(f"{ORDERS}/{order}/tasks").json["tasks"], bool)

    wrong = caller.post(f"/api/v1/tasks/{task['id']}/complete", {"values": {"days_and_time_duration": "P1Y"}})
    right = caller.post(f"/api/v1/tasks/{task['id']}/complete", {"values": GIVEN})

    assert wrong.status_code == 422
    assert "P1DT2H" in wrong.text
    assert right.status_code == 200
    assert ended(caller, order) == {"install": GIVEN, "after": {"end": "2026-04-01T16:30:00Z"}}


@pytest.mark.usefixtures("worker")
def test_answers_and_mappings_are_typed_by_the_attributes_they_give(app: Flask, caller: Caller):
    question = a_question("date", attributes={"date": "answered.date", "time": '"14:30:00"'})
    access = a_specification("access", attributes=(Attribute(name="from", type="date"),))
    target = Target(specification="access", attributes={"from": "source.attributes.date", "text": '"2026-01-01"'})
    plan = a_plan(
        an_item(
            "first",
            Automatic,
            per="fulfilment line",
            result={
                "year": "target.attributes.from.year",
                "hour": "line.attributes.time.hour",
                "text": "target.attributes.text",
            },
        )
    )
    publish(
        app,
        FIBRE,
        access,
        a_queue(),
        an_enrichment("when", question, specification="fibre"),
        a_decomposition("fibre", target),
        a_scenario(specification="access"),
        plan,
    )
    order = read(caller.post(ORDERS, native()))["id"]
    (task,) = until(lambda: caller.get(f"{ORDERS}/{order}/tasks").json["tasks"], bool)
    assert caller.post(f"/api/v1/tasks/{task['id']}/complete", {"values": {"date": "soon"}}).status_code == 422
    assert caller.post(f"/api/v1/tasks/{task['id']}/complete", {"values": {"date": "2026-03-31"}}).status_code == 200

    assert ended(caller, order) == {"first": {"year": 2026, "hour": 14, "text": "2026-01-01"}}


def test_text_that_writes_no_value_of_the_declared_type_is_refused(app: Flask, caller: Caller):
    publish(app, FIBRE, a_scenario(), a_plan())

    for name, text in {"date": "soon", "time": "25:00:00", "days_and_time_duration": "P1Y", "sim": "many"}.items():
        refused = caller.post(ORDERS, native(**{name: text}))
        assert refused.status_code == 422
        assert refused.json["errors"][0]["pointer"] == f"/lines/0/attributes/{name}"


@pytest.mark.usefixtures("worker")
def test_a_product_order_is_typed_too_and_shown_as_it_was_written(app: Flask, caller: Caller):
    plan = a_plan(
        an_item("first", Automatic, per="line", result={"later": 'line.attributes.date > date("2026-01-01")'})
    )
    publish(app, FIBRE, a_scenario(), plan)
    characteristics = [{"name": name, "value": value} for name, value in GIVEN.items()]
    product = {"productSpecification": {"id": "fibre"}, "productCharacteristic": characteristics}

    made = read(caller.post(PRODUCT_ORDERS, {"productOrderItem": [{"id": "1", "action": "add", "product": product}]}))
    order = read(caller.get(f"{ORDERS}/{made['id']}"))
    other = read(caller.get(f"{PRODUCT_ORDERS}/{read(caller.post(ORDERS, native(**GIVEN)))['id']}"))

    assert made["productOrderItem"][0]["product"]["productCharacteristic"] == characteristics
    assert other["productOrderItem"][0]["product"]["productCharacteristic"] == characteristics
    assert order["lines"][0]["attributes"] == GIVEN
    assert ended(caller, made["id"]) == {"first": {"later": True}}
