"""An example shows what a decomposition makes while it is being written, and where that goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from designer import examples
from designer.examples import Example, Given
from designer.previews import NoPreview
from runtime.core.decomposition import decompose
from runtime.core.definitions import Attribute, Decomposition, Definition, Enrichment, Step, Target
from runtime.core.orders import Line, Order
from runtime.core.release import Release
from tests.builders import EVALUATION, a_decomposition, a_specification

SPEED = Attribute(name="speed", type="number", allowed="100, 500")
CATALOG: dict[str, Definition] = {
    f"specification/{each.key}": each
    for each in (
        a_specification("fibre", attributes=(SPEED, Attribute(name="address"))),
        a_specification("access", domain="service", attributes=(Attribute(name="speed", type="number"),)),
        a_specification("port", domain="resource", attributes=(Attribute(name="model", required=True),)),
    )
}


def made(*targets: Target, given: Given | None = None, more: dict[str, Definition] | None = None) -> Example:
    edited = a_decomposition("fibre", *targets)
    definitions = {**CATALOG, **(more or {})}
    return examples.example(edited, definitions, examples.sample(edited, definitions, given or Given()), EVALUATION)


def told(example: Example) -> list[tuple[str, str]]:
    return [(trouble.pointer, trouble.message) for trouble in example.troubles]


def test_parts_say_which_target_made_them_and_with_which_values():
    example = made(
        Target(specification="access", attributes={"speed": "source.attributes.speed * 2"}, quantity="3"),
        Target(specification="access"),
    )

    assert [(part.target, part.quantity, part.attributes) for part in example.parts[1:]] == [
        (0, 3, {"speed": 200}),
        (1, 1, {}),
    ]
    assert (example.troubles, example.idle) == ((), {})


def test_parts_are_taken_apart_further_by_the_other_decompositions():
    more: dict[str, Definition] = {"decomposition/access": a_decomposition("access", "port")}
    example = made(Target(specification="access"), more=more)

    assert [(part.specification, part.parent, part.target, part.maker) for part in example.parts] == [
        ("fibre", None, None, ""),
        ("access", 0, 0, "fibre"),
        ("port", 1, None, "access"),
    ]


def test_lines_that_are_grouped_make_one_part():
    example = made(Target(specification="access", per="order"), given=Given(lines=3))

    assert [part.lines for part in example.parts if part.target == 0] == [("A", "B", "C")]


@pytest.mark.parametrize(
    ("said", "where", "message"),
    [
        ({"attributes": {"speed": 'source.attributes.speed + "x"'}}, "attributes/speed", ""),
        ({"attributes": {"speed": "source.attributes.nothing"}}, "attributes/speed", ""),
        ({"attributes": {"speed": '"fast"'}}, "attributes/speed", "must be a number"),
        ({"quantity": '"many"'}, "quantity", "must be a whole number above 0"),
        ({"condition": "source.attributes.speed"}, "condition", "neither true nor false"),
    ],
)
def test_what_goes_wrong_is_told_at_the_expression_that_made_it(said: Any, where: str, message: str):
    found = told(made(Target(specification="access", **said)))

    assert [pointer for pointer, _ in found][:1] == [f"/targets/0/{where}"]
    assert message in found[0][1]


def test_what_cannot_be_read_yet_is_left_out_and_the_rest_is_shown():
    example = made(
        Target(specification="access", attributes={"speed": "1 +", "other": "2"}, quantity="(", per="["),
        Target(specification=""),
        Target(specification="port", condition="if"),
    )

    assert [(part.target, part.attributes) for part in example.parts[1:]] == [(0, {"other": 2})]
    assert set(example.idle) == {1, 2}


def test_a_target_that_makes_nothing_says_why():
    example = made(
        Target(specification="access", condition="source.attributes.speed > 1000"), Target(specification="nothing")
    )
    assert "condition is not true" in example.idle[0]
    assert "see its problems" in example.idle[1]

    other = Order(lines=(Line(id="1", specification="port", action="add"),))
    edited = a_decomposition("fibre", Target(specification="access"))
    assert examples.example(edited, CATALOG, other, EVALUATION).idle == {0: "the order has no fibre"}


@pytest.mark.parametrize(("text", "site"), [('"north"', "north"), ("1 +", None)])
def test_enrichments_tell_lines_what_they_do_not_say_when_they_are_finished(text: str, site: str | None):
    enrichment = Enrichment(key="sites", name="Sites", steps=(Step(attributes={"site": text}),))
    target = Target(specification="access", attributes={"site": "source.attributes.site"})
    example = made(target, more={"enrichment/sites": enrichment})

    assert example.parts[1].attributes.get("site") == site


def test_an_order_for_what_does_not_exist_has_no_example():
    order = Order(lines=(Line(id="1", specification="gone", action="add"),))

    with pytest.raises(NoPreview, match="'gone'"):
        examples.example(a_decomposition("fibre"), CATALOG, order, EVALUATION)
    with pytest.raises(NoPreview, match="choose what is taken apart"):
        examples.sample(Decomposition(key="d", name="D"), CATALOG, Given())


def test_the_example_is_what_the_runtime_makes():
    edited = a_decomposition(
        "fibre",
        Target(
            specification="access", attributes={"speed": "source.attributes.speed"}, per="source.attributes.address"
        ),
        Target(
            specification="port",
            condition='line.action = "add"',
            quantity="source.quantity * 2",
            attributes={"model": "source.attributes.address"},
        ),
    )
    order = examples.sample(edited, CATALOG, Given(lines=2, quantity=4))
    shown = examples.example(edited, CATALOG, order, EVALUATION)
    real = decompose(order, Release(1, [*CATALOG.values(), edited]), EVALUATION)

    assert [(part.n, part.parent, part.lines, part.quantity, part.attributes) for part in shown.parts] == [
        (line.n, line.parent, line.lines, line.quantity, line.attributes) for line in real
    ]


@pytest.mark.parametrize(
    ("type_", "allowed", "value"),
    [
        ("string", '"home", "business"', "home"),
        ("number", "[10..20]", 10),
        ("number", "> 500", 501),
        ("number", "(100..200)", 101),
        ("string", "", "Size"),
        ("boolean", "", True),
        ("number", "not a test (", 1),
        ("date", "", "2030-01-01"),
    ],
)
def test_a_sample_asks_for_values_that_are_allowed(type_: Any, allowed: str, value: Any):
    assert examples.value_for(Attribute(name="size", label="Size", type=type_, allowed=allowed)) == value
