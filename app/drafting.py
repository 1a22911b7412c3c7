"""The draft that a page edits: how the canvas, the grid and the forms read it, and what they say when they save it."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.exceptions import PreconditionRequired

from app import db
from designer import publishing
from designer.history import State, known_kind
from runtime.core import versions
from runtime.core.definitions import Definition
from runtime.core.reading import json_value
from runtime.errors import Fault, MalformedDefinition


def shown(state: State, document: Any) -> dict[str, Any]:
    """A draft in the form its page wants it, or the newest version, which is nobody's, under revision 0."""
    drafted = state.revision is not None
    return {
        "document": document,
        "revision": state.revision or 0,
        "by": state.author if drafted else "",
        "at": state.at if drafted else None,
    }


def if_match() -> int:
    """The revision that was changed, 0 where there was no draft yet. Raises PreconditionRequired."""
    named = request.headers.get("If-Match", "").strip('"')
    if not (named.isascii() and named.isdecimal()):
        raise PreconditionRequired('say with If-Match which revision you changed, e.g. If-Match: "3"')
    return int(named)


def sent(kind: str, key: str) -> Definition:
    """The definition in the body of the request. Raises Unknown, MalformedDefinition."""
    body = request.get_data()
    json_value(body)  # which refuses what no other JSON may say either
    document = versions.decode(known_kind(kind), body)
    if document.key != key:
        message = f"the {kind} sent is {document.key!r}, the address is that of {key!r}"
        raise MalformedDefinition(message, (Fault("/key", message),))
    return document


def everything() -> dict[str, Definition]:
    """All that is drafted, or else active, by "kind/key"; read beside whoever is writing."""
    with db.orderloom().database.reading() as connection:
        return publishing.candidate(connection, now=db.now())
