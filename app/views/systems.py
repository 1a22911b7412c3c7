"""Systems: which are called, taken offline and brought back; and trying an operation with one real call."""

from __future__ import annotations

import http
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import msgspec
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from app import db, holding
from app.api.answers import body_of, json_answer
from app.auth import allow, may, user_name
from app.pages import EVERY_OFFICE_ROLE, sentence
from designer import history, published
from runtime import queries, systems
from runtime.connectors.http import Answer, Http, Request
from runtime.core.definitions import Operation, System
from runtime.core.durations import milliseconds
from runtime.errors import IllegalMove, Unanswered, Unknown

pages = Blueprint("systems", __name__, url_prefix="/systems")
log = logging.getLogger(__name__)

LONGEST = 15_000  # ms: a person waits for the answer, and a thread of ours with them
SHOWN = 100_000  # bytes of an answer that a page shows

WORDS = {
    2: "It took the request.",
    3: "It sends callers elsewhere, which orders would not follow: correct the address or the path.",
    4: "It refuses this request; an order would not ask again.",
    5: "It has a fault of its own; an order would ask again, as the retry policy says.",
}


class Reach(Struct, frozen=True):
    """Where this installation reaches a system: `url` is empty where it may not call it yet. `source` says why."""

    url: str
    source: str


class Try(Struct, frozen=True, forbid_unknown_fields=True):
    """What to ask: the operation as it is drafted, and the fields of the request."""

    operation: str
    body: dict[str, Any] = {}


class Tried(Struct, frozen=True, kw_only=True):
    """What came back, in `took` ms; `status` is None where nothing did. `told` says what it means for orders."""

    call: str
    key: str
    took: int
    told: str
    status: int | None = None
    reason: str = ""
    headers: dict[str, str] = {}
    body: str = ""
    cut: bool = False


@pages.get("/<key>/reach")
@allow("process admin")
def reach(key: str) -> ResponseReturnValue:
    """Where a try would go."""
    return json_answer(_reach(key))


@pages.post("/<key>/try")
@allow("process admin")
def try_out(key: str) -> ResponseReturnValue:
    """Calls an operation as it is drafted now, under a key that says it is a try.

    The address is never the draft's: whoever may write a draft could otherwise make this server call any other.
    Raises Unknown, and IllegalMove where the system may not be called yet.
    """
    wanted: Try = body_of(Try)
    operation, there = _operation(key, wanted.operation), _reach(key)  # no transaction is open while it is called
    if not there.url:
        raise IllegalMove(there.source)
    wanted_call = Request(
        url=there.url,
        method=operation.method,
        path=operation.path,
        timeout=min(LONGEST, milliseconds(operation.timeout)),
        body=wanted.body,
        idempotency_key=f"try-{secrets.token_hex(8)}",
        callback=None,
    )
    began = time.monotonic()
    with closing(Http(1)) as connector:
        try:
            answer, error = connector.ask(wanted_call), ""
        except Unanswered as silence:
            answer, error = None, str(silence)
    tried = _told(wanted_call, answer, error, round((time.monotonic() - began) * 1000))
    # A warning: it did something outside, and no order tells of it.
    log.warning("%s tried %s of %s as %s: %s", user_name(), tried.call, key, tried.key, tried.status or error)
    return json_answer(tried)


def _told(asked: Request, answer: Answer | None, error: str, took: int) -> Tried:
    call = f"{asked.method} {asked.address}"
    if answer is None:
        told = f"{error}. An order would ask again, as the retry policy says."
        return Tried(call=call, key=asked.idempotency_key, took=took, told=told)
    told = WORDS.get(answer.status // 100, "")
    try:
        body = msgspec.json.format(answer.content, indent=2).decode() if answer.content.strip() else ""
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = answer.content[:SHOWN].decode("utf-8", "replace")
        if answer.status < 300:
            told = "It answered, but not with JSON: an order would take that for a fault, and ask again."
    return Tried(
        call=call,
        key=asked.idempotency_key,
        took=took,
        told=told,
        status=answer.status,
        reason=http.HTTPStatus(answer.status).phrase if answer.status in set(http.HTTPStatus) else "",
        headers=answer.headers,
        body=body[:SHOWN],
        cut=len(answer.content) > SHOWN,
    )


def _reach(key: str) -> Reach:
    """The setting of this installation, or what the active release says."""
    with db.orderloom().database.reading() as connection:
        setting = queries.endpoint_urls(connection).get(key)
        if setting is not None:
            return Reach(setting, "as this installation is set up")
        version = published.active_manifest(connection, db.now()).get(f"system/{key}")
        if version is not None:
            system = published.documents(connection, {f"system/{key}": version})[f"system/{key}"]
            assert isinstance(system, System)
            return Reach(system.url, "as the active release says")
    return Reach(
        "", "only a system whose address is published, or set for this installation, is called: publish it first"
    )


def _operation(key: str, name: str) -> Operation:
    """The operation as it is drafted, or published. Raises Unknown."""
    with db.orderloom().database.reading() as connection:
        system = history.current(connection, "system", key).document
    assert isinstance(system, System)
    for operation in system.operations:
        if operation.key == name:
            return operation
    raise Unknown(f"system {key!r} has no operation {name!r}; wait until it is saved, or choose another")


# --- which systems are called -----------------------------------------------------------------------------


@pages.get("/")
@allow(*EVERY_OFFICE_ROLE)
def index() -> ResponseReturnValue:
    """All systems, and what keeps calls to them from being made."""
    connection = db.connection()
    found = holding.overview(connection, db.now())
    page = {
        "found": found,
        "names": {each.key: each.name for each in found.systems},
        "changes": systems.changes(connection, limit=30),
        "may_change": may(*holding.KEEPERS),
    }
    return render_template("systems/_list.html" if request.headers.get("HX-Request") else "systems/index.html", **page)


@pages.post("/<key>/offline")
@allow(*holding.KEEPERS)
def take_offline(key: str) -> ResponseReturnValue:
    holding.known(db.connection(), key, db.now())
    return _changed(lambda: systems.take_offline(db.connection(), key, reason=_reason(), by=user_name(), now=db.now()))


@pages.post("/<key>/online")
@allow(*holding.KEEPERS)
def bring_back(key: str) -> ResponseReturnValue:
    holding.known(db.connection(), key, db.now())
    return _changed(lambda: systems.bring_back(db.connection(), key, by=user_name(), now=db.now()))


@pages.post("/pause")
@allow(*holding.KEEPERS)
def pause() -> ResponseReturnValue:
    every = systems.EVERY
    return _changed(
        lambda: systems.take_offline(db.connection(), every, reason=_reason(), by=user_name(), now=db.now())
    )


@pages.post("/resume")
@allow(*holding.KEEPERS)
def resume() -> ResponseReturnValue:
    return _changed(lambda: systems.bring_back(db.connection(), systems.EVERY, by=user_name(), now=db.now()))


def _changed(act: Callable[[], None]) -> ResponseReturnValue:
    try:
        act()
    except IllegalMove as late:  # somebody was faster; the page now shows what is true
        flash(sentence(str(late)))
    return redirect(url_for(".index"))


def _reason() -> str:
    return request.form.get("reason", "").strip()[:500] or "no reason given"
