"""What every interface does with a request's body and parameters, and with its answer: JSON, with an ETag."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, request

from app.api.errors import PreconditionFailed, PreconditionMissing, WrongMedia, WrongQuery
from runtime.core import reading
from runtime.core.values import encode
from runtime.errors import Fault

T = TypeVar("T")


def body_of(kind: type[T] | Any = Any) -> Any:
    """The body of this request as a document of `kind`. Raises Unreadable, WrongBody, WrongMedia."""
    media = request.mimetype
    if media and media != "application/json" and not media.endswith("+json"):
        message = f"the body is said to be {media}; send JSON with Content-Type: application/json"
        raise WrongMedia(message, (Fault("", f"{media} is not JSON"),))
    return reading.document(request.get_data(), kind)


def parameter(name: str, read: Callable[[str], T], default: T, expected: str) -> T:
    """A parameter of the address. Raises WrongQuery, saying what was `expected`."""
    given = request.args.get(name)
    if given is None:
        return default
    try:
        return read(given)
    except ValueError:
        message = f"the parameter {name} must be {expected}, not {given[:40]!r}"
        raise WrongQuery(message, (Fault("", f"parameter {name}: must be {expected}"),)) from None


def refuse_nul() -> None:
    """PostgreSQL keeps no U+0000 in a text; an address with one finds nothing anywhere. Raises WrongQuery."""
    if "\0" in request.path or any("\0" in value for value in request.args.values()):
        raise WrongQuery("the address has the character U+0000; leave it out")


def limit_of(default: int, most: int) -> int:
    """The parameter `limit`: how many at most, up to `most`."""
    return parameter("limit", _within(1, most), default, f"a whole number from 1 to {most}")


def _within(least: int, most: int) -> Callable[[str], int]:
    def read(given: str) -> int:
        if not given.isascii() or not given.isdecimal() or not least <= int(given[:19]) <= most:
            raise ValueError
        return int(given)

    return read


natural = _within(0, 2**53)


def truth(given: str) -> bool:
    if given not in ("true", "false"):
        raise ValueError
    return given == "true"


def refuse_other_parameters(*known: str) -> None:
    """A misspelt filter that is ignored would find too much. Raises WrongQuery."""
    if unknown := sorted(set(request.args) - set(known)):
        takes = ", ".join(known) or "none"
        message = f"there is no parameter {unknown[0]!r} here; this address takes: {takes}"
        raise WrongQuery(message, tuple(Fault("", f"parameter {name}: unknown") for name in unknown))


# --- answers ------------------------------------------------------------------------------------------


def json_answer(document: object, status: int = 200, **headers: str) -> Response:
    return Response(encode(document), status, headers, mimetype="application/json")


def polled(document: object, **headers: str) -> Response:
    """A read with an ETag made of its content; 304 where the caller has it already."""
    body = encode(document).encode()
    tag = hashlib.sha256(body).hexdigest()[:32]
    if (unchanged := not_modified(tag)) is not None:
        return unchanged
    response = Response(body, headers=headers, mimetype="application/json")
    response.set_etag(tag)
    return response


def not_modified(tag: str) -> Response | None:
    """304 where the caller already has what `tag` stands for: asked before the answer is worked out."""
    if not request.if_none_match.contains_weak(tag):
        return None
    response = Response(status=304)
    response.set_etag(tag)
    return response


def revision_to_change() -> int | None:
    """The revision a change is meant for: the number in If-Match, 0 for `If-None-Match: *` (there is none yet),
    None for `If-Match: *` (any). Raises PreconditionMissing, PreconditionFailed."""
    if request.if_none_match.star_tag:
        return 0
    match = request.if_match
    if match.star_tag:
        return None
    tags = list(match)
    if not tags:
        message = "say what you change: If-Match with the ETag you read, or If-None-Match: * to make a new draft"
        raise PreconditionMissing(message)
    if len(tags) > 1 or not tags[0].isdecimal():
        raise PreconditionFailed(f"If-Match must be one ETag of this draft; there is none called {', '.join(tags)}")
    return int(tags[0])
