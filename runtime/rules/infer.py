"""What type an expression has, as far as its text tells; strict mode refuses what can never be (10.3.2.9).

Every node is asked about once, when it has been parsed and the types of its parts are known. `ANY` means that
nothing is known, and nothing is refused on its account.
"""

from collections.abc import Callable, Collection
from difflib import get_close_matches

from runtime.rules import tree
from runtime.rules.errors import Code
from runtime.rules.signatures import Builtin
from runtime.rules.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS,
    MONTHS,
    NULL,
    NUMBER,
    STRING,
    TIME,
    ContextOf,
    FunctionOf,
    ListOf,
    RangeOf,
    Simple,
    Type,
    bare,
    possible,
    type_of,
)


class Impossible(Exception):
    """Internal: the expression at `node` can never have a value."""

    def __init__(self, message: str, node: tree.Node, code: Code = "type") -> None:
        self.message = message
        self.code = code
        self.node = node
        super().__init__(message)


PROPERTIES: dict[str, dict[str, Type]] = {
    "date": dict.fromkeys(("year", "month", "day", "weekday"), NUMBER),
    "time": {**dict.fromkeys(("hour", "minute", "second"), NUMBER), "time offset": DAYS, "timezone": STRING},
    "date and time": {
        **dict.fromkeys(("year", "month", "day", "weekday", "hour", "minute", "second"), NUMBER),
        "time offset": DAYS,
        "timezone": STRING,
    },
    "days and time duration": dict.fromkeys(("days", "hours", "minutes", "seconds"), NUMBER),
    "years and months duration": dict.fromkeys(("years", "months"), NUMBER),
    "range": {"start": ANY, "end": ANY, "start included": BOOLEAN, "end included": BOOLEAN},
}
_SUMS: dict[tuple[str, Type, Type], Type] = {
    ("+", NUMBER, NUMBER): NUMBER,
    ("+", STRING, STRING): STRING,
    ("-", NUMBER, NUMBER): NUMBER,
    ("*", NUMBER, NUMBER): NUMBER,
    ("/", NUMBER, NUMBER): NUMBER,
    ("**", NUMBER, NUMBER): NUMBER,
    ("-", TIME, TIME): DAYS,
    ("-", DATE, DATE): DAYS,
    ("-", DATE_TIME, DATE_TIME): DAYS,
    ("-", DATE, DATE_TIME): DAYS,
    ("-", DATE_TIME, DATE): DAYS,
    ("+", TIME, DAYS): TIME,
    ("+", DAYS, TIME): TIME,
    ("-", TIME, DAYS): TIME,
}
for _span in (DAYS, MONTHS):
    for _moment in (DATE, DATE_TIME):
        _SUMS |= {("+", _moment, _span): _moment, ("+", _span, _moment): _moment, ("-", _moment, _span): _moment}
    _SUMS |= {("+", _span, _span): _span, ("-", _span, _span): _span, ("/", _span, _span): NUMBER}
    _SUMS |= {("*", _span, NUMBER): _span, ("*", NUMBER, _span): _span, ("/", _span, NUMBER): _span}

_ORDERED = (NUMBER, STRING, DATE, TIME, DATE_TIME, DAYS, MONTHS)


def element_of(type_: Type) -> Type:
    """The type of what iterating over a value of `type_` gives."""
    type_ = bare(type_)
    if isinstance(type_, ListOf | RangeOf):
        return type_.element
    return type_


def infer(node: tree.Node, typed: Callable[[tree.Node], Type], strict: bool) -> Type:
    """The type of `node`, given the types of its parts; raises Impossible in strict mode."""
    match node:
        case tree.Number():
            return NUMBER
        case tree.String():
            return STRING
        case tree.Boolean() | tree.Between() | tree.In() | tree.InstanceOf() | tree.Some() | tree.Every():
            return BOOLEAN
        case tree.And(operands) | tree.Or(operands):
            for operand in operands:
                if strict and not possible(typed(operand), BOOLEAN):
                    raise Impossible(f"a {typed(operand)} is neither true nor false", operand)
            return BOOLEAN
        case tree.Comparison():
            return _comparison(node, typed, strict)
        case tree.Null():
            return NULL
        case tree.At():
            return type_of(node.value)
        case tree.Negation():
            type_ = bare(typed(node.operand))
            if strict and type_ not in (ANY, NULL, NUMBER, DAYS, MONTHS):
                raise Impossible(f"a {type_} has no negative", node.operand)
            return type_
        case tree.Binary():
            return _arithmetic(node, typed, strict)
        case tree.List():
            return ListOf(_common([bare(typed(item)) for item in node.items]))
        case tree.Context():
            return ContextOf({entry.key: typed(entry.value) for entry in node.entries}, closed=True)
        case tree.Range():
            return RangeOf(_common([bare(typed(end)) for end in (node.low, node.high) if end is not None]))
        case tree.Path():
            return _path(node, bare(typed(node.source)), strict)
        case tree.Filter():
            return _filter(node, typed)
        case tree.If():
            if strict and not possible(typed(node.condition), BOOLEAN):
                raise Impossible(
                    f"the condition is a {typed(node.condition)}, which is neither true nor false", node.condition
                )
            then, otherwise = typed(node.then), typed(node.otherwise)
            return then if then == otherwise or otherwise == NULL else otherwise if then == NULL else ANY
        case tree.For():
            return ListOf(typed(node.result))
        case tree.FunctionDefinition():
            return FunctionOf(None, typed(node.body), tuple(p.name for p in node.parameters))
    return ANY


