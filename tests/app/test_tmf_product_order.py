"""A TMF622 product order becomes an order of ours and is shown again, from v4, v5 and Sonata bodies alike."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from app.tmf.product_order import asked, check, external_id, located
from app.tmf.shown_order import shown_state
from runtime.core.orders import Line
from runtime.core.release import Release
from runtime.errors import Fault, OrderRefused, WrongBody
from tests.app.callers import OUTSIDE_ORDERS, outside_order
from tests.builders import a_specification

CATALOG = Release(
    3,
    [
        a_specification("fibre", identifiers=("F-1", "urn:fibre")),
        a_specification("router", identifiers=("R-1",)),
    ],
)


def an_item(id: str = "1", **rest: Any) -> dict[str, Any]:
    return {"id": id, "action": "add", "product": {"productSpecification": {"id": "F-1"}}, **rest}


def a_body(*items: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"productOrderItem": list(items or [an_item()]), **rest}


def faults_of(body: Any) -> dict[str, str]:
    with pytest.raises(WrongBody) as refusal:
        check(body)
    return {fault.pointer: fault.message for fault in refusal.value.faults}


# --- what is asked for ----------------------------------------------------------------------------------


def test_an_item_becomes_a_line_that_knows_where_it_was_written():
    body = a_body(an_item("7", quantity=2, product={"id": "asset-9", "productSpecification": {"id": "F-1"}}))

    assert asked(body, CATALOG).lines == (
        Line(id="7", specification="fibre", action="add", quantity=2, asset="asset-9", pointer="/productOrderItem/0"),
    )


@pytest.mark.parametrize(
    "item",
    [
        {"product": {"productSpecification": {"id": "F-1"}}},
        {"product": {"productConfiguration": {"@type": "urn:fibre"}}},
        {"product": {"productOffering": {"id": "F-1"}}},
        {"productOffering": {"id": "F-1"}},
        {"productOffering": {"id": "unknown"}, "product": {"productSpecification": {"id": "F-1"}}},
        {"productOffering": {"id": "F-1"}, "product": {"productSpecification": {"id": "unknown"}}},
        {"productOffering": {"id": "fibre"}},
    ],
)
def test_the_specification_is_found_by_whatever_name_the_item_gives(item: dict[str, Any]):
    body = a_body({"id": "1", "action": "add", **item})
    check(body)

    assert asked(body, CATALOG).lines[0].specification == "fibre"


def test_the_specification_counts_before_the_offering():
    item = an_item(productOffering={"id": "R-1"})

    assert asked(a_body(item), CATALOG).lines[0].specification == "fibre"


def test_an_unknown_specification_is_pointed_at_with_what_is_known():
    body = a_body(an_item(), an_item("2", product={"productOffering": {"id": "copper"}}))

    with pytest.raises(OrderRefused) as refusal:
        asked(body, CATALOG)
    (fault,) = refusal.value.faults
    assert fault.pointer == "/productOrderItem/1/product/productOffering/id"
    assert "'copper'" in fault.message
    assert "F-1, R-1, fibre, router, urn:fibre" in fault.message
    assert "Publish" in fault.message


def test_an_item_that_names_nothing_is_told_what_to_give():
    with pytest.raises(OrderRefused) as refusal:
        asked(a_body({"id": "1", "action": "add"}), CATALOG)

    assert refusal.value.faults[0].pointer == "/productOrderItem/0"
    assert "productSpecification.id" in refusal.value.faults[0].message


def test_characteristics_and_configuration_become_attributes():
    product = {
        "productSpecification": {"id": "F-1"},
        "productConfiguration": {"@type": "urn:fibre", "mtu": 1500, "ends": [{"vlan": 4}]},
        "productCharacteristic": [{"name": "speed", "value": 100}, {"name": "mtu", "value": 9000}],
    }

    attributes = asked(a_body(an_item(product=product)), CATALOG).lines[0].attributes

    assert attributes == {"mtu": 9000, "ends": [{"vlan": 4}], "speed": 100}


def test_nested_and_bundled_items_are_part_of_the_item_above():
    nested = an_item("a", productOrderItem=[an_item("b", productOrderItem=[an_item("c")])])
    bundling = an_item("x", productOrderItemRelationship=[{"id": "a", "relationshipType": "bundles"}])
    body = a_body(nested, bundling)
    check(body)

    order = asked(body, CATALOG)

    assert {line.id: line.parent for line in order.lines} == {"a": "x", "b": "a", "c": "b", "x": None}
    assert {line.id: line.pointer for line in order.lines}["c"] == (
        "/productOrderItem/0/productOrderItem/0/productOrderItem/0"
    )


def test_other_relationships_can_be_asked_for_by_rules():
    related = [{"id": "2", "relationshipType": "reliesOn"}, {"id": "3", "relationshipType": "CONNECTS_TO_UNI_A"}]
    body = a_body(an_item(productOrderItemRelationship=related), an_item("2"), an_item("3"))

    line = asked(body, CATALOG).lines[0]

    assert line.attributes == {"relationships": {"reliesOn": ["2"], "CONNECTS_TO_UNI_A": ["3"]}}
    assert line.parent is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("PO-1", "PO-1"),
        ([{"id": "PO-2", "owner": "us", "externalIdentifierType": "PO"}, {"id": "other"}], "PO-2"),
        ([], None),
    ],
)
def test_the_external_id_is_a_text_or_the_first_of_a_list(given: Any, expected: str | None):
    body = a_body(externalId=given)
    check(body)

    assert external_id(body) == expected


@pytest.mark.parametrize(
    ("fields", "customer"),
    [
        ({"relatedParty": [{"id": "p", "role": "Seller"}, {"id": "c", "name": "Ada", "role": "Customer"}]}, "Ada"),
        ({"relatedParty": [{"role": "customer", "partyOrPartyRole": {"id": "c9"}}]}, "c9"),
        ({"relatedContactInformation": [{"organization": "Buyer Co."}]}, "Buyer Co."),
        ({"relatedContactInformation": "nobody"}, ""),
        ({}, ""),
    ],
)
def test_the_customer_is_found_in_each_of_the_ways_to_say_it(fields: dict[str, Any], customer: str):
    body = a_body(**fields)
    check(body)

    assert asked(body, CATALOG).customer == customer


def test_the_latest_item_says_when_all_shall_be_done_if_the_order_does_not():
    items = [an_item("1", requestedCompletionDate="2026-01-01T00:00:00Z")]
    items += [an_item("2", requestedCompletionDate="2026-01-02T02:00:00+02:00")]

    assert asked(a_body(*items), CATALOG).requested_completion == 1767312000000


def test_what_has_no_place_of_its_own_stays_an_attribute_of_the_order():
    order = asked(a_body(category="B2B", billingAccount={"id": "b1"}, projectId="P"), CATALOG)

    assert order.attributes == {"category": "B2B", "billingAccount": {"id": "b1"}, "projectId": "P"}


@pytest.mark.parametrize("name", OUTSIDE_ORDERS)
def test_orders_from_outside_fit(name: str):
    check(json.loads(outside_order(name)))


def test_the_private_line_of_sonata_names_its_places_and_ports():
    body = json.loads(outside_order("private line (MEF)"))
    types = {item["product"]["productConfiguration"]["@type"] for item in body["productOrderItem"]}
    order = asked(body, Release(1, [a_specification("line", identifiers=tuple(types))]))

    assert [line.place for line in order.lines] == ["", "NewYorkAddress-id-1", "WashingtonAddress-id-1"]
    assert order.lines[0].attributes["relationships"]["CONNECTS_TO_UNI_Z"] == ["item-003"]
    assert order.lines[0].attributes["maximumFrameSize"] == 1522
    assert order.external_id == "BuyerOrder-00005"
    assert order.customer == "Buyer Co."


# --- what does not fit ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "pointer", "says"),
    [
        ({"productOrderItem": []}, "/productOrderItem", "at least 1"),
        ({"productOrderItem": "all"}, "/productOrderItem", "must be a list"),
        ({"productOrderItem": [3]}, "/productOrderItem/0", "must be an object"),
        ({"externalId": 7}, "/externalId", "must be a text"),
        ({"externalId": ""}, "/externalId", "1 to 200"),
        ({"externalId": "a\u0000b"}, "/externalId", "printable"),
        ({"externalId": [{"owner": "x"}]}, "/externalId/0/id", "required"),
        ({"priority": 1}, "/priority", "must be a text, not the number 1"),
        ({"requestedCompletionDate": "soon"}, "/requestedCompletionDate", "date and time"),
        ({"requestedCompletionDate": "2026-01-01T00:00:00"}, "/requestedCompletionDate", "offset"),
        ({"relatedParty": {}}, "/relatedParty", "must be a list"),
        ({"relatedParty": [{"role": 1}]}, "/relatedParty/0/role", "must be a text"),
        ({"note": [{}]}, "/note/0/text", "required"),
    ],
)
def test_a_wrong_field_of_the_order_is_pointed_at(change: dict[str, Any], pointer: str, says: str):
    assert says in faults_of({**a_body(), **change})[pointer]


@pytest.mark.parametrize(
    ("change", "pointer", "says"),
    [
        ({"action": "install"}, "/action", "must be one of add, modify, delete, noChange, not 'install'"),
        ({"action": None}, "/action", "not null"),
        ({"id": 5}, "/id", "must be a text"),
        ({"id": "x" * 101}, "/id", "1 to 100"),
        ({"quantity": 0}, "/quantity", "from 1"),
        ({"quantity": True}, "/quantity", "whole number"),
        ({"quantity": 1.5}, "/quantity", "whole number"),
        ({"product": []}, "/product", "must be an object"),
        ({"product": {"productSpecification": {}}}, "/product/productSpecification/id", "required"),
        (
            {"product": {"productCharacteristic": [{"name": "a"}]}},
            "/product/productCharacteristic/0/value",
            "required",
        ),
        (
            {"product": {"productCharacteristic": [{"name": "a", "value": 1}, {"name": "a", "value": 2}]}},
            "/product/productCharacteristic/1/name",
            "given twice",
        ),
        ({"product": {"productConfiguration": 1}}, "/product/productConfiguration", "must be an object"),
        ({"itemPrice": [{"price": {"taxRate": "x"}}]}, "/itemPrice/0/price/taxRate", "must be a number"),
        (
            {"productOrderItemRelationship": [{"id": "9", "relationshipType": "reliesOn"}]},
            "/productOrderItemRelationship/0/id",
            "no item '9'",
        ),
        (
            {"productOrderItemRelationship": [{"id": "1", "relationshipType": "bundles"}]},
            "/id",
            "part of itself",
        ),
    ],
)
def test_a_wrong_field_of_an_item_is_pointed_at(change: dict[str, Any], pointer: str, says: str):
    assert says in faults_of(a_body({**an_item(), **change}))[f"/productOrderItem/0{pointer}"]


def test_every_fault_is_told_and_not_the_first_alone():
    body = a_body(an_item(action="x"), an_item("2", quantity="two"), priority=4)

    assert faults_of(body).keys() == {"/productOrderItem/0/action", "/productOrderItem/1/quantity", "/priority"}


def test_an_id_used_twice_is_refused_wherever_it_is_nested():
    body = a_body(an_item("1", productOrderItem=[an_item("1")]))

    assert "stands already at /productOrderItem/0" in faults_of(body)["/productOrderItem/0/productOrderItem/0/id"]


@pytest.mark.parametrize("body", [None, [], "order", 3, True])
def test_what_is_no_object_is_no_order(body: Any):
    assert "must be an object" in faults_of(body)[""]


def test_items_nested_without_end_are_refused_in_our_words():
    body = item = an_item("0")
    for n in range(1, 600):
        inner = an_item(str(n))
        item["productOrderItem"] = [inner]
        item = inner

    assert "nested too deeply" in faults_of(a_body(body))["/productOrderItem"]


def test_fields_the_standard_does_not_name_are_no_faults():
    check(a_body(an_item(requestedItemTerm={"name": "yearly"}), projectId="P"))


def test_faults_of_attributes_point_to_where_the_body_says_them():
    product = {
        "productConfiguration": {"@type": "urn:fibre", "mtu": 9},
        "productCharacteristic": [{"name": "a/b", "value": 1}],
    }
    plain = {"productCharacteristic": [{"name": "speed", "value": 1}]}
    body = a_body(an_item(product=product), an_item("2", product=plain))
    ours = ["/0/attributes/mtu", "/0/attributes/a~1b", "/0/attributes/none", "/1/attributes/none", "/1/action"]

    places = located([Fault(f"/productOrderItem{pointer}", "x") for pointer in ours], body)

    assert [fault.pointer.removeprefix("/productOrderItem") for fault in places] == [
        "/0/product/productConfiguration/mtu",
        "/0/product/productCharacteristic/0/value",
        "/0/product/productConfiguration",
        "/1/product/productCharacteristic",
        "/1/action",
    ]


# --- how it is shown ------------------------------------------------------------------------------------


def test_an_order_with_a_failed_item_is_held():
    assert shown_state("in progress", 1) == "held"
    assert shown_state("in progress", 0) == "inProgress"
    assert shown_state("accepted", 0) == "acknowledged"
    assert shown_state("completed", 0) == "completed"


def test_reading_an_order_does_not_change_what_was_written():
    body = json.loads(outside_order("mobile bundle (TMF)"))
    before = copy.deepcopy(body)
    check(body)
    identifiers = [i["productOffering"]["id"] for i in body["productOrderItem"]]
    asked(body, Release(1, [a_specification("all", identifiers=tuple(identifiers))]))

    assert body == before
