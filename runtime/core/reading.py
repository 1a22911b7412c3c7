"""The one door through which JSON comes in: bodies of callers, callbacks, answers of systems, files, forms of pages.

One set of rules for all of them: RFC 8259 in UTF-8, at most DEEPEST levels, no name twice in an object, numbers that
the rules can hold with every digit, no text that a database cannot keep. What breaks one is refused with line, column
and JSON pointer. Numbers come out exact: ints and Decimals.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NoReturn

import msgspec

from runtime.core.values import DEEPEST, DIGITS, TOO_LONG, decoder, exact
from runtime.errors import Fault, Unreadable, WrongBody


def json_value(body: bytes) -> Any:
    """Any JSON document. Raises Unreadable."""
    if not body.strip():
        raise Unreadable("the body is empty; send a JSON document", (Fault("", "nothing was sent"),))
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        before = body[: error.start].decode()
        raise _refused(before, len(before), "malformed JSON", "not UTF-8") from None
    try:
        value = _decode(text)
    except json.JSONDecodeError as error:
        reason = error.msg[:1].lower() + error.msg[1:]
        raise _refused(text, error.pos, "malformed JSON", reason) from None
    except (_RuleBroken, RecursionError):
        raise _broken(text) from None
    if _SUSPECT.search(text) or (text.count("[") + text.count("{") > DEEPEST and _too_deep(value)):
        for at, reason in _faults(text):
            raise _refused(text, at, "JSON that is not taken", reason)
    return value


def document(body: bytes, kind: Any) -> Any:
    """A document of one of our own types, where an unknown field is an error. Raises Unreadable, WrongBody."""
    value = json_value(body)
    if kind is Any:
        return value
    try:
        return decoder(kind)(body)
    except msgspec.ValidationError as error:
        raise _wrong_body(error) from None


def learn(*packages: str) -> None:
    """Has msgspec learn whatever a request may be read as, while there is only one thread.

    It learns a type when it first meets it, and two threads from which it learns the same one at once crash the
    process, as the first requests after a start may.
    """
    pending: list[type[msgspec.Struct]] = [msgspec.Struct]
    while pending:
        kinds = pending.pop().__subclasses__()
        pending += kinds
        for kind in kinds:
            if kind.__module__.startswith(packages):
                msgspec.json.Decoder(kind)


# --- the rules ----------------------------------------------------------------------------------------


class _RuleBroken(Exception):
    """A rule is broken somewhere; `_faults` finds out where."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RuleBroken
    return found


def _number(text: str) -> int | Decimal:
    try:
        return exact(text)
    except (ValueError, ArithmeticError):
        raise _RuleBroken from None


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= DIGITS else _number(text)


def _fraction(text: str) -> int | Decimal:
    return _number(text) if len(text) > DIGITS or "e" in text or "E" in text else Decimal(text)


def _constant(_text: str) -> NoReturn:
    raise _RuleBroken


_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=_fraction, parse_constant=_constant
).decode
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            child
            for each in level
            for child in (each.values() if type(each) is dict else each if type(each) is list else ())
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return False
    return True


def _broken(text: str) -> Unreadable:
    for at, reason in _faults(text):
        return _refused(text, at, "JSON that is not taken", reason)
    return _refused(text, len(text), "JSON that is not taken", "nested too deeply")


def _faults(text: str) -> Iterator[tuple[int, str]]:
    """Where a well-formed text breaks a rule, and which."""
    names: dict[int, set[str]] = {}  # of the objects being read, by their depth
    for at, token, path, is_name in _tokens(text, []):
        first = token[0]
        if first in "[{":
            if len(path) >= DEEPEST:
                yield at, f"nested too deeply; at most {DEEPEST} levels are taken"
                return
            names[len(path) + 1] = set()
        elif first == '"':
            value = _unquoted(token)
            if "\0" in value:
                yield at, "the character U+0000; leave it out: no database keeps it"
            if any("\ud800" <= char <= "\udfff" for char in value):
                yield at, "a text has half of a surrogate pair"
            if is_name:
                if value in names[len(path)]:
                    yield at, f"the name {value!r:.60} is there twice; give it once"
                names[len(path)].add(value)
        elif first in "-0123456789" and token != "-Infinity":
            try:
                exact(token)
            except ValueError:
                yield at, f"this number {TOO_LONG}; send it as text"
        elif token not in ("true", "false", "null"):
            yield at, "not a value that JSON knows"


