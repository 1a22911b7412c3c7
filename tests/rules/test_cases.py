"""FEEL means what the standard says: a row of tests/rules/cases/*.csv is an expression, its input and its value.

Columns are separated by semicolons: expression; input (a FEEL context, or nothing); output (FEEL). An output of
`null` asks for a warning, too, unless the row's expression says null by itself. Lines with # are headings.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runtime.rules import feel
from runtime.rules.text import literal

CASES = Path(__file__).parent / "cases"
NOW = datetime(2024, 2, 29, 12, 30, tzinfo=UTC)


def rows() -> Iterator[Any]:
    for file in sorted(CASES.glob("*.csv")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()[1:], 2):
            if line.strip() and not line.startswith("#"):
                yield pytest.param(line, id=f"{file.stem}:{number}")


@pytest.mark.parametrize("row", list(rows()))
def test_an_expression_has_the_value_that_its_row_says(row: str) -> None:
    expression, given, expected = (part.strip() for part in row.split(";"))
    scope = value_of(given) if given else {}
    assert isinstance(scope, dict)
    wanted = literal(value_of(expected))

    result = feel.compile(expression, tuple(scope), "standard").evaluate(scope, NOW)

    assert literal(result.value) == wanted, result.warnings


def value_of(text: str) -> object:
    result = feel.compile(text, (), "standard").evaluate({}, NOW)
    assert not result.warnings
    return result.value
