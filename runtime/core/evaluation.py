"""The one door through which definitions are asked: every expression and every decision table, at a required moment.

Code that decides something holds an `Evaluation` and asks through it. It gives the moment to `now()` and `today()`,
keeps the warnings with the value, and turns what cannot be used (null where true or false is needed, say) into
`Unusable`, which says which expression, why, and which value was null. Nothing else in `runtime/core` or `designer`
calls the rule engine; tests/core/test_evaluation.py reads the code and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import structs

from runtime.core.values import too_large
from runtime.rules import feel, tables
from runtime.rules.budget import Budget
from runtime.rules.errors import RuleWarning
from runtime.rules.text import brief

Names = Mapping[str, Any]

_COMPOSED = frozenset('()[]{}=<>"+*')  # what stands in no name and no path


class Unusable(Exception):
    """An expression gave nothing that its place can use; `text` is the expression, `reason` a sentence for people."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"`{text}` {reason}")
        self.text = text
        self.reason = reason


class Evaluation:
    """The moment of one decision, in milliseconds since 1970, and all that is asked at it.

    Everything that is asked takes its work from one `budget`; where that is exhausted, expressions and tables are null,
    with a warning that says so.
    """

    __slots__ = ("budget", "moment", "now")

    def __init__(self, now: int, budget: Budget | None = None) -> None:
        self.now = now
        self.budget = Budget() if budget is None else budget
        self.moment = datetime.fromtimestamp(now / 1000, UTC)

    def value(self, expression: feel.Expression, names: Names) -> feel.Result:
        """The value of an expression, with its warnings."""
        result = expression.evaluate(names, self.moment, self.budget)
        if warning := _limit(result.value, expression.text):
            result.value, result.warnings = None, (*result.warnings, warning)
        return result

    def holds(self, condition: feel.Expression, names: Names) -> bool:
        """Whether a condition is true. Raises Unusable where it is neither true nor false."""
        result = self.value(condition, names)
        if result.value.__class__ is bool:
            return bool(result.value)
        raise Unusable(condition.text, f"is neither true nor false: {why(result)}")

    def given(self, expression: feel.Expression, names: Names) -> Any:
        """The value of an expression. Raises Unusable for null, and for a value that came with a warning. That an entry
        is absent is no fault in itself: it is null, and the expression may have handled that."""
        result = self.value(expression, names)
        if result.value is None or any(warning.code != "name" for warning in result.warnings):
            raise Unusable(expression.text, f"gives no value: {why(result)}")
        return result.value

    def passes(self, tests: feel.UnaryTests, value: Any) -> bool | None:
        """Whether a value passes unary tests; None where that cannot be said."""
        return tests.matches(value, {}, self.moment, self.budget)

    def decide(self, table: tables.Table, names: Names) -> tables.Result:
        """What a decision table decides, with its warnings and the rows that fired."""
        result = table.evaluate(names, self.moment, self.budget)
        if warning := _limit(result.value):
            return structs.replace(result, value=None, warnings=(*result.warnings, warning))
        return result


def _limit(value: Any, text: str = "") -> RuleWarning | None:
    """The warning about a value that is too large to be kept or sent."""
    kind: object = type(value)
    if kind is not dict and kind is not list:
        return None
    reason = too_large(value)
    return RuleWarning("limit", f"the value {reason}", 0, len(text), text) if reason else None


def why(result: feel.Result) -> str:
    """Why a result is not what was asked for, in words: what was null, what warned, else the value itself."""
    warned = "; ".join(dict.fromkeys(warning.message for warning in result.warnings))
    if result.value is not None:
        return warned or f"it gives {brief(result.value)}"
    if any(warning.code == "limit" for warning in result.warnings):
        return warned
    missing = list(dict.fromkeys(step.text for step in _read(result) if step.value is None))
    if not missing:
        return warned or "it is null"
    told = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} null"
    return f"{told} ({warned})" if warned else told


def told(result: feel.Result) -> str:
    """The values that an expression saw, in words: "line.action is \"add\"", and so on."""
    return ", ".join(dict.fromkeys(f"{step.text} is {brief(step.value)}" for step in _read(result)))


def _read(result: feel.Result) -> list[feel.Step]:
    """The names and paths that an expression read, with their values."""
    return [step for step in result.trace if not _COMPOSED & set(step.text)]
