"""A table can be tried out while it is being written: with values for what it reads, and reasons for what it says."""

from __future__ import annotations

from typing import Any

import pytest

from designer.checks.findings import findings
from designer.trials import Case, Field, Untryable, coverage, fields, trial
from runtime.rules.documents import Input, Output, Rule, Table
from tests.builders import EVALUATION

SEGMENTS = '"gold", "silver"'


def a_table(*rows: tuple[str, str, str], **rest: Any) -> Table:
    return Table(
        key="discount",
        name="Discount",
        inputs=(
            Input(id="segment", expression="customer.segment", label="Segment", type="string", allowed=SEGMENTS),
            Input(id="speed", expression="speed", type="number"),
        ),
        outputs=(Output(id="rate", name="rate", type="number"),),
        rules=tuple(Rule(id=f"id{n}", inputs=row[:2], outputs=row[2:]) for n, row in enumerate(rows, 1)),
        **rest,
    )


TWO = (('"gold"', "-", "10"), ('"silver"', ">= 100", "5"))


def test_the_form_asks_for_what_the_columns_and_cells_read():
    table = a_table(*TWO, ("-", "> limit", "order.rate * 2"))

    assert fields(table) == (
        Field("customer.segment", "Segment", "string", ('"gold"', '"silver"')),
        Field("speed", "speed", "number"),
        Field("limit", "limit", "Any"),
        Field("order.rate", "order.rate", "Any"),
    )


def test_a_trial_says_what_came_out_and_which_rows_matched():
    done = trial(a_table(*TWO), {"customer.segment": "silver", "speed": "250"}, EVALUATION)

    assert (done.value, done.matched, done.chosen) == ("5", ("id2",), ("id2",))
    assert done.seen == {"segment": '"silver"', "speed": "250"}


def test_a_row_that_did_not_match_says_why():
    done = trial(a_table(*TWO), {"customer.segment": "gold", "speed": "5"}, EVALUATION, why="id2")

    assert done.why is not None
    assert [each.message for each in done.why] == [
        'Segment is "gold", and the row asks for "silver"',
        "speed is 5, and the row asks for >= 100",
    ]
    assert trial(a_table(*TWO), {"customer.segment": "gold"}, EVALUATION, why="id1").why == ()


def test_a_value_that_cannot_be_read_is_refused_at_its_field():
    with pytest.raises(Untryable) as refusal:
        trial(a_table(*TWO), {"speed": "fast and"}, EVALUATION)

    assert [fault.pointer for fault in refusal.value.faults] == ["/speed"]


def test_rows_with_errors_are_left_out_of_a_trial():
    done = trial(a_table(*TWO, ('"gold"', ">= ", "3")), {"customer.segment": "gold"}, EVALUATION)

    assert (done.value, done.left_out) == ("10", ("id3",))


def test_a_table_with_wrong_columns_cannot_be_tried():
    table = Table(key="t", name="T", inputs=(Input(id="a", expression="a +"),), outputs=(Output(id="x", name="x"),))

    with pytest.raises(Untryable, match="columns"):
        trial(table, {}, EVALUATION)


def test_coverage_counts_rows_and_outputs_over_all_cases():
    cases = (
        Case(1, "gold", {"customer.segment": "gold"}, "10"),
        Case(2, "slow silver", {"customer.segment": "silver", "speed": "5"}, "5"),
        Case(3, "unreadable", {"speed": "+"}, "5"),
    )

    found = coverage(a_table(*TWO), cases, EVALUATION)

    assert [verdict.passed for verdict in found.verdicts] == [True, False, False]
    assert found.verdicts[1].got == "null"
    assert found.verdicts[2].wrong
    assert found.hits == {"id1": 1, "id2": 0}
    assert found.outputs == {"rate": {"10": 1, "5": 0}}


def test_findings_name_rows_by_their_numbers():
    found = findings(a_table(('"gold"', "-", "1"), ('"gold"', "> 5", "2"), ('"silver"', "-", "3")))

    overlap = next(each for each in found.findings if each.code == "overlap")
    assert overlap.message.startswith("Rows 1 and 2 both match")
    assert overlap.rows == ("id1", "id2")
    assert found.complete


def test_a_fault_tells_the_cell_and_the_place_in_it():
    found = findings(a_table(('"gold"', "5 +", "1")))

    fault = next(each for each in found.findings if each.code == "fault")
    assert (fault.rows, fault.column, fault.severity) == (("id1",), "speed", "error")
    assert not found.complete
