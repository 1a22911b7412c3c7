"""Everything is asked through one door, which is told the moment and forgets no warning."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from runtime.core.evaluation import Evaluation, Unusable, told
from runtime.rules import feel
from tests.builders import EVALUATION

ROOT = Path(__file__).parents[2]
# Reads what somebody typed into a field, or looks for examples: no order, and no moment, has anything to do with it.
READERS = {"designer/examples.py", "designer/line_rules.py"}


def expression(text: str) -> feel.Expression:
    return feel.compile(text, None, "standard")


def test_nothing_asks_the_rules_but_the_door():
    asking = re.compile(r"\.(evaluate|matches)\(")
    found = {
        str(path.relative_to(ROOT))
        for folder in ("runtime/core", "designer")
        for path in (ROOT / folder).rglob("*.py")
        if asking.search(path.read_text())
    }

    assert found - READERS == {"runtime/core/evaluation.py"}


def test_now_and_today_are_the_moment_of_the_evaluation():
    evaluation = Evaluation(1_770_000_000_000)  # 2026-02-02T02:40:00Z

    assert evaluation.holds(expression('today() = date("2026-02-02")'), {})
    assert evaluation.holds(expression('now() = date and time("2026-02-02T02:40:00Z")'), {})


@pytest.mark.parametrize(
    ("condition", "names", "reason"),
    [
        ("kind > 5", {"kind": None}, "kind is null"),
        ('kind < "big"', {"kind": 7}, "number and string have no order"),
        ("5", {}, "it gives 5"),
        ("null", {}, "it is null"),
        ("a = 1 and b", {"a": 1, "b": None}, "b is null"),
    ],
)
def test_a_condition_is_true_or_false_or_says_why_it_is_not(condition: str, names: dict[str, Any], reason: str):
    with pytest.raises(Unusable) as unusable:
        EVALUATION.holds(expression(condition), names)

    assert unusable.value.text == condition
    assert "neither true nor false" in unusable.value.reason
    assert reason in unusable.value.reason


def test_a_condition_that_says_what_null_means_is_decided():
    assert not EVALUATION.holds(expression("kind != null and kind > 5"), {"kind": None})


@pytest.mark.parametrize("text", ["null", "number(speed)", "missing.entry"])
def test_a_value_that_is_needed_is_never_null(text: str):
    with pytest.raises(Unusable):
        EVALUATION.given(expression(text), {"speed": "fast", "missing": {}})


def test_what_a_condition_saw_is_told_in_values():
    result = EVALUATION.value(expression('line.delivery = "post"'), {"line": {"delivery": "technician"}})

    assert told(result) == 'line.delivery is "technician"'
