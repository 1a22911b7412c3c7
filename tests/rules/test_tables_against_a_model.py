"""Whatever the table and the input, the index finds what comparing cell by cell finds."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from math import inf, nan, nextafter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from runtime.rules import tables
from runtime.rules.index import MEMORY, Column, rows_in
from runtime.rules.tables import overlapping
from runtime.rules.values import plain
from tests.builders import a_table
from tests.depth import deeper
from tests.rules.table_model import Model, inputs_of, models, values_of

POLICIES = ["unique", "any", "priority", "first", "collect", "rule order", "output order"]
many = settings(max_examples=deeper(200))


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
    columns = [(each.column.cells, each.column, None) for each in table.inputs]
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
    index = column.column
    return structs.replace(column, column=Column(index.cells, index.which, column.gate, memory))


ENDS = ["3", "0.1", "0.3", "-7.25", "9007199254740993", "1" + "0" * 33, "0." + "3" * 34, "1e400", "-1e-400"]


def near(end: str) -> list[Any]:
    """Numbers of Python at, around and almost at a number of FEEL."""
    exact = Decimal(end)
    value = float(exact)
    return [
        exact, exact + 1, exact - 1, exact * (1 + Decimal("1e-25")), Decimal(f"{end.partition('e')[0]}{'0' * 40}1"),
        value, nextafter(value, inf), nextafter(value, -inf), int(exact) if abs(exact) < 10**40 else 1, -value,
    ]  # fmt: skip


@pytest.mark.parametrize("memory", [MEMORY, 1])
@pytest.mark.parametrize("end", ENDS)
def test_numbers_of_python_are_found_like_numbers_of_feel(end: str, memory: int) -> None:
    rows = [(test.format(other), str(number)) for number, test in enumerate(["< {}", "{}", "> {}"]) for other in ENDS]
    table = tables.compile(a_table("t", *rows, hit_policy="rule order"))
    small = tables.Table(table.document, [_coarse(each, memory) for each in table.inputs], table.outputs, table.entries)

    for number in [*near(end), inf, -inf, nan, Decimal("inf"), Decimal("-inf"), Decimal("nan"), 10**40, -(10**7000)]:
        value = plain(number)
        expected = [] if value is None else [
            Decimal(row) for row, test in enumerate([value.__lt__, value.__eq__, value.__gt__])
            for other in ENDS if test(Decimal(other))
        ]  # fmt: skip
        assert (small.evaluate({"amount": number}).value or []) == expected
