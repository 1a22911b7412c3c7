"""A decision table gives one answer, says why, and refuses to be published with a cell that means nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from runtime.rules import tables
from runtime.rules.documents import Input, Output, Rule, Table
from runtime.rules.errors import TableError
from tests.builders import a_table

TWO = (Output(id="rate", name="rate", type="number"), Output(id="note", name="note", type="string"))


def a_row(id_: str, *cells: str, inputs: int = 1) -> Rule:
    return Rule(id=id_, inputs=cells[:inputs], outputs=cells[inputs:])


def ranked(policy: str, *rows: tuple[str, str], allowed: str = '"gold", "silver", "bronze"') -> Table:
    output = Output(id="o", name="o", type="string", allowed=allowed)
    return a_table("ranks", *rows, hit_policy=policy, outputs=(output,))


def decided(document: Table, amount: Any, **more: Any) -> Any:
    return tables.compile(document).evaluate({"amount": amount, **more}).value


def messages(result: Any) -> str:
    return "\n".join(warning.message for warning in result.warnings)


# --- hit policies (DMN 1.5, 8.2.8 to 8.2.11)


def test_unique_gives_the_only_row_that_matches() -> None:
    document = a_table("t", ("> 100", "0.1"), ("<= 100", "0"))

    assert decided(document, 500) == Decimal("0.1")
    assert decided(document, 100) == 0


def test_unique_with_two_matches_is_null_and_names_the_rules() -> None:
    result = tables.compile(a_table("t", ("> 100", "0.1"), ("> 200", "0.2"))).evaluate({"amount": 300})

    assert result.value is None
    assert "rules r1 and r2 match together, but the hit policy is unique" in messages(result)


def test_any_needs_the_same_outputs_of_all_rows_that_match() -> None:
    same = a_table("t", ("> 1", "5"), ("> 2", "5.0"), hit_policy="any")
    other = tables.compile(a_table("t", ("> 1", "5"), ("> 2", "6"), hit_policy="any")).evaluate({"amount": 3})

    assert decided(same, 3) == 5
    assert other.value is None
    assert "rules r1 and r2 match together with different outputs" in messages(other)


def test_priority_follows_the_order_of_the_allowed_values() -> None:
    document = ranked("priority", ("> 1", '"bronze"'), ("> 2", '"gold"'), ("> 3", '"silver"'))

    assert [decided(document, amount) for amount in (2, 3, 4)] == ["bronze", "gold", "gold"]


def test_output_order_sorts_all_matches_by_priority() -> None:
    document = ranked("output order", ("> 1", '"bronze"'), ("> 2", '"gold"'), ("> 3", '"silver"'))

    assert decided(document, 4) == ["gold", "silver", "bronze"]


def test_priority_looks_at_the_outputs_from_left_to_right() -> None:
    outputs = (
        Output(id="a", name="a", type="string", allowed='"x", "y"'),
        Output(id="b", name="b", type="number", allowed="2, 1"),
    )
    rules = (a_row("r1", "-", '"y"', "2"), a_row("r2", "-", '"x"', "1"), a_row("r3", "-", '"x"', "2"))
    document = a_table("t", hit_policy="output order", outputs=outputs, rules=rules)

    assert [list(each.values()) for each in decided(document, 1)] == [["x", 2], ["x", 1], ["y", 2]]


def test_first_gives_the_first_row_and_rule_order_all_of_them() -> None:
    rows = (("> 1", "1"), ("> 2", "2"), ("> 3", "3"))

    assert decided(a_table("t", *rows, hit_policy="first"), 3) == 1
    assert decided(a_table("t", *rows, hit_policy="rule order"), 3) == [1, 2]
    assert decided(a_table("t", *rows, hit_policy="collect"), 3) == [1, 2]


@pytest.mark.parametrize(("how", "result"), [("sum", 6), ("count", 3), ("min", 1), ("max", 3), ("list", [1, 3, 2])])
def test_collect_aggregates(how: Any, result: Any) -> None:
    rows = (("> 1", "1"), ("> 1", "3"), ("> 1", "2"))

    assert decided(a_table("t", *rows, hit_policy="collect", aggregation=how), 5) == result


def test_collect_compares_any_ordered_values_but_adds_numbers_only() -> None:
    output = (Output(id="o", name="o"),)
    rows = (("> 1", '@"2024-01-02"'), ("> 1", '@"2023-01-02"'))

    assert decided(a_table("t", *rows, hit_policy="collect", aggregation="min", outputs=output), 5) == date(2023, 1, 2)
    result = tables.compile(a_table("t", *rows, hit_policy="collect", aggregation="sum", outputs=output)).evaluate(
        {"amount": 5}
    )
    assert result.value is None
    assert "collect sum adds numbers, not date" in messages(result)


@pytest.mark.parametrize(
    ("policy", "outputs", "fired"),
    [
        ("unique", ("1", "2"), ()),
        ("any", ("1", "1"), ("r1", "r2")),
        ("any", ("1", "2"), ()),
        ("first", ("1", "2"), ("r1",)),
        ("priority", ('"silver"', '"gold"'), ("r2",)),
        ("collect", ("1", "2"), ("r1", "r2")),
        ("output order", ('"silver"', '"gold"'), ("r1", "r2")),
    ],
)
def test_the_rows_that_fired_are_those_the_answer_is_made_of(policy: str, outputs: Any, fired: Any) -> None:
    text = outputs[0].startswith('"')
    column = Output(id="o", name="o", type="string", allowed='"gold", "silver"') if text else TWO[0]
    rows = (("> 1", outputs[0]), ("> 2", outputs[1]), ("> 9", outputs[0]))
    table = tables.compile(a_table("t", *rows, hit_policy=policy, outputs=(column,)))

    assert table.evaluate({"amount": 3}).fired == fired
    assert table.evaluate({"amount": 0}).fired == ()


def test_a_default_is_given_by_no_row() -> None:
    output = Output(id="o", name="o", type="number", default="7")
    result = tables.compile(a_table("t", ("> 1", "5"), outputs=(output,))).evaluate({"amount": 0})

    assert (result.value, result.fired) == (7, ())


def test_several_outputs_make_a_context_of_their_names() -> None:
    rules = (a_row("r1", "> 1", "1", '"one"'), a_row("r2", "> 2", "2", '"two"'))
    document = a_table("t", rules=rules, outputs=TWO, hit_policy="collect")

    assert decided(document, 2) == [{"rate": 1, "note": "one"}]
    assert decided(document, 3) == [{"rate": 1, "note": "one"}, {"rate": 2, "note": "two"}]


def test_an_answer_is_the_callers_to_change() -> None:
    document = a_table("t", rules=(a_row("r1", "-", "1", '"one"'),), outputs=TWO)
    table = tables.compile(document)
    table.evaluate({"amount": 1}).value["rate"] = 99

    assert table.evaluate({"amount": 1}).value["rate"] == 1


@pytest.mark.parametrize("policy", ["unique", "any", "first", "collect", "rule order"])
def test_without_a_match_the_answer_is_null_with_a_warning(policy: str) -> None:
    result = tables.compile(a_table("t", ("> 100", "1"), hit_policy=policy)).evaluate({"amount": 1})

    assert result.value is None
    assert "no rule matches" in messages(result)


def test_counting_no_match_gives_zero() -> None:
    assert decided(a_table("t", ("> 100", "1"), hit_policy="collect", aggregation="count"), 1) == 0


@pytest.mark.parametrize(("policy", "result"), [("unique", 7), ("first", 7), ("rule order", [7])])
def test_defaults_stand_in_when_nothing_matches(policy: str, result: Any) -> None:
    outputs = (Output(id="o", name="o", type="number", default="7"),)

    assert decided(a_table("t", ("> 100", "1"), hit_policy=policy, outputs=outputs), 1) == result


def test_a_default_is_an_expression_and_an_output_without_one_is_null() -> None:
    outputs = (Output(id="a", name="a", default="amount * 2"), Output(id="b", name="b"))
    document = a_table("t", rules=(a_row("r1", "> 100", "1", "2"),), outputs=outputs)

    assert decided(document, 4) == {"a": 8, "b": None}


# --- inputs


def test_values_of_different_kinds_never_meet() -> None:
    rows = (("1", "1"), ('"1"', "2"), ("true", "3"), ('@"2024-01-01"', "4"), ("null", "5"))
    table = tables.compile(a_table("t", *rows, inputs=(Input(id="amount", expression="amount"),)))

    for value, result in (
        (1, 1),
        (1.0, 1),
        (Decimal("1.00"), 1),
        ("1", 2),
        (True, 3),
        (date(2024, 1, 1), 4),
        (None, 5),
    ):
        assert table.evaluate({"amount": value}).value == result


def test_numbers_are_compared_with_all_their_digits() -> None:
    close = "1.000000000000000000000000000000001"  # 34 digits
    document = a_table("t", (f"-{close}", "1"), (f"> -{close}", "2"), hit_policy="first")
    table = tables.compile(document)

    assert table.evaluate({"amount": Decimal(f"-{close}")}).value == 1
    assert table.evaluate({"amount": -1}).value == 2
    assert (
        str(table.evaluate({"amount": Decimal(close)}).trace.why_not("r1")[0])
        == f"amount: -{close} is false for {close}"
    )


def test_cells_test_dates_times_and_durations() -> None:
    rows = (
        ('< @"2024-03-01"', "1"),
        ('[@"2024-03-01T10:00:00"..@"2024-03-01T11:00:00")', "2"),
        ('>= @"P2D"', "3"),
        ('(@"P1M"..@"P1Y"]', "4"),
        ('> @"12:00:00"', "5"),
    )
    table = tables.compile(a_table("t", *rows, inputs=(Input(id="amount", expression="amount"),)))

    assert table.evaluate({"amount": date(2024, 2, 29)}).value == 1
    assert table.evaluate({"amount": date(2024, 3, 1)}).value is None
    assert table.evaluate({"amount": datetime(2024, 3, 1, 10, 59)}).value == 2
    assert table.evaluate({"amount": datetime(2024, 3, 1, 11)}).value is None
    assert table.evaluate({"amount": timedelta(days=2)}).value == 3
    assert table.evaluate({"amount": timedelta(days=1)}).value is None


def test_a_zoned_time_is_left_to_feel() -> None:
    rows = (('< @"2024-03-01T10:00:00Z"', "1"), ('< @"2024-03-01T10:00:00"', "2"))
    table = tables.compile(a_table("t", *rows, inputs=(Input(id="amount", expression="amount"),), hit_policy="collect"))

    assert table.evaluate({"amount": datetime(2024, 3, 1, 9, tzinfo=UTC)}).value == [1]
    assert table.evaluate({"amount": datetime(2024, 3, 1, 9)}).value == [2]


def test_cells_may_be_any_test() -> None:
    rows = (("< limit", "1"), ("? = limit", "2"), ("[limit + 1..limit + 5]", "3"), ("even(?)", "4"), ("-", "5"))
    document = a_table("t", *rows, hit_policy="rule order")

    assert decided(document, 1, limit=3) == [1, 5]
    assert decided(document, 3, limit=3) == [2, 5]
    assert decided(document, 4, limit=3) == [3, 4, 5]


def test_an_input_may_be_any_expression() -> None:
    document = a_table("t", ("> 10", "1"), ("<= 10", "2"), inputs=(Input(id="i", expression="order.amount * 2"),))
    table = tables.compile(document)

    assert [table.evaluate({"order": {"amount": amount}}).value for amount in (5, 6)] == [2, 1]


def test_a_list_is_tested_item_by_item_where_the_cell_says_so() -> None:
    rows = (('list contains(?, "a")', "1"), ("count(?) > 1", "2"), ("-", "3"))
    document = a_table(
        "t", *rows, hit_policy="rule order", inputs=(Input(id="i", expression="tags", type="list<string>"),)
    )
    table = tables.compile(document)

    assert table.evaluate({"tags": ["a"]}).value == [1, 3]
    assert table.evaluate({"tags": ["b", "c"]}).value == [2, 3]


def test_a_value_that_is_not_allowed_gives_null_with_a_warning() -> None:
    inputs = (Input(id="i", expression="amount", type="number", allowed="[0..100]"),)
    table = tables.compile(a_table("t", ("-", "1"), inputs=inputs))
    result = table.evaluate({"amount": 101})

    assert table.evaluate({"amount": 100}).value == 1
    assert result.value is None
    assert "input amount is 101, which is not one of the allowed values [0..100]" in messages(result)


def test_a_value_that_is_not_allowed_gives_null_even_where_a_default_stands_ready() -> None:
    inputs = (Input(id="a", expression="amount", type="number"), Input(id="b", expression="size", allowed="1, 2"))
    outputs = (Output(id="o", name="o", default="0"),)
    rules = (a_row("r1", "> 5", "-", "1", inputs=2),)
    table = tables.compile(a_table("t", rules=rules, inputs=inputs, outputs=outputs))

    assert table.evaluate({"amount": 1, "size": 2}).value == 0
    assert table.evaluate({"amount": 1, "size": 3}).value is None


def test_allowed_values_may_be_computed() -> None:
    inputs = (Input(id="i", expression="amount", type="number", allowed="<= limit"),)
    table = tables.compile(a_table("t", ("-", "1"), inputs=inputs))

    assert table.evaluate({"amount": 5, "limit": 5}).value == 1
    assert table.evaluate({"amount": 6, "limit": 5}).value is None


@pytest.mark.parametrize(
    ("table", "pointer"),
    [
        (
            a_table("t", ("-", "1"), inputs=(Input(id="i", expression="amount", allowed="gold, silver"),)),
            "/inputs/0/allowed",
        ),
        (a_table("t", ("-", '"red"'), outputs=(Output(id="o", name="o", allowed="red"),)), "/outputs/0/allowed"),
        (a_table("t", ("-", "1"), outputs=(Output(id="o", name="o", default="red"),)), "/outputs/0/default"),
        (a_table("t", ("red", "1"), inputs=(Input(id="i", expression="amount"),)), "/rules/0/inputs/0"),
        (a_table("t", ("-", "red")), "/rules/0/outputs/0"),
    ],
)
def test_a_text_without_quotes_is_an_unknown_name_where_names_are_closed(table: Table, pointer: str) -> None:
    with pytest.raises(TableError) as refusal:
        tables.compile(table, given=("order",))

    assert [fault.pointer for fault in refusal.value.faults] == [pointer]
    assert refusal.value.faults[0].reason.startswith("Unknown name")


def test_cells_may_read_what_columns_read_and_what_is_given() -> None:
    document = a_table("t", ("< amount + order.limit", "amount"))

    assert tables.compile(document, given=("order",)).evaluate({"amount": 1, "order": {"limit": 2}}).value == 1


# --- warnings and traces


def test_a_null_that_decides_is_explained_with_rule_and_cell() -> None:
    document = Table(
        key="t",
        name="t",
        inputs=(Input(id="age", expression="age", type="number"), Input(id="risk", expression="risk", type="string")),
        outputs=(Output(id="o", name="o"),),
        rules=(a_row("adult", ">= 18", '"low"', "1", inputs=2), a_row("other", ">= 18", '"high"', "2", inputs=2)),
    )
    result = tables.compile(document).evaluate({"age": None, "risk": "low"})

    assert result.value is None
    (warning,) = [each for each in result.warnings if each.where == "/rules/0/inputs/0"]
    assert warning.text == ">= 18"
    assert "input age is null" in warning.message
    assert "rule adult did not match" in warning.message


def test_a_value_of_the_wrong_type_is_explained() -> None:
    result = tables.compile(a_table("t", ("> 1", "1"))).evaluate({"amount": "many"})

    assert result.value is None
    assert 'input amount is "many", a string, but the column\'s type is number' in messages(result)


def test_a_match_that_needs_no_explanation_has_no_warning() -> None:
    assert tables.compile(a_table("t", ("> 1", "1"))).evaluate({"amount": 2}).warnings == ()


def test_an_output_that_is_null_says_where() -> None:
    result = tables.compile(a_table("t", ("-", "amount / 0"))).evaluate({"amount": 2})

    assert result.value is None
    assert [each.where for each in result.warnings] == ["/rules/0/outputs/0"]


def test_a_computed_output_of_the_wrong_type_is_null_with_a_warning() -> None:
    result = tables.compile(a_table("t", ("-", "amount"))).evaluate({"amount": "x"})

    assert result.value is None
    assert "rule r1 gives a string for rate, whose type is number" in messages(result)


def test_a_computed_output_that_is_not_allowed_is_null_with_a_warning() -> None:
    result = tables.compile(ranked("first", ("-", "name"))).evaluate({"amount": 1, "name": "iron"})

    assert result.value is None
    assert "is not one of the allowed ones" in messages(result)


def test_the_trace_tells_which_rules_matched_and_why_the_others_did_not() -> None:
    document = a_table("t", ("> 100", "1"), ("[10..20]", "2"), ("< 50", "3"), hit_policy="first")
    trace = tables.compile(document).evaluate({"amount": 15}).trace

    assert trace.matched == ("r2", "r3")
    assert [(seen.column, seen.value) for seen in trace.inputs] == [("amount", 15)]
    (refusal,) = trace.why_not("r1")
    assert (refusal.column, refusal.cell, refusal.value, refusal.verdict) == ("amount", "> 100", 15, False)
    assert str(refusal) == "amount: > 100 is false for 15"
    assert trace.why_not("r2") == ()
    with pytest.raises(KeyError):
        trace.why_not("r9")


def test_time_enters_as_an_argument() -> None:
    table = tables.compile(a_table("t", ("-", "now().year")))

    assert table.evaluate({"amount": 1}, datetime(2031, 5, 6, tzinfo=UTC)).value == 2031


# --- what cannot be compiled


def faults(document: Table, **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(TableError) as refused:
        tables.compile(document, **options)
    return [(fault.pointer, fault.reason) for fault in refused.value.faults]


def test_all_faults_are_named_at_once_with_place_and_column() -> None:
    document = a_table("t", ("> 100", "0.1"), ("> > 5", "0"), ("5", "(1"))
    with pytest.raises(TableError) as refused:
        tables.compile(document)

    first, second = refused.value.faults
    assert (first.pointer, first.row, first.cell, first.text, first.line) == (
        "/rules/1/inputs/0", "r2", "amount", "> > 5", 1,
    )  # fmt: skip
    assert first.column == 3
    assert (second.pointer, second.row, second.cell) == ("/rules/2/outputs/0", "r3", "rate")
    assert "/rules/1/inputs/0 (rule r2, column amount)" in str(refused.value)


@pytest.mark.parametrize("mode", ["strict", "standard"])
def test_a_row_with_too_few_or_too_many_cells_is_refused(mode: Any) -> None:
    rules = (Rule(id="r1", inputs=(), outputs=("1",)), Rule(id="r2", inputs=("1",), outputs=("1", "2")))

    assert faults(a_table("t", rules=rules), mode=mode) == [
        ("/rules/0/inputs", "0 cells for 1 inputs."),
        ("/rules/1/outputs", "2 cells for 1 outputs."),
    ]


def test_strict_mode_refuses_names_that_nobody_gives() -> None:
    pointers = [pointer for pointer, _ in faults(a_table("t", ("< limit", "rate2")), names=("amount",))]

    assert pointers == ["/rules/0/inputs/0", "/rules/0/outputs/0"]


def test_strict_mode_refuses_outputs_of_the_wrong_type_or_not_allowed() -> None:
    assert faults(a_table("t", ("1", '"x"'))) == [
        ("/rules/0/outputs/0", '"x" is not possible here: the type of the column is number.')
    ]
    ((pointer, reason),) = faults(ranked("first", ("1", '"iron"')))
    assert pointer == "/rules/0/outputs/0"
    assert 'the allowed values of the column are "gold", "silver", "bronze"' in reason


def test_standard_mode_turns_such_outputs_into_null_with_a_warning() -> None:
    result = tables.compile(a_table("t", ("-", '"x"')), mode="standard").evaluate({"amount": 1})

    assert result.value is None
    assert "gives a string" in messages(result)


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ({"hit_policy": "priority"}, "/hit_policy"),
        ({"hit_policy": "first", "aggregation": "sum"}, "/aggregation"),
        ({"outputs": ()}, "/outputs"),
    ],
)
def test_a_hit_policy_that_cannot_work_is_refused(options: dict[str, Any], pointer: str) -> None:
    assert pointer in [each for each, _ in faults(a_table("t", rules=(), **options))]


def test_aggregating_several_outputs_is_refused_in_strict_mode_and_null_in_standard_mode() -> None:
    document = a_table("t", rules=(a_row("r1", "-", "1", '"x"'),), outputs=TWO, hit_policy="collect", aggregation="sum")

    assert [pointer for pointer, _ in faults(document)] == ["/aggregation"]
    assert tables.compile(document, mode="standard").evaluate({"amount": 1}).value is None


def test_a_type_is_one_that_feel_knows() -> None:
    inputs = (Input(id="a", expression="a", type="nubmer"), Input(id="b", expression="b", type="list<string>"))
    document = a_table("t", inputs=inputs, rules=(a_row("r1", "-", "-", "1", inputs=2),))

    ((pointer, reason),) = faults(document)
    assert pointer == "/inputs/0/type"
    assert "'nubmer' is no type" in reason
    assert tables.compile(document, mode="standard").evaluate({"a": 1, "b": ["x"]}).value == 1


def test_a_list_of_the_wrong_items_is_explained() -> None:
    inputs = (Input(id="a", expression="amount", type="list<string>"),)
    table = tables.compile(a_table("t", ("count(?) > 0", "1"), inputs=inputs))

    assert table.evaluate({"amount": ["x"]}).warnings == ()
    assert "the column's type is list<string>" in messages(table.evaluate({"amount": [1]}))


def test_ids_and_names_are_used_once() -> None:
    rules = (a_row("r1", "1", "1"), a_row("r1", "2", "2"))

    assert faults(a_table("t", rules=rules)) == [("/rules/1", "The rule id 'r1' is used twice.")]


# --- the index


def test_a_wide_table_of_every_kind_of_cell_agrees_with_asking_each_cell() -> None:
    """Enough rows that row sets are longer than a machine word."""
    rows = tuple((f"[{n}..{n + 7})" if n % 3 else f"not({n})", str(n)) for n in range(200))
    table = tables.compile(a_table("t", *rows, hit_policy="collect"))

    for amount in (-1, 0, 3, 57, 57.5, 199, 206, 500):
        expected = [n for n in range(200) if (n <= amount < n + 7 if n % 3 else n != amount)]
        assert table.evaluate({"amount": amount}).value == expected


def test_names_of_other_classes_than_feels_are_found_too() -> None:
    class Size(StrEnum):
        SMALL = "small"

    table = tables.compile(
        a_table("t", ('"small"', "1"), ("-", "2"), hit_policy="first", inputs=(Input(id="i", expression="size"),))
    )

    assert table.evaluate({"size": Size.SMALL}).value == 1
    assert table.evaluate({"size": object()}).value == 2
