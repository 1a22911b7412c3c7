"""A version is a definition that has become its own name: the SHA-256 of its canonical JSON."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
import rfc8785
from msgspec import Struct

from runtime.core.definitions import KINDS, Definition
from runtime.errors import Fault, MalformedDefinition

# The revision of the rules by which definitions are run; a release keeps that under which it was published. Raised when
# a change may alter what an order does; from then on both are known.
SEMANTICS = 2
KNOWN_SEMANTICS = frozenset({2})


def plain(value: Any) -> Any:
    """The document as dicts, lists and scalars, without what equals its default.

    msgspec leaves a default out only where it is the very same object, so a default that somebody wrote
    down would change the hash; here equal is enough.
    """
    if isinstance(value, Struct):
        written = {}
        config = value.__struct_config__
        if config.tag_field is not None:
            written[config.tag_field] = config.tag
        for name, written_name, default in _fields(type(value)):
            worth = getattr(value, name)
            if worth != default:
                written[written_name] = plain(worth)
        return written
    if isinstance(value, dict):
        return {name: plain(worth) for name, worth in value.items()}
    if isinstance(value, list | tuple):
        return [plain(worth) for worth in value]
    return value


# msgspec learns a type when it first meets it. Two threads that make it learn the same one at once crash the
# process, as they may after a start; so everything is learned here, while there is only one.
_DECODERS = {kind: msgspec.json.Decoder(type_) for kind, type_ in KINDS.items()}


def canonical(document: Definition) -> bytes:
    """The one JSON of the document (RFC 8785)."""
    return rfc8785.dumps(plain(document))


def version_id(document: Definition) -> str:
    """64 hexadecimal digits: equal for equal documents, whatever the order or spacing they were written in."""
    return digest(plain(document))


def digest(data: Any) -> str:
    """The SHA-256 of the canonical JSON of plain data, e.g. of the manifest of a release."""
    return hashlib.sha256(rfc8785.dumps(data)).hexdigest()


def release_digest(manifest: Mapping[str, str], semantics: int) -> str:
    """The SHA-256 over all that a release contains ("kind/key" -> version id), and the revision of its semantics."""
    said = {"definitions": manifest, "semantics": semantics}
    # The canonical form (RFC 8785): names and ids are ASCII, for which this is the same, and quicker by far.
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def decode(kind: str, text: str | bytes) -> Definition:
    """The definition that the JSON text is.

    Raises MalformedDefinition, with a pointer, where it is none of that kind.
    """
    try:
        return _DECODERS[_known(kind)].decode(text)
    except msgspec.DecodeError as error:
        raise _malformed(kind, error) from None


def convert(kind: str, data: Any) -> Definition:
    """The same for data that is already parsed, e.g. from YAML."""
    try:
        return msgspec.convert(data, type=KINDS[_known(kind)])
    except msgspec.ValidationError as error:
        raise _malformed(kind, error) from None


def _known(kind: str) -> str:
    if kind not in KINDS:
        known = ", ".join(KINDS)
        message = f"there is no kind of definition called {kind!r}; the kinds are {known}"
        raise MalformedDefinition(message, (Fault("/kind", message),))
    return kind


@cache
def _fields(kind: type[Struct]) -> tuple[tuple[str, str, Any], ...]:
    """Of every field its name, its name in JSON, and its default; asked once, because a table has a struct a row."""
    return tuple((field.name, field.encode_name, _default(field)) for field in msgspec.structs.fields(kind))


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


def _malformed(kind: str, error: msgspec.DecodeError) -> MalformedDefinition:
    message, _, path = str(error).partition(" - at `")
    pointer = _pointer(path.rstrip("`"))
    return MalformedDefinition(f"not a {kind}: {message} (at {pointer or 'the top'})", (Fault(pointer, message),))


def _pointer(path: str) -> str:
    """`$.items[0].call` as a JSON pointer; the `[...]` of a dict, whose key msgspec does not tell, ends it."""
    parts = re.findall(r"\.([A-Za-z_]\w*)|\[(\d+)\]|(\[\.\.\.\]|key)", path)
    pointer = ""
    for name, index, unknown in parts:
        if unknown:
            break
        pointer += f"/{name or index}"
    return pointer
