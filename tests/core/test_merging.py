"""Where a grouping makes one of several: what it is given, what it is asked to do, and what it is called."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.core.decomposition import decompose
from runtime.core.definitions import Attribute, Target
from runtime.core.orders import FulfilmentLine, Line
from runtime.core.release import Release
from runtime.core.scenarios import plans_for
from runtime.errors import OrderRefused
from tests.builders import (
    EVALUATION,
    a_decomposition,
    a_line,
    a_release,
    a_scenario,
    a_specification,
    an_order,
)

AT_SITE: dict[str, Any] = {"specification": "router", "per": "line.attributes.site"}


def at(id: str, site: str | None = "S", **rest: Any) -> Line:
    return a_line(id, attributes={"site": site, **rest.pop("attributes", {})}, **rest)


def a_site_release(*more: Any, **target: Any) -> Release:
    return a_release(
        a_specification("router", domain="resource"), a_decomposition("fibre", Target(**AT_SITE | target)), *more
    )


def routers(*lines: Line, **target: Any) -> list[FulfilmentLine]:
    made = decompose(an_order(*lines), a_site_release(**target), EVALUATION)
    return [line for line in made if line.specification == "router"]


def refused(*lines: Line, release: Release | None = None, **target: Any) -> list[tuple[str, str]]:
    """The places and messages with which an order for these lines is refused."""
    order, release = an_order(*lines), release or a_site_release(**target)
    with pytest.raises(OrderRefused) as refusal:
        plans_for(order, decompose(order, release, EVALUATION), release, EVALUATION)
    return [(fault.pointer, fault.message) for fault in refusal.value.faults]


# --- what is merged -----------------------------------------------------------------------------------


def test_a_merged_line_knows_all_its_sources_and_lines() -> None:
    (router,) = routers(at("1"), at("2"))

    assert (router.sources, router.lines) == ((0, 1), ("1", "2"))


def test_an_expression_reads_all_sources_of_a_merged_line() -> None:
    sum_ = {"speed": "sum(sources.attributes.speed)", "ids": 'string join(lines.id, "+")'}
    lines = [at("1", attributes={"speed": 10}), at("2", attributes={"speed": 20})]
    (router,) = routers(*lines, attributes=sum_)

    assert router.attributes == {"speed": 30, "ids": "1+2"}


def test_what_all_sources_agree_on_may_be_read_of_the_source() -> None:
    (router,) = routers(at("1"), at("2"), attributes={"site": "source.attributes.site", "root": "line.attributes.site"})

    assert router.attributes == {"site": "S", "root": "S"}


def test_what_the_sources_do_not_agree_on_refuses_the_order() -> None:
    lines = [at("1", attributes={"speed": 10}), at("2", attributes={"speed": 20})]
    ((pointer, message),) = refused(*lines, attributes={"speed": "source.attributes.speed"})

    assert pointer == "/lines/1"
    assert "decomposition fibre, target router, attribute speed" in message
    assert "source.attributes.speed is 10 and 20 among what is merged" in message
    assert "read all `sources`" in message


def test_lines_at_different_levels_are_merged_into_one() -> None:
    release = a_site_release(
        a_specification("bundle"),
        a_decomposition("bundle", Target(specification="fibre", attributes={"site": '"S"'})),
        per="source.attributes.site",
    )
    made = decompose(an_order(at("1"), a_line("2", "bundle")), release, EVALUATION)

    assert [line.lines for line in made if line.specification == "router"] == [("1", "2")]


# --- actions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actions", "net"),
    [
        (("add", "add"), "add"),
        (("delete", "delete"), "delete"),
        (("noChange", "noChange"), "noChange"),
        (("add", "delete"), "modify"),
        (("delete", "add"), "modify"),
        (("noChange", "add"), "modify"),
    ],
)
def test_a_merged_line_is_asked_to_do_what_all_say_and_a_mix_is_a_change(actions: tuple[str, str], net: str) -> None:
    (router,) = routers(at("1", action=actions[0]), at("2", action=actions[1]))

    assert router.action == net


def test_a_target_may_say_its_action() -> None:
    say = 'if some each in sources satisfies each.action = "add" then "add" else "noChange"'
    (router,) = routers(at("1", action="noChange"), at("2"), action=say)

    assert router.action == "add"


@pytest.mark.parametrize(("say", "told"), [('"destroy"', 'gives "destroy"'), ("null", "gives no value")])
def test_an_action_that_is_none_refuses_the_order(say: str, told: str) -> None:
    ((_, message),) = refused(at("1"), action=say)

    assert told in message
    assert "an action is one of add, modify" in message


def test_a_change_that_no_scenario_takes_is_refused_where_one_takes_the_action_of_a_member() -> None:
    taking = a_scenario("fibre", "router", key="routers")
    given = [at("1", action="noChange"), at("2")]
    ((pointer, message),) = refused(*given, release=a_site_release(taking))

    assert pointer == "/lines/1"
    assert "noChange and add of lines 1 and 2 become modify router, which no scenario takes" in message
    assert "or let the target say its action" in message


def test_a_change_that_no_scenario_takes_is_refused_even_where_one_member_is_a_change() -> None:
    taking = a_scenario("fibre", "router", key="routers")
    found = dict(refused(at("1"), at("2", action="modify"), release=a_site_release(taking)))

    assert "add and modify of lines 1 and 2 become modify router, which no scenario takes" in found["/lines/1"]


def test_a_change_that_a_scenario_takes_is_planned() -> None:
    taking = a_scenario("fibre", "router", key="routers", actions=("add", "modify"))
    release = a_site_release(taking)
    order = an_order(at("1", action="noChange"), at("2"))
    lines = decompose(order, release, EVALUATION)

    assert [line.n for line in plans_for(order, lines, release, EVALUATION)["fibre"]] == [1, 2]


# --- quantities ---------------------------------------------------------------------------------------


def test_a_quantity_on_which_the_sources_agree_is_kept() -> None:
    assert [router.quantity for router in routers(at("1", quantity=2), at("2", quantity=2))] == [2]


def test_quantities_that_differ_refuse_the_order_until_the_target_says_one() -> None:
    lines = [at("1", quantity=2), at("2", quantity=3)]
    ((_, message),) = refused(*lines)

    assert "lines 1 and 2 are merged, and their quantities differ (2 and 3)" in message
    assert routers(*lines, quantity="sum(sources.quantity)")[0].quantity == 5


@pytest.mark.parametrize("quantity", ["2.7", "-1", "0", "null", '"x"', "source.attributes.many", "1/0"])
def test_a_quantity_that_is_not_whole_and_positive_refuses_the_order(quantity: str) -> None:
    ((pointer, message),) = refused(at("1"), quantity=quantity)

    assert pointer == "/lines/1"
    assert "a quantity must be a whole number above 0" in message


def test_a_whole_quantity_may_be_written_with_a_point() -> None:
    assert routers(at("1"), quantity="2.0")[0].quantity == 2


# --- groups -------------------------------------------------------------------------------------------


def test_a_null_value_is_no_group_and_refuses_the_order() -> None:
    ((pointer, message),) = refused(at("1"), at("2", None))

    assert pointer == "/lines/2"
    assert "grouping key for line 2: `line.attributes.site` gives no value: line.attributes.site is null" in message


def test_a_grouping_key_may_say_what_null_means() -> None:
    per = 'if line.attributes.site = null then "none" else line.attributes.site'

    assert [router.lines for router in routers(at("1", None), a_line("2"), at("3", "S"), per=per)] == [
        ("1", "2"),
        ("3",),
    ]


def test_values_of_different_types_are_different_groups() -> None:
    lines = [a_line(str(n), attributes={"site": site}) for n, site in enumerate((1, "1", 1.0, True, "true"))]

    assert [router.lines for router in routers(*lines)] == [("0", "2"), ("1",), ("3",), ("4",)]


def test_a_merged_source_is_grouped_by_each_of_its_lines() -> None:
    release = a_site_release(
        a_specification("port", domain="resource"),
        a_decomposition("router", Target(specification="port", per="line.attributes.floor")),
    )
    order = an_order(*(at(id, attributes={"floor": floor}) for id, floor in (("1", 1), ("2", 2), ("3", 1))))
    made = decompose(order, release, EVALUATION)

    assert [line.lines for line in made if line.specification == "port"] == [("1", "3"), ("2",)]


@pytest.mark.parametrize("condition", ["source.attributes.nothing > 5", "null", "source.quantity"])
def test_a_condition_that_is_neither_true_nor_false_refuses_the_order(condition: str) -> None:
    ((pointer, message),) = refused(at("1"), condition=condition)

    assert pointer == "/lines/1"
    assert "decomposition fibre, target router, condition for line 1" in message
    assert "is neither true nor false" in message


# --- attributes ---------------------------------------------------------------------------------------


def with_ports(*attributes: Attribute) -> Release:
    return a_release(
        a_specification("port", attributes=attributes),
        a_decomposition("fibre", Target(specification="port", attributes={"speed": "line.attributes.speed"})),
    )


def test_an_attribute_without_a_value_is_left_out_where_it_is_optional() -> None:
    (_, port) = decompose(an_order(a_line()), with_ports(Attribute(name="speed")), EVALUATION)

    assert port.attributes == {}


def test_an_attribute_without_a_value_refuses_the_order_where_it_is_required() -> None:
    ((pointer, message),) = refused(a_line(), release=with_ports(Attribute(name="speed", required=True)))

    assert pointer == "/lines/1"
    assert "decomposition fibre, target port: attribute 'speed' of port is missing" in message


def test_an_attribute_of_another_type_refuses_the_order() -> None:
    fast = a_line(attributes={"speed": "fast"})
    ((_, message),) = refused(fast, release=with_ports(Attribute(name="speed", type="number")))

    assert "must be a number" in message


def test_warnings_about_attributes_are_kept_with_what_was_made() -> None:
    release = a_release(
        a_specification("port"),
        a_decomposition("fibre", Target(specification="port", attributes={"speed": 'number("x", ",", ".")'})),
    )
    (_, port) = decompose(an_order(a_line()), release, EVALUATION)

    assert port.attributes == {}
    assert len(port.warnings) == 1
    assert port.warnings[0].startswith("speed: ")


# --- depth and cycles ---------------------------------------------------------------------------------


def test_however_many_levels_there_are_each_is_made() -> None:
    levels = [a_specification(f"s{n}") for n in range(60)]
    chain = [a_decomposition(f"s{n}", f"s{n + 1}") for n in range(59)]
    made = decompose(an_order(a_line("1", "s0")), a_release(*levels, *chain), EVALUATION)

    assert len(made) == 60


def test_what_is_made_of_itself_is_refused_by_name() -> None:
    release = a_release(
        a_specification("access"), a_decomposition("fibre", "access"), a_decomposition("access", "fibre")
    )
    ((pointer, message),) = refused(a_line(), release=release)

    assert pointer == "/lines/1"
    assert message.startswith(("fibre -> access -> fibre", "access -> fibre -> access"))


# --- identity -----------------------------------------------------------------------------------------


def test_swapping_the_lines_of_an_order_changes_no_identity() -> None:
    release = a_site_release(a_specification("port"), a_decomposition("router", "port"))
    lines = [at("1", "A"), at("2", "B"), at("3", "A")]
    one, other = (
        {line.identity: set(line.lines) for line in decompose(an_order(*order), release, EVALUATION)}
        for order in (lines, lines[::-1])
    )

    assert one == other
    assert len(one) == 7
