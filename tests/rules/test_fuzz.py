"""Any text and any input give a value or our refusal, and nothing else."""

import contextlib
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.rules import dmn, feel, regex
from runtime.rules.errors import FeelSyntaxError, ModelError, OutOfBudget, Unfit
from runtime.rules.run import Run
from runtime.rules.signatures import FUNCTIONS
from runtime.rules.text import literal
from runtime.rules.values import Range, YearsMonths, kind
from tests.depth import deeper

NOW = datetime(2024, 2, 29, 12, 30, tzinfo=UTC)
BOUNDED = settings(max_examples=deeper(150), suppress_health_check=list(HealthCheck))

WORDS = [
    *re.findall(
        r"\S+",
        """
        + - * / ** ( ) [ ] { } , : . .. < > <= >= = != ? @ -> | and or not between in instance of if then else for
        some every return satisfies function external true false null item partial a b order 1 0 -1 2.5 1e400
        10**10 1..3 [1..3] (1..3] list< context< range< function<number>->number number string date
        """,
    ),
    '"x"', '""', '"a.*(b)"', '"P1D"', '"P1Y"', '"2024-02-29"', '"12:30:00Z"',
    '@"2024-02-29T12:00:00@Europe/Paris"', '@"P1Y"', '@"PT0.5S"', '@"999999999-12-31"', '@"12:00:00"',
    "[1, 2, null]", "{a: 1, b: [2]}", "function(a, b) a < b", "// note\n", "/* note */", "\\", "#", "\u2003", "🐎",
    "\ud800",
]  # fmt: skip
LEAVES = [*(word for word in WORDS if word[0] in '"@[{0123456789'), "a", "b", "order", "null"]
soups = st.lists(st.sampled_from([*WORDS, *FUNCTIONS]), max_size=25).map(" ".join)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=8),
    st.integers(-(10**40), 10**40),
    st.floats(),
    st.decimals(allow_nan=True),
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.one_of(st.none(), st.just(UTC))),
    st.timedeltas(),
    st.builds(YearsMonths, st.integers(-(10**6), 10**6)),
    st.builds(Range, st.integers(-3, 0).map(Decimal), st.integers(0, 3).map(Decimal), st.booleans(), st.booleans()),
    st.builds(object),
)
inputs = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
)
scopes = st.dictionaries(st.sampled_from(["a", "b", "order", "item", "count", "x y"]), inputs, max_size=4)


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> str:
    """Text that mostly parses: what random words reach too rarely."""
    if depth == 0:
        return draw(
            st.sampled_from([word for word in WORDS if word[0] in '"@[{0123456789'] + ["a", "b", "order", "null"])
        )
    inner = expressions(depth=depth - 1)
    shape = draw(st.integers(0, 11))
    one, other, third = draw(inner), draw(inner), draw(inner)
    match shape:
        case 0 | 1:
            operator = draw(st.sampled_from(["+", "-", "*", "/", "**", "=", "!=", "<", "<=", "and", "or", "in"]))
            return f"({one} {operator} {other})"
        case 2:
            return f"[{one}, {other}][{third}]"
        case 3:
            return f"(if {one} = null then {other} else {third})"
        case 4:
            return f"(for a in {one}, b in {other} return {third})"
        case 5:
            return f"({draw(st.sampled_from(['some', 'every']))} a in {one} satisfies {other})"
        case 6:
            return f"{{a: {one}, b: {other}, c: {third}}}.{draw(st.sampled_from('abcd'))}"
        case 7:
            return f"[{one}..{other}]"
        case 8:
            return f"(function(a, b) {one})({other}, {third})"
        case _:
            name = draw(st.sampled_from(sorted(FUNCTIONS)))
            return f"{name}({', '.join([one, other, third][: draw(st.integers(0, 3))])})"


def obeys(text: str, scope: dict[str, Any], mode: feel.Mode) -> None:
    try:
        expression = feel.compile(text, None if mode == "standard" else tuple(scope), mode)
    except FeelSyntaxError as error:
        refusal = error
    else:
        refusal = None
    if refusal is not None:
        assert min(refusal.line, refusal.column, refusal.length) >= 1
        assert refusal.reason in str(refusal)
        return
    result = expression.evaluate(scope, NOW)
    assert kind(result.value) != "foreign"
    assert isinstance(result.trace, tuple)
    assert all(0 <= each.start <= each.end <= len(text) or each.code == "limit" for each in result.warnings)
    with contextlib.suppress(OutOfBudget):
        literal(result.value)


@BOUNDED
@given(st.text(max_size=60), scopes, st.sampled_from(["strict", "standard"]))
def test_any_text_gives_a_value_or_a_refusal(text: str, scope: dict[str, Any], mode: feel.Mode) -> None:
    obeys(text, scope, mode)


@BOUNDED
@given(soups, scopes, st.sampled_from(["strict", "standard"]))
def test_any_words_of_the_language_give_a_value_or_a_refusal(text: str, scope: dict[str, Any], mode: feel.Mode) -> None:
    obeys(text, scope, mode)


