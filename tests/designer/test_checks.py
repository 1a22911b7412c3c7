"""The checks name what is wrong, where, whom it concerns and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from designer.checks import checking, scopes
from designer.checks.problems import CODES, Problem
from runtime.core.definitions import (
    Attribute,
    Automatic,
    Calendar,
    Call,
    Callout,
    Decision,
    Definition,
    Dependency,
    EndlessRetry,
    ExponentialRetry,
    Field,
    FixedRetry,
    Holiday,
    Hours,
    Manual,
    Milestone,
    Operation,
    Plan,
    Push,
    ResultField,
    Scenario,
    StaggeredRetry,
    Step,
    System,
    Target,
    Wait,
    Week,
)
from runtime.core.orders import FulfilmentLine
from runtime.core.scopes import OrderScope, fulfilment_context
from runtime.rules.documents import Input, Output, Rule, Table
from tests.builders import (
    Definitions,
    a_calendar,
    a_callout,
    a_catalog,
    a_chain,
    a_decision,
    a_decomposition,
    a_plan,
    a_policy,
    a_question,
    a_queue,
    a_scenario,
    a_specification,
    a_system,
    a_table,
    a_task,
    a_wait,
    an_enrichment,
    an_item,
    an_order,
    together,
)

DOCS = Path(__file__).parents[2] / "docs" / "checks.md"
FIBRE = "plan/fibre"
POLICY = "policy/expensive"
REGION = "enrichment/region"


def problems(definitions: Definitions, code: str | None = None) -> list[Problem]:
    return [problem for problem in checking.check(definitions) if code in (None, problem.code)]


def planned(*items: object, after: dict[str, str] | None = None, more: tuple[Definition, ...] = ()) -> Definitions:
    return a_catalog(a_plan(*items, after=after), *more)


def waiting(*dependencies: Dependency) -> Definitions:
    items = tuple(an_item(key) for key in ("survey", "install"))
    return a_catalog(a_plan(*items, dependencies=dependencies))


def a_calling_plan(**call: str) -> Definitions:
    return planned(Callout(key="reserve", name="Reserve", call=Call(**call)))


def an_operation(**rest: object) -> Definitions:
    system = System(
        key="fulfilment", name="F", url="http://f", operations=(Operation(key="reserve", name="R", **rest),)
    )
    return a_catalog(None, system)


def asking(step: Step, *more: Definition) -> Definitions:
    return a_catalog(None, an_enrichment("region", step), *more)


CALLBACK = System(
    key="slow", name="S", url="http://s", operations=(Operation(key="build", name="B", reply="callback"),)
)
CLOSED = Week(monday=(), tuesday=(), wednesday=(), thursday=(), friday=())
SURVEY_FORM = (Field(name="metres", type="number"),)

# code -> definitions, and where the problem must be found: definition, pointer, items
CASES: dict[str, tuple[Definitions, str, str, tuple[str, ...]]] = {
    "action-without-scenario": (
        a_catalog(None, a_specification(actions=("add", "delete"))),
        "specification/fibre",
        "/actions/1",
        (),
    ),
    "attribute-without-name": (
        a_catalog(None, a_specification(attributes=(Attribute(name="speed"), Attribute(name="")))),
        "specification/fibre",
        "/attributes/1/name",
        (),
    ),
    "calendar-closed": (a_catalog(None, a_calendar(week=CLOSED)), "calendar/office", "/week", ()),
    "calendar-holiday": (
        a_catalog(None, a_calendar(holidays=(Holiday(date="2026-02-30"),))),
        "calendar/office",
        "/holidays/0/date",
        (),
    ),
    "calendar-hours": (
        a_catalog(None, a_calendar(week=Week(saturday=(Hours(start="12:00", end="08:00"),)))),
        "calendar/office",
        "/week/saturday/0/end",
        (),
    ),
    "calendar-without-delay": (
        planned(a_wait(event="news", calendar="office"), more=(a_calendar(),)),
        FIBRE,
        "/items/0/calendar",
        ("delivered",),
    ),
    "calendar-zone": (a_catalog(None, a_calendar(zone="Europe/Nowhere")), "calendar/office", "/zone", ()),
    "callout-without-operation": (a_calling_plan(system="fulfilment"), FIBRE, "/items/0/call/operation", ("reserve",)),
    "callout-without-system": (a_calling_plan(), FIBRE, "/items/0/call/system", ("reserve",)),
    "callback-without-limit": (
        an_operation(reply="callback"),
        "system/fulfilment",
        "/operations/0/callback_within",
        (),
    ),
    "choice-in-quotes": (
        planned(a_task(form=(Field(name="route", type="choice", choices=("north", '"south"')),))),
        FIBRE,
        "/items/0/form/0/choices/1",
        ("install",),
    ),
    "choice-without-choices": (
        planned(a_task(form=(Field(name="route", type="choice"),))),
        FIBRE,
        "/items/0/form/0/choices",
        ("install",),
    ),
    "cycle": (
        planned(an_item("survey"), an_item("install"), after={"install": "survey", "survey": "install"}),
        FIBRE,
        "/dependencies/1",
        ("survey", "install"),
    ),
    "decision-without-table": (planned(Decision(key="rate", name="Rate")), FIBRE, "/items/0/table", ("rate",)),
    "decomposition-loop": (
        a_catalog(None, a_specification("line"), a_decomposition("fibre", "line"), a_decomposition("line", "fibre")),
        "decomposition/fibre",
        "/targets",
        (),
    ),
    "decomposition-upwards": (
        a_catalog(
            None,
            a_specification(domain="service"),
            a_specification("line", domain="product"),
            a_decomposition("fibre", "line"),
        ),
        "decomposition/fibre",
        "/targets/0/specification",
        (),
    ),
    "duplicate-dependency": (
        waiting(Dependency(source="survey", target="install"), Dependency(source="survey", target="install")),
        FIBRE,
        "/dependencies/1",
        ("install",),
    ),
    "duplicate-identifier": (
        a_catalog(
            None,
            a_specification("copper", identifiers=("7",)),
            a_scenario("fibre", "copper"),
            a_specification(identifiers=("1", "7")),
        ),
        "specification/fibre",
        "/identifiers/1",
        (),
    ),
    "duplicate-key": (planned(an_item("survey"), an_item("survey")), FIBRE, "/items/1/key", ("survey",)),
    "duplicate-target": (
        a_catalog(
            None,
            a_specification("port", domain="resource"),
            a_decomposition("fibre", *[Target(specification="port")] * 2),
        ),
        "decomposition/fibre",
        "/targets/1/key",
        (),
    ),
    "empty-decomposition": (a_catalog(None, a_decomposition("fibre")), "decomposition/fibre", "/targets", ()),
    "empty-enrichment": (a_catalog(None, an_enrichment("region")), "enrichment/region", "/steps", ()),
    "enrichment-without-action": (
        a_catalog(None, an_enrichment("region", Step(attributes={"x": "1"}), actions=())),
        "enrichment/region",
        "/actions",
        (),
    ),
    "step-without-attributes": (
        a_catalog(None, an_enrichment("region", Step(condition="true"))),
        "enrichment/region",
        "/steps/0/attributes",
        (),
    ),
    "policy-without-action": (a_catalog(None, a_policy(actions=())), POLICY, "/actions", ()),
    "policy-without-queue": (a_catalog(None, a_policy(queue="")), POLICY, "/queue", ()),
    "question-without-form": (asking(Step(queue="technicians", attributes={"x": "1"})), REGION, "/steps/0/form", ()),
    "question-without-queue": (asking(a_question(queue="")), REGION, "/steps/0/queue", ()),
    "step-asks-twice": (asking(a_question(table="discount"), a_table()), REGION, "/steps/0/table", ()),
    "unused-answer": (
        asking(a_question("region", "reason", attributes={"region": "answered.region"})),
        REGION,
        "/steps/0/form/1/name",
        (),
    ),
    "empty-plan": (a_catalog(Plan(key="fibre", name="Fibre")), FIBRE, "/items", ()),
    "feel": (planned(an_item(condition="order.lines[")), FIBRE, "/items/0/condition", ("survey",)),
    "line-of-several": (planned(an_item(condition="line.quantity > 1")), FIBRE, "/items/0/condition", ("survey",)),
    "manual-without-queue": (planned(Manual(key="install", name="I")), FIBRE, "/items/0/queue", ("install",)),
    "may-be-null": (
        a_catalog(
            a_plan(an_item(condition="line.attributes.sensors > 2", per="line")),
            a_specification(attributes=(Attribute(name="sensors", type="number"),)),
        ),
        FIBRE,
        "/items/0/condition",
        ("survey",),
    ),
    "merged-source": (
        a_catalog(
            None,
            a_specification("line", domain="service"),
            a_decomposition(
                "fibre", Target(specification="line", per="order", quantity="1", attributes={"a": "source.n"})
            ),
        ),
        "decomposition/fibre",
        "/targets/0/attributes/a",
        (),
    ),
    "missing-attribute": (
        a_catalog(
            None,
            a_specification("line", attributes=(Attribute(name="speed", required=True),)),
            a_decomposition("fibre", "line"),
        ),
        "decomposition/fibre",
        "/targets/0/attributes",
        (),
    ),
    "missing-input": (planned(a_decision(), more=(a_table(),)), FIBRE, "/items/0/inputs", ("rate",)),
    "never-paired": (
        a_catalog(
            a_plan(after={"survey": "copper/done"}),
            a_plan(an_item("done"), key="copper"),
            a_specification("copper"),
            a_scenario("copper", "copper"),
        ),
        FIBRE,
        "/dependencies/0",
        ("survey",),
    ),
    "never-compensated": (
        planned(a_callout(compensation=Call(system="fulfilment", operation="reserve"), point_of_no_return=True)),
        FIBRE,
        "/items/0/compensation",
        ("reserve",),
    ),
    "callback-within-answer": (
        an_operation(callback_within="PT1H"),
        "system/fulfilment",
        "/operations/0/callback_within",
        (),
    ),
    "operation-without-time": (an_operation(timeout="PT0S"), "system/fulfilment", "/operations/0/timeout", ()),
    "system-address": (
        a_catalog(None, System(key="fulfilment", name="F", url="http://f:99999", operations=a_system().operations)),
        "system/fulfilment",
        "/url",
        (),
    ),
    "operation-path": (an_operation(path="reserve"), "system/fulfilment", "/operations/0/path", ()),
    "push-of-callback": (
        planned(Push(key="tell", name="T", call=Call(system="slow", operation="build")), more=(CALLBACK,)),
        FIBRE,
        "/items/0/call/operation",
        ("tell",),
    ),
    "result-too-early": (
        planned(a_task("survey", form=SURVEY_FORM), an_item("dig", condition="results.survey.metres"), after={}),
        FIBRE,
        "/items/1/condition",
        ("dig",),
    ),
    "result-not-sure": (
        a_catalog(
            a_plan(
                a_task("survey", form=SURVEY_FORM),
                an_item("dig", condition="results.survey.metres = 3"),
                dependencies=(Dependency(source="survey", target="dig", condition='order.priority = "high"'),),
            )
        ),
        FIBRE,
        "/items/1/condition",
        ("dig",),
    ),
    "retry-delay": (
        an_operation(retry=FixedRetry(delay="PT0S", attempts=3)),
        "system/fulfilment",
        "/operations/0/retry/delay",
        (),
    ),
    "retry-maximum": (
        planned(a_callout(retry=ExponentialRetry(delay="PT2H", attempts=3))),
        FIBRE,
        "/items/0/retry/maximum",
        ("reserve",),
    ),
    "scenario-without-action": (a_catalog(None, a_scenario(actions=())), "scenario/fibre-fibre", "/actions", ()),
    "scenario-without-plan": (
        a_catalog(None, Scenario(key="s", name="S", specification="fibre", actions=("delete",))),
        "scenario/s",
        "/plan",
        (),
    ),
    "source-without-specification": (
        a_catalog(None, a_decomposition("", "fibre", key="d")),
        "decomposition/d",
        "/source",
        (),
    ),
    "table": (
        a_catalog(None, a_table(rules=(Rule(id="r", inputs=("-", "-"), outputs=("1",)),))),
        "table/discount",
        "/rules/0/inputs",
        (),
    ),
    "target-without-specification": (
        a_catalog(None, a_decomposition("fibre", "")),
        "decomposition/fibre",
        "/targets/0/specification",
        (),
    ),
    "timeout-without-time": (
        planned(a_wait(event="delivered", on_timeout="fail")),
        FIBRE,
        "/items/0/on_timeout",
        ("delivered",),
    ),
    "two-policies": (a_catalog(None, a_policy(), a_policy("costly")), POLICY, "/actions/0", ()),
    "two-scenarios": (
        a_catalog(None, a_scenario(key="another")),
        "scenario/fibre-fibre",
        "/actions/0",
        (),
    ),
    "unconnected-item": (
        planned(an_item("a"), an_item("b"), an_item("alone"), after={"b": "a"}),
        FIBRE,
        "/items/2",
        ("alone",),
    ),
    "unfulfilled": (a_catalog(None, a_specification("copper")), "specification/copper", "", ()),
    "unknown-attribute": (
        a_catalog(
            None,
            a_specification("line", attributes=(Attribute(name="speed"),)),
            a_decomposition("fibre", Target(specification="line", attributes={"sped": "1"})),
        ),
        "decomposition/fibre",
        "/targets/0/attributes/sped",
        (),
    ),
    "unknown-category": (
        a_catalog(None, a_scenario(specification=None, category="mobile")),
        "scenario/all-fibre",
        "/category",
        (),
    ),
    "unknown-calendar": (
        planned(a_wait(delay="PT4H", calendar="ofice"), more=(a_calendar(),)),
        FIBRE,
        "/items/0/calendar",
        ("delivered",),
    ),
    "unknown-item": (
        waiting(Dependency(source="surway", target="install")),
        FIBRE,
        "/dependencies/0/source",
        ("install",),
    ),
    "unknown-name": (planned(an_item(condition="order.nonsense = 1")), FIBRE, "/items/0/condition", ("survey",)),
    "unknown-operation": (
        a_calling_plan(system="fulfilment", operation="reserv"),
        FIBRE,
        "/items/0/call/operation",
        ("reserve",),
    ),
    "unknown-plan": (
        waiting(Dependency(source="copper/done", target="install")),
        FIBRE,
        "/dependencies/0/source",
        ("install",),
    ),
    "unknown-queue": (planned(a_task(queue="technician")), FIBRE, "/items/0/queue", ("install",)),
    "unknown-specification": (
        a_catalog(None, a_scenario(specification="fiber")),
        "scenario/fiber-fibre",
        "/specification",
        (),
    ),
    "unknown-system": (
        a_calling_plan(system="fulfilmen", operation="reserve"),
        FIBRE,
        "/items/0/call/system",
        ("reserve",),
    ),
    "unknown-table": (planned(a_decision()), FIBRE, "/items/0/table", ("rate",)),
    "unreachable-item": (
        planned(an_item("a"), an_item("b"), an_item("c"), after={"a": "b", "b": "a", "c": "b"}),
        FIBRE,
        "/items/2",
        ("c",),
    ),
    "unused-input": (
        planned(a_decision(inputs={"amount": "1", "colour": "2"}), more=(a_table(),)),
        FIBRE,
        "/items/0/inputs/colour",
        ("rate",),
    ),
    "unused-plan": (a_catalog(None, a_plan(key="copper")), "plan/copper", "", ()),
    "unused-table": (a_catalog(None, a_table()), "table/discount", "", ()),
    "wait-for-nothing": (planned(a_wait(event="")), FIBRE, "/items/0", ("delivered",)),
    "wrong-type": (planned(an_item(condition="5")), FIBRE, "/items/0/condition", ("survey",)),
}


@pytest.mark.parametrize("code", sorted(CODES.keys() - {"unchecked", "unreadable"}))  # see test_containment.py
def test_every_kind_of_problem_is_found_where_it_is(code: str) -> None:
    definitions, definition, pointer, items = CASES[code]
    found = [(problem.definition, problem.pointer, problem.items) for problem in problems(definitions, code)]

    assert (definition, pointer, items) in found
    assert {problem.severity for problem in problems(definitions, code)} == {CODES[code]}


def test_a_sound_set_has_no_problem() -> None:
    plan = a_plan(
        a_task("survey", form=SURVEY_FORM),
        a_callout("reserve", request={"metres": "results.survey.metres"}, result={"port": "response.reference"}),
        a_decision(inputs={"amount": "results.survey.metres"}),
        Automatic(key="sum_up", name="Sum up", result={"all": "results.rate.rate + results.survey.metres"}),
        a_wait(delay="PT1M"),
        an_item("done", condition="results.sum_up.all > 1 and results.reserve.port != null"),
        after={
            "reserve": "survey",
            "rate": "survey",
            "sum_up": "rate",
            "delivered": "sum_up",
            "done": "delivered reserve",
        },
    )

    assert problems(a_catalog(plan, a_table())) == []


def test_a_cycle_is_named_item_by_item_in_order() -> None:
    plan = a_plan(
        *(an_item(key) for key in ("order", "survey", "install", "activate", "bill")),
        after={"survey": "order activate", "install": "survey", "activate": "install", "bill": "activate"},
    )
    (cycle,) = problems(a_catalog(plan), "cycle")

    assert ": survey -> install -> activate -> survey;" in cycle.message
    assert cycle.items == ("survey", "install", "activate")


def test_an_item_that_waits_for_itself_is_a_cycle() -> None:
    (cycle,) = problems(planned(an_item("survey"), after={"survey": "survey"}), "cycle")

    assert ": survey -> survey;" in cycle.message


def test_every_loop_is_named_not_only_the_first() -> None:
    plan = a_plan(
        *(an_item(key) for key in "abcde"),
        after={"a": "b", "b": "a c", "c": "b", "d": "e", "e": "d"},
    )

    assert [each.message.split(": ")[1].split(";")[0] for each in problems(a_catalog(plan), "cycle")] == [
        "a -> b -> a",
        "b -> c -> b",
        "d -> e -> d",
    ]


def test_a_cycle_across_plans_is_shown_in_both() -> None:
    fibre = a_plan(an_item("install"), after={"install": "voice/test"})
    voice = a_plan(an_item("test"), key="voice", after={"test": "fibre/install"})
    found = problems(a_catalog(fibre, voice, a_scenario("voice", "fibre")), "cycle")

    assert [(each.definition, each.items) for each in found] == [
        ("plan/fibre", ("install",)),
        ("plan/voice", ("test",)),
    ]
    assert all(": fibre/install -> voice/test -> fibre/install;" in each.message for each in found)


def test_a_long_chain_is_no_cycle() -> None:
    assert problems(a_catalog(a_chain(*(f"item{n}" for n in range(500))))) == []


def test_what_comes_after_a_loop_in_another_plan_is_unreachable() -> None:
    fibre = a_plan(an_item("a"), an_item("b"), after={"a": "b", "b": "a"})
    voice = a_plan(an_item("test"), key="voice", after={"test": "fibre/b"})
    found = problems(a_catalog(fibre, voice, a_scenario("voice", "fibre")), "unreachable-item")

    assert [(each.definition, each.items) for each in found] == [("plan/voice", ("test",))]


def test_a_message_offers_what_was_perhaps_meant() -> None:
    (queue,) = problems(planned(a_task(queue="technician")), "unknown-queue")
    (operation,) = problems(a_calling_plan(system="fulfilment", operation="xyz"), "unknown-operation")

    assert queue.message == "There is no queue 'technician'; did you mean 'technicians'?"
    assert operation.message == "There is no operation 'xyz'; there is reserve."


def test_a_result_may_be_read_by_whatever_comes_later_even_across_plans() -> None:
    fibre = a_plan(
        a_task("survey", form=SURVEY_FORM),
        an_item("dig", condition="results.survey.metres > 3"),
        after={"dig": "voice/ready"},
    )
    voice = a_plan(an_item("ready"), key="voice", after={"ready": "fibre/survey"})

    assert problems(a_catalog(fibre, voice, a_scenario("voice", "fibre")), "result-too-early") == []


def test_a_result_that_an_item_does_not_give_is_named_with_those_it_gives() -> None:
    plan = a_plan(
        a_task("survey", form=SURVEY_FORM),
        an_item("dig", condition="results.survey.meters > 3"),
        after={"dig": "survey"},
    )
    (found,) = problems(a_catalog(plan), "unknown-name")

    assert found.message == "`results.survey` has no `meters`. Did you mean `metres`?"


def test_compensation_may_read_what_its_own_item_gave() -> None:
    undo = Call(system="fulfilment", operation="reserve", request={"port": "results.reserve.port"})

    assert problems(planned(a_callout(result={"port": "response.reference"}, compensation=undo))) == []
    own = planned(a_callout(result={"port": "response.reference"}, request={"port": "results.reserve.port"}))
    assert [each.code for each in problems(own)] == ["result-too-early"]


def test_a_table_may_read_the_order_without_being_told() -> None:
    table = a_table(inputs=(Input(id="a", expression="order.priority"),))

    assert problems(planned(a_decision(), more=(table,))) == []


def test_a_bundle_is_meant_by_what_it_is_made_of() -> None:
    more = (a_specification("bundle"), a_decomposition("bundle", "fibre"))

    assert problems(a_catalog(None, *more)) == []


SOLD = a_specification("bundle", attributes=(Attribute(name="speed"),))
MADE = a_specification(domain="service", attributes=(Attribute(name="profile"),))


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ('line.attributes.speed = "1"', ""),
        ('line.attributes.profile = "1"', ""),
        ('target.attributes.profile = "1"', ""),
        ("line.attributes.relationships = null", ""),
        ('order.attributes.anything = "1"', ""),
        ('line.attributes.sped = "1"', "`line.attributes` has no `sped`. Did you mean `speed`?"),
        ('target.attributes.speed = "1"', "`target.attributes` has no `speed`. It has profile, relationships."),
    ],
)
def test_expressions_read_attributes_that_the_catalog_has(condition: str, fault: str) -> None:
    plan = a_plan(an_item(per="line", condition=condition))
    found = problems(a_catalog(plan, SOLD, MADE, a_decomposition("bundle", "fibre")))

    assert [(each.code, each.pointer, each.items) for each in found] == (
        [("unknown-name", "/items/0/condition", ("survey",))] if fault else []
    )
    assert all(each.message == fault for each in found)


def test_mappings_and_scenarios_read_attributes_too() -> None:
    mapped = a_decomposition("bundle", Target(specification="fibre", attributes={"profile": "source.attributes.sped"}))
    choosy = a_scenario(condition='target.attributes.speed = "1"')
    found = problems(a_catalog(None, SOLD, MADE, mapped, choosy), "unknown-name")

    assert [(each.definition, each.pointer) for each in found] == [
        ("decomposition/bundle", "/targets/0/attributes/profile"),
        ("scenario/fibre-fibre", "/condition"),
    ]


def test_where_the_catalog_says_nothing_anything_may_be_read() -> None:
    assert problems(planned(an_item(per="line", condition='line.attributes.anything = "1"'))) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("line.attributes.speed", ""),
        ("line.attributes.relationships", ""),
        ("order.attributes.anything", ""),
        ("line.attributes.sped", "`line.attributes` has no `sped`. Did you mean `speed`?"),
        ("line.attributes.profile", "`line.attributes` has no `profile`. It has relationships, speed."),
    ],
)
def test_an_enrichment_reads_attributes_of_what_it_is_for(text: str, fault: str) -> None:
    for step, place in (
        (Step(condition=f"{text} = null", attributes={"speed": '"1"'}), "condition"),
        (Step(attributes={"speed": f"string({text})"}), "attributes/speed"),
        (Step(table="discount", inputs={"amount": text}, attributes={"speed": "string(decided)"}), "inputs/amount"),
    ):
        found = problems(a_catalog(None, SOLD, MADE, a_table(), an_enrichment("region", step, specification="bundle")))
        found = [each for each in found if each.definition == REGION]

        assert [(each.code, each.pointer) for each in found] == (
            [("unknown-name", f"/steps/0/{place}")] if fault else []
        )
        assert all(each.message == fault for each in found)


def test_what_an_enrichment_gives_may_be_read_by_whatever_comes_after_it() -> None:
    gives = an_enrichment("a", Step(attributes={"region": '"north"'}), specification="bundle")
    reads = an_enrichment("b", Step(attributes={"speed": "line.attributes.region"}), specification="bundle")
    policy = a_policy(specification="bundle", condition='line.attributes.region = "north"')
    plan = a_plan(an_item(per="line", condition='line.attributes.region = "north"'))
    made = a_decomposition("bundle", "fibre")
    found = problems(a_catalog(plan, SOLD, MADE, gives, reads, policy, made), "unknown-attribute")

    assert [(each.definition, each.pointer) for each in found] == [("enrichment/a", "/steps/0/attributes/region")]


def test_what_a_mapping_gives_may_be_read_of_the_part() -> None:
    made = a_decomposition("bundle", Target(specification="fibre", attributes={"colour": '"red"'}))
    plan = a_plan(an_item(condition='target.attributes.colour = "red"'))
    found = problems(a_catalog(plan, SOLD, MADE, made), "unknown-attribute")

    assert [(each.definition, each.pointer) for each in found] == [
        ("decomposition/bundle", "/targets/0/attributes/colour")
    ]


def test_what_is_for_several_may_read_what_one_of_them_has() -> None:
    told = an_enrichment("region", Step(attributes={"speed": "line.attributes.profile"}))

    assert problems(a_catalog(None, SOLD, MADE, told, a_scenario(specification="bundle")), "unknown-attribute") == []


def test_of_a_specification_without_attributes_anything_may_be_said() -> None:
    anything = "line.attributes.anything"
    told = an_enrichment("region", Step(attributes={"anything": anything}))
    policy = a_policy(condition=f"{anything} = 1")

    assert problems(a_catalog(None, SOLD, told, policy), "unknown-attribute") == []


def test_a_part_about_which_nothing_is_said_does_not_hide_what_is_mistyped() -> None:
    plan = a_plan(an_item(per="line", condition='line.attributes.sped = "1"'))
    policy = a_policy(condition='line.attributes.sped = "1"')
    found = problems(a_catalog(plan, SOLD, a_decomposition("bundle", "fibre"), policy), "unknown-name")

    assert [(each.definition, each.pointer) for each in found] == [
        (FIBRE, "/items/0/condition"),
        (POLICY, "/condition"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"queue": "managers"},
        {"condition": "line.quantity > 1"},
        {"actions": ("delete",)},
        {"specification": "fibre"},
    ],
)
def test_policies_that_differ_in_what_they_ask_or_of_what_may_both_apply(other: dict[str, object]) -> None:
    both = (a_policy(), a_policy("costly", **other), a_queue("managers"))

    assert problems(a_catalog(None, *both), "two-policies") == []


def test_the_later_of_two_policies_names_the_other_at_each_action_of_both() -> None:
    first = a_policy("costly", actions=("modify", "add"), within="PT1H")
    found = problems(a_catalog(None, first, a_policy(actions=("add", "delete", "modify"))))

    assert [(each.definition, each.pointer) for each in found] == [(POLICY, "/actions/0"), (POLICY, "/actions/2")]
    assert all("olicy 'costly' asks the same queue" in each.message for each in found)


def test_scenarios_that_differ_by_a_condition_may_both_apply() -> None:
    other = a_scenario(key="another", condition="line.quantity > 1")

    assert problems(a_catalog(None, other)) == []


@pytest.mark.parametrize(
    ("retry", "place"),
    [
        (EndlessRetry(delay="PT0S"), "/retry/delay"),
        (StaggeredRetry(delays=("PT1S", "PT0S")), "/retry/delays"),
        (ExponentialRetry(delay="PT0S", attempts=1), "/retry/delay"),
    ],
)
def test_no_retry_policy_hammers_a_system(retry: object, place: str) -> None:
    (found,) = problems(planned(a_callout(retry=retry)), "retry-delay")

    assert found.pointer == f"/items/0{place}"


@pytest.mark.parametrize(
    ("definition", "pointer"),
    [
        (a_system("s", "call", "call"), "/operations/1/key"),
        (a_specification("s", attributes=(Attribute(name="a"), Attribute(name="a"))), "/attributes/1/name"),
        (a_table("s", inputs=(Input(id="a", expression="x"), Input(id="a", expression="y")), rules=()), "/inputs/1/id"),
        (a_table("s", outputs=(Output(id="a", name="n"), Output(id="b", name="n")), rules=()), "/outputs/1/name"),
        (a_table("s", rules=(Rule(id="r", inputs=("-",), outputs=("1",)),) * 2), "/rules/1/id"),
    ],
)
def test_names_that_must_differ_differ(definition: Definition, pointer: str) -> None:
    assert [each.pointer for each in problems(together(definition), "duplicate-key")] == [pointer]


@pytest.mark.parametrize(
    ("table", "pointer"),
    [
        (a_table("discount", ("> ", "0.1")), "/rules/0/inputs/0"),
        (a_table("discount", ('"much"', "0.1")), "/rules/0/inputs/0"),
        (a_table("discount", ("> 1", "0.1 +")), "/rules/0/outputs/0"),
        (a_table(inputs=(Input(id="a", expression="order.("),)), "/inputs/0/expression"),
    ],
)
def test_cells_that_cannot_be_what_their_column_says_are_errors(table: Table, pointer: str) -> None:
    decision = a_decision(inputs={"amount": "1"})
    assert pointer in [each.pointer for each in problems(planned(decision, more=(table,)), "table")]


def test_what_an_attribute_may_be_is_read_too() -> None:
    odd = a_specification(attributes=(Attribute(name="speed", allowed="> "),))
    (found,) = problems(a_catalog(None, odd), "feel")

    assert (found.definition, found.pointer) == ("specification/fibre", "/attributes/0/allowed")
    assert found.message == "A value is missing after `>`."


def test_a_name_that_an_expression_cannot_see_there_is_an_error() -> None:
    found = problems(planned(an_item(condition="response.status = 200"), an_item("b", per="lyne.id")), "unknown-name")

    assert [each.pointer for each in found] == ["/items/0/condition", "/items/1/per"]


def test_form_fields_differ_too() -> None:
    (found,) = problems(planned(a_task(form=(Field(name="a"), Field(name="a")))), "duplicate-key")

    assert (found.pointer, found.items) == ("/items/0/form/1/name", ("install",))


def test_problems_come_in_the_order_of_the_document() -> None:
    plan = a_plan(*(a_task(f"task{n}", queue="") for n in range(12)), after={f"task{n}": "task0" for n in range(1, 12)})

    assert [each.items[0] for each in problems(a_catalog(plan))] == [f"task{n}" for n in range(12)]


def test_everything_empty_is_no_problem() -> None:
    assert problems({}) == []
    assert problems(together(a_queue())) == []


def test_the_checks_survive_a_set_in_which_nothing_fits_together() -> None:
    odd = a_plan(
        a_callout(system="x", operation="y"),
        a_decision(table="z"),
        Milestone(key="m", name="M"),
        after={"nobody": "p/q m", "m": "other/thing"},
    )
    found = checking.check(together(odd, a_scenario("nope", "nix"), a_decomposition("void", "null", "void")))

    assert {"unknown-system", "unknown-table", "unknown-plan", "unknown-item", "decomposition-loop"} <= {
        each.code for each in found
    }


def test_checking_some_definitions_tells_of_them_what_checking_all_would() -> None:
    definitions = together(a_scenario("nope", "nix"), a_decomposition("void", "null", "void"), a_specification("lone"))
    whole = checking.check(definitions)

    for name in definitions:
        assert checking.check(definitions, of=(name,)) == [each for each in whole if each.definition == name]


def test_the_docs_list_every_code_with_its_severity_and_nothing_else() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (error|warning) \| \S", DOCS.read_text(encoding="utf-8"), re.MULTILINE)

    assert dict(rows) == CODES
    assert [code for code, _ in rows] == sorted(CODES)


def test_whoever_reads_all_answers_at_once_uses_each_of_them() -> None:
    assert problems(asking(a_question("region", "reason", attributes={"told": "answered"}))) == []


def test_answers_are_read_only_where_a_step_asks_for_them() -> None:
    reads_answers = Step(attributes={"region": "answered.region"})
    reads_decision = a_question(attributes={"region": "decided"})

    for step in (reads_answers, reads_decision):
        assert [each.pointer for each in problems(asking(step), "unknown-name")] == ["/steps/0/attributes/region"]


def test_the_form_of_a_question_is_held_to_what_every_form_is() -> None:
    fields = (Field(name="a", type="choice"), Field(name="a"))
    step = Step(queue="technicians", form=fields, attributes={"a": "answered.a"})

    assert {(each.code, each.pointer) for each in problems(asking(step))} == {
        ("choice-without-choices", "/steps/0/form/0/choices"),
        ("duplicate-key", "/steps/0/form/1/name"),
    }


def test_a_policy_reads_the_order_and_the_line_as_they_were_asked_for() -> None:
    fibre = a_specification(category="access", attributes=(Attribute(name="speed", type="number", required=True),))
    found = [
        (each.code, each.pointer)
        for condition in (
            "line.attributes.speed > 1 and order.priority != null",
            "line.attributes.sped > 1",
            "target = 1",
        )
        for each in problems({**a_catalog(), **together(fibre, a_policy(condition=condition, category="access"))})
    ]

    assert found == [("unknown-name", "/condition"), ("unknown-name", "/condition")]


def test_a_policy_without_a_condition_is_for_every_line_and_no_problem() -> None:
    assert problems(a_catalog(None, a_policy())) == []
    assert {each.code for each in problems(a_catalog(None, a_policy(queue="nobody", specification="copper")))} == {
        "unknown-queue",
        "unknown-specification",
    }


@pytest.mark.parametrize(
    ("calendar", "found"),
    [
        (a_calendar(zone="../etc/passwd"), ["/zone"]),
        (a_calendar(zone=""), ["/zone"]),
        (a_calendar(zone="Asia/Tokyo", holidays=(Holiday(date="02-29"), Holiday(date="easter-2"))), []),
        (a_calendar(holidays=(Holiday(date="12-24"), Holiday(date="12-24"))), ["/holidays/1/date"]),
        (a_calendar(week=Week(monday=(Hours(start="08:00", end="12:00"), Hours(start="12:00", end="24:00")))), []),
        (
            a_calendar(week=Week(monday=(Hours(start="08:00", end="12:00"), Hours(start="11:59", end="13:00")))),
            ["/week/monday/1"],
        ),
        (
            a_calendar(holidays=(Holiday(date="12-24", hours=(Hours(start="09:00", end="09:00"),)),)),
            ["/holidays/0/hours/0/end"],
        ),
    ],
)
def test_a_calendar_is_wrong_where_it_is_wrong(calendar: Calendar, found: list[str]) -> None:
    assert [each.pointer for each in problems(a_catalog(None, calendar))] == found


def test_an_entry_without_an_expression_is_an_error_because_no_plan_could_be_made_of_it() -> None:
    definitions = a_catalog(a_plan(a_decision(inputs={"amount": ""})), a_table())

    (problem,) = checking.check(definitions)

    assert (problem.code, problem.pointer, problem.severity) == ("feel", "/items/0/inputs/amount", "error")
    assert "Nothing is written here" in problem.message


# --- what expressions read, and what they give ---------------------------------------------------------

SENSORS = a_specification(
    attributes=(
        Attribute(name="sensors", type="number"),
        Attribute(name="site", required=True),
        Attribute(name="due", type="date"),
    )
)


@pytest.mark.parametrize(
    ("condition", "code", "message"),
    [
        ("order.nope = 1", "unknown-name", "`order` has no `nope`."),
        ("order.requested_completion = null", "unknown-name", "`order` has no `requested_completion`."),
        ("line.nope = 1", "unknown-name", "`line` has no `nope`."),
        ("lines[item.nope = 1] = []", "unknown-name", "`item` has no `nope`."),
        ("some l in lines satisfies l.attributes.nope = 1", "unknown-name", "`l.attributes` has no `nope`."),
        ("target.nope = 1", "unknown-name", "`target` has no `nope`."),
        ("every t in targets satisfies t.nope = 1", "unknown-name", "`t` has no `nope`."),
        ("results.surwey.metres = 1", "unknown-name", "`results` has no `surwey`. Did you mean `survey`?"),
        ('line.attributes.sensors = "three"', "wrong-type", "A number is compared with a string"),
        ("line.attributes.due > 5", "wrong-type", "A date is compared with a number"),
        ('results.survey.metres = "far"', "wrong-type", "A number is compared with a string"),
        ("5", "wrong-type", "This gives a number, but a condition is true or false."),
        ('"yes"', "wrong-type", "This gives a string, but a condition is true or false."),
        ("line.quantity", "wrong-type", "This gives a number, but a condition is true or false."),
    ],
)
def test_a_condition_reads_what_is_there_and_is_true_or_false(condition: str, code: str, message: str) -> None:
    plan = a_plan(
        a_task("survey", form=SURVEY_FORM, per="line"),
        an_item("dig", condition=condition, per="line"),
        after={"dig": "survey"},
    )
    (found,) = problems(a_catalog(plan, SENSORS))

    assert (found.code, found.severity, found.pointer) == (code, "error", "/items/1/condition")
    assert found.message.startswith(message)


def test_every_place_of_an_expression_is_held_to_what_it_may_read() -> None:
    wrong = "order.nope"
    plan = a_plan(
        a_callout(condition=f"{wrong} = 1", request={"a": wrong}, result={"b": wrong}, per=wrong),
        a_decision(inputs={"amount": wrong}),
        Automatic(key="sum_up", name="Sum up", result={"all": wrong}),
        an_item("wait", Wait, until=wrong),
        dependencies=(Dependency(source="reserve", target="wait", per=wrong, condition=f"{wrong} = 1"),),
    )
    more = (
        a_scenario("fibre", "fibre", key="odd", condition=f"{wrong} = 1"),
        a_policy(condition=f"{wrong} = 1"),
        a_queue("north", assign=wrong),
        an_enrichment("region", Step(condition=f"{wrong} = 1", attributes={"a": wrong}, table="discount")),
        a_decomposition(
            "fibre",
            Target(specification="line", per=wrong, condition=f"{wrong} = 1", quantity=wrong, attributes={"a": wrong}),
        ),
        a_specification("line", domain="service"),
        a_table(),
    )
    found = {(each.definition, each.pointer) for each in problems(a_catalog(plan, *more), "unknown-name")}

    places = {
        FIBRE: [
            "/items/0/condition",
            "/items/0/call/request/a",
            "/items/0/result/b",
            "/items/0/per",
            "/items/1/inputs/amount",
            "/items/2/result/all",
            "/items/3/until",
            "/dependencies/0/per",
            "/dependencies/0/condition",
        ],
        "scenario/odd": ["/condition"],
        POLICY: ["/condition"],
        "queue/north": ["/assign"],
        REGION: ["/steps/0/condition", "/steps/0/attributes/a"],
        "decomposition/fibre": [
            "/targets/0/per",
            "/targets/0/condition",
            "/targets/0/quantity",
            "/targets/0/attributes/a",
        ],
    }
    assert found == {(definition, pointer) for definition, pointers in places.items() for pointer in pointers}


def test_a_finding_within_an_expression_says_where_in_it() -> None:
    (found,) = problems(planned(an_item(condition='order.priority = "a" and order.nope = 1')), "unknown-name")

    assert (found.start, found.end) == (25, 35)


@pytest.mark.parametrize(
    ("condition", "missing"),
    [
        ("line.attributes.sensors > 2", "line.attributes.sensors"),
        ("not(line.attributes.sensors > 2)", "line.attributes.sensors"),
        ('line.attributes.sensors > 2 or line.attributes.site = "A"', "line.attributes.sensors"),
        ("line.attributes.sensors + 1 in [3..5]", "line.attributes.sensors"),
        ("line.attributes.sensors between 1 and 2", "line.attributes.sensors"),
        ("results.survey.consent", "results.survey"),
        ('results.visit.remarks < "b"', "results.visit.remarks"),
        ("results.reserve.port > 5", "results.reserve.port"),
        ("results.reserve.slot > 5", ""),
        ("line.attributes.sensors != null and line.attributes.sensors > 2", ""),
        ("line.attributes.sensors > 2 and line.attributes.sensors != null", ""),
        ("line.attributes.sensors = null or line.attributes.sensors > 2", ""),
        ("not(line.attributes.sensors = null) and line.attributes.sensors > 2", ""),
        ("if line.attributes.sensors = null then false else line.attributes.sensors > 2", ""),
        ("if line.attributes.sensors > 2 then true else false", ""),
        ("line.attributes.sensors = 2", ""),
        ("line.attributes.sensors in (2, 3)", ""),
        ("line.attributes.sensors instance of number", ""),
        ('line.attributes.site < "b"', ""),
        ("results.survey.consent = true", ""),
        ("results.survey != null and results.survey.consent", ""),
        ("results.visit.metres > 3", ""),
        ("count(lines) > 1", ""),
    ],
)
def test_a_condition_that_may_be_null_says_what_is_meant_then(condition: str, missing: str) -> None:
    form = (
        Field(name="metres", type="number", required=True),
        Field(name="remarks"),
        Field(name="consent", type="boolean", required=True),
    )
    plan = a_plan(
        a_task("survey", form=form, per="line", condition='order.priority = "high"'),
        a_task("visit", form=form, per="line"),
        a_callout(
            result={"port": ResultField(value="response.port", empty="null"), "slot": "response.slot"}, per="line"
        ),
        an_item("dig", condition=condition, per="line"),
        after={"dig": "survey visit reserve"},
    )
    found = problems(a_catalog(plan, SENSORS))

    assert [(each.code, each.pointer, each.message.split("`")[1]) for each in found] == (
        [("may-be-null", "/items/3/condition", missing)] if missing else []
    )


def test_a_grouping_key_a_quantity_a_moment_and_an_assignee_that_may_be_null_are_found_too() -> None:
    optional = "line.attributes.sensors"
    plan = a_plan(
        an_item(per=optional),
        an_item("wait", Wait, until="line.attributes.due", per="line"),
        dependencies=(Dependency(source="survey", target="wait", per=optional),),
    )
    queue = a_queue("north", assign="order.external_id")
    target = Target(specification="line", per=optional.replace("line", "source", 1), quantity=f"source.{optional[5:]}")
    made = (a_decomposition("fibre", target), a_specification("line", domain="service"))
    found = problems(a_catalog(plan, SENSORS, queue, *made), "may-be-null")

    assert [(each.definition, each.pointer) for each in found] == [
        ("decomposition/fibre", "/targets/0/per"),
        ("decomposition/fibre", "/targets/0/quantity"),
        (FIBRE, "/dependencies/0/per"),
        (FIBRE, "/items/0/per"),
        (FIBRE, "/items/1/until"),
        ("queue/north", "/assign"),
    ]


def test_what_an_enrichment_surely_gives_is_never_missing() -> None:
    plan = a_plan(an_item(condition="line.attributes.sensors > 2", per="line"))
    sure = an_enrichment("a", Step(attributes={"sensors": "1"}))
    unsure = an_enrichment("a", Step(condition='order.priority = "high"', attributes={"sensors": "1"}))

    assert problems(a_catalog(plan, SENSORS, sure), "may-be-null") == []
    assert len(problems(a_catalog(plan, SENSORS, unsure), "may-be-null")) == 1


def test_a_reader_that_waits_by_a_condition_or_by_another_plan_is_not_sure_of_the_result() -> None:
    survey, dig = a_task("survey", form=SURVEY_FORM), an_item("dig", condition="results.survey.metres = 3")
    sometimes = Dependency(source="survey", target="dig", condition='order.priority = "high"')
    always = Dependency(source="survey", target="dig")

    for dependencies, codes in (((), ["result-too-early"]), ((sometimes,), ["result-not-sure"]), ((always,), [])):
        found = problems(a_catalog(a_plan(survey, dig, dependencies=dependencies)))
        assert [each.code for each in found if each.code.startswith("result")] == codes


@pytest.mark.parametrize(("per", "count"), [("fulfilment line", 1), ("line", 1), ("order", 0), ("root line", 0)])
def test_plans_that_never_share_an_order_line_are_paired_by_more_than_lines(per: str, count: int) -> None:
    fibre = a_plan(dependencies=(Dependency(source="copper/done", target="survey", per=per),))
    copper = (a_plan(an_item("done"), key="copper"), a_specification("copper"), a_scenario("copper", "copper"))

    assert len(problems(a_catalog(fibre, *copper), "never-paired")) == count
    both = (a_specification("bundle"), a_decomposition("bundle", "fibre", "copper"))
    assert problems(a_catalog(fibre, *copper, *both), "never-paired") == []


def test_what_is_mapped_must_be_of_the_type_that_the_attribute_has() -> None:
    made = a_decomposition("bundle", Target(specification="fibre", attributes={"sensors": '"three"'}))
    told = an_enrichment("region", Step(attributes={"sensors": "true"}), specification="fibre")
    found = problems(a_catalog(None, SENSORS, a_specification("bundle"), made, told), "wrong-type")

    assert [(each.definition, each.pointer) for each in found] == [
        ("decomposition/bundle", "/targets/0/attributes/sensors"),
        (REGION, "/steps/0/attributes/sensors"),
    ]
    assert found[0].message == "This gives a string, but the attribute 'sensors' is a number."


def test_the_checks_know_what_the_runtime_gives_to_expressions() -> None:
    order = OrderScope(an_order())
    target = FulfilmentLine(n=0, identity="1", lines=("1",), domain="product", specification="fibre", action="add")

    assert set(scopes.ORDER) == set(order.order)
    assert set(scopes.LINE) == set(order.line("1"))
    assert set(scopes.TARGET) == set(fulfilment_context(target))


def test_targets_of_the_same_specification_need_keys_of_their_own() -> None:
    made = a_specification("port", domain="resource")
    main, spare = Target(specification="port"), Target(specification="port", key="spare")

    def found(*targets: Target) -> list[tuple[str, str]]:
        catalog = a_catalog(None, made, a_decomposition("fibre", *targets))
        return [(each.pointer, each.message) for each in problems(catalog, "duplicate-target")]

    assert found(main, spare) == []
    assert found(main, main) == [("/targets/1/key", "Two targets are called 'port'; give each its own key.")]
    assert [pointer for pointer, _ in found(spare, main, spare)] == ["/targets/2/key"]
