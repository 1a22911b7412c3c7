"""The shapes of TM Forum bodies: which field holds what. Pure.

The standard is open: a field it does not name is kept and not looked at. What it names must have its type, and
every fault is found, not the first alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from app import moments
from runtime.core.reading import escaped
from runtime.errors import Fault

Shape = Callable[[Any, str], Iterator[Fault]]  # (value, its pointer) -> what is wrong with it

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def an(expected: str, fits: Callable[[Any], bool]) -> Shape:
    """A value for which `fits` is true; `expected` completes the sentence "must be ..."."""

    def shape(value: Any, at: str) -> Iterator[Fault]:
        if not fits(value):
            yield Fault(at, f"must be {expected}, not {told(value)}")

    return shape


def told(value: Any) -> str:
    """A value as a message names it: by its type, and short ones by what they are."""
    match value:
        case None:
            return "null"
        case dict():
            return "an object"
        case list():
            return "a list"
        case bool():
            return "true" if value else "false"
        case str():
            return f"{value!r}" if len(value) <= 40 else f"a text of {len(value)} characters"
    return f"the number {value}"[:60]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


text = an("a text", lambda value: isinstance(value, str))
flag = an("true or false", lambda value: isinstance(value, bool))
number = an("a number", _is_number)
whole = an("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool))


def moment(value: Any, at: str) -> Iterator[Fault]:
    """A moment as RFC 3339 writes it."""
    if not isinstance(value, str):
        yield Fault(at, f"must be {moments.EXPECTED}, not {told(value)}")
        return
    try:
        moments.written(value)
    except ValueError as error:
        yield Fault(at, f"{told(value)} {error}")


def positive(limit: int) -> Shape:
    return an(
        f"a whole number from 1 to {limit}",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= limit,
    )


def name(longest: int) -> Shape:
    """A text by which something is found again: not empty, no control characters."""

    def fits(value: Any) -> bool:
        return (
            isinstance(value, str) and len(value.strip()) > 0 and len(value) <= longest and not _CONTROL.search(value)
        )

    return an(f"a text of 1 to {longest} printable characters", fits)


def choice(*values: str) -> Shape:
    return an(f"one of {', '.join(values)}", lambda value: isinstance(value, str) and value in values)


def anything(_value: Any, _at: str) -> Iterator[Fault]:
    """No demand at all."""
    yield from ()


def list_of(shape: Shape, least: int = 0) -> Shape:
    def listed(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield Fault(at, f"must be a list, not {told(value)}")
            return
        if len(value) < least:
            yield Fault(at, f"needs at least {least}")
        for index, each in enumerate(value):
            yield from shape(each, f"{at}/{index}")

    return listed


def either(one: Shape, other: Shape, on: type) -> Shape:
    """`one` for values of the type `on`, else `other`."""

    def shape(value: Any, at: str) -> Iterator[Fault]:
        yield from (one if isinstance(value, on) else other)(value, at)

    return shape


def thing(required: str = "", **fields: Shape) -> Shape:
    """An object: the fields named here have their shapes, `required` ones (in one text) must be there."""
    return named(fields, required)


def named(fields: Mapping[str, Shape], required: str = "") -> Shape:
    """As `thing`, for a mapping that is filled in later because a shape contains itself."""
    needed = required.split()

    def shape(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield Fault(at, f"must be an object, not {told(value)}")
            return
        for field in needed:
            if field not in value:
                yield Fault(f"{at}/{field}", "this field is required")
        for field, each in value.items():
            if field in fields:
                yield from fields[field](each, f"{at}/{escaped(field)}")

    return shape
