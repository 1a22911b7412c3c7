"""The table of policies tells what never applies, and which approvals an order would need."""

from __future__ import annotations

from typing import Any

from designer import policies
from runtime.core.definitions import Step
from tests.builders import (
    EVALUATION,
    Definitions,
    a_decomposition,
    a_line,
    a_policy,
    a_queue,
    a_specification,
    an_enrichment,
    an_order,
    together,
)


def some(*more: Any) -> Definitions:
    return together(
        a_specification("fibre", category="access", actions=("add", "modify")),
        a_specification("tv"),
        a_specification("port"),
        a_decomposition("fibre", "port"),
        a_queue(),
        *more,
    )


def test_policies_are_sorted_from_what_is_most_exactly_meant_to_what_is_for_everything():
    definitions = some(a_policy("any"), a_policy("category", category="access"), a_policy("one", specification="tv"))

    assert [row.rule.key for row in policies.table(definitions)] == ["one", "category", "any"]
    assert [[each.key for each in row.meant] for row in policies.table(definitions)] == [
        ["tv"],
        ["fibre"],
        ["fibre", "tv", "port"],
    ]


def test_a_policy_that_never_applies_says_why():
    definitions = some(
        a_policy("a", specification="copper"),
        a_policy("b", actions=()),
        a_policy("c", specification="fibre", actions=("delete",)),
        a_policy("d", condition="target.quantity > 1"),
        a_policy("e", condition="1 > 2"),
        a_policy("f", condition="line.quantity > 2"),
    )
    said = {row.rule.key: row.idle for row in policies.table(definitions)}

    assert said["a"] == "no specification fits what it asks for"
    assert said["b"] == "it is for no action"
    assert said["c"] == "nothing it is for can be asked to delete"
    assert said["d"].startswith("its condition cannot be read: ")
    assert said["e"] == "its condition is never true"
    assert said["f"] == ""


def test_one_line_is_enough_for_an_approval_and_parts_of_it_are_not_asked_about():
    definitions = some(
        a_policy("many", condition="line.quantity > 10"),
        a_policy("ports", specification="port"),
        a_policy("unread", condition="1 +"),
        a_policy("large", condition="count(order.lines) > 2"),
    )
    order = an_order(a_line("1"), a_line("2", quantity=11), a_line("3", "tv", quantity=12))

    assert policies.applying(definitions, order, EVALUATION) == {"many": ("2", "3"), "large": ("1", "2", "3")}


def test_what_enrichments_tell_a_line_is_seen_by_policies():
    definitions = some(
        a_policy("rural", condition='line.attributes.region = "rural"'),
        an_enrichment("region", Step(attributes={"region": '"rural"'})),
    )

    assert policies.applying(definitions, an_order(), EVALUATION) == {"rural": ("1",)}
