"""One transaction per request: answering below 400 commits, anything else rolls back.

The transaction opens at the first `connection()`, so whatever a view does before (parse, verify a password)
keeps no other writer waiting. It ends before the answer leaves, so a 2xx is durable.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import Protocol, cast

from flask import Flask, Response, current_app, g, request

from app.settings import Settings
from runtime import releases
from runtime.database import Connection, Database

READING = frozenset({"GET", "HEAD", "OPTIONS"})
ATTEMPTS = 3  # to find the active release loaded


class Wakeable(Protocol):
    """A worker, in this process or reached through a broker."""

    def wake(self) -> None: ...


class Orderloom:
    """What the requests of one running application share."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.worker: Wakeable | None = None

    def wake(self) -> None:
        """Says that there is new work; called after the commit that made it."""
        if self.worker is not None:
            self.worker.wake()


class _RolledBack(Exception):
    """Ends a transaction whose request was refused."""


def plug_into(app: Flask, settings: Settings, database: Database) -> None:
    app.extensions["orderloom"] = Orderloom(settings, database)
    app.after_request(_end_with_answer)
    app.teardown_request(_end_without_answer)


def orderloom() -> Orderloom:
    return cast(Orderloom, current_app.extensions["orderloom"])


def now() -> int:
    """The moment of this request in milliseconds since 1970 UTC: one request, one moment."""
    if "now" not in g:
        g.now = time.time_ns() // 1_000_000
    return cast(int, g.now)


def connection() -> Connection:
    """The connection of this request; GET reads one state of the database, other methods write."""
    if "transaction" not in g:
        database = orderloom().database
        if request.method in READING:
            g.transaction = database.reading()
            g.connection = g.transaction.__enter__()
        else:
            _begin_writing(database)
    return cast(Connection, g.connection)


def start_over() -> None:
    """Rolls back what this request has written; the next `connection()` begins a new transaction."""
    if transaction := _take():
        _roll_back(transaction)


def _begin_writing(database: Database) -> None:
    """A transaction that need not load the active release: nobody else can write meanwhile. While this request waited
    for its turn, another release may have become active; then that is loaded outside, too."""
    for attempt in range(ATTEMPTS):
        releases.prepare(database, now())
        g.transaction = database.writing()
        g.connection = g.transaction.__enter__()
        if attempt == ATTEMPTS - 1 or releases.is_ready(g.connection, now()):
            return
        start_over()


def _end_with_answer(response: Response) -> Response:
    transaction = _take()
    if transaction is None:
        return response
    if response.status_code < 400:
        transaction.__exit__(None, None, None)
        if request.method not in READING:
            orderloom().wake()
    else:
        _roll_back(transaction)
    return response


def _end_without_answer(_error: BaseException | None) -> None:
    if transaction := _take():
        _roll_back(transaction)


def _take() -> AbstractContextManager[Connection] | None:
    g.pop("connection", None)
    return cast("AbstractContextManager[Connection] | None", g.pop("transaction", None))


def _roll_back(transaction: AbstractContextManager[Connection]) -> None:
    error = _RolledBack()
    transaction.__exit__(_RolledBack, error, None)