def _common(types: list[Type]) -> Type:
    """The one type that all have; nulls aside."""
    known = [type_ for type_ in types if type_ != NULL]
    return known[0] if known and all(type_ == known[0] for type_ in known) else ANY


def _arithmetic(node: tree.Binary, typed: Callable[[tree.Node], Type], strict: bool) -> Type:
    left, right = bare(typed(node.left)), bare(typed(node.right))
    if NULL in (left, right):
        return ANY
    if ANY in (left, right):
        known = right if left == ANY else left
        results = {r for (op, a, b), r in _SUMS.items() if op == node.operator and known in (a, b)}
        if known != ANY and not results and strict:
            raise Impossible(f"{node.operator} is not for a {known}", node)
        return results.pop() if len(results) == 1 else ANY
    found = _SUMS.get((node.operator, left, right)) if _hashable(left, right) else None
    if found is None and strict:
        raise Impossible(f"{left} {node.operator} {right} has no value", node)
    return found or ANY


def _hashable(*types: Type) -> bool:
    return all(isinstance(type_, Simple) for type_ in types)


def _comparison(node: tree.Comparison, typed: Callable[[tree.Node], Type], strict: bool) -> Type:
    left, right = bare(typed(node.left)), bare(typed(node.right))
    if strict and node.operator not in ("=", "!="):
        for type_ in (left, right):
            if type_ not in (ANY, NULL, *_ORDERED):
                raise Impossible(f"a {type_} has no order; compare it with `=` or `!=`", node)
    if strict and ANY not in (left, right) and NULL not in (left, right):
        same = type(left) is type(right) and (not isinstance(left, Simple) or left == right)
        if not same and (left, right) not in ((DATE, DATE_TIME), (DATE_TIME, DATE)):
            raise Impossible(
                f"a {left} is compared with a {right}, which is never true. Compare values of one type.", node
            )
    return BOOLEAN


def _path(node: tree.Path, source: Type, strict: bool) -> Type:
    if isinstance(source, ContextOf):
        if node.name in source.fields:
            return source.fields[node.name]
        if strict and source.closed:
            raise Impossible(_unknown(node, source.fields), node, "name")
        return ANY
    if isinstance(source, ListOf):
        return ListOf(_path(node, bare(source.element), strict))
    if isinstance(source, RangeOf):
        properties = PROPERTIES["range"]
    elif isinstance(source, Simple) and source not in (ANY, NULL):
        properties = PROPERTIES.get(source.name, {})
    else:
        return ANY
    if node.name not in properties and strict:
        raise Impossible(f"a {source} has no {node.name!r}", node)
    return properties.get(node.name, ANY)


def _unknown(node: tree.Path, known: Collection[str]) -> str:
    """That nothing there has the name that was written, and what was perhaps meant."""
    owner = dotted(node.source)
    message = f"`{owner}` has no `{node.name}`." if owner else f"there is no `{node.name}` in it."
    if close := get_close_matches(node.name, known, n=1):
        return f"{message} Did you mean `{close[0]}`?"
    return f"{message} It has {', '.join(sorted(known)[:12]) or 'nothing'}{' ...' if len(known) > 12 else ''}."


def dotted(node: tree.Node) -> str:
    """A path of names as it is written, "line.attributes"; empty where the node is none."""
    if isinstance(node, tree.Path):
        above = dotted(node.source)
        return f"{above}.{node.name}" if above else ""
    return node.name if isinstance(node, tree.Name) else ""


def _filter(node: tree.Filter, typed: Callable[[tree.Node], Type]) -> Type:
    element = element_of(typed(node.source))
    condition = bare(typed(node.condition))
    if condition == NUMBER:
        return element
    return ListOf(element) if condition == BOOLEAN else ANY


def infer_call(node: tree.Call, function: "Builtin | Type", typed: Callable[[tree.Node], Type], strict: bool) -> Type:
    """The type of what a call gives: of a built-in, or of a function of that type."""
    if not isinstance(function, Builtin):
        below = bare(function)
        if isinstance(below, FunctionOf):
            return below.result
        if strict and below not in (ANY, NULL):
            raise Impossible(f"a {below} is not a function", node.function)
        return ANY
    names = [argument.name for argument in node.arguments]
    refused: tuple[str, tree.Node] | None = None
    results = []
    for signature, types in zip(function.signatures, function.ways, strict=True):
        places = signature.places(names)
        if isinstance(places, str):
            refused = refused or (f"{function.name} {places}", node)
            continue
        for place, argument in zip(places, node.arguments, strict=True):
            formal = signature.formal(place)
            if not possible(typed(argument.value), formal.type):
                given = typed(argument.value)
                refused = (f"{function.name} wants a {formal.type} for {formal.name!r}, not {given}", argument)
                break
        else:
            results.append(types.result)
    if not results:
        if strict and refused:
            raise Impossible(*refused)
        return ANY
    return results[0] if all(result == results[0] for result in results) else ANY
