"""One evaluation while it runs: its warnings, its time, its budget; and how functions are called in it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from runtime.rules import tree
from runtime.rules.budget import EXPRESSION, Allowance, Budget
from runtime.rules.errors import Code, OutOfBudget, RuleWarning, Unfit
from runtime.rules.signatures import Builtin
from runtime.rules.types import Type, coerce, is_deep
from runtime.rules.values import MOST_VALUES, Function, Parameter, plain

Frame = tuple[Any, ...]
Closure = Callable[[Frame], Any]

DEEPEST = 200  # functions called inside of each other
WARNINGS = 100  # kept of one evaluation


class Run(Allowance):
    """One evaluation: its warnings, its time, and how much more it may do."""

    __slots__ = ("depth", "kept", "now", "warnings")

    def __init__(self, now: datetime | None = None, budget: Budget | None = None, most: int = EXPRESSION) -> None:
        # As in Allowance, but without a call: this is made for every evaluation.
        self.budget = budget
        if budget is None:
            self.steps, self.reserve = most, 0
        else:
            self.steps, self.reserve = 0, most
        self.now = now
        self.warnings: list[RuleWarning] = []
        self.depth = 0
        self.kept: dict[Any, Any] = {}  # inputs that were converted (by their id), patterns that were compiled

    def taken(self, value: Any) -> Any:
        """`value`, which the caller handed in, as a FEEL value: converted once, however often it is read."""
        if value.__class__ in _CHEAP:
            return plain(value)
        found = self.kept.get(id(value))
        if found is None:
            found = self.kept[id(value)] = (value, plain(value))  # with the value itself, so that its id stays its own
            self.spend(len(found[1]) // 2 if found[1].__class__ in _SIZED else 1)
        return found[1]

    def look(self, value: Any, type_: Type | None) -> None:
        """Takes what it costs to hold a value against a type that says what is inside of it."""
        if (value.__class__ is list or value.__class__ is dict) and is_deep(type_):
            self.spend(size_of(value))

    def warn(self, code: Code, message: str, node: tree.Node, text: str) -> None:
        self.spend(3)
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
        steps = 4
        for value in values:
            if value.__class__ is str or value.__class__ is list:
                steps += len(value) >> 8
        if result.__class__ is str or result.__class__ is list:
            steps += len(result) >> 6
        self.spend(steps)
        return result


_SIZED = (list, dict)
_CHEAP = frozenset({Decimal, int, float, date, datetime, time, timedelta})


def size_of(value: Any) -> int:
    """How many items and entries a FEEL value has, those inside counted too; raises OutOfBudget for too many.

    A value may be small in memory but huge when written: the same list many times.
    """
    if value.__class__ is not list and value.__class__ is not dict:
        return 0
    size = 0
    pending = [value]
    while pending:
        value = pending.pop()
        items = value if value.__class__ is list else value.values()
        size += len(items)
        if size > MOST_VALUES:
            raise OutOfBudget("the value is too large")
        pending.extend(item for item in items if item.__class__ is list or item.__class__ is dict)
    return size


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


def bind(run: Run, parameters: Sequence[Parameter], arguments: list[Any]) -> list[Any]:
    """The arguments converted to the types of the parameters; raises Unfit."""
    if len(arguments) != len(parameters):
        raise Unfit(f"the function takes {len(parameters)} arguments, not {len(arguments)}", "arity")
    bound = []
    for parameter, argument in zip(parameters, arguments, strict=True):
        run.look(argument, parameter.type)
        try:
            bound.append(coerce(argument, parameter.type))
        except Unfit as unfit:
            raise Unfit(f"{parameter.name!r}: {unfit.message}") from None
    return bound
