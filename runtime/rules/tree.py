"""The syntax tree of FEEL: what was written, nothing about what it is worth (DMN 1.5, 10.3.1.2)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal as OneOf

from msgspec import Struct


class Node(Struct, frozen=True, kw_only=True):
    """`start` and `end` are offsets into the source text; they never take part in equality of meaning."""

    start: int = 0
    end: int = 0


# --- literals and names


class Number(Node, frozen=True):
    value: Decimal


class String(Node, frozen=True):
    value: str


class Boolean(Node, frozen=True):
    value: bool


class Null(Node, frozen=True):
    pass


class At(Node, frozen=True):
    """A temporal value written as @"..."; `value` is None where the text is none."""

    text: str
    value: object


class Name(Node, frozen=True):
    name: str


class Input(Node, frozen=True):
    """The question mark: the value that a unary test looks at."""


# --- operators

Arithmetic = OneOf["+", "-", "*", "/", "**"]
Relation = OneOf["=", "!=", "<", "<=", ">", ">="]


class Negation(Node, frozen=True):
    operand: Node


class Binary(Node, frozen=True):
    operator: Arithmetic
    left: Node
    right: Node


class Comparison(Node, frozen=True):
    operator: Relation
    left: Node
    right: Node


class Between(Node, frozen=True):
    value: Node
    low: Node
    high: Node


class In(Node, frozen=True):
    """`value in (test, test)`: true when one of the positive unary tests holds."""

    value: Node
    tests: tuple[Node, ...]


class And(Node, frozen=True):
    operands: tuple[Node, ...]


class Or(Node, frozen=True):
    operands: tuple[Node, ...]


class InstanceOf(Node, frozen=True):
    value: Node
    type: "TypeNode"


# --- structures


class List(Node, frozen=True):
    items: tuple[Node, ...]


class Entry(Node, frozen=True):
    key: str
    value: Node


class Context(Node, frozen=True):
    entries: tuple[Entry, ...]


class Range(Node, frozen=True):
    """An interval, `[1..10)`, or a comparison to one end, `< 5` (then the other end is None).

    `operator` keeps how a one-ended range was written: "<", "<=", ">", ">=", "=", "!="; "" for intervals.
    `=` has both ends; `!=` (only in unary tests) has both ends too and holds where they are not equal.
    """

    low: Node | None
    high: Node | None
    low_included: bool
    high_included: bool
    operator: OneOf["", "<", "<=", ">", ">=", "=", "!="] = ""


class Path(Node, frozen=True):
    source: Node
    name: str


class Filter(Node, frozen=True):
    source: Node
    condition: Node


# --- control


class If(Node, frozen=True):
    condition: Node
    then: Node
    otherwise: Node


class Iteration(Node, frozen=True):
    """`name in source`, or `name in source..until` (then `until` is set)."""

    name: str
    source: Node
    until: Node | None = None


class For(Node, frozen=True):
    iterations: tuple[Iteration, ...]
    result: Node


class Some(Node, frozen=True):
    iterations: tuple[Iteration, ...]
    condition: Node


class Every(Node, frozen=True):
    iterations: tuple[Iteration, ...]
    condition: Node


# --- functions


class Argument(Node, frozen=True):
    """`name` is empty for positional arguments."""

    name: str
    value: Node


class Call(Node, frozen=True):
    function: Node
    arguments: tuple[Argument, ...]


class Parameter(Node, frozen=True):
    name: str
    type: "TypeNode | None" = None


class FunctionDefinition(Node, frozen=True):
    parameters: tuple[Parameter, ...]
    result: "TypeNode | None"
    body: Node
    external: bool = False


# --- types as written


class TypeNode(Node, frozen=True):
    """`name` is a type's name, or list, range, context, function with `arguments`.

    context: `fields` name the arguments; function: the last argument is the result type.
    """

    name: str
    arguments: tuple["TypeNode", ...] = ()
    fields: tuple[str, ...] = ()


# --- unary tests


class Tests(Node, frozen=True):
    """A cell: any of `tests` holds, or none when `negated`; no tests at all is `-`, which always holds.

    A test is a `Range` (interval or comparison), or any expression: equal to the input, containing it,
    or true where it speaks of the input with `?`.
    """

    tests: tuple[Node, ...]
    negated: bool = False


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below `node`, in source order."""
    found: list[Node] = []
    for field in node.__struct_fields__:
        value = getattr(node, field)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(item for item in value if isinstance(item, Node))
    return tuple(found)


def walk(node: Node) -> Iterator[Node]:
    """`node` and every node below it, in no certain order; not recursive, for trees may be deep."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(children(node))


def reads_input(node: Node) -> bool:
    """Whether `?` occurs in `node`."""
    return any(isinstance(each, Input) for each in walk(node))
