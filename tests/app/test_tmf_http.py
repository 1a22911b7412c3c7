"""The TMF622 face over HTTP: answers the standard's schema, pages, filters, and refuses in the standard's form."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft4Validator

from runtime.core.definitions import Attribute
from tests.app.callers import (
    OUTSIDE_ORDERS,
    PRODUCT_ORDERS,
    SHARED,
    Caller,
    a_caller,
    outside_order,
    publish,
    publish_demo,
    rows,
)
from tests.builders import a_catalog, a_specification, together

SWAGGER = SHARED / "tmf" / "specs" / "TMF622-ProductOrder-v4.0.0.swagger.json"


@pytest.fixture
def caller(app: Flask) -> Caller:
    return a_caller(app, name="crm")


def an_order(external_id: str | None = None, **rest: Any) -> dict[str, Any]:
    item = {"id": "1", "action": "add", "product": {"productSpecification": {"id": "fibre"}}}
    return {"productOrderItem": [item], **({"externalId": external_id} if external_id else {}), **rest}


def publish_catalog(app: Flask) -> None:
    publish(app, *a_catalog().values())


def must_fit(kind: str, body: Any) -> None:
    """Fails where the body does not fit the standard's own schema."""
    if not SWAGGER.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{SWAGGER} is missing")
        pytest.skip(f"{SWAGGER} is not there: the standard lies beside the repository")
    definitions = json.loads(SWAGGER.read_text())["definitions"]
    validator = Draft4Validator({"$ref": f"#/definitions/{kind}", "definitions": definitions})
    assert [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(body)] == []


@pytest.mark.parametrize("name", OUTSIDE_ORDERS)
def test_an_order_from_outside_is_accepted_and_shown_as_the_standard_says(app: Flask, caller: Caller, name: str):
    publish_demo(app)
    body = outside_order(name)

    created = caller.post(PRODUCT_ORDERS, body)

    assert created.status_code == 201, created.text
    assert created.json["state"] == "acknowledged"
    assert created.headers["Location"] == created.json["href"]
    assert created.json["href"].endswith(f"{PRODUCT_ORDERS}/{created.json['id']}")
    assert created.json["orderDate"].endswith("Z")
    assert {item["state"] for item in created.json["productOrderItem"]} == {"acknowledged"}
    must_fit("ProductOrder", created.json)

    read = caller.get(f"{PRODUCT_ORDERS}/{created.json['id']}")
    assert read.json == created.json
    written = json.loads(body)
    for field in ("category", "note", "projectId", "relatedContactInformation"):
        assert read.json.get(field) == written.get(field)
    for item, shown in zip(written["productOrderItem"], read.json["productOrderItem"], strict=True):
        assert {**shown, **item} == shown  # everything the caller wrote is still there


def test_a_list_of_external_identifiers_is_shown_as_v4_wants_and_kept(app: Flask, caller: Caller):
    publish_catalog(app)
    identifiers = [{"id": "PO-7", "owner": "us", "externalIdentifierType": "PO"}]

    created = caller.post(PRODUCT_ORDERS, an_order(externalId=identifiers)).json

    assert created["externalId"] == "PO-7"
    assert created["externalIdentifier"] == identifiers


def test_what_was_requested_is_not_shown_as_what_is_expected(app: Flask, caller: Caller):
    publish_catalog(app)
    item = an_order()["productOrderItem"][0] | {"requestedCompletionDate": "2026-05-01T12:00:00+02:00"}

    created = caller.post(PRODUCT_ORDERS, {"productOrderItem": [item]}).json

    assert created["requestedCompletionDate"] == "2026-05-01T10:00:00.000Z"
    assert "expectedCompletionDate" not in created


def test_lists_are_paged_and_counted(app: Flask, caller: Caller):
    publish_catalog(app)
    for n in range(5):
        caller.post(PRODUCT_ORDERS, an_order(f"PO-{n}"))

    page = caller.get(f"{PRODUCT_ORDERS}?offset=1&limit=2")

    assert [order["externalId"] for order in page.json] == ["PO-3", "PO-2"]
    assert (page.headers["X-Total-Count"], page.headers["X-Result-Count"]) == ("5", "2")
    following = page.headers["Link"].split(";")[0].strip("<>")
    assert [o["externalId"] for o in caller.get(following.partition("127.0.0.1:8000")[2]).json] == ["PO-1", "PO-0"]
    last = caller.get(f"{PRODUCT_ORDERS}?offset=4")
    assert "Link" not in last.headers
    must_fit("ProductOrder", last.json[0])


def test_lists_can_be_filtered(app: Flask, caller: Caller):
    publish_catalog(app)
    for n in range(2):
        caller.post(PRODUCT_ORDERS, an_order(f"PO-{n}"))

    def found(query: str) -> list[str]:
        return [order["externalId"] for order in caller.get(f"{PRODUCT_ORDERS}?{query}").json]

    assert found("externalId=PO-1") == ["PO-1"]
    assert found("externalId=PO") == []
    assert found("state=acknowledged") == ["PO-1", "PO-0"]
    assert found("state=completed") == []
    assert found("state=rejected") == []
    assert found("state=acknowledged&externalId=PO-0") == ["PO-0"]


