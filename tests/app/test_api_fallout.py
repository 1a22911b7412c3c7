"""Fallout over HTTP, as a program sees it."""

from __future__ import annotations

import time

import pytest
from flask import Flask

from runtime import bulk
from runtime.core.definitions import Automatic
from tests.app.callers import Caller, a_caller
from tests.app.conftest import Shop
from tests.builders import a_catalog, a_plan, a_wait, an_item, an_order
from tests.faults.truth import check

FALLOUT = "/api/v1/fallout"


@pytest.fixture
def shop(app: Flask) -> Shop:
    """A shop with three orders whose first item failed; the second one reads its result."""
    late = a_wait("survey", event="surveyed", delay="PT1S", on_timeout="fail", result={"port": "response.port"})
    use = an_item("configure", Automatic, result={"port": "results.survey.port"})
    shop = Shop(app)
    shop.now = time.time_ns() // 1_000_000 - 3_600_000
    shop.publish(*a_catalog(a_plan(late, use, after={"configure": "survey"})).values())
    for n in range(3):
        shop.submit(an_order(external_id=f"SHOP-{n}"))
    shop.run()
    shop.now += 1000
    shop.run()
    return shop


@pytest.fixture
def caller(app: Flask) -> Caller:
    return a_caller(app, "fallout manager", "order agent")


def test_records_are_found_by_filter_and_counted_beyond_the_page(shop: Shop, caller: Caller) -> None:
    page = caller.get(f"{FALLOUT}?limit=2").json
    assert (len(page["records"]), page["total"]) == (2, 3)
    rest = caller.get(f"{FALLOUT}?limit=2&cursor={page['next']}").json
    assert (len(rest["records"]), rest["next"]) == (1, None)
    (group,) = caller.get(f"{FALLOUT}/groups").json["groups"]
    assert (group["records"], group["orders"], group["signature"]) == (3, 3, "fibre/survey · not in time")
    assert caller.get(f"{FALLOUT}?search=SHOP-1").json["total"] == 1
    assert caller.get(f"{FALLOUT}?state=resolved").json["total"] == 0
    assert caller.get(f"{FALLOUT}?state=nowhere").status_code == 400


def test_a_record_is_completed_with_values_that_are_checked_at_their_places(shop: Shop, caller: Caller) -> None:
    record = caller.get(FALLOUT).json["records"][0]
    address = f"{FALLOUT}/{record['id']}"
    wrong = caller.post(f"{address}/complete", {"reason": "by phone", "values": {"prt": 1}})
    assert wrong.status_code == 422
    assert {each["pointer"] for each in wrong.json["errors"]} == {"/values/prt", "/values/port"}
    done = caller.post(f"{address}/complete", {"reason": "by phone", "values": {"port": 7}})
    assert (done.status_code, done.json["state"], done.json["resolution"]) == (200, "resolved", "item completed")
    assert caller.post(f"{address}/retry", {}).status_code == 409
    check(shop.database)


def test_a_record_is_assigned_held_noted_and_skipped(shop: Shop, caller: Caller) -> None:
    record = caller.get(FALLOUT).json["records"][0]
    address = f"{FALLOUT}/{record['id']}"
    assert caller.post(f"{address}/assign", {"to": "flo"}).json["owner"] == "flo"
    assert caller.post(f"{address}/start").json["state"] == "in progress"
    assert caller.post(f"{address}/hold", {"reason": "closed"}).json["state"] == "on hold"
    assert caller.post(f"{address}/notes", {"note": "called"}).status_code == 200
    assert caller.post(f"{address}/release").json["state"] == "open"
    assert caller.post(f"{address}/resolve", {"reason": "no"}).status_code == 409
    skipped = caller.post(f"{address}/skip", {"reason": "not needed", "values": {"port": 9}})
    assert skipped.json["reason"] == "not needed"
    order = caller.get(f"/api/v1/orders/{record['order']}").json
    assert order["lines"][0]["skipped"] == ["Survey"]
    check(shop.database)


