"""Values survive: through text, the journal and the database they come back as what they were, with every digit."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.core.evaluation import Evaluation
from runtime.core.events import TYPES, ItemCompleted
from runtime.core.values import (
    EXAMPLES,
    decode,
    encode,
    exact,
    for_pages,
    from_stored,
    shown,
    taken_in,
    temporal,
    to_feel,
    to_json,
    to_stored,
    too_large,
    typed,
)
from runtime.rules import feel
from runtime.rules.temporal import make_date, make_datetime, make_duration, make_time
from runtime.rules.text import literal
from runtime.rules.values import YearsMonths, kind
from tests.builders import NOW

DAY = 86_400_000_000_000
zones = st.sampled_from([None, UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=18))])
named = zones | st.sampled_from([ZoneInfo("Europe/Paris"), ZoneInfo("America/St_Johns")])
clocks = st.integers(0, DAY - 1)
years = st.integers(-999_999_999, 999_999_999) | st.integers(1, 9999)
numbers = st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent),
    st.integers(-(10**34) + 1, 10**34 - 1),
    st.integers(-40, 40) | st.integers(-6000, 6000),
)
temporals = st.one_of(
    st.builds(make_date, years, st.integers(1, 12), st.integers(1, 28)),
    st.builds(make_time, clocks, named),
    st.builds(make_datetime, st.integers(-700_000, 2_900_000), clocks, named),
    st.builds(make_duration, st.integers(-(10**24), 10**24)),
    st.builds(YearsMonths, st.integers(-(10**11), 10**11)),
)
names = st.sampled_from(["@date", "@time", "@date and time", "@duration", "@", "a", "@type"]) | st.text(max_size=4)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=6) | temporals,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


def same(one: Any, other: Any) -> bool:
    """Equal and of the same kind: neither 1 for true, nor a moment in another zone."""
    if isinstance(one, Decimal):
        return isinstance(other, Decimal) and one == other
    return literal(one) == literal(other)


@given(values)
def test_a_value_comes_back_from_the_journal_as_what_it_was(value: Any) -> None:
    event = ItemCompleted(result={"value": to_stored(value)})

    read = decode(encode(event), TYPES["item completed"])

    assert same(from_stored(read.result)["value"], value)


@given(values)
def test_what_is_shown_is_the_same_from_state_and_from_the_value_itself(value: Any) -> None:
    assert shown(decode(encode(to_stored(value)))) == to_json(value)


@given(temporals)
def test_the_text_that_a_system_gets_gives_the_value_again(value: Any) -> None:
    assert same(temporal(to_json(value), kind(value)), value)


@given(numbers)
def test_a_number_keeps_every_digit_on_its_way_to_a_system_and_back(value: Decimal) -> None:
    assert to_feel(decode(encode(to_json(value)))) == value
    assert from_stored(decode(encode(to_stored(value)))) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (89014103211118510720, "89014103211118510720"),
        (Decimal("89014103211118510720"), "89014103211118510720"),
        (Decimal("8.9E+19"), "89000000000000000000"),
        (Decimal("0.1"), "0.1"),
        (Decimal("-0"), "0"),
        (Decimal("1E+6000"), "1E+6000"),
        (date(2026, 3, 31), '"2026-03-31"'),
        (time(14, 30, tzinfo=UTC), '"14:30:00Z"'),
        (datetime(2026, 3, 31, 14, 30), '"2026-03-31T14:30:00"'),
        (timedelta(days=1, hours=2), '"P1DT2H"'),
        (YearsMonths(18), '"P1Y6M"'),
    ],
)
def test_systems_and_callers_get_plain_json(value: object, text: str) -> None:
    assert encode(to_json(value)) == text


def test_a_range_is_shown_as_it_is_written() -> None:
    assert to_json(feel.compile("[1..5)", ()).evaluate({}).value) == "[1..5)"


def test_pages_get_numbers_that_their_scripts_cannot_hold_as_text() -> None:
    data = {"sim": 89014103211118510720, "rate": Decimal("0.1"), "long": Decimal("0.12345678901234567890"), "n": 7}

    assert for_pages(data) == {
        "sim": "89014103211118510720",
        "rate": Decimal("0.1"),
        "long": "0.12345678901234567890",
        "n": 7,
    }


@pytest.mark.parametrize("declared", EXAMPLES)
def test_an_attribute_has_its_declared_type(declared: str) -> None:
    taken = taken_in({"it": EXAMPLES[declared], "other": EXAMPLES[declared]}, {"it": declared})

    assert shown(taken) == {"it": EXAMPLES[declared], "other": EXAMPLES[declared]}
    assert from_stored(taken)["it"] == temporal(EXAMPLES[declared], declared)
    assert from_stored(taken)["other"] == EXAMPLES[declared]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("for i in 1..300 return [partial[-1]]", "nested deeper than 100 levels"),
        ('for i in 1..30 return {a: string join(for j in 1..100 return "0123456789", "") + string(i)}', ""),
    ],
)
def test_a_value_too_large_to_be_kept_is_null_with_a_warning(text: str, why: str) -> None:
    result = Evaluation(NOW).value(feel.compile(text, (), "standard"), {})

    assert (result.value is None) == bool(why)
    assert why in "".join(warning.message for warning in result.warnings if warning.code == "limit")


def test_what_stands_often_in_a_value_counts_as_often() -> None:
    doubled: list[Any] = ["x"]
    for _ in range(60):
        doubled = [doubled, doubled]

    assert too_large(doubled) == "has more than 100,000 entries"
    assert too_large({"text": ["x" * 2_000_001]}) == "has more than 2,000,000 characters"
    assert too_large({"list": [{"a": [1, "x"]}] * 1000}) == ""


def test_data_that_looks_like_a_tag_stays_what_it_is() -> None:
    data = {"@date": "2026-03-31", "inner": {"@date": "tomorrow"}, "deeper": {"@": {"@": {"@time": 5}}}}

    assert from_stored(decode(encode(taken_in(data)))) == to_feel(data)
    assert shown(taken_in(data)) == data


def test_text_that_writes_no_such_value_stays_text() -> None:
    assert typed("soon", "date") == "soon"
    assert typed("P1D", "years and months duration") == "P1D"


@pytest.mark.parametrize("text", ["9" * 35, "0." + "1" * 35, "9" * 7000, "1e7000", "1e-7000"])
def test_a_number_that_would_lose_digits_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="34 significant digits"):
        exact(text)


@pytest.mark.parametrize("text", ["", "x", "NaN", "Infinity", "1_0", "٣"])
def test_what_is_no_number_is_none(text: str) -> None:
    with pytest.raises(ArithmeticError):
        exact(text)
