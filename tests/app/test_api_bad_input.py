"""Bad input gets a clear answer that says where and what to do, and leaves nothing half-stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.demo_systems import Control, running
from runtime.core.definitions import Operation, System
from runtime.worker import Worker
from tests.app.callers import PRODUCT_ORDERS, Caller, a_caller, database_of, publish, rows
from tests.app.waiting import until
from tests.builders import a_callout, a_catalog, a_plan, a_scenario, a_specification, a_wait, together

NATIVE = "/api/v1/orders"


def tmf_order(external_id: str | None = None, **item: Any) -> dict[str, Any]:
    line = {"id": "1", "action": "add", "product": {"productSpecification": {"id": "fibre"}}, **item}
    return {"productOrderItem": [line], **({"externalId": external_id} if external_id else {})}


def native_order(external_id: str | None = None, **line: Any) -> dict[str, Any]:
    return {
        "lines": [{"id": "1", "specification": "fibre", "action": "add", **line}],
        **({"external_id": external_id} if external_id else {}),
    }


@pytest.fixture
def caller(app: Flask) -> Caller:
    definitions = a_catalog(a_plan(a_wait("delivered")))
    limited = a_specification(actions=("add", "modify"))
    publish(app, *{**definitions, **together(limited, a_specification("copper"))}.values())
    return a_caller(app)


@pytest.fixture
def nothing_stored(app: Flask, caller: Caller) -> Iterator[None]:
    before = rows(app)
    yield
    assert rows(app) == before


class Told:
    """A refusal, read the same in both interfaces."""

    def __init__(self, response: Any) -> None:
        self.status = response.status_code
        body = response.json
        assert body, response.text
        native = response.mimetype == "application/problem+json"
        assert native or body["@type"] == "Error"
        self.message = body["detail"] if native else body["message"]
        self.faults = {fault["pointer"]: fault["message"] for fault in body.get("errors", [])}


# (what, to which interface, body, status, pointer, words of the message or fault)
REFUSED: list[tuple[str, str, Any, int, str, str]] = [
    ("malformed JSON", PRODUCT_ORDERS, b'{"productOrderItem": [{"id": }]}', 400, "/productOrderItem/0/id", "column 30"),
    ("malformed JSON", NATIVE, b'{"lines": [\n {"id": "1" 2}]}', 400, "/lines/0/id", "line 2, column 13"),
    ("an empty body", NATIVE, b"", 400, "", "nothing was sent"),
    ("a list", PRODUCT_ORDERS, [], 400, "", "must be an object"),
    ("a list", NATIVE, [], 422, "", "object"),
    ("an unknown field", NATIVE, {**native_order(), "colour": "red"}, 422, "/colour", "no such field"),
    ("an unknown field of a line", NATIVE, native_order(colour="red"), 422, "/lines/0/colour", "no such field"),
    ("no lines", NATIVE, {"lines": []}, 422, "/lines", "length"),
    ("no lines", PRODUCT_ORDERS, {"productOrderItem": []}, 400, "/productOrderItem", "at least 1"),
    ("an unknown specification", NATIVE, native_order(specification="gold"), 422, "/lines/0/specification", "Publish"),
    (
        "an unknown specification",
        PRODUCT_ORDERS,
        tmf_order(product={"productSpecification": {"id": "gold"}}),
        400,
        "/productOrderItem/0/product/productSpecification/id",
        "it knows copper, fibre",
    ),
    ("an action that does not exist", NATIVE, native_order(action="install"), 422, "/lines/0/action", "install"),
    (
        "an action that does not exist",
        PRODUCT_ORDERS,
        tmf_order(action="install"),
        400,
        "/productOrderItem/0/action",
        "one of add, modify, delete, noChange",
    ),
    ("an action it cannot take", NATIVE, native_order(action="delete"), 422, "/lines/0/action", "use add, modify"),
    (
        "an action it cannot take",
        PRODUCT_ORDERS,
        tmf_order(action="delete"),
        400,
        "/productOrderItem/0/action",
        "use add, modify",
    ),
    ("what no scenario fulfils", NATIVE, native_order(specification="copper"), 422, "/lines/0", "publish a scenario"),
    (
        "what no scenario fulfils",
        PRODUCT_ORDERS,
        tmf_order(product={"productSpecification": {"id": "copper"}}),
        400,
        "/productOrderItem/0",
        "publish a scenario",
    ),
    ("a line of a line that is not there", NATIVE, native_order(parent="9"), 422, "/lines/0", "not in the order"),
    ("a number too large", NATIVE, b'{"attributes": {"n": 1e9999}, "lines": []}', 400, "/attributes/n", "as text"),
    ("a number of 35 digits", PRODUCT_ORDERS, b'{"n": [1, %d]}' % int("9" * 35), 400, "/n/1", "as text"),
    ("a number of 6,145 digits", NATIVE, b'{"n": %b}' % (b"9" * 6145), 400, "/n", "send it as text"),
    (
        "the end of the calendar",
        NATIVE,
        {**native_order(), "requested_completion": "9999-12-31T23:59:59.9999Z"},
        422,
        "/requested_completion",
        "9999-12-30",
    ),
    (
        "a week date",
        NATIVE,
        {**native_order(), "requested_completion": "2026-W14-2T12:00:00Z"},
        422,
        "/requested_completion",
        "date and time",
    ),
    (
        "before the calendar",
        PRODUCT_ORDERS,
        {"requestedCompletionDate": "0001-01-01T00:00:00+14:00"},
        400,
        "/requestedCompletionDate",
        "0001-01-02",
    ),
    ("a name twice", PRODUCT_ORDERS, b'{"a": 1,\n"a": 2}', 400, "", "line 2, column 1: the name 'a' is there twice"),
    ("levels without end", NATIVE, b'{"a": ' * 101 + b"1" + b"}" * 101, 400, "/a" * 100, "nested too deeply"),
    ("an external id with U+0000", NATIVE, native_order("a\u0000b"), 400, "/external_id", "U+0000"),
    ("an external id with control characters", NATIVE, native_order("a\u0001b"), 422, "/external_id", "regex"),
]


@pytest.mark.parametrize(
    ("address", "body", "status", "pointer", "says"),
    [case[1:] for case in REFUSED],
    ids=[f"{case[0]} ({'TMF' if case[1] == PRODUCT_ORDERS else 'native'})" for case in REFUSED],
)
@pytest.mark.usefixtures("nothing_stored")
def test_it_is_refused_with_a_pointer(caller: Caller, address: str, body: Any, status: int, pointer: str, says: str):
    told = Told(caller.post(address, body))

    assert told.status == status
    assert pointer in told.faults, told.faults
    assert says in told.message + told.faults[pointer]


@pytest.mark.parametrize("address", [PRODUCT_ORDERS, NATIVE])
@pytest.mark.usefixtures("nothing_stored")
def test_a_body_of_ten_megabytes_is_too_large(caller: Caller, address: str):
    body = json.dumps({**native_order(), "attributes": {"note": "x" * (10 * 1024 * 1024)}}).encode()

    told = Told(caller.post(address, body))

    assert told.status == 413
    assert told.message


@pytest.mark.parametrize("address", [PRODUCT_ORDERS, NATIVE])
@pytest.mark.usefixtures("nothing_stored")
def test_a_body_that_is_not_json_by_its_own_word_is_refused(caller: Caller, address: str):
    told = Told(caller.post(address, b"<order/>", Content_Type="application/xml"))

    assert told.status == 415
    assert "Content-Type: application/json" in told.message


@pytest.mark.parametrize(
    ("address", "order", "pointer"),
    [(PRODUCT_ORDERS, tmf_order, "/externalId"), (NATIVE, native_order, "/external_id")],
)
def test_an_external_id_used_before_names_the_order_that_has_it(
    app: Flask, caller: Caller, address: str, order: Any, pointer: str
):
    first = caller.post(address, order("PO-1")).json["id"]
    before = rows(app)

    told = Told(caller.post(address, order("PO-1")))

    assert told.status == 409
    assert f"order {first}" in told.faults[pointer]
    assert rows(app) == before


def test_before_anything_is_published_the_caller_is_told_so(app: Flask):
    told = Told(a_caller(app).post(NATIVE, native_order()))

    assert told.status == 409
    assert "publish" in told.message


@pytest.mark.usefixtures("nothing_stored")
def test_every_fault_of_a_tmf_order_is_told_at_once(caller: Caller):
    body = tmf_order(quantity=0, action="x")

    assert Told(caller.post(PRODUCT_ORDERS, body)).faults.keys() == {
        "/productOrderItem/0/quantity",
        "/productOrderItem/0/action",
    }


@pytest.mark.parametrize(
    "address",
    [f"{NATIVE}?search=%00", f"{PRODUCT_ORDERS}?externalId=a%00", "/api/v1/definitions/plan/%00"],
)
def test_an_address_with_a_character_no_database_keeps_is_refused(caller: Caller, address: str):
    assert caller.get(address).status_code == 400


# --- callbacks ------------------------------------------------------------------------------------------


@pytest.fixture
def worker(app: Flask) -> Iterator[Worker]:
    worker = Worker(database_of(app), callback_url="http://127.0.0.1:9/api/v1/callbacks", threads=2)
    worker.start()
    app.extensions["orderloom"].worker = worker
    yield worker
    worker.stop()


def waiting_item(caller: Caller) -> tuple[str, str]:
    """An order whose item waits for a callback: its id, and the address."""
    order = caller.post(NATIVE, native_order()).json["id"]
    items = until(
        lambda: caller.get(f"{NATIVE}/{order}/plan").json["items"], lambda items: items[0]["state"] == "waiting"
    )
    return order, items[0]["callback"].partition("127.0.0.1:8000")[2]


@pytest.mark.usefixtures("worker")
def test_a_callback_completes_its_item_without_any_sign_in(app: Flask, caller: Caller):
    order, address = waiting_item(caller)

    answer = app.test_client().post(address, json={"serial": "S1"})

    assert answer.status_code == 204
    assert caller.get(f"{NATIVE}/{order}").json["state"] == "completed"


@pytest.mark.usefixtures("worker")
def test_only_those_who_may_write_orders_see_where_to_call_back(app: Flask, caller: Caller):
    order, address = waiting_item(caller)
    reader = a_caller(app, scopes=("orders:read",))
    agent = a_caller(app, "fulfilment agent")

    assert address.startswith(f"/api/v1/callbacks/{order}/0/")
    for other in (reader, agent):
        assert other.get(f"{NATIVE}/{order}/plan").json["items"][0]["callback"] is None


@pytest.mark.usefixtures("worker")
def test_a_callback_for_a_finished_item_is_recorded_and_changes_nothing_else(app: Flask, caller: Caller):
    order, address = waiting_item(caller)
    app.test_client().post(address, json={"serial": "S1"})
    before, item = rows(app), caller.get(f"{NATIVE}/{order}/plan").json["items"][0]

    answer = app.test_client().post(address, json={"serial": "S2"})

    assert answer.status_code == 204
    assert rows(app) == {**before, "events": before["events"] + 1}
    assert caller.get(f"{NATIVE}/{order}/plan").json["items"][0] == item
    last = caller.get(f"{NATIVE}/{order}/events").json["events"][-1]
    assert (last["type"], last["data"]["late"]) == ("callback received", "it was done already, by its own report")


@pytest.mark.usefixtures("worker")
def test_a_callback_for_an_unknown_item_or_token_is_not_found(app: Flask, caller: Caller):
    order, address = waiting_item(caller)
    before = rows(app)

    for wrong in (
        f"{address[:-1]}x",
        address.replace("/0/", "/5/"),
        address.replace(f"/{order}/", "/77/"),
        address.replace(f"/{order}/", f"/{2**70}/"),
        address.rpartition("/")[0] + "/é",
    ):
        told = Told(app.test_client().post(wrong, json={}))
        assert told.status == 404
        assert "check the address" in told.message
    assert rows(app) == before


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    ("body", "media", "status", "says"),
    [
        (b'{"a": ', "application/json", 400, "line 1, column 7"),
        (b"", "application/json", 400, "nothing was sent"),
        (b'{"a": 1, "a": 2}', "application/json", 400, "the name 'a' is there twice"),
        (b'{"port": %d}' % int("7" * 35), "application/json", 400, "send it as text"),
        (b"[" * 100_000, "application/json", 400, "nested too deeply"),
        (b"<done/>", "text/xml", 415, "text/xml is not JSON"),
        (b"done=1", "application/x-www-form-urlencoded", 415, "not JSON"),
    ],
)
def test_a_callback_that_is_not_json_is_refused_and_may_come_again(
    app: Flask, caller: Caller, body: bytes, media: str, status: int, says: str
):
    order, address = waiting_item(caller)
    before = rows(app)

    told = Told(app.test_client().post(address, data=body, content_type=media))

    assert told.status == status
    assert says in "".join(told.faults.values())
    assert rows(app) == before
    assert app.test_client().post(address, json={}).status_code == 204
    assert caller.get(f"{NATIVE}/{order}").json["state"] == "completed"


def test_an_answer_that_is_not_json_fails_the_item_and_says_what_came(app: Flask):
    with running(Control(error_rate=1, errors=("not json",))) as systems:
        operation = Operation(key="reserve", name="Reserve", path="/reserve")
        system = System(key="fulfilment", name="Fulfilment", url=systems.url, operations=(operation,))
        plan = a_plan(a_callout("reserve"), key="asking")
        publish(app, *{**a_catalog(plan), **together(a_scenario(plan="asking"), system)}.values())
        caller = a_caller(app)
        worker = Worker(database_of(app), callback_url="http://127.0.0.1:9", threads=2)
        worker.start()
        try:
            order = caller.post(NATIVE, native_order()).json["id"]
            found = until(
                lambda: caller.get(f"{NATIVE}/{order}/plan").json["items"],
                lambda items: items and items[0]["state"] == "failed",
            )
        finally:
            worker.stop()

    assert "not JSON" in found[0]["error"]
    assert "Service temporarily unavailable" in found[0]["error"]
    shown = caller.get(f"{PRODUCT_ORDERS}/{order}").json
    assert shown["state"] == "held"
    assert shown["productOrderItem"][0]["state"] == "held"
    assert [o["id"] for o in caller.get(f"{PRODUCT_ORDERS}?state=held").json] == [order]
