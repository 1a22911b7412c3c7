"""Rows read as sentences."""

from __future__ import annotations

import pytest

from designer.wording import condition, plural, sentence
from runtime.rules.documents import Input, Output, Rule, Table


@pytest.mark.parametrize(
    ("cell", "type_", "words"),
    [
        ("-", "string", ""),
        ('"gold"', "string", 'is "gold"'),
        ('"gold", "silver", "bronze"', "string", 'is "gold", "silver" or "bronze"'),
        ('not("gold")', "string", 'is not "gold"'),
        (">= 18", "number", "is at least 18"),
        ("< 18", "number", "is less than 18"),
        ("[1..5)", "number", "is from 1 and below 5"),
        ("(1..5]", "number", "is above 1 to 5"),
        ("< 10, > 20", "number", "is less than 10 or more than 20"),
        ('>= date("2025-01-01")', "date", 'is date("2025-01-01") at the earliest'),
        ('< date("2025-01-01")', "date", 'is before date("2025-01-01")'),
        ("null", "string", "is empty"),
        ("true", "boolean", "is true"),
        ("? > 5 and ? < other", "number", "is such that ? > 5 and ? < other"),
        ("> (", "number", "satisfies > ("),
    ],
)
def test_a_cell_reads_as_the_end_of_a_sentence(cell: str, type_: str, words: str):
    assert condition(cell, type_) == words


def test_a_row_is_one_sentence():
    table = Table(
        key="t",
        name="T",
        inputs=(Input(id="a", expression="customer.age", label="Age"), Input(id="b", expression="city")),
        outputs=(Output(id="x", name="rate", label="Rate"), Output(id="y", name="note")),
    )

    assert (
        sentence(table, Rule(id="r", inputs=(">= 18", '"Bern"'), outputs=("5", '"ok"')))
        == 'When Age is at least 18 and city is "Bern", then Rate is 5 and note is "ok".'
    )
    assert sentence(table, Rule(id="r", inputs=("-", "-"), outputs=("5", ""))) == "Always, then Rate is 5."


@pytest.mark.parametrize(
    ("one", "many"), [("plan", "plans"), ("policy", "policies"), ("key", "keys"), ("entry", "entries")]
)
def test_several_of_a_thing_are_spelt_right(one: str, many: str):
    assert plural(one) == many
