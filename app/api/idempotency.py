"""A POST that creates, sent twice with the same `Idempotency-Key`, happens once and is answered the same.

The answer is stored in the transaction that has the effect: there is never one without the other. Only answers
that had an effect are stored; a refused request may be mended and sent again under its key.
"""

from __future__ import annotations

import functools
import hashlib
import re
import threading
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Column, Connection, Integer, Row, String, Table, Text, delete, insert, select
from sqlalchemy.exc import IntegrityError

from app import db
from app.api.errors import KeyInFlight, KeyReused, WrongQuery
from app.auth import user_name
from runtime.errors import Fault
from runtime.schema import Moment, metadata

KEPT = 24 * 3600 * 1000  # milliseconds

answers = Table(
    "idempotent_answers",
    metadata,
    Column("caller", String(80), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request", String(64), nullable=False),  # SHA-256 of method, address and body
    Column("status", Integer, nullable=False),
    Column("type", String(80), nullable=False),
    Column("location", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

_KEY = re.compile(r"^[\x20-\x7e]{1,200}$")
_in_flight: set[tuple[int, str, str]] = set()
_guard = threading.Lock()


def once(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Makes a view heed `Idempotency-Key`. Raises KeyReused, KeyInFlight, WrongQuery for a key that is none."""

    @functools.wraps(view)
    def idempotent(*args: Any, **arguments: Any) -> ResponseReturnValue:
        key = request.headers.get("Idempotency-Key")
        if key is None or request.args.get("dry_run") == "true":
            return view(*args, **arguments)
        if not _KEY.match(key):
            raise WrongQuery("Idempotency-Key must be 1 to 200 printable ASCII characters")
        caller, digest = user_name(), _digest()
        _take_off(caller, key)
        # On a connection of its own, so that a replay never queues for the writer.
        with db.orderloom().database.reading() as connection:
            earlier = _find(connection, caller, key, db.now())
        if earlier is not None:
            return _replayed(earlier, digest)
        response = make_response(view(*args, **arguments))
        if response.status_code < 400:
            _keep(caller, key, digest, response)
        return response

    return idempotent


def plug_into(app: Flask) -> None:
    app.teardown_request(_land)


def _digest() -> str:
    said = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    said.update(request.get_data())
    return said.hexdigest()


def _take_off(caller: str, key: str) -> None:
    flight = (id(db.orderloom()), caller, key)
    with _guard:
        if flight in _in_flight:
            raise KeyInFlight("the first request with this Idempotency-Key is still being worked on; ask again soon")
        _in_flight.add(flight)
    g.idempotent_flight = flight


def _land(_error: BaseException | None) -> None:
    """After the commit: from now on the stored answer speaks."""
    flight = g.pop("idempotent_flight", None)
    with _guard:
        _in_flight.discard(flight)


def _find(connection: Connection, caller: str, key: str, now: int) -> Row[Any] | None:
    query = select(answers).where(answers.c.caller == caller, answers.c.key == key, answers.c.at > now - KEPT)
    return connection.execute(query).one_or_none()


def _keep(caller: str, key: str, digest: str, response: Response) -> None:
    connection = db.connection()
    connection.execute(delete(answers).where(answers.c.at <= db.now() - KEPT))
    try:
        connection.execute(
            insert(answers).values(
                caller=caller,
                key=key,
                request=digest,
                status=response.status_code,
                type=response.mimetype,
                location=response.headers.get("Location", ""),
                body=response.get_data(as_text=True),
                at=db.now(),
            )
        )
    except IntegrityError:  # another process was first; ours is rolled back, and asking again gets its answer
        raise KeyInFlight("the first request with this Idempotency-Key has just ended; ask again") from None


def _replayed(earlier: Row[Any], digest: str) -> Response:
    if earlier.request != digest:
        message = "this Idempotency-Key came before with another request; make a new key for a new request"
        raise KeyReused(message, (Fault("", "the body or the address differs from the first request's"),))
    response = Response(earlier.body, earlier.status, mimetype=earlier.type)
    response.headers["Idempotency-Replayed"] = "true"
    if earlier.location:
        response.headers["Location"] = earlier.location
    return response
