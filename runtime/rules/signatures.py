"""How a built-in function is declared, and how arguments find the signature that they fit."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from runtime.rules.errors import Unfit
from runtime.rules.types import ANY, SIMPLE, FunctionOf, ListOf, RangeOf, Type, coerce, is_deep
from runtime.rules.values import Function, Parameter


class Formal(Struct, frozen=True):
    """A formal parameter: `optional` may be left out, `nullable` may be null."""

    name: str
    type: Type
    optional: bool = False
    nullable: bool = False
    deep: bool = False  # see types.is_deep


class Signature(Struct, frozen=True):
    """One way to call a built-in; a `variadic` one takes any number of arguments for its last parameter."""

    formals: tuple[Formal, ...]
    result: Type
    call: Callable[..., Any]
    variadic: bool = False
    wants_run: bool = False
    cost: int = 0

    def places(self, names: Sequence[str]) -> list[int] | str:
        """Where arguments with these names ("" for positional ones) go, or why they do not fit."""
        if not any(names):
            least = sum(not formal.optional for formal in self.formals)
            if len(names) < least:
                return f"expects {least} argument{'s' * (least != 1)}, not {len(names)}"
            if len(names) > len(self.formals) and not self.variadic:
                return f"expects at most {len(self.formals)} arguments, not {len(names)}"
            return list(range(len(names)))
        known = [formal.name for formal in self.formals]
        for name in names:
            if name not in known:
                return f"has no parameter {name!r}; it has {', '.join(known) or 'none'}"
        if len(set(names)) != len(names):
            return "is given a parameter twice"
        for formal in self.formals:
            if formal.name not in names and not formal.optional:
                return f"misses the argument {formal.name!r}"
        return [known.index(name) for name in names]

    def formal(self, place: int) -> Formal:
        return self.formals[min(place, len(self.formals) - 1)]

    def bind(self, run: Any, places: Sequence[int], arguments: Sequence[Any]) -> list[Any]:
        """The arguments in order, converted; raises Unfit."""
        size = max(max(places, default=-1) + 1, sum(not formal.optional for formal in self.formals))
        bound: list[Any] = [None] * size
        for place, argument in zip(places, arguments, strict=True):
            formal = self.formal(place)
            if argument is None:
                if not (formal.nullable or formal.type is ANY):
                    raise Unfit(f"{formal.name!r} is null")
            elif formal.type is not ANY:
                if formal.deep and argument.__class__ is list:
                    run.look(argument, formal.type)
                try:
                    argument = coerce(argument, formal.type)
                except Unfit as unfit:
                    raise Unfit(f"{formal.name!r}: {unfit.message}") from None
            bound[place] = argument
        return bound


class Builtin(Function):
    """A built-in function: its name and all its signatures, tried in order."""

    __slots__ = ("signatures",)

    def __init__(self, name: str, signature: Signature) -> None:
        parameters = [Parameter(formal.name, formal.type) for formal in signature.formals]
        super().__init__(name, parameters, signature.result, self._invoke)
        self.signatures = [signature]

    @property
    def ways(self) -> list[FunctionOf]:
        """The types of all ways to call it."""
        return [
            FunctionOf(tuple(f.type for f in s.formals), s.result, tuple(f.name for f in s.formals))
            for s in self.signatures
        ]

    def _invoke(self, run: Any, arguments: list[Any]) -> Any:
        return self.apply(run, [""] * len(arguments), arguments)

    def apply(self, run: Any, names: Sequence[str], arguments: Sequence[Any]) -> Any:
        """The result for arguments with these names ("" for positional ones); raises Unfit."""
        problem: Unfit | None = None
        signatures = self.signatures
        if len(signatures) > 1 and any(names):
            # before(point, range) and before(range, point) have the same names: the order written decides.
            written = tuple(names)
            signatures = sorted(signatures, key=lambda each: tuple(f.name for f in each.formals) != written)
        for signature in signatures:
            places = signature.places(names)
            if isinstance(places, str):
                problem = problem or Unfit(f"{self.name} {places}", "arity")
                continue
            try:
                bound = signature.bind(run, places, arguments)
            except Unfit as unfit:
                if problem is None or problem.code == "arity":
                    problem = Unfit(f"{self.name}: {unfit.message}", unfit.code)
                run.spend(4)
                continue
            if signature.cost:
                run.spend(signature.cost)
            try:
                return signature.call(run, *bound) if signature.wants_run else signature.call(*bound)
            except Unfit as unfit:
                raise Unfit(f"{self.name}: {unfit.message}", unfit.code) from None
        raise problem or Unfit(f"{self.name} cannot be called")


Call = TypeVar("Call", bound=Callable[..., Any])

FUNCTIONS: dict[str, Builtin] = {}

_DECLARATION = re.compile(r"(?P<name>[^(]+)\((?P<formals>.*)\) -> (?P<result>.+)")
_FORMAL = re.compile(r"(?P<name>[^:?.]+)(?P<mark>\?|\.\.\.)?: (?P<type>[^|]+?)(?P<null> \| null)?")


def builtin(declaration: str, cost: int = 0) -> Callable[[Call], Call]:
    """Declares the function below as a built-in, or as one more signature of it.

    `substring(string: string, start position: number, length?: number) -> string`: a question mark for what
    may be left out, three dots for any number of arguments, `| null` for what may be null. Arguments that do
    not fit make the result null before the function is asked. The function may raise Unfit; it is given the
    evaluation first where its first parameter is called `run`. `cost` are the steps of a call beyond the usual two.
    """
    match = _DECLARATION.fullmatch(declaration)
    if match is None:
        raise ValueError(declaration)
    formals, variadic = [], False
    for part in filter(None, match["formals"].split(", ")):
        formal = _FORMAL.fullmatch(part)
        if formal is None:
            raise ValueError(declaration)
        variadic = formal["mark"] == "..."
        type_ = _type(formal["type"])
        formals.append(Formal(formal["name"], type_, formal["mark"] == "?", bool(formal["null"]), is_deep(type_)))

    def declare(call: Call) -> Call:
        wants_run = call.__code__.co_varnames[:1] == ("run",)
        signature = Signature(tuple(formals), _type(match["result"]), call, variadic, wants_run, cost)
        name = match["name"]
        if name in FUNCTIONS:
            FUNCTIONS[name].signatures.append(signature)
        else:
            FUNCTIONS[name] = Builtin(name, signature)
        return call

    return declare


def _type(text: str) -> Type:
    if text.startswith("list<"):
        return ListOf(_type(text[5:-1]))
    if text.startswith("range<"):
        return RangeOf(_type(text[6:-1]))
    return SIMPLE[text]
