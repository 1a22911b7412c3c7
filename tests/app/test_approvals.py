"""Over HTTP: an order that people are asked about, answered, approved, rejected, corrected and submitted again."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from runtime.core.definitions import Attribute
from tests.app.callers import PRODUCT_ORDERS, Caller, a_caller, publish, rows
from tests.builders import a_catalog, a_plan, a_policy, a_question, a_queue, a_specification, an_enrichment

ORDERS, TASKS = "/api/v1/orders", "/api/v1/tasks"
LINE = {"id": "1", "specification": "fibre", "action": "add"}
SAYS = {**LINE, "attributes": {"cabinet": "C8"}}  # nothing to ask, but to approve
PRODUCT = {
    "productOrderItem": [
        {
            "id": "1",
            "action": "add",
            "product": {
                "productSpecification": {"id": "fibre"},
                "productCharacteristic": [{"name": "cabinet", "value": "C8"}],
            },
        }
    ]
}


@pytest.fixture
def published(app: Flask) -> Flask:
    publish(
        app,
        *a_catalog(
            a_plan(),
            a_specification(attributes=(Attribute(name="cabinet", allowed='"C7", "C8"'),)),
            a_queue("planners"),
            a_queue("approvers", role="order approver"),
            an_enrichment("site", a_question("cabinet", queue="planners"), description="Look into the map."),
            a_policy("far", queue="approvers", condition='line.attributes.cabinet != "C7"', description="Far away."),
        ).values(),
    )
    return app


@pytest.fixture
def shop(published: Flask) -> Caller:
    return a_caller(published)


@pytest.fixture
def planner(published: Flask) -> Caller:
    return a_caller(published, "fulfilment agent", name="pia")


@pytest.fixture
def approver(published: Flask) -> Caller:
    return a_caller(published, "order approver", "order agent", name="otto")


def task_of(caller: Caller) -> dict[str, Any]:
    """The only open task this caller may work, as it is read by itself."""
    (task,) = caller.get(TASKS).json["tasks"]
    document: dict[str, Any] = caller.get(f"{TASKS}/{task['id']}").json
    return document


def test_a_question_is_a_task_with_a_form(shop: Caller, planner: Caller):
    order = shop.post(ORDERS, {"lines": [LINE]})
    assert (order.status_code, order.json["state"]) == (201, "awaiting answers")

    task = task_of(planner)

    assert (task["kind"], task["name"], [field["name"] for field in task["form"]]) == ("question", "Site", ["cabinet"])
    assert task["about"] == {"definition": "enrichment/site", "description": "Look into the map.", "lines": ["1"]}
    answered = planner.post(f"{TASKS}/{task['id']}/complete", {"values": {"cabinet": "C7"}})
    assert (answered.status_code, answered.json["state"]) == (200, "completed")
    read = shop.get(f"{ORDERS}/{order.json['id']}").json
    assert (read["state"], read["lines"][0]["attributes"]) == ("accepted", {"cabinet": "C7"})


def test_an_answer_that_does_not_fit_is_refused_with_the_place_of_its_field(shop: Caller, planner: Caller):
    shop.post(ORDERS, {"lines": [LINE]})

    refused = planner.post(f"{TASKS}/{task_of(planner)['id']}/complete", {"values": {"cabinet": "X"}})

    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json["errors"]] == ["/values/cabinet"]


def test_an_approval_names_its_policy_and_lines_and_lets_the_order_go_on(shop: Caller, approver: Caller):
    order = shop.post(ORDERS, {"lines": [SAYS]}).json
    assert order["state"] == "awaiting approval"

    task = task_of(approver)
    assert (task["kind"], task["form"]) == ("approval", [])
    assert task["about"] == {"definition": "policy/far", "description": "Far away.", "lines": ["1"]}
    approved = approver.post(f"{TASKS}/{task['id']}/approve", {"note": "fine"})

    assert (approved.status_code, approved.json["state"], approved.json["assignee"]) == (200, "completed", "otto")
    assert shop.get(f"{ORDERS}/{order['id']}").json["state"] == "accepted"


def test_who_submitted_the_order_is_told_that_somebody_else_must_approve(approver: Caller):
    approver.post(ORDERS, {"lines": [SAYS]})

    refused = approver.post(f"{TASKS}/{task_of(approver)['id']}/approve", {})

    assert refused.status_code == 403
    assert "submitted by otto; somebody else must approve it" in refused.json["detail"]


def test_a_rejected_order_says_why_and_is_corrected_under_the_same_external_id(shop: Caller, approver: Caller):
    first = shop.post(ORDERS, {"lines": [SAYS], "external_id": "A-1"}).json["id"]
    rejected = approver.post(f"{TASKS}/{task_of(approver)['id']}/reject", {"reason": "too far"})
    assert rejected.json["state"] == "rejected"
    read = shop.get(f"{ORDERS}/{first}").json
    assert (read["state"], read["rejection"], read["replaced_by"]) == ("rejected", "too far", None)
    assert read["lines"][0]["state"] == "rejected"

    second = shop.post(ORDERS, {"lines": [SAYS], "external_id": "A-1", "replaces": first}).json

    assert second["replaces"] == first
    assert shop.get(f"{ORDERS}/{first}").json["replaced_by"] == second["id"]
    found = shop.get(f"{ORDERS}?external_id=A-1").json["orders"]
    assert [order["id"] for order in found] == [second["id"], first]
    again = shop.post(ORDERS, {"lines": [SAYS], "replaces": first})
    assert (again.status_code, "again already" in again.json["detail"]) == (409, True)
    assert shop.post(ORDERS, {"lines": [SAYS], "replaces": second["id"]}).status_code == 409
    assert shop.post(ORDERS, {"lines": [SAYS], "replaces": "999"}).status_code == 404


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("reject", {}, 422),
        ("reject", {"reason": ""}, 422),
        ("reject", {"reason": "  "}, 422),
        ("reject", {"reason": "x" * 501}, 422),
        ("reject", {"reason": 5}, 422),
        ("approve", {"note": None}, 422),
        ("approve", {"noted": "x"}, 422),
        ("approve", [], 422),
        ("approve", b"{", 400),
        ("complete", {"values": {}}, 409),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    published: Flask, shop: Caller, approver: Caller, verb: str, body: Any, status: int
):
    shop.post(ORDERS, {"lines": [SAYS]})
    task, before = task_of(approver), rows(published)

    refused = approver.post(f"{TASKS}/{task['id']}/{verb}", body)

    assert refused.status_code == status, refused.text
    assert refused.mimetype == "application/problem+json"
    assert rows(published) == before
    assert task_of(approver) == task


def test_only_those_of_the_queue_and_nobody_behind_a_colleague_s_back(shop: Caller, planner: Caller, approver: Caller):
    shop.post(ORDERS, {"lines": [SAYS]})
    task = task_of(approver)["id"]
    assert planner.post(f"{TASKS}/{task}/approve", {}).status_code == 403
    assert shop.post(f"{TASKS}/{task}/approve", {}).status_code == 403
    approver.post(f"{TASKS}/{task}/claim")

    other = a_caller(shop._client.application, "order approver", name="orla")

    assert "otto has claimed this task" in other.post(f"{TASKS}/{task}/approve", {}).json["detail"]
    assert other.post(f"{TASKS}/{task}/claim").status_code == 200
    assert other.post(f"{TASKS}/{task}/approve", {}).status_code == 200
    assert other.post(f"{TASKS}/{task}/approve", {}).status_code == 409


def test_a_dry_run_says_who_would_be_asked(shop: Caller):
    told = shop.post(f"{ORDERS}?dry_run=true", {"lines": [LINE, {**LINE, "id": "2"}]}).json

    assert (told["state"], told["questions"], told["approvals"]) == ("awaiting answers", 2, 0)
    assert shop.post(f"{ORDERS}?dry_run=true", {"lines": [SAYS]}).json["approvals"] == 1


def test_tm_forum_sees_an_order_that_waits_as_pending_and_reads_why_it_was_rejected(shop: Caller, approver: Caller):
    made = shop.post(PRODUCT_ORDERS, PRODUCT | {"note": [{"text": "please"}]}).json
    assert (made["state"], made["productOrderItem"][0]["state"]) == ("pending", "pending")
    assert [order["id"] for order in shop.get(f"{PRODUCT_ORDERS}?state=pending").json] == [made["id"]]

    approver.post(f"{TASKS}/{task_of(approver)['id']}/reject", {"reason": "too far"})

    read = shop.get(f"{PRODUCT_ORDERS}/{made['id']}").json
    assert (read["state"], read["productOrderItem"][0]["state"]) == ("rejected", "rejected")
    assert [note["text"] for note in read["note"]] == ["please", "too far"]
    assert "completionDate" not in read
    assert [order["id"] for order in shop.get(f"{PRODUCT_ORDERS}?state=rejected").json] == [made["id"]]
    assert shop.get(f"{PRODUCT_ORDERS}?state=pending").json == []


def test_orders_are_found_by_what_they_wait_for(shop: Caller):
    asked = shop.post(ORDERS, {"lines": [LINE]}).json["id"]
    held = shop.post(ORDERS, {"lines": [SAYS]}).json["id"]

    for state, order in (("awaiting answers", asked), ("awaiting approval", held)):
        assert [each["id"] for each in shop.get(f"{ORDERS}?state={state}").json["orders"]] == [order]
