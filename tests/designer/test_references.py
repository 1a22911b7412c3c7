"""A definition tells all others that it refers to, and the checks ask for exactly those."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.checks import checking, references
from runtime.core import versions
from runtime.core.definitions import Call, Definition, Dependency, Milestone, Scenario, name_of
from runtime.rules.documents import Input
from tests.builders import (
    a_callout,
    a_catalog,
    a_decision,
    a_decomposition,
    a_plan,
    a_queue,
    a_scenario,
    a_specification,
    a_table,
    a_task,
    an_item,
    together,
)
from tests.designer.generated import definitions

# Where a document names another one, by the name of the field: the model the properties ask.
FIELDS = {
    "system": "system",
    "queue": "queue",
    "table": "table",
    "plan": "plan",
    "calendar": "calendar",
    "specification": "specification",
    "source": "specification",
}


def named(document: Definition) -> set[str]:
    """What the plain JSON of the document names, found without knowing what any part of it is."""
    found: set[str] = set()

    def look(value: object) -> None:
        if isinstance(value, dict):
            if "source" in value and "target" in value:  # a dependency
                other, _, _ = value["source"].rpartition("/")
                if other:
                    found.add(f"plan/{other}")
                return
            for field, worth in value.items():
                if field in FIELDS and isinstance(worth, str) and worth:
                    found.add(f"{FIELDS[field]}/{worth}")
                elif field not in ("request", "result", "inputs", "attributes", "foreign"):
                    look(worth)
        elif isinstance(value, list):
            for worth in value:
                look(worth)

    look(versions.plain(document))
    return found - {name_of(document)}


@given(definitions)
def test_whatever_a_field_names_is_a_reference(document: Definition):
    written = {each.name for each in references.mentions(document) if not each.spoken}

    assert written - {name_of(document)} == named(document)


@given(definitions)
def test_every_reference_stands_where_it_says(document: Definition):
    for each in references.mentions(document):
        value = versions.plain(document)
        for step in each.pointer.split("/")[1:]:
            value = value[int(step)] if isinstance(value, list) else value[step.replace("~1", "/").replace("~0", "~")]
        assert each.key in str(value)


def test_a_plan_refers_to_whatever_its_items_use_and_wait_for():
    plan = a_plan(
        a_callout("reserve", system="inventory", compensation=Call(system="stock", operation="free")),
        a_task("install", queue="technicians"),
        a_decision("rate", table="discount"),
        Milestone(key="done", name="Done"),
        dependencies=(Dependency(source="other/paid", target="done"), Dependency(source="rate", target="done")),
    )

    assert references.references(plan) == {
        "system/inventory",
        "system/stock",
        "queue/technicians",
        "table/discount",
        "plan/other",
    }
    assert {each.item for each in references.mentions(plan) if each.key == "stock"} == {"reserve"}


@pytest.mark.parametrize(
    ("condition", "spoken"),
    [
        ('target.specification = "router"', {"router"}),
        ('"router" != line.specification', {"router"}),
        ('target.specification in ("router", "modem")', {"router", "modem"}),
        ('count(order.lines[specification = "fibre"]) > 0', {"fibre"}),
        ('target.specification = "router" or target.attributes.speed = "fast"', {"router"}),
        ('target.attributes.name = "router"', set()),
        ('target.specification = "router', set()),
    ],
)
def test_an_expression_that_asks_for_a_specification_refers_to_it(condition: str, spoken: set[str]):
    scenario = Scenario(key="s", name="S", condition=condition)

    assert {each.key for each in references.mentions(scenario) if each.spoken} == spoken


def test_a_table_that_looks_at_specifications_refers_to_those_in_its_cells():
    column = Input(id="what", expression="target.specification", type="string")
    table = a_table("router", ('"fibre", "copper"', "1"), ("-", "2"), inputs=(column,))

    assert references.references(table) == {"specification/fibre", "specification/copper"}


def test_what_an_expression_merely_asks_for_need_not_exist():
    plan = a_plan(an_item(condition='target.specification = "retired"'))

    assert [each.code for each in checking.check(a_catalog(plan))] == []


def test_a_scenario_for_a_category_refers_to_all_of_it():
    documents = together(
        a_specification("fibre", category="access"),
        a_specification("copper", category="access"),
        a_specification("tv"),
        a_scenario(specification=None, category="access", key="all"),
        a_plan(),
    )

    assert set(references.graph(documents)["scenario/all"]) == {
        "specification/fibre",
        "specification/copper",
        "plan/fibre",
    }


def test_the_graph_leaves_out_what_does_not_exist():
    documents = together(a_plan(a_task(queue="nowhere")), a_queue())

    assert not references.graph(documents).edges


@given(st.data())
def test_without_what_it_refers_to_a_definition_has_errors(data: st.DataObject):
    everything = a_catalog(
        a_plan(a_task(), a_callout(), a_decision(inputs={"amount": "1"}), after={"rate": "install reserve"}),
        a_table(),
        a_specification("port", domain="service"),
        a_decomposition("fibre", "port"),
    )
    name = data.draw(st.sampled_from(sorted(everything)))
    users = [other for other, document in everything.items() if name in references.references(document)]
    left = {other: document for other, document in everything.items() if other != name}

    broken = {each.definition for each in checking.check(left) if each.code.startswith("unknown-")}
    assert broken == set(users)


def test_what_was_never_published_comes_along_with_what_needs_it():
    definitions = a_catalog(a_plan(a_decision()), a_table())
    chosen = ["scenario/fibre-fibre"]

    assert references.needed(definitions, chosen, set()) == ["plan/fibre", "specification/fibre", "table/discount"]
    assert references.needed(definitions, chosen, {"plan/fibre"}) == ["specification/fibre"]
    assert references.needed(definitions, list(definitions), set()) == []
