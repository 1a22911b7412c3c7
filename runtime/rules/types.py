"""FEEL types: what they are called, which values conform to them, which types conform to which (10.3.2.9)."""

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any

from msgspec import Struct

from runtime.rules.errors import Unfit
from runtime.rules.temporal import days_of, make_datetime
from runtime.rules.tree import TypeNode
from runtime.rules.values import Function, Range, kind


class Type(Struct, frozen=True):
    """The base of all types."""


class Simple(Type, frozen=True):
    """Any, Null, number, string, boolean, date, time, date and time, and the two durations."""

    name: str

    def __str__(self) -> str:
        return self.name


class ListOf(Type, frozen=True):
    element: Type

    def __str__(self) -> str:
        return f"list<{self.element}>"


class ContextOf(Type, frozen=True):
    """A context with these fields; `closed` where no other name can occur (names of a model or document)."""

    fields: dict[str, Type]
    closed: bool = False

    def __str__(self) -> str:
        return f"context<{', '.join(f'{name}: {type_}' for name, type_ in self.fields.items())}>"


class RangeOf(Type, frozen=True):
    element: Type

    def __str__(self) -> str:
        return f"range<{self.element}>"


class FunctionOf(Type, frozen=True):
    """A function; `parameters` is None where unknown. `names` allow calls with named arguments."""

    parameters: tuple[Type, ...] | None
    result: Type
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"function<{', '.join(str(p) for p in self.parameters or ())}> -> {self.result}"


class Constrained(Type, frozen=True):
    """A base type whose values must also satisfy `allows` (an item definition's allowed values)."""

    base: Type
    allows: Callable[[Any], bool]
    name: str = ""

    def __str__(self) -> str:
        return self.name or str(self.base)


class Later(Type, frozen=True):
    """A type known by name that is resolved when asked: item definitions may refer to themselves."""

    name: str
    resolve: Callable[[], Type]

    def __str__(self) -> str:
        return self.name


ANY = Simple("Any")
NULL = Simple("Null")
NUMBER = Simple("number")
STRING = Simple("string")
BOOLEAN = Simple("boolean")
DATE = Simple("date")
TIME = Simple("time")
DATE_TIME = Simple("date and time")
DAYS = Simple("days and time duration")
MONTHS = Simple("years and months duration")

SIMPLE: dict[str, Type] = {
    type_.name: type_ for type_ in (ANY, NULL, NUMBER, STRING, BOOLEAN, DATE, TIME, DATE_TIME, DAYS, MONTHS)
}
# The names under which DMN 1.1 and other tools write the same types.
SIMPLE |= {
    "dateTime": DATE_TIME,
    "dayTimeDuration": DAYS,
    "yearMonthDuration": MONTHS,
    "list": ListOf(ANY),
    "context": ContextOf({}),
    "range": RangeOf(ANY),
    "function": FunctionOf(None, ANY),
}

_OF_KIND: dict[str, Type] = {
    "number": NUMBER,
    "string": STRING,
    "boolean": BOOLEAN,
    "null": NULL,
    "date": DATE,
    "time": TIME,
    "date and time": DATE_TIME,
    "days and time duration": DAYS,
    "years and months duration": MONTHS,
    "list": SIMPLE["list"],
    "context": SIMPLE["context"],
    "range": SIMPLE["range"],
    "function": SIMPLE["function"],
}


def type_of(value: object) -> Type:
    """The type of a value, without looking into lists and contexts."""
    return _OF_KIND.get(kind(value), ANY)


def bare(type_: Type) -> Type:
    """The type below names and constraints."""
    for _ in range(100):
        if isinstance(type_, Later):
            type_ = type_.resolve()
        elif isinstance(type_, Constrained):
            type_ = type_.base
        else:
            return type_
    return ANY  # a circle of names


def conforms(value: Any, type_: Type) -> bool:
    """Whether a value (not null) is of the type; null conforms inside of lists and contexts (10.3.2.9.2)."""
    if type(type_) is Simple:
        if type_.name == "Any":
            return True
        return kind(value) == type_.name or (value is None and type_.name == "Null")
    if isinstance(type_, Later):
        return conforms(value, type_.resolve())
    if isinstance(type_, Constrained):
        return conforms(value, type_.base) and type_.allows(value)
    if isinstance(type_, ListOf):
        if not isinstance(value, list):
            return False
        element = type_.element
        return element is ANY or all(item is None or conforms(item, element) for item in value)
    if isinstance(type_, ContextOf):
        if not isinstance(value, dict):
            return False
        return all(
            name in value and (value[name] is None or conforms(value[name], field))
            for name, field in type_.fields.items()
        )
    if isinstance(type_, RangeOf):
        if not isinstance(value, Range):
            return False
        return all(end is None or conforms(end, type_.element) for end in (value.start, value.end))
    if isinstance(type_, FunctionOf):
        return isinstance(value, Function) and any(assignable(way, type_) for way in signatures(value))
    return False


