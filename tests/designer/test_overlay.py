"""Two states in one document: nothing of either is missing, and every part says what happened to it."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.overlay import Part, interleaved, overlay
from runtime.core import versions
from runtime.core.definitions import KINDS, Attribute, Dependency, Field, Plan
from runtime.rules.documents import Input, Rule, Table
from tests.builders import a_callout, a_plan, a_specification, a_table, a_task, an_item
from tests.depth import deeper
from tests.designer.generated import struct_of
from tests.designer.test_diff import edited_tables

replace = msgspec.structs.replace
PLAN = a_plan(a_task("survey"), a_callout("reserve"), an_item("done"), after={"reserve": "survey", "done": "reserve"})


def marks(parts: tuple[Part, ...]) -> list[tuple[str, str, str]]:
    return [(part.kind, part.part, part.title) for part in parts]


def test_removed_items_and_dependencies_stay_in_the_drawing():
    after = replace(
        PLAN, items=(PLAN.items[0], PLAN.items[2]), dependencies=(Dependency(source="survey", target="done"),)
    )
    both = overlay(PLAN, after)

    assert [item["key"] for item in both.document["items"]] == ["survey", "reserve", "done"]
    assert marks(both.parts) == [
        ("removed", "item", "Reserve"),
        ("added", "dependency", "Survey → Done"),
        ("removed", "dependency", "Survey → Reserve"),
        ("removed", "dependency", "Reserve → Done"),
    ]
    assert versions.convert("plan", both.document) is not None


def test_all_that_changed_in_an_item_belongs_to_it():
    before = replace(PLAN, items=(a_task("survey", form=(Field(name="metres"),)), *PLAN.items[1:]))
    survey = a_task("survey", form=(Field(name="metres", required=True),), duration="PT2H")
    (part,) = overlay(before, replace(PLAN, items=(survey, *PLAN.items[1:]))).parts

    assert (part.kind, part.name) == ("changed", "survey")
    assert [(told.label, told.before, told.after) for told in part.fields] == [
        ("expected duration", "", "2 h"),
        ("form field metres, must be filled in", "no", "yes"),
    ]


def test_a_table_keeps_removed_rows_and_columns_where_they_were():
    a, b = Input(id="a", expression="a"), Input(id="b", expression="b")
    before = a_table(
        inputs=(a, b),
        rules=(Rule(id="x", inputs=("1", "2"), outputs=("3",)), Rule(id="y", inputs=("4", "5"), outputs=("6",))),
    )
    after = a_table(inputs=(b,), rules=(Rule(id="y", inputs=("7",), outputs=("6",)),))
    both = overlay(before, after)

    assert [column["id"] for column in both.document["inputs"]] == ["a", "b"]
    assert [(row["id"], row["inputs"]) for row in both.document["rules"]] == [("x", ["1", "2"]), ("y", ["4", "7"])]
    assert both.numbers == {"x": (1, 0), "y": (2, 1)}
    assert marks(both.parts) == [
        ("removed", "input column", "Input column a"),
        ("removed", "row", "Row 1"),
        ("changed", "row", "Row 1"),
    ]
    (told,) = both.parts[-1].fields
    assert (told.label, told.before, told.after, told.column) == ("b", "5", "7", "inputs/1")


def test_other_kinds_are_told_part_by_part():
    before = a_specification(attributes=(Attribute(name="speed", type="number"),))
    after = a_specification(attributes=(Attribute(name="speed", type="number", required=True), Attribute(name="vlan")))

    changed, added = overlay(before, after).parts
    assert (changed.title, changed.fields[0].label) == ("Attribute speed", "must be filled in")
    assert (added.kind, added.title) == ("added", "Attribute vlan")


def test_what_is_gone_stays_where_it_was_though_its_neighbour_moved():
    assert interleaved("abcd", "cda") == ["b", "c", "d", "a"]


@given(st.lists(st.sampled_from("abcdefg"), unique=True), st.lists(st.sampled_from("abcdefg"), unique=True))
def test_interleaving_loses_nothing_and_keeps_the_new_order(old: list[str], new: list[str]):
    both = interleaved(old, new)

    assert sorted(both) == sorted({*old, *new})
    assert [name for name in both if name in new] == new


@given(edited_tables())
@settings(max_examples=deeper(100))
def test_the_newer_table_is_what_remains_without_the_parts_that_are_gone(pair: tuple[Table, Table]):
    before, after = pair
    both = overlay(before, after)
    kept = {side: [name(each) for each in getattr(after, side)] for side in ("inputs", "outputs", "annotations")}
    columns = {
        side: [n for n, each in enumerate(both.document.get(side, [])) if name(each) in kept[side]] for side in kept
    }

    rows = [row for row in both.document["rules"] if both.numbers[row["id"]][1]]
    assert [row["id"] for row in rows] == [rule.id for rule in after.rules]
    for row, rule in zip(rows, after.rules, strict=True):
        for side, places in columns.items():
            assert [row.get(side, [])[n] for n in places] == list(getattr(rule, side))


def name(column: Any) -> str:
    return column if isinstance(column, str) else column["id"] if isinstance(column, dict) else column.id


pairs = st.one_of([st.tuples(struct_of(kind), struct_of(kind)) for kind in KINDS.values()])


@given(pairs)
@settings(max_examples=deeper(150))
def test_any_two_states_can_be_laid_over_each_other(pair: tuple[Any, Any]):
    before, after = pair

    assert bool(overlay(before, after).parts) == (before != after)
    assert overlay(before, before).parts == ()
    assert isinstance(before, Plan | Table) or overlay(before, after).document == versions.plain(after)
