"""Reads JSON bodies: refuses what cannot be read with line and column, what does not fit with a pointer."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import msgspec

from app.api.errors import NotJson, WrongBody
from runtime.errors import Fault

T = TypeVar("T")


def json_value(body: bytes) -> Any:
    """Any JSON document (RFC 8259) in UTF-8. Raises NotJson."""
    return _decoded(body, Any)


def document(body: bytes, kind: type[T]) -> T:
    """A document of one of our own types, where an unknown field is an error. Raises NotJson, WrongBody."""
    value: T = _decoded(body, kind)
    return value


def converted(value: Any, kind: type[T]) -> T:
    """JSON data as one of our own types. Raises WrongBody with a pointer."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _wrong_body(error) from None


_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def _decoded(body: bytes, kind: Any) -> Any:
    if not body.strip():
        raise NotJson("the body is empty; send a JSON document", (Fault("", "nothing was sent"),))
    try:
        value = msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise _wrong_body(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_json(body, str(error)) from None
    except RecursionError:
        raise NotJson("the body is nested too deeply", (Fault("", "more than about 1000 levels"),)) from None
    if b"\\u0000" in body and (found := _NUL.search(body)):
        where = pointer_at(body[: found.start()].decode() + '"')
        raise WrongBody("a text has the character U+0000", (Fault(where, "leave U+0000 out: no database keeps it"),))
    return value


def learn() -> None:
    """Has msgspec learn whatever a request may be read as, while there is only one thread.

    It learns a type when it first meets it, and two threads from which it learns the same one at once crash the
    process, as the first requests after a start may.
    """
    pending: list[type[msgspec.Struct]] = [msgspec.Struct]
    while pending:
        kinds = pending.pop().__subclasses__()
        pending += kinds
        for kind in kinds:
            if kind.__module__.startswith(("app.", "designer.")):
                msgspec.json.Decoder(kind)


# --- where reading stopped --------------------------------------------------------------------------

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+')


def _not_json(body: bytes, message: str) -> NotJson:
    """Says where: the reader of the standard library, which is slower, knows it more exactly."""
    try:
        text = body.decode()
        json.loads(text)
        reason, at = _in_readers_words(message, body)
    except UnicodeDecodeError as error:
        text = body[: error.start].decode()
        reason, at = "not UTF-8", len(text)
    except json.JSONDecodeError as error:
        reason, at = error.msg[:1].lower() + error.msg[1:], error.pos
    before = text[:at]
    line, column = before.count("\n") + 1, at - before.rfind("\n")
    where = f"line {line}, column {column}"
    return NotJson(f"malformed JSON at {where}: {reason}", (Fault(pointer_at(before), f"{where}: {reason}"),))


def _in_readers_words(message: str, body: bytes) -> tuple[str, int]:
    """For the two things Python's reader lets pass: NaN and Infinity, and half of a surrogate pair."""
    if found := re.fullmatch(r"JSON is malformed: .* \(byte (\d+)\)", message):
        return "not a value that JSON knows", len(body[: int(found[1])].decode("utf-8", "ignore"))
    return "a text has half of a surrogate pair", len(body.decode())


def pointer_at(before: str) -> str:
    """The JSON pointer of the value being read at the end of `before`, the beginning of a JSON text."""
    path: list[str | int | None] = []  # None: in an object, before the name of the next entry
    name = ""
    for token in _TOKEN.findall(before):
        match token:
            case "[":
                path.append(0)
            case "{":
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
                name = _unquoted(token)
    return "".join(f"/{escaped(step)}" for step in path if step is not None)


def _unquoted(token: str) -> str:
    try:
        return str(msgspec.json.decode(token.encode()))
    except msgspec.DecodeError:
        return token


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
