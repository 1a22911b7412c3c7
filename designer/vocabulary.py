"""What people call the kinds, fields and values of a document: for whatever tells of one in words (pure)."""

from __future__ import annotations

import re
from typing import Any

from designer.wording import listed

ROOM = 80  # characters of a value that are shown
EMPTY: tuple[Any, ...] = (None, "", [], {})  # what says nothing; False and 0 do say something

KIND_WORDS = {
    "automatic": "automatic task",
    "manual": "manual task",
    "push": "push event",
    "subplan": "sub-plan",
}
FIELD_WORDS = {
    "allowed": "allowed values",
    "assetizable": "kept in the inventory",
    "call.operation": "operation",
    "call.system": "system",
    "compensation": "what undoes it",
    "compensation.operation": "operation that undoes it",
    "compensation.system": "system that undoes it",
    "condition": "only if",
    "default": "default value",
    "duration": "expected duration",
    "identifiers": "names in orders",
    "inputs": "inputs",
    "on_timeout": "when the time is over",
    "per": "made once per",
    "point_of_no_return": "point of no return",
    "required": "must be filled in",
    "overwrite": "also where the order says something else",
    "sensitive": "sensitive",
    "url": "address",
    "within": "due within",
}
# Entries that are mappings, name -> expression; their names follow.
MAPPING_WORDS = {
    "attributes": "attribute",
    "call.request": "request",
    "compensation.request": "request that undoes it",
    "foreign": "imported part",
    "inputs": "input",
    "result": "result",
}


def kind_words(kind: str) -> str:
    """What people call a kind of item: "manual task" for manual."""
    return KIND_WORDS.get(kind, kind)


def field_words(field: str) -> str:
    """What people call a field of a document: "expected duration" for duration."""
    for prefix, words in MAPPING_WORDS.items():
        if field.startswith(f"{prefix}."):
            return f"{words} {field.removeprefix(prefix + '.')}"
    return FIELD_WORDS.get(field, field.replace("_", " ").replace(".", ", "))


def worth(value: Any) -> str:
    """A value of a document in words: yes, 2 h, a and b."""
    if value in EMPTY:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return spoken(value) or _shortened(value)
    if isinstance(value, list):
        return _shortened(listed([worth(each) for each in value], "and"))
    if isinstance(value, dict):
        return _shortened(", ".join(f"{field_words(name)} {worth(each)}" for name, each in value.items()))
    return str(value)


_ISO = re.compile(r"P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def spoken(text: str) -> str:
    """An ISO 8601 duration as people say it, "10 s" for PT10S; empty where the text is none."""
    found = _ISO.fullmatch(text)
    if found is None:
        return ""
    parts = [f"{n} {unit}" for n, unit in zip(found.groups(), ("d", "h", "min", "s"), strict=True) if n and float(n)]
    return " ".join(parts) or "0 s"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= ROOM else f"{line[: ROOM - 1].rstrip()}…"
