"""Definitions as forms want them: whole, with every field said, and what a new row of a list says (pure)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct, inspect

from runtime.core.definitions import KINDS, Definition


def complete(value: Any) -> Any:
    """The document as dicts, lists and scalars, with what equals its default, unlike `versions.plain`."""
    if isinstance(value, str | bool | int | None):
        return value
    if isinstance(value, Struct):
        tag, fields = _shape(type(value))
        return tag | {written: complete(getattr(value, name)) for written, name in fields}
    if isinstance(value, dict):
        return {name: complete(worth) for name, worth in value.items()}
    if isinstance(value, list | tuple):
        return [complete(worth) for worth in value]
    return value


@lru_cache(maxsize=256)
def _shape(kind: type[Struct]) -> tuple[dict[str, Any], tuple[tuple[str, str], ...]]:
    """The tag of a struct, and its fields as (name in JSON, name)."""
    config = kind.__struct_config__
    tag = {} if config.tag_field is None else {config.tag_field: config.tag}
    return tag, tuple((field.encode_name, field.name) for field in msgspec.structs.fields(kind))


def fresh(kind: str, **given: Any) -> dict[str, Any]:
    """A new definition of that kind, which says nothing but what is `given`."""
    return {**_blank(_of(KINDS[kind])), **given}


def required(kind: str) -> tuple[str, ...]:
    """What a definition of that kind must say from its first moment on, beside its key and name."""
    needed = (field.encode_name for field in _of(KINDS[kind]).fields if field.required)
    return tuple(name for name in needed if name not in ("key", "name"))


def blanks(kind: str) -> dict[str, Any]:
    """What a new row says, for each list of parts, by the names of the fields that lead there: "attributes"."""
    return dict(_blanks(_of(KINDS[kind]), ""))


def _of(kind: type[Definition]) -> inspect.StructType:
    found = inspect.type_info(kind)
    assert isinstance(found, inspect.StructType)
    return found


def _blanks(struct: inspect.StructType, under: str) -> Any:
    for field in struct.fields:
        listed = field.type
        if isinstance(listed, inspect.VarTupleType | inspect.ListType):
            part = listed.item_type
            if isinstance(part, inspect.StructType):
                name = under + field.encode_name
                yield name, _blank(part)
                yield from _blanks(part, f"{name}/")


def _blank(type_: inspect.Type) -> Any:
    """The least that a value of the type can say."""
    match type_:
        case inspect.StructType():
            said = {} if type_.tag_field is None else {type_.tag_field: type_.tag}
            return said | {field.encode_name: _of_field(field) for field in type_.fields}
        case inspect.Metadata():
            return _blank(type_.type)
        case inspect.LiteralType():
            return type_.values[0]
        case inspect.UnionType():
            return None if any(isinstance(each, inspect.NoneType) for each in type_.types) else _blank(type_.types[0])
        case inspect.StrType():
            return ""
        case inspect.BoolType():
            return False
        case inspect.IntType() | inspect.FloatType():
            return type_.ge or 0
        case inspect.DictType():
            return {}
    return []


def _of_field(field: inspect.Field) -> Any:
    if field.default is not NODEFAULT:
        return complete(field.default)
    if field.default_factory is not NODEFAULT:
        return complete(field.default_factory())
    return _blank(field.type)
