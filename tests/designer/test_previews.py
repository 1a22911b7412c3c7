"""A preview says how many of each item an order would get, and how they would be paired."""

from __future__ import annotations

from typing import Any

import pytest

from designer import previews
from designer.names import names_for
from runtime.core.definitions import Attribute, Callout, Dependency, Milestone, Plan, Scenario, Specification
from runtime.core.definitions import Call as ItemCall
from runtime.core.orders import Line, Order
from tests.builders import EVALUATION


def a_plan(*items: tuple[str, str], **dependencies: str) -> Plan:
    return Plan(
        key="fibre",
        name="Fibre",
        items=tuple(Milestone(key=key, name=key, per=per) for key, per in items),
        dependencies=tuple(
            Dependency(source=name.split("_to_")[0], target=name.split("_to_")[1], per=per)
            for name, per in dependencies.items()
        ),
    )


def definitions(**more: Any) -> dict[str, Any]:
    return {
        "specification/port": Specification(key="port", name="Port", attributes=(Attribute(name="speed"),)),
        "scenario/ports": Scenario(key="ports", name="Ports", specification="port", plan="fibre"),
        **more,
    }


def test_the_sample_shows_how_scopes_differ():
    plan = a_plan(("all", "order"), ("root", "root line"), ("each", "line"))
    scope = previews.preview(plan, definitions(), previews.sample(plan, definitions()), EVALUATION)

    assert {key: len(instances) for key, instances in scope.items.items()} == {"all": 1, "root": 2, "each": 6}
    assert scope.chosen


def test_pairs_follow_the_key_of_the_dependency():
    plan = a_plan(("root", "root line"), ("each", "line"), root_to_each="root line")
    order = Order(
        lines=(
            Line(id="A", specification="port", action="add"),
            Line(id="A1", specification="port", action="add", parent="A"),
            Line(id="B", specification="port", action="add"),
        )
    )
    scope = previews.preview(plan, definitions(), order, EVALUATION)

    assert sorted(scope.dependencies["root>each"]) == [(0, 0), (0, 1), (1, 2)]


def test_what_is_unfinished_does_not_keep_a_plan_from_being_tried():
    unfinished = Callout(key="call", name="Call", call=ItemCall(system="", operation=""), condition="((")
    plan = Plan(key="fibre", name="Fibre", items=(unfinished,))

    assert previews.preview(plan, definitions(), previews.sample(plan, definitions()), EVALUATION).items == {
        "call": [(0, 1, 2, 3, 4, 5)]
    }


def test_an_order_that_no_scenario_sends_here_is_shown_as_if_one_did():
    plan = a_plan(("each", "line"))
    unsent = {"specification/port": Specification(key="port", name="Port")}
    scope = previews.preview(plan, unsent, previews.sample(plan, unsent), EVALUATION)

    assert not scope.chosen
    assert len(scope.items["each"]) == 6


def test_a_grouping_key_that_does_not_compile_is_told():
    plan = a_plan(("each", "target.attributes["))
    with pytest.raises(previews.NoPreview, match="does not compile"):
        previews.preview(plan, definitions(), previews.sample(plan, definitions()), EVALUATION)


def test_completion_knows_the_attributes_of_what_scenarios_send():
    other = Specification(key="voice", name="Voice", attributes=(Attribute(name="numbers"),))
    names = names_for(definitions(**{"specification/voice": other}), "fibre")

    assert list(names["scope"]["target"]["attributes"]["entries"]) == ["speed"]
    assert set(names["scope"]["line"]["attributes"]["entries"]) == {"speed", "numbers"}
    assert names["chosen_by"] == [{"key": "ports", "name": "Ports"}]
