"""Whatever the table and the input, the index finds what comparing cell by cell finds."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.rules import tables
from runtime.rules.index import Column, rows_in
from runtime.rules.tables import overlapping
from tests.rules.table_model import Model, inputs_of, models, values_of

POLICIES = ["unique", "any", "priority", "first", "collect", "rule order", "output order"]
many = settings(max_examples=200, deadline=None)


@many
@given(st.data(), models(), st.sampled_from(POLICIES), st.booleans())
def test_every_hit_policy_gives_what_the_model_gives(data: Any, model: Model, policy: str, typed: bool) -> None:
    table = tables.compile(model.document(policy, typed=typed))
    for _ in range(5):
        values = data.draw(values_of(model))
        result = table.evaluate(inputs_of(values))

        assert result.value == model.result(policy, values)
        assert result.trace.matched == tuple(f"r{row}" for row in model.matching(values))
        assert result.fired == tuple(f"r{row}" for row in model.fired(policy, values))


@many
@given(st.data(), models())
def test_the_trace_names_every_cell_that_refuses(data: Any, model: Model) -> None:
    values = data.draw(values_of(model))
    trace = tables.compile(model.document("collect")).evaluate(inputs_of(values)).trace

    for row, cells in enumerate(model.rows):
        expected = [
            (f"i{number}", str(cell), value, cell.verdict(value))
            for number, (cell, value) in enumerate(zip(cells, values, strict=True))
            if cell.verdict(value) is not True
        ]
        found = [(each.column, each.cell, each.value, each.verdict) for each in trace.why_not(f"r{row}")]
        assert found == expected


@many
@given(models())
def test_rows_that_can_match_together_are_found_and_no_others(model: Model) -> None:
    table = tables.compile(model.document(typed=False))
    count = len(model.rows)
    columns = [(each.column.cells, each.column) for each in table.inputs]
    found = {(row, other) for row, rows in enumerate(overlapping(columns, count)) for other in rows_in(rows, count)}

    together = {pair for values in model.space() for pair in combinations(model.matching(values), 2)}
    # The model's space holds null only where a cell speaks of it; `-` meets `-` on null and on other kinds anyway.
    assert found == together


@many
@given(st.data(), models(rows=8), st.integers(1, 200))
def test_an_index_with_too_little_memory_is_coarse_but_never_wrong(data: Any, model: Model, memory: int) -> None:
    table = tables.compile(model.document("rule order"))
    small = tables.Table(
        table.document,
        [_coarse(each, memory) for each in table.inputs],
        table.outputs,
        table.entries,
    )
    values = data.draw(values_of(model))

    assert small.evaluate(inputs_of(values)).value == table.evaluate(inputs_of(values)).value


def _coarse(column: Any, memory: int) -> Any:
    from msgspec import structs

    index = column.column
    return structs.replace(column, column=Column(index.cells, index.which, column.gate, memory))


@pytest.mark.parametrize("number", [3, 10**40, -(10**4000), 2.5, float("nan"), float("inf")])
def test_numbers_of_python_are_found_like_numbers_of_feel(number: float) -> None:
    from runtime.rules.values import plain
    from tests.builders import a_table

    table = tables.compile(a_table("t", ("< 3", "1"), ("3", "2"), ("> 3", "3"), hit_policy="first"))

    assert table.evaluate({"amount": number}).value == table.evaluate({"amount": plain(number)}).value
