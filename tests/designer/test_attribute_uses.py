"""Before an attribute is renamed, everything that speaks of it is told."""

from __future__ import annotations

from designer.checks.attribute_uses import uses
from runtime.core.definitions import Attribute, Automatic, Definition, Enrichment, Step, Target, name_of
from runtime.rules.documents import Input
from tests.builders import (
    a_decision,
    a_decomposition,
    a_plan,
    a_policy,
    a_question,
    a_scenario,
    a_specification,
    a_table,
    an_item,
)

SPEED = (Attribute(name="speed"),)


def together(*documents: Definition) -> dict[str, Definition]:
    return {name_of(each): each for each in documents}


CATALOG = (a_specification("fibre", attributes=SPEED), a_specification("port", attributes=SPEED))


def told(*documents: Definition, specification: str = "fibre", attribute: str = "speed") -> list[tuple[str, str]]:
    found = uses(together(*CATALOG, *documents), specification, attribute)
    return [(use.definition, use.pointer) for use in found]


def test_mappings_that_set_it_and_expressions_that_read_it_are_told():
    split = a_decomposition(
        "fibre", Target(specification="port", attributes={"speed": "source.attributes.speed"}, condition="true")
    )

    assert told(split) == [("decomposition/fibre", "/targets/0/attributes/speed")]
    assert told(split, specification="port") == [("decomposition/fibre", "/targets/0/attributes/speed")]
    assert told(split, attribute="colour") == []


def test_a_plan_reads_the_fulfilment_line_and_what_was_ordered_for_it():
    plan = a_plan(
        an_item(condition="target.attributes.speed > 1"),
        an_item("other", Automatic, result={"speed": "line.attributes.speed"}),
    )
    split = a_decomposition("fibre", "port")
    chosen = a_scenario("fibre", "port")

    assert told(plan, split, chosen) == [("plan/fibre", "/items/1/result/speed")]
    assert told(plan, split, chosen, specification="port") == [
        ("plan/fibre", "/items/0/condition"),
        ("plan/fibre", "/items/1/result/speed"),
    ]


def test_a_scenario_and_a_table_may_read_it_too():
    table = a_table(inputs=(Input(id="amount", expression="target.attributes.speed", type="number"),))
    plan = a_plan(a_decision())
    scenario = a_scenario(condition='line.attributes.speed = "fast"')

    assert told(table, plan, scenario) == [
        ("scenario/fibre-fibre", "/condition"),
        ("table/discount", "/inputs/0/expression"),
    ]


def test_an_enrichment_sets_and_reads_it():
    step = Step(attributes={"speed": "100", "class": 'if line.attributes.speed > 1 then "a" else "b"'})
    enrichment = Enrichment(key="classes", name="Classes", specification="fibre", steps=(step,))

    assert told(enrichment) == [
        ("enrichment/classes", "/steps/0/attributes/speed"),
        ("enrichment/classes", "/steps/0/attributes/class"),
    ]
    assert told(enrichment, specification="port") == []


def test_a_policy_reads_it_and_what_is_answered_sets_it():
    policy = a_policy(specification="fibre", condition="line.attributes.speed > 1000")
    enrichment = Enrichment(key="speeds", name="Speeds", specification="fibre", steps=(a_question("speed"),))

    assert told(policy, enrichment) == [
        ("enrichment/speeds", "/steps/0/attributes/speed"),
        ("policy/expensive", "/condition"),
    ]
    assert told(policy, specification="port") == []


def test_an_attribute_of_the_same_name_elsewhere_is_not_meant():
    other = a_specification("copper", attributes=SPEED)
    split = a_decomposition("copper", Target(specification="port", condition="source.attributes.speed > 1"))

    assert told(other, split) == []
