"""What changed is told in words that somebody who never saw the documents understands."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.release_notes import FEW, summary
from runtime.core.definitions import KINDS, Dependency, Field, FixedRetry, Operation, Plan
from runtime.rules.documents import Input, Rule, Table
from tests.builders import (
    a_callout,
    a_decomposition,
    a_plan,
    a_policy,
    a_question,
    a_queue,
    a_specification,
    a_system,
    a_table,
    a_task,
    an_enrichment,
    an_item,
)
from tests.depth import deeper
from tests.designer.generated import struct_of

replace = msgspec.structs.replace
PLAN = a_plan(
    a_task("survey"),
    a_callout("reserve_port"),
    an_item("done"),
    after={"reserve_port": "survey", "done": "reserve_port"},
)


def with_item(plan: Plan, n: int, **fields: Any) -> Plan:
    items = [*plan.items]
    items[n] = replace(items[n], **fields)
    return replace(plan, items=tuple(items))


def test_items_come_and_go_by_their_names_and_kinds() -> None:
    after = replace(PLAN, items=(PLAN.items[0], PLAN.items[2], an_item("hello")), dependencies=())

    assert summary(PLAN, after) == [
        "Added item Hello (milestone).",
        "Removed item Reserve port (callout).",
        "Reserve port no longer waits for Survey.",
        "Done no longer waits for Reserve port.",
    ]


def test_a_dependency_is_told_as_what_waits_for_what() -> None:
    after = replace(
        PLAN,
        dependencies=(
            PLAN.dependencies[0],
            Dependency(source="survey", target="done", condition="order.express"),
            Dependency(source="copper/cut", target="done"),
            replace(PLAN.dependencies[1], per="line"),
        ),
    )

    assert summary(PLAN, after) == [
        "Done now waits for Survey only if order.express and cut of plan copper.",
        "Done waits for Reserve port paired by line (before fulfilment line).",
    ]


def test_what_changed_in_an_item_is_one_sentence() -> None:
    after = with_item(
        PLAN,
        1,
        name="Reserve a port",
        duration="PT3H",
        condition="order.express",
        point_of_no_return=True,
        per="line",
        retry=FixedRetry(delay="PT1M", attempts=3),
    )

    (told,) = summary(PLAN, after)
    assert told == (
        "Reserve a port: renamed from Reserve port, made once per line (before order), only if order.express, "
        "expected duration 3 h, now a point of no return, retry policy fixed, delay 1 min, attempts 3."
    )


def test_an_item_that_became_another_kind_says_so() -> None:
    after = replace(PLAN, items=(an_item("survey"), *PLAN.items[1:]))

    assert summary(PLAN, after) == ["Survey: now a milestone (before a manual task), queue technicians taken away."]


def test_the_fields_of_a_form_belong_to_their_item() -> None:
    before = with_item(PLAN, 0, form=(Field(name="metres"),))
    after = with_item(PLAN, 0, form=(Field(name="metres", required=True), Field(name="photo", label="Photo")))

    assert summary(before, after) == [
        "Survey: form field metres must be filled in yes (before no), added form field Photo."
    ]


def test_rows_are_told_by_their_numbers_and_what_they_say() -> None:
    before = a_table("discount", ("> 100", "0.1"), ("<= 100", "0"))
    after = replace(
        before,
        rules=(
            replace(before.rules[1], outputs=("0.05",)),
            before.rules[0],
            Rule(id="x", inputs=("-",), outputs=("0",)),
        ),
    )

    assert summary(before, after) == [
        "Added row 3: always, then rate is 0.",
        "Row 1: rate 0.05 (before 0).",
        "Row 2 moved: it is row 1 now.",
    ]


def test_many_rows_are_counted() -> None:
    before = a_table()
    rows = tuple(Rule(id=f"n{n}", inputs=("-",), outputs=("1",)) for n in range(200))
    changed = replace(before, rules=tuple(replace(row, outputs=("2",)) for row in rows))

    assert summary(before, replace(before, rules=before.rules + rows)) == ["Added 200 rows: 3 to 202."]
    assert summary(replace(before, rules=rows), changed) == ["200 cells changed in 200 rows: 1 to 200."]
    assert len(rows) > FEW


def test_columns_are_told_by_their_titles() -> None:
    before = a_table()
    region = Input(id="region", expression="order.region", label="Region")
    rules = tuple(replace(rule, inputs=(*rule.inputs, "-")) for rule in before.rules)
    after = replace(before, inputs=(*before.inputs, region), rules=rules, hit_policy="first")

    assert summary(before, after) == ["Hit policy first (before unique).", "Added input column Region."]


def test_other_definitions_are_told_part_by_part() -> None:
    system = a_system()
    slower = replace(system, operations=(replace(system.operations[0], timeout="PT1M"), Operation(key="x", name="Cut")))

    assert summary(system, slower) == ["Operation Reserve: timeout 1 min (before 10 s).", "Added operation Cut."]
    assert summary(a_queue(), a_queue(role="order agent")) == ["Role order agent (before fulfilment agent)."]
    assert summary(a_decomposition("x", "y"), a_decomposition("x", "y", "z")) == ["Added target z."]
    assert summary(a_specification(identifiers=("1",)), a_specification(identifiers=("1", "2"))) == [
        "Names in orders 2."
    ]


def test_what_an_enrichment_asks_and_who_approves_is_told_in_words() -> None:
    before = an_enrichment("region", a_question("region"), a_question("metres"))
    asked = replace(before.steps[1], queue="planners", form=(Field(name="metres", type="number", label="Metres"),))

    assert summary(before, replace(before, steps=(before.steps[0], asked))) == [
        "Step metres: queue planners (before technicians).",
        "Form field metres: label Metres, type number (before string).",
    ]
    assert summary(before, replace(before, steps=before.steps[:1])) == ["Removed step metres."]
    assert summary(a_policy(), a_policy(condition="line.quantity > 10", within="P2D")) == [
        "Only if line.quantity > 10.",
        "Due within 2 d.",
    ]


pairs = st.one_of([st.tuples(struct_of(kind), struct_of(kind)) for kind in KINDS.values()])


@given(pairs)
@settings(max_examples=deeper(150))
def test_whatever_differs_is_told_and_nothing_else(pair: tuple[Any, Any]) -> None:
    before, after = pair

    assert bool(summary(before, after)) == (before != after)
    assert summary(before, before) == []
    assert all("\n" not in line and line.endswith((".", "…")) for line in summary(before, after))
    assert isinstance(before, Table) or summary(None, before)[0].startswith("New")
