"""Which items an order gets, and which of them wait for which."""

from __future__ import annotations

from runtime.core.decomposition import decompose, match
from runtime.core.definitions import Dependency, Milestone, Plan
from runtime.core.orders import Order
from runtime.core.plans import Graph, generate
from runtime.core.release import Release
from runtime.core.scopes import OrderScope
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
