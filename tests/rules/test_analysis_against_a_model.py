"""The analysis says what trying every input says, no more and no less."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.rules import feel, tables
from runtime.rules.analysis import Analysis, Finding, Subject, analyse, gaps
from tests.depth import deeper
from tests.rules.table_model import Cell, Equal, Model, inputs_of, models

exact = settings(max_examples=deeper(250))


def analysed(model: Model, policy: str) -> Analysis:
    analysis = analyse(tables.compile(model.document(policy)), seconds=60.0)
    assert analysis.finished
    return analysis


def holds(region: tuple[str, ...], values: tuple[Any, ...]) -> bool:
    return all(
        test == "-" or feel.compile_tests(test).matches(value, {}) is True
        for test, value in zip(region, values, strict=True)
    )


def example_of(finding: Finding) -> tuple[Any, ...]:
    return tuple(feel.compile(text).evaluate({}).value for text in finding.example)


@exact
@given(models(rows=5))
def test_the_gaps_are_the_inputs_that_no_row_matches(model: Model) -> None:
    gaps = analysed(model, "unique").gaps

    for values in model.space():
        assert (not model.matching(values)) == any(holds(gap.region, values) for gap in gaps.findings)
    for gap in gaps.findings:
        assert model.matching(example_of(gap)) == []


@exact
@given(models(rows=5), st.integers(1, 3))
def test_gaps_that_are_too_many_are_told_by_the_widest_regions_without_a_row(model: Model, limit: int) -> None:
    subject = Subject(tables.compile(model.document("unique")))
    section = gaps(subject, limit=limit)

    space = list(model.space())
    assert bool(section.findings) == any(not model.matching(values) for values in space)
    for gap in () if section.finished else section.findings:
        inside = [values for values in space if holds(gap.region, values)]
        assert inside and not any(model.matching(values) for values in inside)
        assert model.matching(example_of(gap)) == []
        for number, test in enumerate(gap.region):
            wider = (*gap.region[:number], "-", *gap.region[number + 1 :])
            beyond = {values[number] for values in space if holds(wider, values) and model.matching(values)}
            assert not beyond.intersection(values[number] for values in inside)
            # Whatever the column leaves out, some row takes there.
            assert {values[number] for values in space} - beyond == {values[number] for values in inside}, test


@exact
@given(models(rows=5))
def test_the_overlaps_are_the_pairs_that_some_input_matches_together(model: Model) -> None:
    overlaps = analysed(model, "unique").overlaps

    together = {pair for values in model.space() for pair in combinations(model.matching(values), 2)}
    assert {tuple(int(row[1:]) for row in each.rows) for each in overlaps.findings} == together
    assert overlaps.total == len(together)
    for each in overlaps.findings:
        one, other = (int(row[1:]) for row in each.rows)
        assert {one, other} <= set(model.matching(example_of(each)))
        for values in model.space():
            assert holds(each.region, values) == ({one, other} <= set(model.matching(values)))


@exact
@given(models(rows=5))
def test_a_masked_row_is_one_that_matches_but_never_comes_first(model: Model) -> None:
    rows = analysed(model, "first").rows

    matched, won = set(), set()
    for values in model.space():
        matching = model.matching(values)
        matched.update(matching)
        won.update(matching[:1])
    assert _named(rows.findings, "masked") == matched - won
    assert _named(rows.findings, "never") == set(range(len(model.rows))) - matched


@exact
@given(models(rows=5))
def test_under_priority_a_masked_row_is_one_that_matches_but_never_wins(model: Model) -> None:
    rows = analysed(model, "priority").rows

    matched, won = set(), set()
    for values in model.space():
        matching = model.matching(values)
        matched.update(matching)
        won.update(sorted(matching, key=lambda row: ("xyz".index(model.outputs[row]), row))[:1])
    assert _named(rows.findings, "masked") == matched - won


@exact
@given(models(rows=5))
def test_twins_and_inner_rows_are_the_ones_whose_inputs_are_the_same_or_fewer(model: Model) -> None:
    rows = analysed(model, "rule order").rows

    inputs: list[set[Any]] = [set() for _ in model.rows]
    for values in model.space():
        for row in model.matching(values):
            inputs[row].add(values)
    twins = {
        (one, other, model.outputs[one] == model.outputs[other])
        for one, other in combinations(range(len(inputs)), 2)
        if inputs[one] and inputs[one] == inputs[other]
    }
    inner = {one for one in range(len(inputs)) for two in inputs if inputs[one] and inputs[one] < two}
    found = [each for each in rows.findings if each.kind in ("duplicate", "contradiction")]
    assert {(*(int(row[1:]) for row in each.rows), each.kind == "duplicate") for each in found} == twins
    assert _named(rows.findings, "subsumed") == inner


def _named(findings: tuple[Finding, ...], kind: str) -> set[int]:
    return {int(each.rows[0][1:]) for each in findings if each.kind == kind}


def test_the_model_can_tell_inputs_apart() -> None:
    """A model that matches everything or nothing would prove nothing."""
    model = Model(("boolean",), ((Cell((Equal(True),)),),), ("x",))
    assert [model.matching(values) for values in model.space()] == [[], [0]]
    assert inputs_of((True,)) == {"i0": True}
