"""Whether an expression may give null although somebody needs its value, and because of what (pure).

Theory of operation. Some paths may be null: optional attributes, results of items that may be skipped. An expression
may be null if it computes with one of them where nothing before has made sure that it is there. `x = null`,
`x != null`, `x = "a"` and `x instance of ...` always have a value; and in `x != null and x > 3`, or in a branch of an
`if`, the paths that the condition has made sure of are there. What is not understood is never held against anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from runtime.rules import tree

Path = tuple[str, ...]
NOTHING: frozenset[Path] = frozenset()
# Functions with a value for null arguments.
TAKE_NULL = frozenset(
    {
        "append", "concatenate", "context", "context put", "count", "distinct values", "flatten", "index of",
        "insert before", "is", "list contains", "list replace", "union",
    }
)  # fmt: skip
NEVER_NULL = (
    tree.Number, tree.String, tree.Boolean, tree.At, tree.List, tree.Context, tree.Range, tree.For, tree.Some,
    tree.Every, tree.FunctionDefinition, tree.InstanceOf, tree.Input,
)  # fmt: skip


def missing(
    node: tree.Node, optional: Collection[Path], sure: frozenset[Path] = NOTHING
) -> Iterator[tuple[Path, tree.Node]]:
    """The optional paths, each with the node that reads it, because of which the expression may be null. A path stands
    for all below it; `sure` are those that are there."""
    match node:
        case tree.Name() | tree.Path() if path := dotted(node):
            for length in range(1, len(path) + 1):
                if path[:length] in optional and path[:length] not in sure:
                    yield path[:length], node
                    return
        case tree.Path():
            yield from missing(node.source, optional, sure)
        case tree.Filter():
            yield from missing(node.source, optional, sure)
        case tree.Comparison(operator="=" | "!="):
            return
        case tree.Comparison() | tree.Binary():
            yield from missing(node.left, optional, sure)
            yield from missing(node.right, optional, sure)
        case tree.Between():
            for each in (node.value, node.low, node.high):
                yield from missing(each, optional, sure)
        case tree.In():
            if any(isinstance(test, tree.Range) and test.operator not in ("=", "!=") for test in node.tests):
                yield from missing(node.value, optional, sure)
        case tree.Negation():
            yield from missing(node.operand, optional, sure)
        case tree.And() | tree.Or():
            learn = when_true if isinstance(node, tree.And) else when_false
            for n, operand in enumerate(node.operands):
                others = (each for m, each in enumerate(node.operands) if m != n)
                yield from missing(operand, optional, sure.union(*map(learn, others)))
        case tree.If():
            # Null is not true, so that the other branch is taken: a condition needs no value of its own.
            yield from missing(node.then, optional, sure | when_true(node.condition))
            yield from missing(node.otherwise, optional, sure | when_false(node.condition))
        case tree.Call():
            yield from _of_call(node, optional, sure)


def _of_call(node: tree.Call, optional: Collection[Path], sure: frozenset[Path]) -> Iterator[tuple[Path, tree.Node]]:
    if isinstance(node.function, tree.Name) and node.function.name not in TAKE_NULL:
        for argument in node.arguments:
            yield from missing(argument.value, optional, sure)


def when_true(node: tree.Node) -> frozenset[Path]:
    """The paths that are surely there where the condition is true, with all above them."""
    match node:
        case tree.Name() | tree.Path():
            return _with_above(node)
        case tree.And():
            return NOTHING.union(*map(when_true, node.operands))
        case tree.Or():
            return frozenset.intersection(*map(when_true, node.operands))
        case tree.Comparison(operator="!="):
            if isinstance(node.right, tree.Null):
                return _with_above(node.left)
            return _with_above(node.right) if isinstance(node.left, tree.Null) else NOTHING
        case tree.Comparison(operator="="):
            if isinstance(node.right, NEVER_NULL):
                return _with_above(node.left)
            return _with_above(node.right) if isinstance(node.left, NEVER_NULL) else NOTHING
        case tree.Comparison():
            return _read(node.left) | _read(node.right)
        case tree.Between() | tree.In():
            return _with_above(node.value)
        case tree.InstanceOf():
            return _with_above(node.value)
        case tree.Call(function=tree.Name(name="not")) if len(node.arguments) == 1:
            return when_false(node.arguments[0].value)
    return NOTHING


def when_false(node: tree.Node) -> frozenset[Path]:
    """The paths that are surely there where the condition is false, with all above them."""
    match node:
        case tree.Name() | tree.Path():
            return _with_above(node)
        case tree.Or():
            return NOTHING.union(*map(when_false, node.operands))
        case tree.And():
            return frozenset.intersection(*map(when_false, node.operands))
        case tree.Comparison(operator="="):
            if isinstance(node.right, tree.Null):
                return _with_above(node.left)
            return _with_above(node.right) if isinstance(node.left, tree.Null) else NOTHING
        case tree.Comparison(operator="!="):
            if isinstance(node.right, NEVER_NULL):
                return _with_above(node.left)
            return _with_above(node.right) if isinstance(node.left, NEVER_NULL) else NOTHING
        case tree.Comparison():
            return _read(node.left) | _read(node.right)
        case tree.Call(function=tree.Name(name="not")) if len(node.arguments) == 1:
            return when_true(node.arguments[0].value)
    return NOTHING


def _read(node: tree.Node) -> frozenset[Path]:
    """What a value that is not null has made sure of."""
    match node:
        case tree.Binary():
            return _read(node.left) | _read(node.right)
        case tree.Negation():
            return _read(node.operand)
    return _with_above(node)


def _with_above(node: tree.Node) -> frozenset[Path]:
    path = dotted(node)
    return frozenset(path[:length] for length in range(1, len(path) + 1))


def dotted(node: tree.Node) -> Path:
    """A path of names, ("line", "attributes", "speed"); empty where the node is none."""
    names: list[str] = []
    while isinstance(node, tree.Path):
        names.insert(0, node.name)
        node = node.source
    return (node.name, *names) if isinstance(node, tree.Name) else ()
