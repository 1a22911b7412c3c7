"""FEEL: compile a text once, evaluate it often (DMN 1.5, chapter 10).

expression = feel.compile("order.total > 100 and order.priority = 1", {"order": None})
expression.evaluate({"order": {"total": 120, "priority": 1}}).value   # True
"""

import importlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias

from msgspec import Struct, structs

from runtime.rules import tree
from runtime.rules.budget import Budget
from runtime.rules.compile import Compiler
from runtime.rules.errors import FeelSyntaxError, OutOfBudget, RuleWarning
from runtime.rules.parser import Parser
from runtime.rules.run import Run, size_of
from runtime.rules.scope import Scope, Vocabulary
from runtime.rules.signatures import FUNCTIONS
from runtime.rules.types import ANY, SIMPLE, Type, from_names
from runtime.rules.values import plain

__all__ = ["Expression", "FeelSyntaxError", "Mode", "Result", "Step", "UnaryTests", "compile", "compile_tests"]

for _family in ("conversion", "strings", "numbers", "lists", "contexts", "calendar", "ranges"):
    importlib.import_module(f"runtime.rules.builtins.{_family}")

Mode: TypeAlias = Literal["strict", "standard"]
Names: TypeAlias = Mapping[str, Any] | Iterable[str] | None


class Step(Struct, frozen=True):
    """What a part of an expression was worth: `start` and `end` are offsets into the text."""

    start: int
    end: int
    text: str
    value: Any


