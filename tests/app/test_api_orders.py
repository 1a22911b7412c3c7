"""Orders and tasks over HTTP: submitted, listed, followed event by event, worked and mended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from runtime.core.definitions import Field
from runtime.worker import Worker
from tests.app.callers import Caller, a_caller, database_of, publish, rows
from tests.app.waiting import until
from tests.builders import a_catalog, a_plan, a_specification, a_task, a_wait, an_item, together

ORDERS = "/api/v1/orders"
FORM = (
    Field(name="serial", label="Serial number", required=True),
    Field(name="metres", type="number"),
    Field(name="cable", type="choice", choices=("copper", "glass")),
)


def an_order(external_id: str | None = None, **rest: Any) -> dict[str, Any]:
    lines = [{"id": "1", "specification": "fibre", "action": "add"}]
    return {"lines": lines, **({"external_id": external_id} if external_id else {}), **rest}


@pytest.fixture
def caller(app: Flask) -> Caller:
    plan = a_plan(an_item("survey"), a_task("install", form=FORM), after={"install": "survey"})
    known = a_specification(identifiers=("F-1",))
    publish(app, *{**a_catalog(plan), **together(known)}.values())
    return a_caller(app)


@pytest.fixture
def worker(app: Flask) -> Iterator[Worker]:
    worker = Worker(database_of(app), callback_url="http://127.0.0.1:9", threads=2)
    worker.start()
    app.extensions["orderloom"].worker = worker
    yield worker
    worker.stop()


def with_a_task(app: Flask, caller: Caller) -> tuple[str, dict[str, Any]]:
    order = caller.post(ORDERS, an_order()).json["id"]
    tasks = until(lambda: caller.get(f"{ORDERS}/{order}/tasks").json["tasks"], bool)
    return order, tasks[0]


def test_an_order_is_accepted_with_its_release_and_can_be_read_where_it_says(app: Flask, caller: Caller):
    wanted = an_order("PO-1", customer="Ada", requested_completion="2026-05-01T12:00:00+02:00", attributes={"a": [1]})

    made = caller.post(ORDERS, wanted)

    assert made.status_code == 201
    assert (made.json["state"], made.json["release"], made.json["external_id"]) == ("accepted", "1", "PO-1")
    assert made.json["due_at"] == "2026-05-01T10:00:00.000Z"
    assert (made.json["customer"], made.json["attributes"]) == ("Ada", {"a": [1]})
    assert made.json["lines"][0]["state"] == "accepted"
    assert caller.get(made.headers["Location"]).json == made.json


def test_a_line_may_use_an_identifier_of_the_catalog(caller: Caller):
    lines = [{"id": "1", "specification": "F-1", "action": "add"}]

    assert caller.post(ORDERS, {"lines": lines}).json["lines"][0]["specification"] == "fibre"


def test_a_dry_run_says_whether_it_would_be_accepted_and_stores_nothing(app: Flask, caller: Caller):
    before = rows(app)

    fits = caller.post(f"{ORDERS}?dry_run=true", an_order())
    refused = caller.post(f"{ORDERS}?dry_run=true", {"lines": [{"id": "1", "specification": "x", "action": "add"}]})

    assert (fits.status_code, fits.json) == (
        200,
        {"accepted": True, "lines": 1, "state": "accepted", "questions": 0, "approvals": 0},
    )
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/lines/0/specification"
    assert rows(app) == before
    assert caller.post(f"{ORDERS}?dry_run=perhaps", an_order()).status_code == 400


def test_orders_are_listed_a_page_at_a_time_without_gaps(caller: Caller):
    made = [caller.post(ORDERS, an_order(f"PO-{n}")).json["id"] for n in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = caller.get(f"{ORDERS}?limit=2{cursor}").json
        seen += [order["id"] for order in page["orders"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert seen == made[::-1]


def test_orders_are_found_by_state_release_and_external_id(caller: Caller):
    for n in range(2):
        caller.post(ORDERS, an_order(f"PO-{n}"))

    def found(query: str) -> list[str]:
        return [order["external_id"] for order in caller.get(f"{ORDERS}?{query}").json["orders"]]

    assert found("state=accepted") == ["PO-1", "PO-0"]
    assert found("state=completed") == []
    assert found("external_id=PO-0") == ["PO-0"]
    assert found("search=po-1") == ["PO-1"]
    assert found("release=1&failed=false") == ["PO-1", "PO-0"]
    assert found("release=2") == []
    assert caller.get(f"{ORDERS}?status=open").status_code == 400
    assert "in progress" in caller.get(f"{ORDERS}?state=open").json["detail"]


@pytest.mark.usefixtures("worker")
def test_the_plan_says_what_each_item_waits_for(app: Flask, caller: Caller):
    order, _ = with_a_task(app, caller)

    plan = caller.get(f"{ORDERS}/{order}/plan").json

    survey, install = plan["items"]
    assert (survey["key"], survey["state"], survey["waits_for"]) == ("survey", "completed", [])
    assert (install["kind"], install["state"], install["lines"]) == ("manual", "waiting", ["1"])
    assert plan["dependencies"] == [{"source": survey["n"], "target": install["n"]}]
    assert plan["release"] == "1"


@pytest.mark.usefixtures("worker")
def test_events_can_be_followed_without_gaps(app: Flask, caller: Caller):
    order, _ = with_a_task(app, caller)

    everything = caller.get(f"{ORDERS}/{order}/events").json
    later = caller.get(f"{ORDERS}/{order}/events?after=2&limit=1").json

    assert [event["seq"] for event in everything["events"]] == list(range(1, len(everything["events"]) + 1))
    assert everything["events"][0]["type"] == "order submitted"
    assert everything["more"] is False
    assert (later["events"], later["more"]) == (everything["events"][2:3], True)


@pytest.mark.usefixtures("worker")
def test_a_poll_is_304_until_something_happens(app: Flask, caller: Caller):
    order, task = with_a_task(app, caller)
    for address in (f"{ORDERS}/{order}", f"{ORDERS}/{order}/plan", ORDERS, f"{ORDERS}/{order}/events"):
        tag = caller.get(address).headers["ETag"]
        assert caller.get(address, If_None_Match=tag).status_code == 304, address

    worker = a_caller(app, "fulfilment agent")
    plan, tag = (f"{ORDERS}/{order}/plan", caller.get(f"{ORDERS}/{order}/plan").headers["ETag"])
    worker.post(f"/api/v1/tasks/{task['id']}/complete", {"values": {"serial": "S1"}})

    assert caller.get(plan, If_None_Match=tag).status_code == 200


@pytest.mark.usefixtures("worker")
def test_a_task_is_claimed_given_back_and_completed(app: Flask, caller: Caller):
    order, task = with_a_task(app, caller)
    ada = a_caller(app, "fulfilment agent", name="ada")
    address = f"/api/v1/tasks/{task['id']}"

    assert [t["id"] for t in ada.get("/api/v1/tasks").json["tasks"]] == [task["id"]]
    assert [field["name"] for field in ada.get(address).json["form"]] == ["serial", "metres", "cable"]
    claimed = ada.post(f"{address}/claim")
    assert (claimed.json["state"], claimed.json["assignee"]) == ("claimed", "ada")
    assert ada.post(f"{address}/release").json["state"] == "open"
    done = ada.post(f"{address}/complete", {"values": {"serial": "S1", "metres": "12.5", "cable": "glass"}})
    assert (done.status_code, done.json["state"]) == (200, "completed")

    assert caller.get(f"{ORDERS}/{order}").json["state"] == "completed"
    install = caller.get(f"{ORDERS}/{order}/plan").json["items"][1]
    assert install["result"] == {"serial": "S1", "metres": 12.5, "cable": "glass"}
    assert ada.post(f"{address}/complete", {"values": {"serial": "S1"}}).status_code == 409
    assert ada.get("/api/v1/tasks").json["tasks"] == []


@pytest.mark.usefixtures("worker")
def test_a_form_that_is_not_complete_is_told_field_by_field(app: Flask, caller: Caller):
    _, task = with_a_task(app, caller)
    ada = a_caller(app, "fulfilment agent")
    before = rows(app)

    refused = ada.post(
        f"/api/v1/tasks/{task['id']}/complete", {"values": {"metres": "far", "cable": "rope", "colour": "red"}}
    )

    assert refused.status_code == 422
    assert {fault["pointer"] for fault in refused.json["errors"]} == {
        "/values/serial",
        "/values/metres",
        "/values/cable",
        "/values/colour",
    }
    assert rows(app) == before


@pytest.mark.usefixtures("worker")
def test_a_task_is_only_for_those_with_its_role_and_whoever_claimed_it(app: Flask, caller: Caller):
    _, task = with_a_task(app, caller)
    address = f"/api/v1/tasks/{task['id']}"
    stranger, ada = a_caller(app, "order agent"), a_caller(app, "fulfilment agent", name="ada")
    bob = a_caller(app, "fulfilment agent")

    assert stranger.post(f"{address}/claim").status_code == 403
    assert caller.get("/api/v1/tasks").status_code == 403
    ada.post(f"{address}/claim")
    refused = bob.post(f"{address}/complete", {"values": {"serial": "S"}})
    assert refused.status_code == 403
    assert "ada has claimed" in refused.json["detail"]


@pytest.mark.usefixtures("worker")
def test_a_waiting_item_is_skipped_with_a_reason_and_the_order_goes_on(app: Flask):
    publish(app, *a_catalog(a_plan(a_wait("delivered"))).values())
    mender = a_caller(app, "fallout agent", "order agent")
    order = mender.post(ORDERS, an_order()).json["id"]
    until(lambda: mender.get(f"{ORDERS}/{order}/plan").json["items"], lambda items: items[0]["state"] == "waiting")

    assert mender.post(f"{ORDERS}/{order}/items/0/retry").status_code == 409
    assert mender.post(f"{ORDERS}/{order}/items/0/skip", {}).json["errors"][0]["pointer"] == "/reason"
    skipped = mender.post(f"{ORDERS}/{order}/items/0/skip", {"reason": "delivered by hand"})

    assert skipped.json["items"][0]["state"] == "skipped"
    assert mender.get(f"{ORDERS}/{order}").json["state"] == "completed"
    assert mender.post(f"{ORDERS}/{order}/items/7/skip", {"reason": "x"}).status_code == 404


def test_what_is_not_there_is_not_found(caller: Caller):
    for address in (
        f"{ORDERS}/77",
        f"{ORDERS}/77/plan",
        f"{ORDERS}/77/events",
        f"{ORDERS}/77/tasks",
        f"{ORDERS}/{2**70}",
    ):
        refused = caller.get(address)
        assert refused.status_code == 404, address
        assert refused.mimetype == "application/problem+json"
        assert "no order" in refused.json["detail"]
