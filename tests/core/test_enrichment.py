"""Lines are told what they do not say themselves, before anything is made of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from runtime.core.definitions import Attribute, Definition, Step
from runtime.core.enrichment import enrich
from runtime.core.enrichment import enriched as give
from runtime.core.events import Given
from runtime.core.orders import Line, Order
from runtime.errors import OrderRefused
from tests.builders import EVALUATION, a_line, a_release, a_specification, a_table, an_enrichment, an_order

DISCOUNT = Step(table="discount", inputs={"amount": "line.quantity"}, attributes={"rate": "decided"})


def enriched(order: Order, *documents: Definition) -> tuple[list[dict[str, Any]], tuple[Given, ...]]:
    """The attributes of each line, and the record."""
    given, questions = enrich(order, a_release(*documents), EVALUATION)
    assert not questions
    return [line.attributes for line in give(order, given).lines], given


def test_a_table_answers_for_every_line_by_itself() -> None:
    order = an_order(a_line("1", quantity=200), a_line("2", quantity=5))

    attributes, given = enriched(order, a_table(), an_enrichment("rate", DISCOUNT))

    assert attributes == [{"rate": Decimal("0.1")}, {"rate": 0}]
    assert [(each.line, each.table, each.rows) for each in given] == [
        ("1", "discount", ("r1",)),
        ("2", "discount", ("r2",)),
    ]


def test_what_the_order_says_itself_stays() -> None:
    order = an_order(a_line(attributes={"rate": 0.5}))

    attributes, (given,) = enriched(order, a_table(), an_enrichment("rate", DISCOUNT))

    assert attributes == [{"rate": 0.5}]
    assert given.attributes == {}


def test_what_the_order_says_is_overwritten_only_where_the_step_says_so() -> None:
    step = Step(attributes={"rate": "1"}, overwrite=True)

    attributes, _ = enriched(an_order(a_line(attributes={"rate": 0.5})), an_enrichment("rate", step))

    assert attributes == [{"rate": 1}]


def test_a_step_sees_what_the_steps_and_enrichments_before_it_gave() -> None:
    first = an_enrichment("a", Step(attributes={"net": "10"}), Step(attributes={"gross": "line.attributes.net * 2"}))
    second = an_enrichment("b", Step(attributes={"tip": "line.attributes.gross / 10"}))

    attributes, _ = enriched(an_order(), second, first)  # their keys say who comes first, not who was read first

    assert attributes == [{"net": 10, "gross": 20, "tip": 2}]


def test_a_step_whose_condition_is_false_is_not_taken() -> None:
    steps = [Step(condition=text, attributes={name: "1"}) for name, text in (("yes", "true"), ("no", "false"))]

    attributes, given = enriched(an_order(), an_enrichment("some", *steps))

    assert attributes == [{"yes": 1}]
    assert [each.step for each in given] == [0]


@pytest.mark.parametrize("condition", ["null", "line.quantity", "line.attributes.nothing > 5"])
def test_a_step_that_cannot_be_decided_refuses_the_order_at_its_line(condition: str) -> None:
    with pytest.raises(OrderRefused) as refused:
        enriched(an_order(), an_enrichment("some", Step(condition=condition, attributes={"x": "1"})))

    (fault,) = refused.value.faults
    assert fault.pointer == "/lines/1"
    assert f"enrichment some, step 1: condition `{condition}` is neither true nor false" in fault.message


def test_a_step_knows_the_moment_at_which_it_is_asked() -> None:
    attributes, _ = enriched(an_order(), an_enrichment("some", Step(attributes={"day": "string(today())"})))

    assert attributes == [{"day": EVALUATION.moment.date().isoformat()}]


def test_an_answer_that_is_empty_gives_nothing_and_says_why() -> None:
    step = Step(table="discount", inputs={"amount": "line.place"}, attributes={"rate": "decided"})

    attributes, (given,) = enriched(an_order(), a_table(), an_enrichment("rate", step))

    assert attributes == [{}]
    assert given.attributes == {}
    assert given.warnings


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        (a_line(), True),
        (a_line(action="delete"), False),
        (a_line(specification="copper"), False),
        (a_line(specification="unknown"), False),
    ],
    ids=["its line", "another action", "another specification", "one that means nothing"],
)
def test_an_enrichment_is_for_the_lines_it_names(line: Line, taken: bool) -> None:
    enrichment = an_enrichment("one", Step(attributes={"told": "true"}), specification="fibre")

    attributes, _ = enriched(an_order(line), a_specification("copper"), enrichment)

    assert attributes == [{"told": True} if taken else {}]


def test_an_enrichment_may_be_for_a_whole_category() -> None:
    enrichment = an_enrichment("all", Step(attributes={"told": "true"}), category="access")
    order = an_order(a_line(specification="copper"), a_line("2"))

    attributes, _ = enriched(order, a_specification("copper", category="access"), enrichment)

    assert attributes == [{"told": True}, {}]


def test_attributes_that_the_catalog_does_not_know_are_given_all_the_same() -> None:
    specification = a_specification(attributes=(Attribute(name="speed"),))

    attributes, _ = enriched(an_order(), specification, an_enrichment("region", Step(attributes={"region": '"north"'})))

    assert attributes == [{"region": "north"}]
