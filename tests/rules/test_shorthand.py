"""What is read without the parser is what the parser reads."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.rules import cells, feel, shorthand, tree
from runtime.rules.errors import FeelSyntaxError
from tests.depth import deeper

LITERALS = [
    "0", "7", "-7", "007", "1.50", "-0", "-0.0", "1.", ".5", "1e3",
    "123456789012345.123456789012345", "1234567890123456",
    '"a"', '""', '"b c"', '"a\\"b"', '"ü, "', "'a'", "true", "false", "null", "truely", '@"2024-02-29"',
    '@"2023-02-29"', '@"P1D"', '@"0000-01-01"', "x",
]  # fmt: skip
literals = st.sampled_from(LITERALS)
tests = st.one_of(
    literals,
    st.tuples(st.sampled_from(["<", "<=", ">", ">=", "=", "!=", "< ", "- "]), literals).map("".join),
    st.tuples(
        st.sampled_from("[(]"), literals, st.sampled_from(["..", " .. ", "..."]), literals, st.sampled_from("])[")
    ).map("".join),
    st.sampled_from(["-", "", " ", ",", "not(1)", "[1]", "(1)", "? > 1"]),
)  # fmt: skip
texts = st.lists(tests, min_size=1, max_size=3).flatmap(lambda parts: st.sampled_from([",", ", ", " , "]).map(
    lambda comma: comma.join(parts)
))  # fmt: skip


def parsed(text: str) -> cells.Cell | None:
    def constant(node: tree.Node) -> Any:
        return feel.compile(text[node.start : node.end]).evaluate({}).value

    try:
        return cells.read(feel.compile_tests(text, mode="standard").tree, constant)
    except FeelSyntaxError:
        return None


@settings(max_examples=deeper(2000))
@given(texts)
def test_a_cell_in_shorthand_is_the_cell_that_the_parser_reads(text: str) -> None:
    cell = shorthand.read(text, "Any")

    assert cell is None or repr(cell) == repr(parsed(text))


@given(literals)
def test_a_literal_in_shorthand_is_the_value_that_the_parser_reads(text: str) -> None:
    value = shorthand.literal(text)

    assert value is None or repr(value) == repr(feel.compile(text, mode="standard").evaluate({}).value)


@pytest.mark.parametrize("text", ["-", "5", "< 5", "[1..2)", '"a", "b"', "true", '>= @"2024-01-01"', "-1.5", "]1..2["])
def test_what_most_tables_are_made_of_is_shorthand(text: str) -> None:
    assert shorthand.read(text, "Any") is not None


@pytest.mark.parametrize("text", ['"a"', "true", '5, "a"'])
def test_a_cell_of_another_kind_than_its_column_is_left_to_the_parser(text: str) -> None:
    assert shorthand.read(text, "number") is None
