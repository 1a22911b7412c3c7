"""A difference is told by the parts people know: items, dependencies, rows, cells, fields."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.diff import Change, compare
from runtime.core.definitions import KINDS, Dependency, Field, Manual, Milestone, Operation, Plan, System
from runtime.rules.documents import Input, Rule, Table
from tests.builders import (
    a_callout,
    a_decomposition,
    a_plan,
    a_queue,
    a_specification,
    a_table,
    a_task,
    an_item,
)
from tests.depth import deeper
from tests.designer.applying import applied
from tests.designer.generated import struct_of

PLAN = a_plan(a_task("survey"), a_callout("reserve"), an_item("done"), after={"reserve": "survey", "done": "reserve"})


def sentence(change: Change) -> str:
    """One change in words, e.g. "changed item install, duration: PT2H -> PT3H"."""
    what = f"{change.kind} {change.part}" + (f" {change.name}" if change.part != "definition" else "")
    if change.kind == "changed":
        return f"{what}, {change.field}: {_short(change.before)} -> {_short(change.after)}"
    return f"{what}, {change.field}: {_short(_either(change))}" if change.field else what


def _either(change: Change) -> Any:
    return change.after if change.before is None else change.before


def _short(value: Any) -> str:
    if value in (None, "", [], {}):
        return "nothing"
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= 80 else f"{text[:77]}..."


def told(changes: list[Change]) -> list[str]:
    return [sentence(change) for change in changes]


def changed(plan: Plan, n: int, **fields: Any) -> Plan:
    items = [*plan.items]
    items[n] = msgspec.structs.replace(items[n], **fields)
    return msgspec.structs.replace(plan, items=tuple(items))


def test_equal_definitions_do_not_differ() -> None:
    assert compare(PLAN, msgspec.structs.replace(PLAN)) == []


def test_a_new_item_is_added_and_nothing_else_changed() -> None:
    longer = msgspec.structs.replace(PLAN, items=(an_item("hello"), *PLAN.items))
    (change,) = compare(PLAN, longer)

    assert (change.kind, change.part, change.name, change.pointer) == ("added", "item", "hello", "/items/0")
    assert change.after == {"kind": "milestone", "key": "hello", "name": "Hello"}
    assert change.items == ("hello",)


def test_a_removed_item_points_into_the_older_document() -> None:
    shorter = msgspec.structs.replace(PLAN, items=PLAN.items[1:], dependencies=PLAN.dependencies)
    (change,) = compare(PLAN, shorter)

    assert (change.kind, change.name, change.pointer, change.items) == ("removed", "survey", "/items/0", ("survey",))


def test_a_changed_field_is_told_with_both_values() -> None:
    (change,) = compare(PLAN, changed(PLAN, 0, duration="PT3H"))

    assert (change.field, change.before, change.after, change.pointer) == (
        "duration",
        None,
        "PT3H",
        "/items/0/duration",
    )
    assert sentence(change) == "changed item survey, duration: nothing -> PT3H"


def test_a_field_deep_inside_is_told_by_its_way() -> None:
    call = msgspec.structs.replace(PLAN.items[1].call, request={"metres": "3"}, operation="build")

    assert told(compare(PLAN, changed(PLAN, 1, call=call))) == [
        "changed item reserve, call.operation: reserve -> build",
        "added item reserve, call.request.metres: 3",
    ]


def test_form_fields_are_told_one_by_one() -> None:
    before = changed(PLAN, 0, form=(Field(name="metres"), Field(name="route")))
    after = changed(PLAN, 0, form=(Field(name="route", required=True), Field(name="photo")))

    changes = compare(before, after)
    assert told(changes) == [
        "changed form field route, required: false -> true",
        "added form field photo",
        "removed form field metres",
    ]
    assert {change.items for change in changes} == {("survey",)}


def test_an_item_that_became_another_kind_says_so() -> None:
    before, after = a_plan(Manual(key="a", name="A", queue="q")), a_plan(Milestone(key="a", name="A"))

    assert told(compare(before, after)) == [
        "changed item a, kind: manual -> milestone",
        "changed item a, queue: q -> nothing",
    ]


def test_dependencies_are_told_by_their_ends() -> None:
    after = msgspec.structs.replace(
        PLAN, dependencies=(PLAN.dependencies[0], Dependency(source="survey", target="done", per="line"))
    )
    changes = compare(PLAN, after)

    assert told(changes) == ["added dependency survey -> done", "removed dependency reserve -> done"]
    assert changes[0].items == ("survey", "done")


def test_a_dependency_that_pairs_in_another_way_has_changed() -> None:
    after = msgspec.structs.replace(
        PLAN, dependencies=(msgspec.structs.replace(PLAN.dependencies[0], per="order"), PLAN.dependencies[1])
    )

    assert told(compare(PLAN, after)) == ["changed dependency survey -> reserve, per: fulfilment line -> order"]


def test_the_fewest_items_are_called_moved() -> None:
    assert told(compare(a_plan(*ITEMS), a_plan(*[ITEMS[n] for n in (4, 0, 1, 2, 3)]))) == ["moved item e"]


ITEMS = [an_item(key) for key in "abcde"]


def rows(**cells: tuple[str, str]) -> Table:
    return a_table(rules=tuple(Rule(id=id, inputs=(c[0],), outputs=(c[1],)) for id, c in cells.items()))


def test_tables_are_told_cell_by_cell() -> None:
    before, after = rows(a=("> 1", "1"), b=("> 2", "2")), rows(a=("> 1", "1"), b=("> 3", "2"))
    (change,) = compare(before, after)

    assert (change.part, change.name, change.field, change.pointer) == ("cell", "b", "amount", "/rules/1/inputs/0")
    assert (change.before, change.after) == ("> 2", "> 3")


def test_a_row_that_is_inserted_changes_no_other() -> None:
    assert told(compare(rows(a=("1", "1")), rows(new=("0", "0"), a=("1", "1")))) == ["added row new"]


def test_rows_can_move() -> None:
    before, after = rows(a=("1", "1"), b=("2", "2"), c=("3", "3")), rows(c=("3", "3"), a=("1", "1"), b=("2", "2"))

    assert told(compare(before, after)) == ["moved row c"]


def test_a_column_that_moves_takes_its_cells_along() -> None:
    a, b = Input(id="a", expression="a"), Input(id="b", expression="b")
    before = a_table(inputs=(a, b), rules=(Rule(id="r", inputs=("1", "2"), outputs=("3",)),))
    after = a_table(inputs=(b, a), rules=(Rule(id="r", inputs=("2", "1"), outputs=("3",)),))

    assert [(change.kind, change.part) for change in compare(before, after)] == [("moved", "input column")]


def test_the_cells_of_a_new_column_are_no_changes_of_their_own() -> None:
    before = a_table(rules=(Rule(id="r", inputs=("1",), outputs=("3",)),))
    more = (*before.inputs, Input(id="b", expression="b"))
    after = a_table(inputs=more, rules=(Rule(id="r", inputs=("1", "7"), outputs=("3",)),))

    assert told(compare(before, after)) == ["added input column b"]


def test_other_definitions_are_told_by_their_parts() -> None:
    s = a_specification(identifiers=("1", "2"), actions=("add",))
    system = System(key="s", name="S", url="http://s", operations=(Operation(key="a", name="A"),))
    slower = Operation(key="a", name="A", timeout="PT1M")

    assert told(compare(s, a_specification(identifiers=("2", "3"), actions=("add",)))) == [
        "removed definition, identifiers: 1",
        "added definition, identifiers: 3",
    ]
    assert told(compare(system, msgspec.structs.replace(system, operations=(slower,)))) == [
        "changed operation a, timeout: PT10S -> PT1M"
    ]
    assert told(compare(a_decomposition("x", "y"), a_decomposition("x", "y", "z"))) == ["added target z"]
    assert told(compare(a_queue(), a_queue(role="order agent"))) == [
        "changed definition, role: fulfilment agent -> order agent"
    ]


pairs = st.one_of([st.tuples(struct_of(kind), struct_of(kind)) for kind in KINDS.values()])


@given(pairs)
@settings(max_examples=deeper(150))
def test_nothing_differs_only_where_nothing_differs(pair: tuple[Any, Any]) -> None:
    before, after = pair

    assert compare(before, before) == []
    assert (compare(before, after) == []) == (before == after)


@given(pairs)
@settings(max_examples=deeper(300))
def test_the_newer_document_can_be_made_of_the_older_and_the_difference(pair: tuple[Any, Any]) -> None:
    before, after = pair

    assert applied(before, compare(before, after)) == after


@st.composite
def edited_tables(draw: st.DrawFn) -> tuple[Table, Table]:
    """A table, and what came of it when rows and columns were added, taken away, shuffled and written into."""
    columns = [Input(id=f"c{n}", expression=f"c{n}") for n in range(4)]
    notes = ["why", "who"]

    def a_state() -> Table:
        inputs = draw(st.lists(st.sampled_from(columns), unique=True))
        annotations = draw(st.lists(st.sampled_from(notes), unique=True))
        cells = st.sampled_from(["-", "1", "> 2", ""])
        rules = [
            Rule(
                id=id,
                inputs=tuple(draw(cells) for _ in inputs),
                outputs=(draw(cells),),
                annotations=tuple(draw(cells) for _ in annotations),
            )
            for id in draw(st.lists(st.sampled_from("abcdefg"), unique=True))
        ]
        return a_table(inputs=tuple(inputs), annotations=tuple(annotations), rules=tuple(rules))

    return a_state(), a_state()


@given(edited_tables())
@settings(max_examples=deeper(300))
def test_a_table_can_be_made_of_its_older_state_and_the_difference(pair: tuple[Table, Table]) -> None:
    before, after = pair

    assert applied(before, compare(before, after)) == after


@given(st.permutations("abcdef"), st.sets(st.sampled_from("abcdef")))
def test_what_moved_is_the_least_that_explains_the_new_order(order: list[str], gone: set[str]) -> None:
    kept = [key for key in order if key not in gone]
    changes = compare(
        a_plan(*(an_item(key) for key in "abcdef")),
        Plan(key="fibre", name="Fibre", items=tuple(an_item(key) for key in kept)),
    )
    moved = {change.name for change in changes if change.kind == "moved"}
    removed = {change.name for change in changes if change.kind == "removed"}

    assert removed == gone
    rest = [key for key in kept if key not in moved]
    assert rest == sorted(rest)
    # By trying all: no smaller choice leaves the others in order.
    assert not any(
        (left := [key for key in kept if key not in choice]) == sorted(left)
        for size in range(len(moved))
        for choice in combinations(kept, size)
    )