def signatures(function: Function) -> list[FunctionOf]:
    """The types of all ways to call a function: a built-in may have several."""
    ways: list[FunctionOf] | None = getattr(function, "ways", None)
    return ways if ways is not None else [_signature(function)]


def _signature(function: Function) -> FunctionOf:
    return FunctionOf(
        tuple(parameter.type or ANY for parameter in function.parameters),
        function.result or ANY,
        tuple(parameter.name for parameter in function.parameters),
    )


def assignable(given: Type, wanted: Type, depth: int = 0) -> bool:
    """Whether every value of type `given` is one of type `wanted` (the type lattice of 10.3.2.9.2)."""
    given, wanted = bare(given), bare(wanted)
    if wanted == ANY or given == NULL or depth > 50:
        return True
    if isinstance(given, ListOf) and isinstance(wanted, ListOf):
        return assignable(given.element, wanted.element, depth + 1)
    if isinstance(given, RangeOf) and isinstance(wanted, RangeOf):
        return assignable(given.element, wanted.element, depth + 1)
    if isinstance(given, ContextOf) and isinstance(wanted, ContextOf):
        return all(
            name in given.fields and assignable(given.fields[name], field, depth + 1)
            for name, field in wanted.fields.items()
        )
    if isinstance(given, FunctionOf) and isinstance(wanted, FunctionOf):
        if given.result != ANY and not assignable(given.result, wanted.result, depth + 1):
            return False  # of a function that does not say what it gives nothing can be held against it
        if given.parameters is None or wanted.parameters is None:
            return wanted.parameters is None
        return len(given.parameters) == len(wanted.parameters) and all(
            assignable(theirs, ours, depth + 1)
            for ours, theirs in zip(given.parameters, wanted.parameters, strict=True)
        )
    return isinstance(given, Simple) and isinstance(wanted, Simple) and given.name == wanted.name


def possible(given: Type, wanted: Type) -> bool:
    """Whether some value of type `given` could be taken for `wanted`, implicit conversions included.

    Strict mode refuses what is not possible; where one of the types is not known nothing is refused.
    """
    given, wanted = bare(given), bare(wanted)
    if ANY in (given, wanted) or given == NULL:
        return True
    if isinstance(given, ListOf) and not isinstance(wanted, ListOf):
        return possible(given.element, wanted)
    if isinstance(wanted, ListOf):
        return possible(given.element if isinstance(given, ListOf) else given, wanted.element)
    if given == DATE and wanted == DATE_TIME:
        return True
    return type(given) is type(wanted) and (not isinstance(given, Simple) or given == wanted)


def is_deep(type_: Type | None) -> bool:
    """Whether to tell if a list or context is of the type takes a look at what is inside of it."""
    match type_:
        case ListOf(element):
            return element is not ANY
        case ContextOf(fields):
            return bool(fields)
        case None | Simple():
            return False
    return True


def coerce(value: Any, type_: Type | None) -> Any:
    """`value` as one of type `type_`, by the implicit conversions of 10.3.2.9.4; raises Unfit."""
    if value is None or type_ is None or type_ is ANY:
        return value
    if conforms(value, type_):
        return value
    below = bare(type_)
    if isinstance(value, list) and not isinstance(below, ListOf) and len(value) == 1:
        if conforms(value[0], type_):
            return value[0]
    elif isinstance(below, ListOf) and not isinstance(value, list):
        if conforms([value], type_):
            return [value]
    elif below == DATE_TIME and kind(value) == "date":
        midnight = make_datetime(days_of(value), 0, UTC)
        if conforms(midnight, type_):
            return midnight
    raise Unfit(f"{kind(value)} is not {type_}")


def type_from(node: TypeNode, named: Mapping[str, Type]) -> Type:
    """The type that was written; raises KeyError with the name of an unknown type."""
    arguments = [type_from(argument, named) for argument in node.arguments]
    if node.name == "list" and arguments:
        return ListOf(arguments[0])
    if node.name == "range" and arguments:
        return RangeOf(arguments[0])
    if node.name == "context" and node.fields:
        return ContextOf(dict(zip(node.fields, arguments, strict=True)))
    if node.name == "function" and arguments:
        return FunctionOf(tuple(arguments[:-1]), arguments[-1])
    if node.name in named:
        return named[node.name]
    return SIMPLE[node.name]


def from_names(shape: Any) -> Type:
    """The type meant by an entry of `names`: a Type, a name such as "number", a nested mapping, or None."""
    if shape is None:
        return ANY
    if isinstance(shape, Type):
        return shape
    if isinstance(shape, str):
        return SIMPLE[shape]
    return ContextOf({name: from_names(field) for name, field in shape.items()}, closed=True)
