"""A plain spreadsheet comes into a table: columns are found by their names or chosen, and nothing is lost."""

from __future__ import annotations

import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.exchange.errors import ExchangeError
from designer.exchange.sheets import Wanted, as_feel, read_sheet
from designer.exchange.tables import read_into
from runtime.rules import tables
from runtime.rules.documents import Input, Output, Rule, Table

TABLE = Table(
    key="discount",
    name="Discount",
    inputs=(
        Input(id="i1", expression="customer.segment", label="Segment", type="string"),
        Input(id="i2", expression="order.amount", type="number"),
    ),
    outputs=(Output(id="o1", name="rate", label="Discount rate", type="number"),),
    annotations=("Why",),
    rules=(
        Rule(id="r1", inputs=('"gold"', "> 100"), outputs=("10",), annotations=("agreed",)),
        Rule(id="r2", inputs=('"silver"', "-"), outputs=("5",), annotations=("usual",)),
    ),
)


def goes(*titles: str) -> list[str]:
    return [column.goes for column in read_sheet(TABLE, [list(titles)], None)[1].columns]


def of(sheet: list[list[str]], *columns: str, keep: bool = False) -> Table:
    return read_sheet(TABLE, sheet, Wanted(columns, keep))[0]


@pytest.mark.parametrize(
    ("title", "target"),
    [
        ("Segment", "inputs/i1"),
        ("customer.segment", "inputs/i1"),
        (" ORDER_AMOUNT ", "inputs/i2"),
        ("amount", "inputs/i2"),
        ("Discount rate", "outputs/o1"),
        ("discount-rate", "outputs/o1"),
        ("rate", "outputs/o1"),
        ("why", "annotations/0"),
        ("Colour", ""),
        ("", ""),
    ],
)
def test_a_title_finds_its_column_by_label_name_expression_or_id(title: str, target: str) -> None:
    assert goes(title) == [target]


def test_two_titles_never_find_the_same_column() -> None:
    assert goes("Segment", "customer.segment") == ["inputs/i1", ""]


def test_a_row_that_asks_the_same_keeps_its_id_and_what_the_file_does_not_say() -> None:
    sheet = [["Segment", "amount", "rate"], ["gold", "> 100", "12"]]
    (rule,) = read_sheet(TABLE, sheet, None)[0].rules

    assert rule == Rule(id="r1", inputs=('"gold"', "> 100"), outputs=("12",), annotations=("agreed",))


def test_rows_that_the_file_does_not_have_stay_where_that_is_wished() -> None:
    sheet = [["Segment", "amount", "rate"], ["bronze", "", "1"], ["silver", "-", "6"]]
    columns = ("inputs/i1", "inputs/i2", "outputs/o1")

    assert [rule.id for rule in of(sheet, *columns).rules] == ["n1", "r2"]
    kept = of(sheet, *columns, keep=True).rules
    assert [rule.id for rule in kept] == ["r1", "r2", "n1"]
    assert kept[1].outputs == ("6",)


def test_a_column_that_the_table_does_not_have_can_become_one() -> None:
    sheet = [["Segment", "Sold since", "Max. pieces", "Remark"], ["gold", "2026-01-31", "1,200", "ask Ann"]]
    table = of(sheet, "inputs/i1", "new input", "new output", "new annotation")

    added = table.inputs[2]
    assert (added.id, added.expression, added.label, added.type) == ("sold_since", "sold_since", "Sold since", "date")
    assert (table.outputs[1].name, table.outputs[1].type) == ("max_pieces", "number")
    assert table.annotations == ("Why", "Remark")
    (rule,) = table.rules
    assert rule.id == "r1", "it is recognised by the columns that both have"
    assert rule.inputs == ('"gold"', "> 100", 'date("2026-01-31")')
    assert (rule.outputs, rule.annotations) == (("10", "1200"), ("agreed", "ask Ann"))


