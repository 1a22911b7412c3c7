"""A change of a table names only what changed, and fits the state it was made on or is refused."""

from __future__ import annotations

import msgspec
import pytest

from designer.patching import Patch, UnfitPatch, patched
from runtime.rules.documents import Input, Output, Rule, Table

TABLE = Table(
    key="discount",
    name="Discount",
    inputs=(Input(id="a", expression="a"),),
    outputs=(Output(id="x", name="x"),),
    rules=tuple(Rule(id=f"r{n}", inputs=("-",), outputs=(str(n),)) for n in (1, 2, 3)),
)


def ids(table: Table) -> list[str]:
    return [rule.id for rule in table.rules]


def test_a_changed_row_keeps_its_place():
    changed = Rule(id="r2", inputs=("5",), outputs=("9",))

    table = patched(TABLE, Patch(put=(changed,)))

    assert table.rules == (TABLE.rules[0], changed, TABLE.rules[2])


def test_rows_come_go_and_move_by_naming_all_that_stay():
    new = Rule(id="new", inputs=("-",), outputs=("0",))

    table = patched(TABLE, Patch(put=(new,), order=("r3", "new", "r1")))

    assert ids(table) == ["r3", "new", "r1"]


def test_columns_change_with_the_head_and_rows_stay():
    head = msgspec.to_builtins(TABLE)
    del head["rules"]

    table = patched(TABLE, Patch(table={**head, "hit_policy": "first"}))

    assert table.hit_policy == "first"
    assert table.rules == TABLE.rules


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        (Patch(order=("r1", "r9")), "rows that are not there"),
        (Patch(order=("r1", "r1")), "names a row twice"),
        (Patch(put=(Rule(id="new"),)), "without saying where"),
        (Patch(table={"key": "other", "name": "Other"}), "the draft is of 'discount'"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(patch: Patch, message: str):
    with pytest.raises(UnfitPatch, match=message):
        patched(TABLE, patch)


def test_a_head_that_is_no_table_is_refused():
    with pytest.raises(msgspec.ValidationError):
        patched(TABLE, Patch(table={"key": "discount", "name": "Discount", "hit_policy": "best"}))
