"""Reading an order takes work in proportion to its size: twice as large, twice the work. Steps count, not time."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from app.api import bodies
from app.api.orders import order_asked_for
from app.tmf import product_order
from app.views.orders import tree_of
from runtime.core.orders import FulfilmentLine, Line, Order
from runtime.core.reading import json_value, lines_of
from runtime.errors import Fault
from tests.builders import a_release, a_specification

RELEASE = a_release(a_specification())
STEPS = 0


class Name(str):
    """A text that counts how often it is compared or hashed: what lists and dicts do with it is work too."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        global STEPS
        STEPS += 1
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        global STEPS
        STEPS += 1
        return str.__hash__(self)


def work(task: Callable[[], object]) -> int:
    """How many lines of Python run, and how many texts are compared or hashed."""
    global STEPS
    STEPS = 0

    def trace(_frame: Any, event: str, _argument: Any) -> Any:
        global STEPS
        STEPS += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        task()
    finally:
        sys.settrace(before)
    return STEPS


def item(id: str, names: int = 1, **more: Any) -> dict[str, Any]:
    characteristics = [{"name": Name(f"c{n}"), "value": n} for n in range(names)]
    product = {"productSpecification": {"id": "fibre"}, "productCharacteristic": characteristics}
    return {"id": Name(id), "action": "add", "product": product, **more}


def wide(size: int) -> dict[str, Any]:
    """One item with many characteristics."""
    return {"productOrderItem": [item("1", size)]}


def many(size: int) -> dict[str, Any]:
    return {"productOrderItem": [item(str(n)) for n in range(size)]}


def chained(size: int) -> dict[str, Any]:
    """Each item bundles the next one."""
    return {
        "productOrderItem": [
            item(
                str(n),
                productOrderItemRelationship=[{"id": Name(str(n + 1)), "relationshipType": "bundles"}]
                if n + 1 < size
                else [],
            )
            for n in range(size)
        ]
    }


def a_chain(size: int) -> Order:
    return Order(
        lines=tuple(
            Line(id=Name(str(n)), specification="fibre", action="add", parent=Name(str(n - 1)) if n else None)
            for n in range(size)
        )
    )


def fulfilments(order: Order) -> list[FulfilmentLine]:
    said = {"domain": "product", "specification": "fibre", "action": "add"}
    return [
        msgspec.convert({**said, "n": n, "identity": line.id, "lines": [line.id]}, FulfilmentLine)
        for n, line in enumerate(order.lines)
    ]


def native(size: int) -> bodies.NewOrder:
    attributes = {Name(f"c{n}"): n for n in range(size)}
    return bodies.NewOrder(
        lines=[
            bodies.NewLine(id=Name(str(n)), specification="fibre", action="add", attributes=attributes)
            for n in range(8)
        ]
    )


def faults(body: dict[str, Any]) -> list[Fault]:
    return [Fault(f"{at}/attributes/c0", "wrong") for _, at in product_order.items_of(body)]


BODIES: dict[str, Callable[[Any], object]] = {
    "check": product_order.check,
    "read": lambda body: product_order.asked(body, RELEASE),
    "locate faults": lambda body: product_order.located(faults(body), body),
}
TEXTS: dict[str, Callable[[str], object]] = {
    "parse": lambda text: json_value(text.encode()),
    "find lines": lambda text: lines_of(text, [f"/productOrderItem/{n}/id" for n in range(len(text))]),
}


def twice(make: Callable[[int], Any], do: Callable[[Any], object]) -> float:
    """How many times the work it is where what is made is twice as large."""
    small, large = make(150), make(300)
    return work(lambda: do(large)) / work(lambda: do(small))


@pytest.mark.parametrize("shape", [wide, many, chained])
@pytest.mark.parametrize("task", BODIES)
def test_a_body_twice_as_large_is_twice_the_work(task: str, shape: Callable[[int], Any]) -> None:
    assert twice(shape, BODIES[task]) < 2.2


@pytest.mark.parametrize("shape", [wide, many, chained])
@pytest.mark.parametrize("task", TEXTS)
def test_a_text_twice_as_long_is_twice_the_work(task: str, shape: Callable[[int], Any]) -> None:
    assert twice(lambda size: json.dumps(shape(size)), TEXTS[task]) < 2.2


def test_twice_the_lines_are_twice_the_work() -> None:
    assert twice(native, lambda order: order_asked_for(order, RELEASE)) < 2.2
    assert twice(a_chain, lambda order: tree_of(order, fulfilments(order), {})) < 2.2


def test_items_that_are_above_themselves_are_found_and_those_below_them_are_not() -> None:
    parents = {"b": "a", "c": "b", "a": "c", "below": "a", "x": "x", "y": "x", "fine": "top"}

    assert sorted(product_order._in_rings(parents)) == ["a", "b", "c", "x"]


def test_a_long_chain_of_bundles_is_shown_as_a_tree() -> None:
    order = a_chain(1500)

    tree = tree_of(order, fulfilments(order), {"0": "completed"})

    assert [entry["depth"] for entry in tree if "line" in entry] == list(range(1500))
    assert tree[0]["state"] == "completed"
