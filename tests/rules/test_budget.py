"""Work is charged by what is done: nothing in the rule language is long within a small number of steps.

Steps are counted here, never time. One step stands for about a microsecond.
"""

import decimal
from decimal import Decimal
from typing import Any

import pytest

from runtime.rules import feel, tables
from runtime.rules.budget import EXPRESSION, Budget
from runtime.rules.documents import Input
from tests.builders import a_table

PLENTY = 100_000_000


def spent(text: str, scope: dict[str, Any] | None = None) -> int:
    """The steps that an expression takes."""
    budget = Budget(PLENTY)
    feel.compile(text, None, "standard").evaluate(scope or {}, budget=budget)
    return PLENTY - budget.left


def limited(result: feel.Result | tables.Result) -> bool:
    return result.value is None and "limit" in {warning.code for warning in result.warnings}


@pytest.mark.parametrize(
    "text",
    [
        "for i in l return i",
        "for i in l return for j in 1..10 return i",
        "some i in l satisfies i = -1",
        "l[item = -1]",
        "-1 in l",
        "list contains(l, -1)",
        "index of(l, -1)",
        "l = k",
        "is(l, k)",
        "sum(l)",
        "min(l)",
        "median(l)",
        "stddev(l)",
        "mode(l)",
        "sort(l)",
        "sort(l, function(a, b) a > b)",
        "distinct values(l)",
        "union(l, k)",
        "append(l, 1)",
        "reverse(l)",
        "flatten([l, k])",
        "string(l)",
        "d.a",
        "distinct values(d)",
        "d = e",
        "l instance of list<number>",
        "d instance of list<context<a: number>>",
        "string join(t, \",\")",
        's + "b"',
        "upper case(s)",
        'matches(s, "c")',
        'replace(s, "a", "b")',
        'split(s, "b")',
        'matches(s, "(b)c\\\\1")',
        "for i in l return partial",
    ],
)  # fmt: skip
def test_twice_the_data_costs_at_least_nearly_twice_the_steps(text: str) -> None:
    def scope(n: int) -> dict[str, Any]:
        numbers = [Decimal(number) for number in range(n)]
        contexts = [{"a": number} for number in numbers]
        return {
            "l": numbers, "k": numbers[:], "d": contexts, "e": [dict(each) for each in contexts],
            "t": [f"text {number}" for number in numbers], "s": "ab" * n * 64,
        }  # fmt: skip

    small, large = spent(text, scope(300)), spent(text, scope(600))
    assert small > 50
    assert large >= 1.8 * small


@pytest.mark.parametrize(
    ("cheap", "dear", "times"),
    [
        ("for i in 1..100 return i", "for i in 1..100 return i + i * i - i / 3 + i * 7 + i + i + i", 3),
        ("for i in 1..100 return i * 2", "for i in 1..100 return i ** 0.5", 10),
        ("for i in 1..100 return i + 1", "for i in 1..100 return log(i)", 10),
        ('for i in 1..100 return matches("aaa", "a+b")', 'for i in 1..100 return matches("aaa", "(?:a+b){800}")', 4),
        ('matches("a", "b")', 'matches("a", "\\\\p{L}+", "i")', 100),
        ('for i in 1..9 return matches("a", "b")', 'for i in 1..9 return matches("a", "b" + string(i))', 3),
        ("for i in 1..100 return i", 'for i in 1..100 return range("[1..10]")', 10),
        ("for i in 1..100 return f(i)", "for i in 1..100 return date and time(2024, 2, 3, i, 1, 1)", 1),
    ],
)
def test_what_takes_longer_costs_more(cheap: str, dear: str, times: int) -> None:
    assert spent(dear) > times * spent(cheap)


def test_what_a_caller_hands_in_is_converted_once_however_often_it_is_read() -> None:
    scope = {"l": [{"a": number, "b": [number]} for number in range(5000)]}

    once, often = spent("count(l)", scope), spent("for i in 1..500 return count(l)", scope)

    assert once > 1000
    assert often < once + 500 * 40


@pytest.mark.parametrize("text", ['"(a*)*\\\\1b"', '"(a|a)*\\\\1b"', '"(a?){20}\\\\1b"'])
def test_backtracking_ends_with_the_evaluation(text: str) -> None:
    result = feel.compile(f'matches("{"a" * 60}", {text})', None, "standard").evaluate({})

    assert limited(result)