@BOUNDED
@given(expressions(), scopes)
def test_any_expression_gives_a_value(text: str, scope: dict[str, Any]) -> None:
    obeys(text, scope, "standard")


@BOUNDED
@given(soups, inputs)
def test_any_cell_gives_a_verdict_or_a_refusal(text: str, value: Any) -> None:
    try:
        tests = feel.compile_tests(text)
    except FeelSyntaxError:
        return
    assert tests.matches(value, {"a": value}) in (True, False, None)


@BOUNDED
@given(st.text(alphabet="ab(.)[]^$*+?{}1,2-|\\dpL\n ", max_size=16), st.text(alphabet="ab\n1A", max_size=30), st.data())
def test_any_pattern_matches_or_is_refused(pattern: str, text: str, data: st.DataObject) -> None:
    flags = data.draw(st.text(alphabet="smixq", max_size=2))
    with contextlib.suppress(Unfit, OutOfBudget):
        run = Run()
        compiled = regex.compile(pattern, flags, run)
        compiled.search(text, run)
        compiled.split(text, run)
        compiled.replace(text, data.draw(st.sampled_from(["", "$0", "x$1", "\\$", "$9"])), run)


@BOUNDED
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_bytes_are_a_model_or_refused(xml: str | bytes) -> None:
    with pytest.raises(ModelError):
        dmn.load(xml)


# --- laws that hold whatever the values are

numbers = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
moments = st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(3000, 1, 1))
spans = st.timedeltas(min_value=timedelta(days=-360_000), max_value=timedelta(days=360_000))  # Python has no year 0


@BOUNDED
@given(inputs)
def test_what_is_written_is_read_as_the_same(value: Any) -> None:
    (stored,) = feel.compile("[x]").evaluate({"x": value}).value
    text = literal(stored)
    again = feel.compile(text, (), "standard").evaluate({}).value

    assert literal(again) == text


@BOUNDED
@given(st.sampled_from(["a + b", "a - b", "a * b", "a < b", "a = b", "-a", "abs(a)"]), numbers, numbers)
def test_numbers_behave_like_decimals(text: str, a: Decimal, b: Decimal) -> None:
    model = {
        "a + b": a + b,
        "a - b": a - b,
        "a * b": a * b,
        "a < b": a < b,
        "a = b": a == b,
        "-a": -a,
        "abs(a)": abs(a),
    }

    assert feel.compile(text).evaluate({"a": a, "b": b}).value == model[text]


@BOUNDED
@given(moments, moments, spans)
def test_moments_behave_like_those_of_python(one: datetime, other: datetime, span: timedelta) -> None:
    scope = {"a": one, "b": other, "s": span}

    def value(text: str) -> Any:
        return feel.compile(text).evaluate(scope).value

    assert value("a - b") == one - other
    assert value("a + s") == one + span
    assert value("a < b") == (one < other)
    assert value("date(a)") == one.date()
    assert value("week of year(a)") == one.isocalendar().week
    assert value("day of week(a)") == one.strftime("%A")
    assert value("day of year(a)") == one.timetuple().tm_yday
    assert value("date and time(date(a), time(a))") == one


@BOUNDED
@given(st.dates(min_value=date(1000, 1, 1), max_value=date(3000, 1, 1)), st.integers(-5000, 5000))
def test_months_added_are_months_between_unless_the_month_was_too_short(day: date, months: int) -> None:
    scope = {"d": day, "m": YearsMonths(months)}
    later = feel.compile("d + m").evaluate(scope).value

    if later.day == day.day:
        between = feel.compile("years and months duration(d, e)").evaluate({"d": day, "e": later}).value
        assert between == YearsMonths(months)


@BOUNDED
@given(st.lists(st.integers(-5, 5), max_size=12), st.integers(-5, 5))
def test_lists_behave_like_those_of_python(items: list[int], pivot: int) -> None:
    scope = {"xs": items, "p": pivot}

    def value(text: str) -> Any:
        return feel.compile(text).evaluate(scope).value

    assert value("xs[item > p]") == [item for item in items if item > pivot]
    assert value("some x in xs satisfies x > p") == any(item > pivot for item in items)
    assert value("every x in xs satisfies x > p") == all(item > pivot for item in items)
    assert value("sort(xs, function(a, b) a < b)") == sorted(items)
    assert value("distinct values(xs)") == list(dict.fromkeys(items))
    assert value("list contains(xs, p)") == (pivot in items)
    assert value("count(xs[item = p]) = count(index of(xs, p))") is True


@BOUNDED
@given(st.times(), st.integers(-23, 23))
def test_a_time_in_an_offset_is_the_same_moment_elsewhere(clock: time, hours: int) -> None:
    scope = {"t": clock, "s": timedelta(hours=hours)}

    assert feel.compile("(t + s) - s = t").evaluate(scope).value is True