# --- where --------------------------------------------------------------------------------------------

Path = list[str | int | None]  # steps from the top; None: in an object, before the name of the next entry

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+')


def _tokens(text: str, path: Path) -> Iterator[tuple[int, str, Path, bool]]:
    """Where each name and value begins: (position, token, path, whether it is a name). `path` is changed on the way,
    and is left as that of what is being read at the end."""
    name = ""
    for found in _TOKEN.finditer(text):
        token = found.group()
        match token:
            case "[":
                yield found.start(), token, path, False
                path.append(0)
            case "{":
                yield found.start(), token, path, False
                path.append(None)
            case "]" | "}" if path:
                path.pop()
            case "," if path and isinstance(path[-1], int):
                path[-1] += 1
            case "," if path:
                path[-1] = None
            case ":" if path:
                path[-1] = name
            case _:
                is_name = bool(path) and path[-1] is None
                if is_name:
                    name = _unquoted(token)
                yield found.start(), token, path, is_name


def pointer_at(before: str) -> str:
    """The JSON pointer of the value being read at the end of `before`, the beginning of a JSON text."""
    path: Path = []
    for _ in _tokens(before, path):
        pass
    return _pointer(path)


def lines_of(text: str, pointers: Iterable[str]) -> dict[str, int]:
    """The lines, from 1, in which the values at JSON pointers begin; those are left out that the text does not have."""
    wanted, found = set(pointers), {}
    line, counted = 1, 0
    for at, _, path, is_name in _tokens(text, []):
        if not is_name and (pointer := _pointer(path)) in wanted and pointer not in found:
            line += text.count("\n", counted, at)
            counted = at
            found[pointer] = line
            if len(found) == len(wanted):
                break
    return found


def _pointer(path: Path) -> str:
    return "".join(f"/{escaped(step)}" for step in path if step is not None)


def _unquoted(token: str) -> str:
    try:
        return str(json.loads(token, strict=False))
    except (ValueError, RecursionError):
        return token


def _refused(text: str, at: int, what: str, reason: str) -> Unreadable:
    before = text[:at]
    line, column = before.count("\n") + 1, at - before.rfind("\n")
    where = f"line {line}, column {column}"
    return Unreadable(f"{what} at {where}: {reason}", (Fault(pointer_at(before), f"{where}: {reason}"),))


# --- what does not fit --------------------------------------------------------------------------------

_AT = re.compile(r"^(?P<what>.*) - at `(?P<path>.*)`$", re.DOTALL)
_FIELD = re.compile(r"^Object (?:contains unknown|(?P<missing>missing required)) field `(?P<name>.*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


def fault_of(error: msgspec.ValidationError) -> Fault:
    """What msgspec says of the first thing that does not fit, with its path as a JSON pointer (RFC 6901).

    In a mapping it does not say which entry it means; then the pointer is that of the mapping.
    """
    found = _AT.match(str(error))
    message, path = (found["what"], found["path"]) if found else (str(error), "$")
    path, in_mapping, _ = path.removeprefix("key in ").partition("[...]")
    steps = [name or index for name, index in _STEP.findall(path)]
    if field := _FIELD.match(message):
        steps.append(field["name"])
        message = "this field is required" if field["missing"] else "there is no such field"
    pointer = "".join(f"/{escaped(step)}" for step in steps)
    message = message[:1].lower() + message[1:]
    return Fault(pointer, f"an entry: {message}" if in_mapping else message)


def _wrong_body(error: msgspec.ValidationError) -> WrongBody:
    fault = fault_of(error)
    return WrongBody(f"the body does not fit at {fault.pointer or 'its top'}: {fault.message}", (fault,))


def escaped(step: str | int) -> str:
    """One step of a JSON pointer."""
    return str(step).replace("~", "~0").replace("/", "~1")