@pytest.mark.parametrize(
    ("dividend", "divisor"),
    [
        ("1E6000", "7"), ("-1E6000", "7"), ("1E6000", "-7"), ("123456789E5000", "1.7"), ("1E6000", "1E-6000"),
        ("3.5E100", "0.3"), ("-3.5E100", "0.3"), ("9999999999999999999999999999999999E60", "1E-3"),
        ("1E6000", "9999999999999999999999999999999999"),
    ],
)  # fmt: skip
def test_the_remainder_of_a_huge_number_is_exact_and_costs_what_a_small_one_costs(dividend: str, divisor: str) -> None:
    one, other = (int(Decimal(text).scaleb(6200, _wide())) for text in (dividend, divisor))

    result = feel.compile("modulo(a, b)").evaluate({"a": Decimal(dividend), "b": Decimal(divisor)})

    assert result.warnings == ()
    assert int(Decimal(result.value).scaleb(6200, _wide())) == one % other
    assert spent(f"modulo({dividend}, {divisor})") < 20


def _wide() -> decimal.Context:
    return decimal.Context(prec=20_000, Emin=-99_999, Emax=99_999)


def test_a_pattern_that_is_too_large_to_compile_is_refused_and_paid_for() -> None:
    text = 'matches("a", string join(for i in 1..1000 return "[A-Z\\\\p{L}]"), "i")'
    result = feel.compile(text, None, "standard").evaluate({})

    assert result.value is None
    assert "the pattern is too large" in result.warnings[0].message
    assert spent(text) > 100_000


def test_one_expression_ends_after_its_steps_whatever_its_budget_is() -> None:
    budget = Budget(PLENTY)
    result = feel.compile("count(for i in 1..100000000 return i)").evaluate({}, budget=budget)

    assert limited(result)
    assert EXPRESSION * 0.99 < PLENTY - budget.left < EXPRESSION * 1.01


def test_evaluations_share_a_budget_and_give_back_what_they_do_not_need() -> None:
    budget = Budget(10_000)
    loop = feel.compile("count(for i in 1..1000 return i)")

    first = loop.evaluate({}, budget=budget)
    left = budget.left
    results = [loop.evaluate({}, budget=budget) for _ in range(10)]

    assert first.value == 1000
    assert 7_000 < left < 9_000
    assert budget.exhausted
    assert results[0].value == 1000
    assert limited(results[-1])


def test_where_a_clock_is_given_the_time_ends_too() -> None:
    ticks = iter(range(1000))
    budget = Budget(PLENTY, seconds=20, clock=lambda: float(next(ticks)))

    result = feel.compile("count(for i in 1..100000000 return i)").evaluate({}, budget=budget)

    assert limited(result)
    assert budget.exhausted
    assert limited(feel.compile("1 + 1").evaluate({}, budget=budget))


def test_the_cells_of_a_table_share_one_budget() -> None:
    rows = [(f"count(for i in 1..{6000 + number} return i) < ?", "1") for number in range(1000)]
    table = tables.compile(a_table("t", *rows, hit_policy="first"))

    assert limited(table.evaluate({"amount": 1}, budget=Budget(100_000)))
    assert limited(table.evaluate({"amount": 1}))  # and one of its own, where none is given


def test_a_cell_beyond_the_budget_never_lets_another_row_decide() -> None:
    rows = [("count(for i in 1..100000000 return i) > ?", "1"), ("-", "2")]
    result = tables.compile(a_table("t", *rows, hit_policy="first")).evaluate({"amount": 1})

    assert limited(result)
    assert result.fired == ()


def test_an_output_beyond_the_budget_makes_the_whole_decision_null() -> None:
    rows = [("-", "count(for i in 1..100000000 return i)"), ("-", "2")]
    result = tables.compile(a_table("t", *rows, hit_policy="rule order")).evaluate({"amount": 1})

    assert limited(result)


def test_an_input_expression_that_warns_is_never_decided_without_its_warning() -> None:
    inputs = (Input(id="amount", expression="number(text)"),)
    result = tables.compile(a_table("t", ("-", "1"), inputs=inputs)).evaluate({"text": "fast"})

    assert result.value == 1  # null is passed on
    assert "'fast' is not a number" in result.warnings[0].message


def test_a_trace_takes_from_the_same_budget() -> None:
    budget = Budget(20_000)
    result = feel.compile("count(for i in 1..2000 return i) > a").evaluate({"a": 1}, budget=budget)
    before = budget.left

    assert result.trace
    assert budget.left < before


def test_a_message_shows_the_beginning_of_a_long_value() -> None:
    table = tables.compile(a_table("t", ("> 1", "1")))
    (warning, *_) = table.evaluate({"amount": ["x" * 1000] * 1000}).warnings

    assert len(warning.message) < 1000
    assert "…" in warning.message
