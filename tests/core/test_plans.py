"""Which items an order gets, and which of them wait for which."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.core.decomposition import decompose
from runtime.core.definitions import Automatic, Dependency, Milestone, Plan, Target
from runtime.core.orders import Line, Order
from runtime.core.plans import Graph, generate
from runtime.core.release import Release
from runtime.core.scenarios import match, plans_for
from runtime.core.scopes import OrderScope
from runtime.errors import OrderRefused, PlanFault
from runtime.rules.errors import FeelSyntaxError
from tests.builders import (
    EVALUATION,
    a_decomposition,
    a_line,
    a_plan,
    a_release,
    a_scenario,
    a_specification,
    an_item,
    an_order,
)
from tests.core.stories import Story


def planned(order: Order, release: Release) -> Graph:
    lines = decompose(order, release, EVALUATION)
    return generate(OrderScope(order), match(order, lines, release, EVALUATION), release, EVALUATION)


def groups(graph: Graph, key: str) -> list[str]:
    return [item.group for item in graph.items if item.key == key]


def edges(graph: Graph) -> set[tuple[str, str]]:
    name = {item.n: f"{item.key}{item.group and ':' + item.group}" for item in graph.items}
    return {(name[source], name[target]) for source, target in graph.edges}


def per(key: str, grouping: str) -> Milestone:
    return Milestone(key=key, name=key, per=grouping)


def test_an_item_per_order_is_made_once() -> None:
    graph = planned(an_order(lines=3), a_release(a_plan(per("bill", "order"))))

    assert groups(graph, "bill") == [""]
    assert graph.items[0].lines == ("1", "2", "3")


def test_an_item_per_line_is_made_for_each_line() -> None:
    graph = planned(an_order(lines=3), a_release(a_plan(per("install", "line"))))

    assert groups(graph, "install") == ["1", "2", "3"]


def test_an_item_per_root_line_is_made_for_each_tree() -> None:
    order = an_order(a_line("1"), a_line("1a", parent="1"), a_line("1b", parent="1a"), a_line("2"))
    graph = planned(order, a_release(a_plan(per("visit", "root line"))))

    assert groups(graph, "visit") == ["1", "2"]
    assert [item.lines for item in graph.items] == [("1", "1a", "1b"), ("2",)]


def test_a_grouping_key_may_be_an_expression() -> None:
    order = an_order(a_line("1", place="Bonn"), a_line("2", place="Bern"), a_line("3", place="Bonn"))
    graph = planned(order, a_release(a_plan(per("visit", "line.place"))))

    assert groups(graph, "visit") == ["Bonn", "Bern"]
    assert [item.targets for item in graph.items] == [(0, 2), (1,)]


def test_instances_are_paired_by_the_lines_they_share() -> None:
    plan = a_plan(
        per("plan", "order"), per("install", "line"), per("test", "line"), per("done", "order"),
        after={"install": "plan", "test": "install", "done": "test"},
    )  # fmt: skip
    graph = planned(an_order(lines=2), a_release(plan))

    assert edges(graph) == {
        ("plan", "install:1"), ("plan", "install:2"),
        ("install:1", "test:1"), ("install:2", "test:2"),
        ("test:1", "done"), ("test:2", "done"),
    }  # fmt: skip


def test_a_dependency_per_order_pairs_all_with_all() -> None:
    plan = a_plan(
        per("install", "line"), per("test", "line"),
        dependencies=(Dependency(source="install", target="test", per="order"),),
    )  # fmt: skip
    graph = planned(an_order(lines=2), a_release(plan))

    assert len(graph.edges) == 4
    assert [item.unmet for item in graph.items] == [0, 0, 2, 2]


def test_two_dependencies_between_the_same_two_count_once() -> None:
    dependency = Dependency(source="a", target="b")
    plan = a_plan(
        an_item("a"), an_item("b"), dependencies=(dependency, Dependency(source="a", target="b", per="order"))
    )
    graph = planned(an_order(), a_release(plan))

    assert graph.edges == [(0, 1)]
    assert graph.items[1].unmet == 1


def test_a_plan_may_wait_for_an_item_of_another_plan() -> None:
    uni = Plan(key="uni", name="UNI", items=(per("activate", "line"),))
    evc = Plan(
        key="evc", name="EVC", items=(per("connect", "line"),),
        dependencies=(Dependency(source="uni/activate", target="connect", per="order"),),
    )  # fmt: skip
    release = a_release(
        uni, evc, a_specification("uni"), a_specification("evc"), a_scenario("uni", "uni"), a_scenario("evc", "evc")
    )
    both = planned(an_order(a_line("e", "evc"), a_line("u1", "uni"), a_line("u2", "uni")), release)
    alone = planned(an_order(a_line("e", "evc")), release)

    assert edges(both) == {("activate:u1", "connect:e"), ("activate:u2", "connect:e")}
    assert alone.items[0].unmet == 0


def test_an_item_reads_the_results_of_the_instances_that_share_its_lines() -> None:
    survey = per("survey", "line")
    report = Milestone(key="report", name="Report", per="order", condition="results.survey.ok")
    install = Milestone(key="install", name="Install", per="line", condition="results.survey.ok")
    graph = planned(an_order(lines=2), a_release(a_plan(survey, report, install)))
    reads = {f"{item.key}:{item.group}": item.reads for item in graph.items}

    assert reads["install:2"] == {"survey": (1,)}
    assert reads["report:"] == {"survey": (0, 1)}
    assert reads["survey:1"] == {}


def test_a_specification_is_taken_apart_level_by_level() -> None:
    release = a_release(
        a_specification("access", domain="service"),
        a_specification("port", domain="resource"),
        a_decomposition("fibre", "access"),
        a_decomposition("access", "port"),
    )
    lines = decompose(an_order(lines=2), release, EVALUATION)

    assert [(line.specification, line.domain, line.parent, line.lines) for line in lines] == [
        ("fibre", "product", None, ("1",)),
        ("fibre", "product", None, ("2",)),
        ("access", "service", 0, ("1",)),
        ("access", "service", 1, ("2",)),
        ("port", "resource", 2, ("1",)),
        ("port", "resource", 3, ("2",)),
    ]


def test_the_size_of_a_plan_grows_with_the_order_and_not_with_its_square() -> None:
    plan = a_plan(*(per(f"i{n}", "line") for n in range(4)), after={"i1": "i0", "i2": "i1", "i3": "i2"})
    graph = planned(an_order(lines=500), a_release(plan))

    assert len(graph.items) == 2000
    assert len(graph.edges) == 1500


# --- what an item stands for --------------------------------------------------------------------------


def at(id: str, site: Any = "S", **rest: Any) -> Line:
    return a_line(id, attributes={"site": site}, **rest)


def merging(*items: Milestone, per: str = "order", dependencies: tuple[Dependency, ...] = ()) -> Release:
    """Fibres share a router (per order), for which the plan is chosen."""
    return a_release(
        a_plan(*items, dependencies=dependencies),
        a_specification("router"),
        a_decomposition("fibre", Target(specification="router", per=per)),
        a_scenario("fibre", "router", key="fibre-fibre"),
    )


def refused(order: Order, release: Release) -> list[tuple[str, str]]:
    """The places and messages with which the order is refused when it is submitted."""
    with pytest.raises(OrderRefused) as refusal:
        plans_for(order, decompose(order, release, EVALUATION), release, EVALUATION)
    return [(fault.pointer, fault.message) for fault in refusal.value.faults]


def test_per_line_makes_one_item_for_each_line_of_a_merged_line() -> None:
    graph = planned(an_order(lines=3), merging(per("install", "line")))

    assert [(item.group, item.lines, item.targets) for item in graph.items] == [
        ("1", ("1",), (3,)),
        ("2", ("2",), (3,)),
        ("3", ("3",), (3,)),
    ]


def test_every_site_waits_for_the_shipment_that_serves_it() -> None:
    plan = merging(
        per("ship", "order"), per("install", "line.attributes.site"),
        dependencies=(Dependency(source="ship", target="install", per="line"),),
    )  # fmt: skip
    graph = planned(an_order(at("1", "A"), at("2", "B"), at("3", "C")), plan)

    assert edges(graph) == {("ship", "install:A"), ("ship", "install:B"), ("ship", "install:C")}


def test_within_a_plan_the_default_pairs_what_shares_a_fulfilment_line() -> None:
    plan = a_plan(per("a", "line.attributes.site"), per("b", "line"), after={"b": "a"})
    graph = planned(an_order(at("1", "A"), at("2", "B"), at("3", "A")), a_release(plan))

    assert edges(graph) == {("a:A", "b:1"), ("a:B", "b:2"), ("a:A", "b:3")}


def test_across_plans_the_default_pairs_what_shares_an_order_line_and_not_the_bundle_above() -> None:
    lan = Plan(key="lan", name="LAN", items=(per("cable", "line"),))
    wan = Plan(
        key="wan", name="WAN", items=(per("connect", "line"),),
        dependencies=(Dependency(source="lan/cable", target="connect"),),
    )  # fmt: skip
    release = a_release(
        lan, wan, a_specification("cable"), a_specification("port"), a_specification("bundle"),
        a_decomposition("fibre", "cable", "port"), a_scenario("lan", "cable"), a_scenario("wan", "port"),
    )  # fmt: skip
    order = an_order(a_line("b", "bundle"), a_line("1", parent="b"), a_line("2", parent="b"))

    assert edges(planned(order, release)) == {("cable:1", "connect:1"), ("cable:2", "connect:2")}


def test_swapping_lines_changes_no_item_and_no_edge() -> None:
    plan = a_plan(
        per("a", "line.attributes.site"), per("b", "fulfilment line"), per("c", "order"), per("d", "root line"),
        after={"b": "a", "c": "b", "d": "b"},
    )  # fmt: skip
    lines = [at("r"), at("1", "A", parent="r"), at("2", "B"), at("3", "A")]

    def told(order: Order) -> tuple[set[Any], set[Any]]:
        graph = planned(order, a_release(plan))
        names = {item.n: (item.key, item.identity) for item in graph.items}
        return set(names.values()), {(names[source], names[target]) for source, target in graph.edges}

    assert told(an_order(*lines)) == told(an_order(*lines[::-1]))


def test_groups_of_different_types_are_different_items() -> None:
    graph = planned(an_order(at("1", 1), at("2", "1")), a_release(a_plan(per("visit", "line.attributes.site"))))

    assert [(item.group, item.identity) for item in graph.items] == [("1", "1"), ("1", '"1"')]


@pytest.mark.parametrize("key", ["line.attributes.site", "target.attributes.site", "root.attributes.site"])
def test_a_grouping_key_without_a_value_refuses_the_order_when_it_is_submitted(key: str) -> None:
    ((pointer, message),) = refused(an_order(at("1"), at("2", None)), a_release(a_plan(per("visit", key))))

    assert pointer == "/lines/2"
    assert message.startswith(f"plan fibre, item visit: the grouping key `{key}` gives no value: {key} is null")


def test_what_a_dependency_asks_is_asked_when_the_order_is_submitted() -> None:
    dependencies = (
        Dependency(source="a", target="b", per="line.attributes.site"),
        Dependency(source="a", target="b", condition="line.attributes.far"),
    )
    found = refused(
        an_order(at("1", None)), a_release(a_plan(per("a", "line"), per("b", "line"), dependencies=dependencies))
    )

    assert [pointer for pointer, _ in found] == ["/lines/1", "/lines/1"]
    assert found[0][1].startswith("plan fibre, b after a: the grouping key `line.attributes.site` gives no value")
    assert "the condition `line.attributes.far` is neither true nor false" in found[1][1]


def test_a_plan_that_has_become_impossible_is_a_fault_of_its_own() -> None:
    plan = a_plan(per("visit", 'if now() < @"2026-01-01T00:00:00Z" then line.id else null'))
    with pytest.raises(PlanFault) as fault:
        Story(a_release(plan), now=1_800_000_000_000)

    assert [each.pointer for each in fault.value.faults] == ["/lines/1"]


def test_a_scenario_that_cannot_be_decided_refuses_the_order() -> None:
    release = a_release(a_scenario(condition="line.attributes.speed > 5"))
    ((pointer, message),) = refused(an_order(), release)

    assert pointer == "/lines/1"
    assert "scenario fibre-fibre, fibre of line 1: the condition `line.attributes.speed > 5` is neither" in message


def test_what_items_share_must_be_the_same_for_all() -> None:
    shared = Milestone(key="visit", name="Visit", per="order", condition="target.attributes.site = 1")

    assert planned(an_order(at("1", 1), at("2", 1)), a_release(a_plan(shared))).items[0].targets == (0, 1)
    ((pointer, message),) = refused(an_order(at("1", 1), at("2", 2)), a_release(a_plan(shared)))
    assert pointer == "/lines/1"
    assert "plan fibre, item visit: target.attributes.site is 1 and 2 among what it is made for" in message


def test_a_line_is_read_only_where_an_item_stands_for_one() -> None:
    for grouping in ("order", "root line", "line.id"):
        with pytest.raises(FeelSyntaxError, match="line"):
            a_release(a_plan(Milestone(key="a", name="A", per=grouping, condition="line.quantity > 1"))).plan("fibre")
    item = Milestone(key="a", name="A", per="fulfilment line", condition="line.quantity > 1")
    ((_, message),) = refused(an_order(lines=2), merging(item))

    assert "`line` is read, but there are several (1, 2); read `lines`" in message


# --- what an item reads -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "reader", "single"),
    [
        ("order", "order", True),
        ("order", "line", True),
        ("line", "order", False),
        ("line", "line", True),
        ("root line", "line", True),
        ("line", "root line", False),
        ("line", "fulfilment line", False),
        ("fulfilment line", "line", False),
        ("line.place", "line", True),
        ("line", "line.place", False),
        ("line.place", "line.place", True),
        ("line.place", "root line", False),
        ("root.place", "root line", True),
        ("target.action", "fulfilment line", True),
        ("target.action", "line", False),
    ],
)
def test_the_shape_of_a_result_is_known_from_the_groupings_alone(source: str, reader: str, single: bool) -> None:
    reading = Milestone(key="reader", name="Reader", per=reader, condition="results.source.x = 1")
    plan = a_release(a_plan(per("source", source), reading)).plan("fibre")

    assert plan.items["reader"].single == (frozenset({"source"}) if single else frozenset())


def test_a_list_stays_a_list_for_an_order_with_one_line() -> None:
    read = {"all": "results.each", "one": "results.whole.x"}
    story = Story(
        a_release(
            a_plan(
                Automatic(key="each", name="Each", per="line", result={"x": "1"}),
                Automatic(key="whole", name="Whole", result={"x": "2"}),
                Automatic(key="sum", name="Sum", result=read),
                after={"sum": "each whole"},
            )
        )
    )

    assert story.item("sum").result == {"all": [{"x": 1}], "one": 2}


def test_skipped_sources_are_left_out_of_a_list_and_null_where_there_is_one() -> None:
    some = {"each": "results.each.x", "whole": "results.whole = null"}
    story = Story(
        a_release(
            a_plan(
                Automatic(key="each", name="Each", per="line", condition='line.id != "1"', result={"x": "line.id"}),
                Automatic(key="whole", name="Whole", condition="false", result={"x": "2"}),
                Automatic(key="sum", name="Sum", result=some),
                after={"sum": "each whole"},
            )
        ),
        an_order(lines=3),
    )

    assert story.item("sum").result == {"each": ["2", "3"], "whole": True}


def test_the_root_line_is_read_by_an_item_that_is_made_for_it() -> None:
    item = Automatic(key="care", name="Care", per="root line", result={"fee": "root.attributes.fee"})
    bundle = a_line("b", "bundle", attributes={"fee": 7})
    order = an_order(a_line("1", parent="b"), a_line("2", parent="b"), bundle)
    story = Story(a_release(a_plan(item), a_specification("bundle")), order)

    assert story.item("care").result == {"fee": 7}


# --- what is fulfilled --------------------------------------------------------------------------------


def test_a_part_without_a_plan_passes_where_its_bundle_has_one() -> None:
    release = a_release(a_specification("discount"))
    order = an_order(a_line("b"), a_line("1", "discount", parent="b"))

    assert list(plans_for(order, decompose(order, release, EVALUATION), release, EVALUATION)) == ["fibre"]


def test_a_bundle_without_a_plan_passes_where_one_of_its_parts_has_one() -> None:
    release = a_release(a_specification("bundle"))
    order = an_order(a_line("b", "bundle"), a_line("1", parent="b"))

    assert list(plans_for(order, decompose(order, release, EVALUATION), release, EVALUATION)) == ["fibre"]


def test_a_part_for_which_nothing_at_all_is_done_is_refused() -> None:
    order = an_order(a_line("b", "bundle"), a_line("1", parent="b"), a_line("2", "discount", parent="b"))
    found = refused(order, a_release(a_specification("bundle"), a_specification("discount")))

    assert [pointer for pointer, _ in found] == ["/lines/2"]


def test_bundles_may_be_nested_however_deep() -> None:
    lines = [a_line("0"), *(a_line(str(n), parent=str(n - 1)) for n in range(1, 2000))]

    assert len(planned(an_order(*lines), a_release(a_plan(per("a", "root line")))).items) == 1
