"""The analysis of a table speaks to the person who wrote it: rows, regions in words, an example, a judgement."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import msgspec
import pytest

from runtime.rules import tables
from runtime.rules.analysis import Analysis, analyse
from runtime.rules.documents import Input, Output, Rule, Table

INPUTS = (Input(id="a", expression="age", type="number"), Input(id="r", expression="risk", label="Risk", type="string"))


def a_document(*rows: tuple[str, str, str], policy: Any = "unique", **rest: Any) -> Table:
    rules = tuple(Rule(id=f"r{n}", inputs=row[:-1], outputs=row[-1:]) for n, row in enumerate(rows, 1))
    output = rest.pop("output", Output(id="o", name="o"))
    return Table(
        key="t", name="t", hit_policy=policy, inputs=rest.pop("inputs", INPUTS), outputs=(output,), rules=rules
    )


def analysed(*rows: tuple[str, str, str], **rest: Any) -> Analysis:
    return analyse(tables.compile(a_document(*rows, **rest)), seconds=60.0)


def said(section: Any) -> list[str]:
    return [f"{each.severity}: {each.message}" for each in section.findings]


OVERLAPPING = ((">= 18", '"low", "mid"', '"x"'), ("[20..30)", 'not("low")', '"y"'))


@pytest.mark.parametrize(
    ("policy", "judgement"),
    [
        ("unique", "error: {}; the hit policy is unique, so the result is null."),
        ("any", "error: {}; their outputs differ, so the result is null."),
        ("first", "note: {}; rule r1 comes first and wins."),
        ("priority", "note: {}; rule r2 wins by the priority of its output."),
        ("collect", "note: {}; the result holds both."),
    ],
)
def test_an_overlap_is_judged_by_the_hit_policy(policy: str, judgement: str) -> None:
    output = Output(id="o", name="o", allowed='"y", "x"')
    overlaps = analysed(*OVERLAPPING, policy=policy, output=output).overlaps

    both = 'Rules r1 and r2 both match when age is [20..30) and Risk is "mid"'
    assert said(overlaps) == [judgement.format(both)]
    (finding,) = overlaps.findings
    assert (finding.rows, finding.region, finding.example) == (("r1", "r2"), ("[20..30)", '"mid"'), ("20", '"mid"'))


def test_rows_of_equal_priority_are_a_warning() -> None:
    document = Table(
        key="t",
        name="t",
        hit_policy="priority",
        inputs=INPUTS[:1],
        outputs=(Output(id="o", name="o", allowed="1, 2"), Output(id="p", name="p")),
        rules=(Rule(id="r1", inputs=("> 1",), outputs=("1", "5")), Rule(id="r2", inputs=("> 2",), outputs=("1", "6"))),
    )
    (message,) = said(analyse(tables.compile(document)).overlaps)

    assert message.startswith(
        "warning: Rules r1 and r2 both match when age is > 2; their outputs have the same priority"
    )


def test_gaps_are_told_in_words_as_cells_and_by_example() -> None:
    gaps = analysed(("< 16", "-", "1"), (">= 18", '"low", "mid"', "2")).gaps

    assert said(gaps) == [
        "warning: No rule matches when age is [16..18).",
        'warning: No rule matches when age is >= 18 and Risk is neither "low" nor "mid".',
    ]
    assert [each.region for each in gaps.findings] == [("[16..18)", "-"), (">= 18", 'not("low", "mid")')]
    assert gaps.findings[0].example[0] == "16"


def test_a_table_with_defaults_has_gaps_on_purpose() -> None:
    (message,) = said(analysed(("< 16", "-", "1"), output=Output(id="o", name="o", default="0")).gaps)

    assert message == "note: No rule matches when age is >= 16."


def test_a_table_without_rules_is_one_gap() -> None:
    assert said(analysed().gaps) == ["warning: No rule matches when anything is given."]


def test_a_complete_table_has_no_gap() -> None:
    rows = (("< 16", "-", "1"), (">= 16", '"low"', "2"), (">= 16", 'not("low")', "3"))
    analysis = analysed(*rows)

    assert [section.total for section in (analysis.overlaps, analysis.gaps, analysis.rows)] == [0, 0, 0]
    assert analysis.finished


def test_allowed_values_bound_what_is_looked_for() -> None:
    inputs = (
        Input(id="a", expression="age", type="number", allowed="[0..120]"),
        Input(id="r", expression="risk", type="string", allowed='"low", "high"'),
    )
    gaps = analysed(("<= 100", "-", "1"), ("> 100", '"low"', "2"), inputs=inputs).gaps

    assert [(each.region, each.example) for each in gaps.findings] == [(("(100..120]", '"high"'), ("120", '"high"'))]


def test_days_and_months_come_one_by_one() -> None:
    inputs = (Input(id="d", expression="day", type="date"), INPUTS[1])
    rows = (('< @"2024-03-01"', "-", "1"), ('> @"2024-03-01"', "-", "2"))
    (gap,) = analysed(*rows, inputs=inputs).gaps.findings

    assert gap.region[0] == gap.example[0] == 'date("2024-03-01")'
    none = (('<= @"2024-02-29"', "-", "1"), ('>= @"2024-03-01"', "-", "2"))
    assert analysed(*none, inputs=inputs).gaps.total == 0


def test_a_row_that_others_cover_together_is_masked() -> None:
    rows = (("< 20", "-", "1"), (">= 18", "-", "2"), ("[10..30]", '"low"', "3"))
    analysis = analysed(*rows, policy="first")

    assert (
        "warning: Rule r3 never wins: wherever it matches "
        '(age is [10..30] and Risk is "low"), rules r1 and r2 come first.' in said(analysis.rows)
    )


def test_a_row_that_no_value_can_pass_never_matches() -> None:
    (message, *_) = said(analysed(("(5..5)", "-", "1"), ("-", "-", "2")).rows)

    assert message == "warning: Rule r1 can never match: no possible value of age passes its cell."


def test_twins_are_duplicates_or_contradict_each_other() -> None:
    rows = (("1, 2", "-", "1"), ("2, 1", "-", "1"), ("1", '"low"', "5"), ("1", '"low"', "6"))
    found = analysed(*rows).rows.findings

    kinds = {(each.kind, each.rows, each.severity) for each in found}
    assert ("duplicate", ("r1", "r2"), "warning") in kinds
    assert ("contradiction", ("r3", "r4"), "error") in kinds
    assert ("subsumed", ("r3", "r1"), "note") in kinds


def test_an_output_value_that_no_row_gives_is_named() -> None:
    output = Output(id="o", name="o", allowed='"x", "y", "z"', default='"z"')
    (finding,) = analysed(("1", "-", '"x"'), output=output).outputs.findings

    assert (finding.kind, finding.output, finding.message) == ("unused", "o", 'No rule ever gives "y" for o.')


def test_what_depends_on_a_computed_cell_is_not_certain() -> None:
    analysis = analysed(("< limit", "-", "1"), (">= 18", "-", "2"))
    (overlap,) = analysis.overlaps.findings
    (gap,) = analysis.gaps.findings

    assert (overlap.certain, overlap.severity) == (False, "warning")
    assert "may both match" in overlap.message
    assert gap.certain is False
    assert gap.message == "No rule matches when age is < 18, unless r1 does."


def test_an_analysis_that_runs_out_of_time_says_so() -> None:
    ticks = count()
    analysis = analyse(tables.compile(a_document(*OVERLAPPING)), seconds=1.0, clock=lambda: float(next(ticks)))

    assert not analysis.finished


def test_only_so_many_findings_are_listed_but_all_are_counted() -> None:
    rows = [(f"> {n}", "-", "1") for n in range(20)]
    overlaps = analyse(tables.compile(a_document(*rows)), seconds=60.0, most=7).overlaps

    assert (len(overlaps.findings), overlaps.total, overlaps.finished) == (7, 190, True)


def test_the_analysis_is_plain_data() -> None:
    analysis = analysed(*OVERLAPPING)

    assert msgspec.json.decode(msgspec.json.encode(analysis), type=Analysis) == analysis


@pytest.mark.parametrize("make", [lambda rows: rows, lambda rows: list(reversed(rows))])
def test_the_regions_of_a_decision_tree_with_missing_leaves_are_exactly_those(make: Callable[[Any], Any]) -> None:
    """Boxes that cut a plane into 64 squares, three of them missing: three gaps, no overlap."""
    squares = [(f"[{x}..{x + 1})", f"[{y}..{y + 1})", "1") for x in range(8) for y in range(8)]
    missing = {squares[3], squares[30], squares[31], squares[63]}
    inputs = tuple(Input(id=name, expression=name, type="number", allowed="[0..8)") for name in "xy")
    analysis = analysed(*make([each for each in squares if each not in missing]), inputs=inputs)

    assert sorted(gap.region for gap in analysis.gaps.findings) == sorted(
        [("[0..1)", "[3..4)"), ("[3..4)", "[6..8)"), ("[7..8)", "[7..8)")]
    )
    assert analysis.overlaps.total == 0