class Result:
    """The `value` of an evaluation and its `warnings`; `trace` is worked out when it is read."""

    __slots__ = ("_budget", "_expression", "_now", "_scope", "value", "warnings")

    def __init__(
        self,
        value: Any,
        warnings: tuple[RuleWarning, ...] = (),
        expression: "Expression | None" = None,
        scope: Mapping[str, Any] | None = None,
        now: datetime | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.value = value
        self.warnings = warnings
        self._expression = expression
        self._scope = scope
        self._now = now
        self._budget = budget

    @property
    def trace(self) -> tuple[Step, ...]:
        """The values of the names, calls and comparisons in the expression, in the order of the text."""
        if self._expression is None:
            return ()
        return self._expression.steps(self._scope or {}, self._now, self._budget)

    def __repr__(self) -> str:
        return f"Result({self.value!r}, {len(self.warnings)} warnings)"


class Expression:
    """A compiled expression.

    `text` is what was written, `tree` its syntax tree, `type` what is known of its value's type,
    `paths` the dotted names that it reads of its scope: ("order", "total") for `order.total`.
    """

    __slots__ = ("_code", "_scope", "_size", "_steps", "paths", "text", "tree", "type")

    def __init__(self, text: str, scope: Scope) -> None:
        parser = Parser(text, scope)
        self.text = text
        self.tree = parser.whole_expression()
        self.type: Type = parser.typed(self.tree)
        compiler = Compiler(parser.text, scope, parser.typed)
        self._code = compiler.compile(self.tree)
        self._size = 1 + compiler.nodes // 4
        self.paths = frozenset(compiler.paths)
        self._scope = scope
        self._steps: list[tuple[tree.Node, Callable[[Any], Any]]] | None = None

    def evaluate(self, scope: Mapping[str, Any], now: datetime | None = None, budget: Budget | None = None) -> Result:
        """The value for the names in `scope`; never raises for bad data, but gives null and warnings.

        `scope` may hold plain Python: ints and floats are taken as numbers, mappings as contexts.
        `now` is what the functions now() and today() give; without it they give null. What it does is taken from
        `budget`; where that has nothing left the value is null, with a warning.
        """
        run = Run(now, budget)
        value = evaluated(self._code, (scope, run), run, self.text, self._size)
        return Result(value, tuple(run.warnings), self, scope, now, budget)

    def within(self, run: Run, scope: Mapping[str, Any], where: str = "") -> Any:
        """The value as part of a larger evaluation: its warnings (at `where`) and its budget are that one's.

        Raises OutOfBudget.
        """
        noticed = len(run.warnings)
        run.spend(self._size)
        value = self._code((scope, run))
        if where and len(run.warnings) > noticed:
            run.warnings[noticed:] = [
                warning if warning.where else structs.replace(warning, where=where)
                for warning in run.warnings[noticed:]
            ]
        return value

    def steps(
        self, scope: Mapping[str, Any], now: datetime | None = None, budget: Budget | None = None
    ) -> tuple[Step, ...]:
        """The values of the parts of the expression that can be evaluated on their own."""
        if self._steps is None:
            compiler = Compiler(self.text, self._scope)
            self._steps = [(node, compiler.compile(node)) for node in _parts(self.tree)]
        run = Run(now, budget)
        found = []
        for node, code in self._steps:
            value = evaluated(code, (scope, run), run, "", 1)
            if budget is not None and budget.exhausted:
                break
            found.append(Step(node.start, node.end, self.text[node.start : node.end], value))
        return tuple(found)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


class UnaryTests:
    """Compiled unary tests: the text of a table's cell, or of allowed values (grammar rules 13 to 17).

    `tree` is the syntax tree, `paths` what the tests read of their scope besides the input.
    """

    __slots__ = ("_code", "_size", "paths", "text", "tree")

    def __init__(self, text: str, scope: Scope, type_: Type) -> None:
        parser = Parser(text, scope, type_)
        self.text = text
        self.tree = parser.whole_tests()
        if scope.strict:
            parser.check_tests(self.tree, type_)
        compiler = Compiler(parser.text, scope, parser.typed)
        self._code = compiler.tests(self.tree)
        self._size = 1 + compiler.nodes // 4
        self.paths = frozenset(compiler.paths)

    def matches(
        self, value: Any, scope: Mapping[str, Any], now: datetime | None = None, budget: Budget | None = None
    ) -> bool | None:
        """Whether `value` passes: true, false, or null where that cannot be said."""
        return self.check(value, scope, now, budget)[0]

    def check(
        self, value: Any, scope: Mapping[str, Any], now: datetime | None = None, budget: Budget | None = None
    ) -> tuple[bool | None, tuple[RuleWarning, ...]]:
        """What `matches` says, with the warnings of the evaluation."""
        run = Run(now, budget)
        verdict = evaluated(self._code, (scope, run, plain(value)), run, self.text, self._size)
        return (verdict if verdict.__class__ is bool else None), tuple(run.warnings)

    def within(self, run: Run, value: Any, scope: Mapping[str, Any]) -> bool | None:
        """What `matches` says, as part of a larger evaluation, and without its warnings. Raises OutOfBudget."""
        noticed = len(run.warnings)
        run.spend(self._size)
        verdict = self._code((scope, run, run.taken(value)))
        del run.warnings[noticed:]
        return verdict if verdict.__class__ is bool else None

    def __repr__(self) -> str:
        return f"UnaryTests({self.text!r})"


def evaluated(code: Callable[[Any], Any], frame: tuple[Any, ...], run: Run, text: str, size: int) -> Any:
    """What `code` gives within its bounds of time, depth and size; null and a warning beyond them.

    `size` is what it costs beside what it does in loops.
    """
    try:
        run.spend(size)
        value = code(frame)
        if value.__class__ is list or value.__class__ is dict:
            size_of(value)
        return value
    except OutOfBudget as limit:
        message = str(limit)
    except RecursionError:
        message = "functions call each other too deep"
    finally:
        if run.budget is not None:
            run.close()
    run.warnings.append(RuleWarning("limit", message, 0, len(text), text))
    return None


def _parts(node: tree.Node) -> list[tree.Node]:
    """The nodes below (and with) `node` that mean the same on their own, constants left out."""
    found: list[tree.Node] = []
    if isinstance(node, tree.Name | tree.Path):
        return [node]
    if isinstance(node, tree.Comparison | tree.Call | tree.Between | tree.In | tree.InstanceOf):
        found.append(node)
    if isinstance(node, tree.Call):
        inner: tuple[tree.Node, ...] = tuple(argument.value for argument in node.arguments)
    elif isinstance(node, tree.Filter):
        inner = (node.source,)
    elif isinstance(node, tree.In):
        inner = (node.value,)
    elif isinstance(node, tree.For | tree.Some | tree.Every):
        inner = (node.iterations[0].source,)
    elif isinstance(node, tree.FunctionDefinition | tree.Context | tree.TypeNode):
        inner = ()
    else:
        inner = tree.children(node)
    for child in inner:
        found.extend(_parts(child))
    return found


def scope_of(names: Names | Scope, mode: Mode, vocabulary: Vocabulary | None = None) -> Scope:
    """The scope that texts are parsed in; make it once where many texts share it."""
    if isinstance(names, Scope):
        return names
    if names is None:
        known = None
    elif isinstance(names, Mapping):
        known = {name: from_names(shape) for name, shape in names.items()}
    else:
        known = dict.fromkeys(names, ANY)
    return Scope(known, FUNCTIONS, mode == "strict", vocabulary or Vocabulary())


_last: tuple[Any, Mode, Scope] | None = None


def _scope(names: Names | Scope, mode: Mode) -> Scope:
    """The scope for `names`; the last one is kept for the next text."""
    global _last
    last = _last
    if last is not None and last[0] is names and last[1] == mode and isinstance(names, tuple | None):
        return last[2]
    made = scope_of(names, mode)
    if made is names:
        return made
    _last = (names, mode, made)
    return made


def compile(text: str, names: Names | Scope = None, mode: Mode = "strict") -> Expression:
    """The expression that `text` writes.

    `names` are the names it may read: any (None), these (an iterable), or these with what is known of them (a
    mapping to types, names of types, nested mappings for contexts, or None). A `Scope` made by `scope_of` serves
    many texts. Strict mode refuses unknown names and what no value can make sense of; standard mode leaves both
    to evaluation, which then gives null, as DMN says. Raises FeelSyntaxError.
    """
    try:
        return Expression(text, _scope(names, mode))
    except RecursionError:
        raise FeelSyntaxError("nested too deep", text, 0) from None


def compile_tests(
    text: str,
    names: Names | Scope = None,
    mode: Mode = "strict",
    type: Type | str = ANY,
) -> UnaryTests:
    """The unary tests that `text` writes, for inputs of `type`; see `compile`. Raises FeelSyntaxError."""
    type_ = SIMPLE.get(type, ANY) if isinstance(type, str) else type
    try:
        return UnaryTests(text, _scope(names, mode), type_)
    except RecursionError:
        raise FeelSyntaxError("nested too deep", text, 0) from None
