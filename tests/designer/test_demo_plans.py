"""What becomes of real orders by the demo's definitions: the plans that are made, and who waits for whom."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from designer.checks.everything import Everything
from designer.exchange import folder
from runtime.core.catalog import misfits
from runtime.core.decomposition import decompose
from runtime.core.orders import Line, Order
from runtime.core.plans import generate
from runtime.core.release import Release
from runtime.core.scenarios import match, unfulfilled
from runtime.core.scopes import OrderScope
from runtime.core.state import Item
from tests.builders import EVALUATION, together
from tests.designer.test_demo import DEMO, OUTSIDE_ORDERS, OWN_ORDERS, ROOT, SHARED, names_of, needed

DEFINITIONS = folder.read(DEMO)
EVERYTHING = Everything(together(*DEFINITIONS))


class Made:
    """The plan of one order."""

    def __init__(self, file: Path) -> None:
        self.order = read(needed(file))
        release = Release(1, DEFINITIONS)
        self.fulfilments = decompose(self.order, release, EVALUATION)
        self.chosen = match(self.order, self.fulfilments, release, EVALUATION)
        self.graph = generate(OrderScope(self.order), self.chosen, release, EVALUATION)

    def made(self) -> Counter[str]:
        """How often each item was made, by "plan/item"."""
        return Counter(f"{item.plan}/{item.key}" for item in self.graph.items)

    def awaited_by(self, name: str) -> list[list[str]]:
        """For each instance of an item, what it waits for."""
        waits = []
        for item in self.graph.items:
            if _name(item) == name:
                sources = [source for source, target in self.graph.edges if target == item.n]
                waits.append(sorted(_name(self.graph.items[source]) for source in sources))
        return waits


def _name(item: Item) -> str:
    return f"{item.plan}/{item.key}"


def read(file: Path) -> Order:
    """The lines of a product order, as the catalog names them."""
    body = json.loads(file.read_text(encoding="utf-8"))
    parents: dict[str, str] = {}
    for item in body["productOrderItem"]:
        for relation in item.get("productOrderItemRelationship", ()):
            if relation["relationshipType"] == "bundles":
                parents[relation["id"]] = item["id"]
    return Order(lines=tuple(_line(item, parents.get(item["id"])) for item in body["productOrderItem"]))


def _line(item: dict[str, Any], parent: str | None) -> Line:
    (specification,) = {owner for name in names_of(item) for owner in EVERYTHING.owners.get(name, ())}
    product = item.get("product", {})
    attributes = {name: value for name, value in product.get("productConfiguration", {}).items() if name[0] != "@"}
    attributes |= {each["name"]: each["value"] for each in product.get("productCharacteristic", ())}
    return Line(id=item["id"], specification=specification, action=item["action"], parent=parent, attributes=attributes)


@pytest.mark.parametrize("file", [*OWN_ORDERS, *OUTSIDE_ORDERS], ids=lambda file: file.stem)
def test_every_line_of_every_order_is_fulfilled(file: Path) -> None:
    made = Made(file)

    assert unfulfilled(made.order, made.chosen) == []
    assert made.graph.items
    assert misfits(made.order, Release(1, DEFINITIONS), EVALUATION) == []


@pytest.mark.parametrize("file", [*OWN_ORDERS, *OUTSIDE_ORDERS], ids=lambda file: file.stem)
def test_every_plan_can_start_and_end(file: Path) -> None:
    graph = Made(file).graph
    unmet = Counter(target for _, target in graph.edges)
    ready = [item.n for item in graph.items if not unmet[item.n]]
    ended = 0
    while ready:
        ended += 1
        for target in graph.successors[ready.pop()]:
            unmet[target] -= 1
            if not unmet[target]:
                ready.append(target)

    assert ended == len(graph.items)


def test_a_private_line_waits_for_the_ports_at_both_ends() -> None:
    made = Made(SHARED / "mef" / "new-epl.json")

    assert made.made()["ethernet-uni/install_device"] == 2
    assert made.awaited_by("ethernet-private-line/both_ends_ready") == [
        ["ethernet-private-line/circuit_requested", "ethernet-uni/port_ready", "ethernet-uni/port_ready"]
    ]


def test_one_technician_visits_all_lines_at_an_address() -> None:
    made = Made(ROOT / "demo" / "orders" / "fibre-business.json").made()

    assert (made["fibre-access/reserve_port"], made["fibre-access/book_technician"]) == (3, 2)


def test_a_bundle_is_welcomed_when_all_its_parts_are_in_service() -> None:
    made = Made(ROOT / "demo" / "orders" / "fibre-home.json")

    assert made.awaited_by("customer-care/everything_in_service") == [
        [
            "customer-care/customer_approved",
            "fibre-access/in_service",
            "router-delivery/wifi_ready",
            "telephony/voice_in_service",
        ]
    ]
    assert made.awaited_by("fibre-access/order_accepted") == [["customer-care/customer_approved"]]


def test_mobile_options_wait_for_the_line_they_are_for() -> None:
    made = Made(SHARED / "tmf" / "samples" / "CreateProductOrder1_request.json")

    assert (
        made.awaited_by("mobile-options/subscription_active")
        == [["mobile-options/option_requested", "mobile-subscription/number_active"]] * 2
    )
