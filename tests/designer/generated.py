"""Any definition at all, for properties: built from the types, so that a new field is tested from its first day."""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st
from msgspec import Meta, Struct

from runtime.core.definitions import KINDS, Definition

# What tends to break texts on their way: what looks like another type, quotes, breaks, odd spaces, emoji.
TREACHEROUS = (
    *(
        "yes",
        "no",
        "on",
        "null",
        "~",
        "true",
        "1",
        "1e3",
        "0x1F",
        "0o7",
        "1_000",
        "1:30",
        ".inf",
        "2024-01-01",
        "=",
        "<<",
    ),
    *(
        "",
        " ",
        " x ",
        "x ",
        "\n",
        "a\nb",
        "a\n\n b\n",
        "\ta",
        "a:\tb",
        "a: b",
        "# a",
        "a #b",
        "- a",
        "[a",
        "{a",
        "*a",
        "&a",
    ),
    *(
        "'",
        '"',
        "it's",
        "\\n",
        "%",
        "@",
        "`",
        "|",
        ">",
        "!x",
        "---",
        "...",
        "? a",
        "\x85",
        "\u2028",
        "\ufeff",
        "\x00",
        "🧵",
        "é",
    ),
)
text = st.sampled_from(TREACHEROUS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def anything_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type as the documents use types: Structs, unions, literals, tuples, dicts and scalars."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _annotated(arguments[0], arguments[1])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of([anything_of(each) for each in arguments])
    if origin is tuple:
        return st.lists(anything_of(arguments[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(text, anything_of(arguments[1]), max_size=3)
    if isinstance(kind, type) and issubclass(kind, Struct):
        return struct_of(kind)
    return {
        str: text,
        bool: st.booleans(),
        int: st.integers(1, 1000),
        float: st.floats(0, 1e6, allow_nan=False),
        type(None): st.none(),
    }[kind]


def struct_of(kind: type[Struct]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind, include_extras=True)
    required = {f.name: anything_of(hints[f.name]) for f in msgspec.structs.fields(kind) if f.required}
    optional = {f.name: anything_of(hints[f.name]) for f in msgspec.structs.fields(kind) if not f.required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda values: kind(**values))


def _annotated(kind: Any, meta: Meta) -> st.SearchStrategy[Any]:
    if meta.pattern is not None:
        return st.from_regex(meta.pattern, fullmatch=True).filter(lambda made: not made.endswith("\n"))
    if kind is int:
        return st.integers(int(meta.ge or 0), int(meta.le or 1000))
    if kind is float:
        low, high = meta.ge if meta.ge is not None else meta.gt, meta.le
        return st.floats(low, high, allow_nan=False, exclude_min=meta.gt is not None)
    if meta.min_length:
        return st.lists(anything_of(get_args(kind)[0]), min_size=meta.min_length, max_size=3).map(tuple)
    return anything_of(kind)


definitions: st.SearchStrategy[Definition] = st.one_of([struct_of(kind) for kind in KINDS.values()])
