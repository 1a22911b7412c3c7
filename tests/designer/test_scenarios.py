"""The table of scenarios tells what meets, what never applies, and what would become of a line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer import scenarios
from runtime.core.definitions import Scenario
from runtime.core.orders import FulfilmentLine
from runtime.core.release import Release
from runtime.core.scenarios import match
from tests.builders import (
    EVALUATION,
    Definitions,
    a_decomposition,
    a_line,
    a_plan,
    a_scenario,
    a_specification,
    an_order,
    together,
)


def some(*more: Any) -> Definitions:
    return together(
        a_specification("fibre", category="access"),
        a_specification("copper", category="access"),
        a_specification("tv"),
        a_plan(key="connect"),
        a_plan(key="care"),
        *more,
    )


def row(definitions: Definitions, key: str) -> scenarios.Row:
    (found,) = (row for row in scenarios.table(definitions) if row.rule.key == key)
    return found


def connect(key: str = "connect", **rest: Any) -> Scenario:
    return a_scenario("connect", rest.pop("specification", "fibre"), key=key, **rest)


def test_scenarios_meet_where_they_share_a_specification_and_an_action():
    definitions = some(
        connect(),
        a_scenario("care", None, key="care", category="access", actions=("add", "delete")),
        a_scenario("care", "tv", key="tv"),
        a_scenario("care", "fibre", key="stop", actions=("delete",)),
    )

    assert [(each.key, each.actions, each.always) for each in row(definitions, "connect").meetings] == [
        ("care", ("add",), True)
    ]
    assert {(each.key, each.always) for each in row(definitions, "care").meetings} == {
        ("connect", False),
        ("stop", False),
    }, "it is for copper, too"
    assert row(definitions, "tv").meetings == ()


def test_with_another_condition_they_meet_only_sometimes():
    definitions = some(connect(), connect("fast", condition="line.attributes.speed > 100"))

    assert [each.always for each in row(definitions, "connect").meetings] == [False]
    assert [each.always for each in row(definitions, "fast").meetings] == [True], "the other asks for nothing more"


@pytest.mark.parametrize(
    ("scenario", "says"),
    [
        (connect(specification="nothing"), "no specification"),
        (a_scenario("connect", None, key="connect", category="nothing"), "no specification"),
        (connect(actions=()), "no action"),
        (connect(condition="1 > 2"), "never true"),
        (connect(condition="1 >"), "cannot be read"),
        (connect(condition="line.quantity > 2"), ""),
        (connect(condition="1 < 2"), ""),
        (connect(), ""),
    ],
)
def test_what_never_applies_says_why(scenario: Scenario, says: str):
    idle = row(some(scenario), "connect").idle

    assert says in idle
    assert bool(says) == bool(idle)


def test_what_no_order_can_ask_for_never_applies():
    definitions = some(
        a_specification("port", domain="resource", actions=("add",)), connect(specification="port", actions=("delete",))
    )

    assert "can be asked to delete" in row(definitions, "connect").idle


def test_a_part_is_asked_to_do_what_its_whole_is_asked_to():
    definitions = some(
        a_specification("port", domain="resource", actions=("add",)),
        a_decomposition("fibre", "port"),
        connect(specification="port", actions=("delete",)),
    )

    assert row(definitions, "connect").idle == ""


def test_the_rows_go_from_what_is_most_exactly_meant_to_what_is_for_all():
    definitions = some(
        a_scenario("care", None, key="all"),
        a_scenario("care", None, key="some", category="access"),
        connect("last", specification="tv"),
        connect("first"),
    )

    assert [row.rule.key for row in scenarios.table(definitions)] == ["first", "last", "some", "all"]


def test_a_line_is_tried_with_its_attributes():
    definitions = some(connect(condition="line.attributes.speed > 100"), a_scenario("care", None, key="care"))

    for speed, keys in ((1000, {"connect", "care"}), (10, {"care"})):
        assert scenarios.applying(definitions, "fibre", "add", {"speed": speed}, EVALUATION).keys == keys
    assert scenarios.applying(definitions, "fibre", "delete", {}, EVALUATION).keys == set()
    assert scenarios.applying(definitions, "nothing", "add", {}, EVALUATION).keys == set()


def test_a_condition_that_cannot_be_read_applies_to_nothing():
    definitions = some(connect(condition="1 >"), connect("other"))

    assert scenarios.applying(definitions, "fibre", "add", {}, EVALUATION).keys == {"other"}


choices = st.lists(
    st.builds(
        lambda n, specification, category, actions, speed, plan: a_scenario(
            plan,
            specification,
            key=f"s{n}",
            category=category,
            actions=tuple(actions),
            condition=f"line.attributes.speed > {speed}" if speed else "",
        ),
        st.integers(0, 99),
        st.sampled_from([None, "fibre", "copper", "tv", "nothing"]),
        st.sampled_from(["", "access", "nothing"]),
        st.lists(st.sampled_from(["add", "delete", "modify"]), unique=True),
        st.sampled_from([0, 10, 1000]),
        st.sampled_from(["connect", "care"]),
    ),
    max_size=6,
    unique_by=lambda each: each.key,
)


@given(
    choices,
    st.sampled_from(["fibre", "copper", "tv"]),
    st.sampled_from(["add", "delete", "move"]),
    st.integers(0, 2000),
)
def test_what_is_tried_is_what_an_order_would_get(chosen: list[Scenario], specification: str, action: Any, speed: int):
    definitions = some(*chosen)
    applying = scenarios.applying(definitions, specification, action, {"speed": speed}, EVALUATION).keys
    line = a_line("1", specification, action, attributes={"speed": speed})
    fulfilment = FulfilmentLine(
        n=0, lines=("1",), identity="1", domain="product", specification=specification, action=action,
        attributes={"speed": speed},
    )  # fmt: skip
    plans = match(an_order(line), [fulfilment], Release(1, definitions.values()), EVALUATION)

    assert {each.plan for each in chosen if each.key in applying} == set(plans)
    for each in scenarios.table(definitions):
        if each.rule.key in applying:
            assert not each.idle
            assert applying - {each.rule.key} <= {other.key for other in each.meetings}
            always = {other.key for other in each.meetings if other.always and action in other.actions}
            assert always <= applying
