"""Expressions are compiled once, refused with a place when they are none, and never raise for bad data."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from runtime.rules import feel
from runtime.rules.errors import FeelSyntaxError
from runtime.rules.values import Range, WideDate, WideDateTime, WideDuration, WideTime, YearsMonths

ORDER = {"order": {"id": "string", "total": "number", "placed": "date", "lines": None}, "limit": "number"}


def value(text: str, scope: Any = None, mode: feel.Mode = "standard") -> Any:
    return feel.compile(text, None, mode).evaluate(scope or {}).value


def refused(text: str, names: Any = None, mode: feel.Mode = "strict") -> FeelSyntaxError:
    with pytest.raises(FeelSyntaxError) as error:
        feel.compile(text, names, mode)
    return error.value


# --- refusals


def test_a_refusal_says_line_column_length_and_shows_a_caret() -> None:
    error = refused("1 +\n  limitt * 2", ORDER)

    assert (error.line, error.column, error.length) == (2, 3, 6)
    assert str(error).splitlines() == [
        "line 2, column 3: Unknown name `limitt`. Did you mean `limit`?",
        "  limitt * 2",
        "  ^^^^^^",
    ]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("1 +", 4),
        ("(1", 3),
        ("[1, 2", 6),
        ("{a 1}", 5),
        ('"open', 1),
        ("1 /* open", 3),
        ("if 1 then 2", 12),
        ("for x in [1] retrun x", 14),
        ("f(a: 1, 2)", 9),
        ("a.", 3),
        ("1 2", 3),
        ("a $ b", 3),
        ("1 instance of", 14),
        ("and", 1),
        ("", 1),
        ("@5", 2),
        ("x between 1", 12),
    ],
)
def test_what_does_not_parse_is_refused_where_it_stops_making_sense(text: str, column: int) -> None:
    assert refused(text, None, "standard").column == column


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("orders.total", "Unknown name `orders`. Did you mean `order`?"),
        ("order.totl", "`order` has no `totl`. Did you mean `total`?"),
        ('order.total + "a"', "Number + string has no value."),
        ('order.total > "a"', "A number is compared with a string, which is never true."),
        ("order.placed > 1", "A date is compared with a number, which is never true."),
        ("order.placed * 2", "Date * number has no value."),
        ("-order.id", "A string has no negative"),
        ("order.id.x", "A string has no 'x'"),
        ("order.placed.hour", "A date has no 'hour'"),
        ("if order.total then 1 else 2", "The condition is a number"),
        ("order.total and true", "A number is neither true nor false"),
        ("substring(order.id)", "Substring expects 2 arguments, not 1"),
        ("substring(order.total, 1)", "Substring wants a string for 'string', not number"),
        ("substring(text: order.id, start position: 1)", "Substring has no parameter 'text'"),
        ("order.total()", "A number is not a function"),
        ('@"2024-13-01"', "'2024-13-01' is neither a date"),
        ("{a: 1, a: 2}", "The entry 'a' is there twice"),
        ("limit instance of money", "There is no type 'money'"),
        ("sum(order.lines) > true", "A boolean has no order"),
    ],
)
def test_strict_mode_refuses_what_no_value_can_make_sense_of(text: str, reason: str) -> None:
    assert refused(text, ORDER).reason.startswith(reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "This cell is empty. Enter a value, or `null`."),
        ("4,90", "Use a decimal point: `4.90`."),
        ("red", 'Unknown name `red`. For text, write `"red"`.'),
        ("order.id == 1", "FEEL compares with a single `=`."),
        ("order.id <> 1", "FEEL writes `!=`."),
        ("true && false", "FEEL writes `and`."),
        ("true || false", "FEEL writes `or`."),
        ("1 +", "A value is missing after `+`."),
        ("* 2", "`*` cannot begin a value."),
        ("1 2", "`2` is not expected here. Remove it, or write an operator before it."),
        ("contians(order.id)", "Unknown function `contians`. Did you mean `contains`?"),
        ("order.colour", "`order` has no `colour`. It has id, lines, placed, total."),
    ],
)
def test_a_refusal_says_what_to_write_instead(text: str, reason: str) -> None:
    assert refused(text, ORDER).reason == reason


@pytest.mark.parametrize(
    ("type", "reason"),
    [
        ("string", 'Unknown name `gold`. For text, write `"gold"`.'),
        ("number", "Unknown name `gold`. The value is a number."),
    ],
)
def test_a_word_in_a_cell_is_an_unknown_name(type: str, reason: str) -> None:
    with pytest.raises(FeelSyntaxError) as error:
        feel.compile_tests("gold, silver", (), type=type)

    assert error.value.reason == reason


def test_standard_mode_leaves_the_same_to_evaluation() -> None:
    result = feel.compile('limit + "a" + missing', ("limit",), "standard").evaluate({"limit": 1})

    assert result.value is None
    assert (result.warnings[0].code, result.warnings[0].message) == ("type", "number + string has no value")


@pytest.mark.parametrize("digits", ["9" * 6145, "9" * 7000, "1" + "0" * 6145, "9" * 6145 + ".5", "1e6145", "1e9999999"])
def test_a_number_that_is_too_large_is_refused_at_its_place(digits: str) -> None:
    error = refused(f"1 + {digits}")

    assert (error.line, error.column, error.reason) == (1, 5, "The number is too large.")
    assert value(f'number("{digits}")') is None


def test_strict_mode_says_nothing_where_it_knows_nothing() -> None:
    assert value("a.b + c > d(e)", {"a": {"b": 1}, "c": 2}, "strict") is None


@pytest.mark.parametrize("name", ["total", "first name", "a+b", "profit and loss", "item-1", "x / y", "person's"])
def test_names_with_spaces_and_symbols_are_known_by_scope(name: str) -> None:
    expression = feel.compile(f"{name} + 1", [name])

    assert expression.evaluate({name: 2}).value == 3
    assert expression.paths == {(name,)}


def test_the_longest_name_wins() -> None:
    names = ("net", "net price", "net price list", "price")

    assert feel.compile("net price list", names).paths == {("net price list",)}
    assert feel.compile("net price + price", names).paths == {("net price",), ("price",)}


# --- what it reads


def test_paths_are_what_is_read_of_the_scope() -> None:
    text = "results.survey.score > limit and count(order.lines[price > limit]) > (for x in xs return x.y)[1]"

    assert feel.compile(text).paths == {
        ("results", "survey", "score"),
        ("limit",),
        ("order", "lines"),
        ("xs",),
    }


def test_a_builtin_that_is_called_is_no_path_but_a_variable_of_its_name_is() -> None:
    assert feel.compile("count(items) > count").paths == {("items",), ("count",)}


def test_the_trace_tells_what_the_parts_were_worth() -> None:
    result = feel.compile("a.b > 1 and c = 2").evaluate({"a": {"b": 5}, "c": 3})

    assert [(step.text, step.value) for step in result.trace] == [
        ("a.b > 1", True), ("a.b", 5), ("c = 2", False), ("c", 3),
    ]  # fmt: skip


# --- values


def test_plain_python_goes_in() -> None:
    scope = {"i": 1, "f": 0.1, "big": 10**40, "t": (1, 2), "d": {"x": {"y": [1]}}, "o": object(), "inf": float("inf")}

    assert value("i + f", scope) == Decimal("1.1")
    assert value("big", scope) == 10**40
    assert value("t", scope) == [1, 2]
    assert value("d.x.y[1]", scope) == 1
    assert value("o = null and inf = null", scope) is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('@"2024-02-29"', date(2024, 2, 29)),
        ('@"12:30:00.5"', time(12, 30, 0, 500000)),
        ('@"2024-02-29T12:30:00"', datetime(2024, 2, 29, 12, 30)),
        ('@"PT1H"', timedelta(hours=1)),
        ('@"P1Y"', YearsMonths(12)),
        ('@"12345-01-01"', WideDate(12345, 1, 1)),
        ('@"12:30:00.123456789"', WideTime(12, 30, 0, 123456789)),
        ('@"-0001-01-01T00:00:00"', WideDateTime(-1, 1, 1, 0, 0, 0, 0)),
        ('@"PT0.000000001S"', WideDuration(1)),
        ("[1..2)", Range(Decimal(1), Decimal(2), True, False)),
    ],
)
def test_plain_python_comes_out_where_python_can_hold_it(text: str, expected: object) -> None:
    assert value(text) == expected
    assert type(value(text)) is type(expected)


def test_a_value_that_fits_python_again_becomes_one_of_python_again() -> None:
    assert value('@"12345-01-01" - @"P3000Y"') == date(9345, 1, 1)


def test_an_evaluation_without_a_time_has_no_today() -> None:
    result = feel.compile("today()").evaluate({})

    assert result.value is None
    assert result.warnings[0].message == "today: the time is not known here"
    assert feel.compile("today()").evaluate({}, datetime(2024, 2, 29, 1)).value == date(2024, 2, 29)


def test_warnings_point_at_the_part_that_is_at_fault() -> None:
    text = '1 + length("abc") + order.total'
    (first, *_) = feel.compile(text, None, "standard").evaluate({"order": {}}).warnings

    assert first.code == "name"
    assert text[first.start : first.end] == "length"


def test_a_function_keeps_the_values_it_was_made_with() -> None:
    text = "{make: function(a) function(b) a + b, one: make(1), two: make(2), r: [one(10), two(10)]}.r"

    assert value(text) == [11, 12]


# --- unary tests


@pytest.mark.parametrize(
    ("text", "given", "verdict"),
    [
        ("-", None, True),
        ("5", 5, True),
        ("5", 6, False),
        ("5", "5", None),
        ('"a", "b"', "b", True),
        ('"a", "b"', "c", False),
        ('not("a", "b")', "c", True),
        ('not("a", "b")', "b", False),
        ("not(5)", "x", None),
        ("> 5", 6, True),
        ("> 5", None, None),
        ("[1..5)", 5, False),
        ("< 3, > 7", 8, True),
        ("= 5", 5, True),
        ("!= 5", 5, False),
        ("null", None, True),
        ("not(null)", 1, True),
        ("true", True, True),
        ("true", False, False),
        ("? > limit", 11, True),
        ("? > limit * 2", 11, False),
        ("even(?)", 4, True),
        ('contains(?, "b") and string length(?) > 2', "abc", True),
        ("limit", 10, True),
        ("limit > 5", 3, True),
        ("[1, 2, 3]", 2, True),
        ("[1, 2, 3]", 4, False),
        ('["a"]', ["a"], True),
        ("-5", -5, True),
        ("- 5", -5, True),
        ("(1..5)", 1, False),
        ("]1..5]", 5, True),
    ],
)
def test_a_cell_says_of_a_value_true_false_or_null(text: str, given: Any, verdict: bool | None) -> None:
    assert feel.compile_tests(text, ("limit",)).matches(given, {"limit": 10}) is verdict


def test_a_cell_that_no_input_of_its_type_can_pass_is_refused() -> None:
    with pytest.raises(FeelSyntaxError, match="The value is a number, never a string"):
        feel.compile_tests('> 5, "x"', (), type="number")


def test_a_cell_of_nothing_is_refused() -> None:
    with pytest.raises(FeelSyntaxError):
        feel.compile_tests("", ())


# --- bounds

# A string of half a megabyte as s, another one as t.
LONG = '{d: function(s, n, d) if n = 0 then s else d(s + s, n - 1, d), s: d("a", 19, d), t: d("a", 19, d), r: %s}.r'


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "[" * 5000,
        "{a:" * 5000,
        "-" * 5000 + "1",
        "if a then " * 5000,
        "1" + "+1" * 5000,
        "f" + "(1)" * 5000,
        "a" + ".b" * 5000,
        "x instance of " + "list<" * 5000,
        "not(" * 5000,
        '"' + "x" * 300_000 + '"',
        "function(a) " * 5000,
        "a[" * 5000,
    ],
)
def test_what_is_too_deep_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        feel.compile(text)
    with pytest.raises(FeelSyntaxError):
        feel.compile_tests(text)


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..10**9 return i",
        "some i in 1..10**9 satisfies i < 0",
        "{f: function(n, f) f(n + 1, f), r: f(1, f)}.r",
        "{f: function(n, f) f(n, f) + f(n, f), r: f(1, f)}.r",
        '{d: function(s, n, d) if n = 0 then s else d(s + s, n - 1, d), r: d("ab", 40, d)}.r',
        "{d: function(s, n, d) if n = 0 then s else d(concatenate(s, s), n - 1, d), r: d([1], 40, d)}.r",
        "{d: function(s, n, d) if n = 0 then s else d([s, s], n - 1, d), r: d([1], 40, d)}.r",
        "for i in 1..40 return [partial, partial]",
        "string({d: function(s, n, d) if n = 0 then s else d([s, s], n - 1, d), r: d([1], 40, d)}.r)",
        "{d: function(s, n, d) if n = 0 then s else d([s, s], n - 1, d), r: d([1], 40, d) = d([1], 40, d)}.r",
        "flatten({d: function(s, n, d) if n = 0 then s else d([s, s], n - 1, d), r: d([1], 40, d)}.r)",
        'matches({d: function(s, n, d) if n = 0 then s else d(s + s, n - 1, d), r: d("a", 18, d)}.r, "(a*)*\\1b")',
        'replace({d: function(s, n, d) if n = 0 then s else d(s + s, n - 1, d), r: d("a", 19, d)}.r, "a", "bbbbbbbb")',
        "(10**10)**(10**10)",
        "1e9999",
        "for i in 1..100000, j in 1..100000 return 1",
        LONG % "for i in 1..100000 return upper case(s)",
        LONG % "for i in 1..100000000 return s = t",
        LONG % "for i in 1..100000000 return [s] = [t]",
        LONG % 'for i in 1..100000000 return contains(s, "b")',
    ],
)
def test_what_would_take_too_long_or_too_much_is_null_with_a_warning(text: str) -> None:
    try:
        result = feel.compile(text, None, "standard").evaluate({})
    except FeelSyntaxError:
        return

    assert result.value is None
    assert result.warnings


def test_a_long_chain_of_or_is_no_deep_tree() -> None:
    assert value(" or ".join(f"x = {number}" for number in range(5000)), {"x": 4999}) is True


def test_what_a_caller_does_to_a_result_does_not_change_the_expression() -> None:
    expression = feel.compile("[1, 2]")
    expression.evaluate({}).value.append(3)

    assert expression.evaluate({}).value == [1, 2]
