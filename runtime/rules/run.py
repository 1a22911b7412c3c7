"""One evaluation while it runs: its warnings, its time, its budget; and how functions are called in it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from runtime.rules import tree
from runtime.rules.errors import Code, OutOfBudget, RuleWarning, Unfit
from runtime.rules.signatures import Builtin
from runtime.rules.types import coerce
from runtime.rules.values import Function, Parameter

Frame = tuple[Any, ...]
Closure = Callable[[Frame], Any]

STEPS = 1_000_000  # items looked at, functions called and values made in one evaluation
DEEPEST = 200  # functions called inside of each other
WARNINGS = 100  # kept of one evaluation


class Run:
    """One evaluation: its warnings, its time, and how much more it may do."""

    __slots__ = ("depth", "now", "steps", "warnings")

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now
        self.warnings: list[RuleWarning] = []
        self.steps = STEPS
        self.depth = 0

    def spend(self, steps: int = 1) -> None:
        """Takes `steps` from the budget; raises OutOfBudget."""
        self.steps -= steps
        if self.steps < 0:
            raise OutOfBudget("the evaluation takes too long")

    def warn(self, code: Code, message: str, node: tree.Node, text: str) -> None:
        if len(self.warnings) < WARNINGS:
            self.warnings.append(RuleWarning(code, message, node.start, node.end, text))

    def call(self, function: Function, arguments: list[Any]) -> Any:
        """The result of a function value; raises Unfit."""
        self.spend()
        self.depth += 1
        if self.depth > DEEPEST:
            raise OutOfBudget("functions call each other too deep")
        try:
            return function.invoke(self, arguments)
        finally:
            self.depth -= 1

    def apply(self, function: Builtin, names: list[str], values: list[Any]) -> Any:
        """What a built-in gives; it costs a step, and more where what goes in or comes out is long. Raises Unfit."""
        result = function.apply(self, names, values)
        steps = 1
        for value in values:
            if value.__class__ is str or value.__class__ is list:
                steps += len(value) >> 8
        if result.__class__ is str or result.__class__ is list:
            steps += len(result) >> 6
        self.spend(steps)
        return result


def placed(function: Function, names: list[str], values: list[Any]) -> list[Any]:
    """The arguments in the order of the function's parameters; raises Unfit."""
    parameters = function.parameters
    if len(values) != len(parameters):
        raise Unfit(f"the function takes {len(parameters)} arguments, not {len(values)}", "arity")
    if not any(names):
        return values
    given = dict(zip(names, values, strict=True))
    if len(given) != len(names):
        raise Unfit("an argument is given twice", "arity")
    try:
        return [given[parameter.name] for parameter in parameters]
    except KeyError as missing:
        raise Unfit(f"the argument {missing.args[0]!r} is missing", "arity") from None


def bind(parameters: Sequence[Parameter], arguments: list[Any]) -> list[Any]:
    """The arguments converted to the types of the parameters; raises Unfit."""
    if len(arguments) != len(parameters):
        raise Unfit(f"the function takes {len(parameters)} arguments, not {len(arguments)}", "arity")
    bound = []
    for parameter, argument in zip(parameters, arguments, strict=True):
        try:
            bound.append(coerce(argument, parameter.type))
        except Unfit as unfit:
            raise Unfit(f"{parameter.name!r}: {unfit.message}") from None
    return bound