def test_fields_selects_what_is_shown(app: Flask, caller: Caller):
    publish_catalog(app)
    id_ = caller.post(PRODUCT_ORDERS, an_order("PO-1")).json["id"]

    assert caller.get(f"{PRODUCT_ORDERS}/{id_}?fields=state").json.keys() == {"id", "href", "@type", "state"}
    assert caller.get(f"{PRODUCT_ORDERS}?fields=none").json[0].keys() == {"id", "href", "@type"}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("state=done", "acknowledged, inProgress"),
        ("colour=red", "takes: fields, offset, limit, state, externalId"),
        ("limit=0", "from 1 to 100"),
        ("limit=many", "from 1 to 100"),
        ("offset=-1", "whole number"),
        ("state=held,failed", "one state"),
    ],
)
def test_a_parameter_that_cannot_be_heeded_is_refused(app: Flask, caller: Caller, query: str, says: str):
    refused = caller.get(f"{PRODUCT_ORDERS}?{query}")

    assert refused.status_code == 400
    assert says in refused.json["message"]
    must_fit("Error", refused.json)


def test_a_poll_that_finds_nothing_new_is_answered_304(app: Flask, caller: Caller):
    publish_catalog(app)
    id_ = caller.post(PRODUCT_ORDERS, an_order()).json["id"]
    for address in (f"{PRODUCT_ORDERS}/{id_}", PRODUCT_ORDERS):
        first = caller.get(address)

        again = caller.get(address, If_None_Match=first.headers["ETag"])

        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_what_is_not_offered_says_so_in_the_standards_form(app: Flask, caller: Caller, method: str):
    refused = caller.send(method, f"{PRODUCT_ORDERS}/1", {})

    assert refused.status_code == 405
    assert refused.headers["Allow"] == "GET"
    assert "cannot be changed" in refused.json["message"]
    must_fit("Error", refused.json)


@pytest.mark.parametrize("id_", ["77", "x", "-1", "9" * 30, "%C2%B2"])
def test_an_order_that_is_not_there_is_not_found(caller: Caller, id_: str):
    refused = caller.get(f"{PRODUCT_ORDERS}/{id_}")

    assert refused.status_code == 404
    must_fit("Error", refused.json)


def test_without_the_scope_nothing_is_shown_or_taken(app: Flask):
    publish_catalog(app)
    reader = a_caller(app, scopes=("orders:read",))

    assert reader.get(PRODUCT_ORDERS).status_code == 200
    refused = reader.post(PRODUCT_ORDERS, an_order())
    assert refused.status_code == 403
    assert "orders:write" in refused.json["message"]
    must_fit("Error", refused.json)
    nobody = app.test_client().get(PRODUCT_ORDERS)
    assert nobody.status_code == 401
    assert nobody.headers["WWW-Authenticate"] == "Bearer"


def test_faults_of_the_catalog_point_into_the_body(app: Flask, caller: Caller):
    needy = a_specification(attributes=(Attribute(name="speed", type="number", required=True),))
    publish(app, *{**a_catalog(), **together(needy)}.values())
    before = rows(app)

    missing = caller.post(PRODUCT_ORDERS, an_order())
    wrong = an_order()
    wrong["productOrderItem"][0]["product"]["productCharacteristic"] = [{"name": "speed", "value": "fast"}]
    unfit = caller.post(PRODUCT_ORDERS, wrong)

    assert (missing.status_code, unfit.status_code) == (400, 400)
    assert missing.json["errors"][0]["pointer"] == "/productOrderItem/0/product/productCharacteristic"
    assert unfit.json["errors"][0]["pointer"] == "/productOrderItem/0/product/productCharacteristic/0/value"
    must_fit("Error", missing.json)
    assert rows(app) == before


def test_the_same_key_submits_once(app: Flask, caller: Caller):
    publish_catalog(app)
    first = caller.post(PRODUCT_ORDERS, an_order("PO-1"), Idempotency_Key="k1")

    again = caller.post(PRODUCT_ORDERS, an_order("PO-1"), Idempotency_Key="k1")

    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert rows(app)["orders"] == 1


def test_an_order_that_came_by_the_native_api_can_be_read_too(app: Flask, caller: Caller):
    publish_catalog(app)
    native = {"lines": [{"id": "1", "specification": "fibre", "action": "add", "attributes": {"speed": 5}}]}
    id_ = caller.post("/api/v1/orders", native).json["id"]

    shown = caller.get(f"{PRODUCT_ORDERS}/{id_}").json

    must_fit("ProductOrder", shown)
    item = shown["productOrderItem"][0]
    assert item["product"]["productSpecification"]["id"] == "fibre"
    assert item["product"]["productCharacteristic"] == [{"name": "speed", "value": 5}]