def test_new_columns_of_the_same_title_get_names_of_their_own() -> None:
    table = of([["Rate", "Rate"], ["1", "2"]], "new output", "new output")

    assert [output.name for output in table.outputs] == ["rate", "rate_2", "rate_3"]
    assert len({output.id for output in table.outputs}) == 3


def test_a_column_that_is_left_out_changes_nothing() -> None:
    assert of([["Segment"], ["gold"]], "") == TABLE


@pytest.mark.parametrize(
    ("columns", "says"),
    [(("inputs/i1", "inputs/i1"), "two columns of the file go to Segment"), (("inputs/nothing", ""), "cannot go to")],
)
def test_a_mapping_that_makes_no_sense_is_refused(columns: tuple[str, ...], says: str) -> None:
    with pytest.raises(ExchangeError, match=says):
        of([["a", "b"], ["1", "2"]], *columns)


@pytest.mark.parametrize(
    ("text", "type_", "feel"),
    [
        ("gold", "string", '"gold"'),
        ("gold, silver", "string", '"gold", "silver"'),
        ('"gold"', "string", '"gold"'),
        ('not("gold")', "string", 'not("gold")'),
        ("1,250.5", "number", "1250.5"),
        ("[1..5]", "number", "[1..5]"),
        ("Yes", "boolean", "true"),
        ("2026-01-31", "date", 'date("2026-01-31")'),
        ("-", "string", "-"),
    ],
)
def test_what_people_write_becomes_what_cells_take(text: str, type_: str, feel: str) -> None:
    assert as_feel(text, type_) == feel


def test_a_workbook_with_only_titles_is_read_like_csv() -> None:
    book = openpyxl.Workbook()
    for row in (["Segment", "Amount", "Discount rate"], ["gold", "> 100", 12], ["bronze", 7, 0.5]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    proposal = read_into(TABLE, "prices.xlsx", file.getvalue())

    assert proposal.sheet is not None
    assert [column.goes for column in proposal.sheet.columns] == ["inputs/i1", "inputs/i2", "outputs/o1"]
    assert [rule.outputs for rule in proposal.table.rules] == [("12",), ("0.5",)]
    assert [rule.id for rule in proposal.table.rules] == ["r1", "n1"]
    tables.compile(proposal.table)


words = st.sampled_from(["gold", "silver", "bronze", "-", "", "5", "> 100", "yes"])
titles = st.sampled_from(["Segment", "order amount", "rate", "Why", "Other", "More"])
targets = st.sampled_from(["inputs/i1", "inputs/i2", "outputs/o1", "annotations/0", "new input", "new output", ""])


@given(
    st.lists(st.tuples(titles, targets), min_size=1, max_size=5, unique_by=lambda pair: pair[1]),
    st.lists(st.lists(words, min_size=5, max_size=5), max_size=6),
    st.booleans(),
)
def test_every_row_and_every_mapped_cell_of_the_file_arrives(pairs, body, keep: bool) -> None:
    columns = tuple(target for _, target in pairs)
    rows = [row[: len(columns)] for row in body]
    table, sheet = read_sheet(TABLE, [[title for title, _ in pairs], *rows], Wanted(columns, keep))
    filled = [row for row in rows if any(row)]

    assert [column.goes for column in sheet.columns] == list(columns)
    if not any(columns):
        assert table == TABLE
        return
    ids = [rule.id for rule in table.rules]
    assert len(set(ids)) == len(ids)
    assert len(ids) >= len(filled)
    assert len(ids) == len(filled) or keep
    if keep:
        assert ids[:2] == ["r1", "r2"], "rows of the table stay, and stay in their order"
    widths = (len(table.inputs), len(table.outputs), len(table.annotations))
    assert all((len(rule.inputs), len(rule.outputs), len(rule.annotations)) == widths for rule in table.rules)
    for place, target in enumerate(columns):
        if target == "annotations/0" and not keep:
            assert [rule.annotations[0] for rule in table.rules] == [row[place] for row in filled]