def test_many_records_are_previewed_worked_off_and_reported(shop: Shop, caller: Caller) -> None:
    wanted = {"act": "skip", "reason": "over", "filter": {"text": "SHOP-"}}
    preview = caller.post(f"{FALLOUT}/bulk?dry_run=true", wanted).json
    assert preview == {"records": 3, "orders": 3, "acted_on": 3, "refused": {}}
    assert caller.post(f"{FALLOUT}/bulk?dry_run=true", wanted | {"act": "resolve"}).json["acted_on"] == 0
    made = caller.post(f"{FALLOUT}/bulk", wanted)
    assert made.status_code == 201
    address = made.headers["Location"]
    shop.now += 3_600_000
    for _ in range(5):
        shop.now += 60_000
        bulk.step(shop.database, shop.now)
    told = caller.get(address).json
    assert (told["state"], told["done"], told["waiting"]) == ("finished", 3, 0)
    entries = caller.get(f"{address}/entries?limit=2").json
    assert [each["state"] for each in entries["entries"]] == ["done", "done"]
    assert entries["next"] is not None
    assert caller.post(f"{address}/stop").status_code == 409
    assert caller.post(f"{FALLOUT}/bulk", wanted | {"filter": {"system": "none"}}).status_code == 409


def test_an_order_without_a_plan_is_cancelled_over_http(app: Flask, shop: Shop, caller: Caller) -> None:
    order = shop.submit(an_order())
    cancelled = caller.post(f"/api/v1/orders/{order}/cancel", {"reason": "ordered twice"})
    assert (cancelled.json["state"], cancelled.json["rejection"]) == ("cancelled", "ordered twice")
    assert caller.post(f"/api/v1/orders/{order}/cancel", {"reason": "again"}).status_code == 409
    assert caller.post(f"/api/v1/orders/{order}/retry").status_code == 409
    shown = caller.get(f"/tmf-api/productOrderingManagement/v4/productOrder/{order}").json
    assert (shown["state"], shown["cancellationReason"]) == ("cancelled", "ordered twice")
    check(shop.database)


def test_what_a_person_skipped_is_a_note_to_tmf_callers(shop: Shop, caller: Caller) -> None:
    record = caller.get(FALLOUT).json["records"][0]
    address = f"/tmf-api/productOrderingManagement/v4/productOrder/{record['order']}"
    assert caller.get(address).json["state"] == "held"
    caller.post(f"{FALLOUT}/{record['id']}/skip", {"reason": "not needed", "values": {"port": 9}})
    shop.run()
    shown = caller.get(address).json
    assert shown["state"] == "completed"
    (note,) = shown["note"]
    assert "Survey was skipped by" in note["text"]
    assert "not needed" in note["text"]


def test_only_who_looks_after_fallout_may_ask(app: Flask, shop: Shop) -> None:
    assert a_caller(app, "order agent").get(FALLOUT).status_code == 403
    agent = a_caller(app, "fallout agent")
    assert agent.post(f"{FALLOUT}/bulk", {"act": "skip", "reason": "no"}).status_code == 403


@pytest.mark.parametrize("address", ["fallout/{record}/run", "orders/{order}/items/0/run"])
def test_an_item_whose_condition_cannot_be_decided_is_run_by_a_person(app: Flask, address: str) -> None:
    shop = Shop(app)
    shop.publish(*a_catalog(a_plan(an_item("dig", condition="line.attributes.metres > 5", per="line"))).values())
    order = shop.submit(an_order())
    shop.run()
    caller = a_caller(app, "fallout manager", "order agent")
    (record,) = caller.get(FALLOUT).json["records"]
    assert record["cause"] == "condition"

    done = caller.post(f"/api/v1/{address}".replace("{record}", str(record["id"])).replace("{order}", str(order)), {})

    assert done.status_code == 200
    assert shop.states(order) == {"dig": "completed"}
    assert caller.get(f"{FALLOUT}/{record['id']}").json["state"] == "resolved"


def test_an_item_without_a_condition_is_retried_and_not_run(shop: Shop, caller: Caller) -> None:
    record = caller.get(FALLOUT).json["records"][0]

    refused = caller.post(f"{FALLOUT}/{record['id']}/run", {})

    assert refused.status_code == 409
    assert "this item has no condition; retry it" in refused.text


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**30])
def test_a_number_that_no_order_can_have_is_refused_in_a_filter(shop: Shop, caller: Caller, number: int) -> None:
    refused = caller.post(f"{FALLOUT}/bulk?dry_run=true", {"act": "retry", "reason": "x", "filter": {"order": number}})

    assert refused.status_code == 422
    assert "order" in refused.text
