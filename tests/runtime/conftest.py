"""An installation of the runtime: a database with a published catalog, a clock, and a worker that takes turns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, Row

from designer import drafts, publishing
from runtime import engine, queries
from runtime import installation as runtime_installation
from runtime.core.definitions import Definition
from runtime.core.events import TYPES, Event
from runtime.core.orders import Order
from runtime.database import Database
from runtime.worker import Worker
from tests.builders import Definitions, an_order
from tests.core.model import Told, tell


class Installation:
    """What a test of the runtime does: publish, submit, let it run, look."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = 1_000_000_000_000
        self.worker = Worker(database, callback_url="http://127.0.0.1/callbacks", clock=lambda: self.now)
        self._external_ids = count(1)

    def publish(self, *documents: Definition) -> int:
        with self.database.writing() as connection:
            for document in documents:
                drafts.put(connection, document, revision=None, by="ann", now=self.now)
            return publishing.publish(connection, None, author="ann", now=self.now)

    def submit(self, order: Order | None = None) -> int:
        return self.write(engine.submit, order or an_order(), request="{}", by="shop")

    def write(self, use_case: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        with self.database.writing() as connection:
            return use_case(connection, *arguments, **named, now=self.now)

    def call_back(self, order: int, n: int, body: Any = None, *, run: int = 1) -> None:
        """A system uses the address it was given."""
        token = self.read(runtime_installation.read).callback_token(order, n, run)
        self.write(engine.deliver, order, n, run, token, body)

    def read(self, query: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        with self.database.reading() as connection:
            return query(connection, *arguments, **named)

    def run(self, later: int = 0) -> None:
        """Takes turns, and makes evaluations, until nothing is due, `later` milliseconds from now."""
        self.now += later
        while self.worker.take_turn() or self.worker.evaluate():
            pass

    def items(self, order: int) -> dict[str, Row[Any]]:
        return {item.key: item for item in self.read(queries.items_of, order)}

    def states(self, order: int) -> dict[str, str]:
        return {key: item.state for key, item in self.items(order).items()}

    def told(self, order: int) -> Told:
        """What an independent reader makes of the journal; it must be what the tables say."""
        with self.database.reading() as connection:
            told = tell(list(journal(connection, order)))
            row = queries.order_row(connection, order)
            assert row is not None
            assert (row.state, row.open_items) == (told.order, told.open_items)
            assert {item.n: item.state for item in queries.items_of(connection, order)} == told.items
            assert {item.n: item.unmet for item in queries.items_of(connection, order)} == told.unmet
            assert {line.id: line.state for line in queries.lines_of(connection, order)} == told.lines
        return told


def journal(connection: Connection, order: int) -> Iterable[tuple[int, int, Event, int | None]]:
    for row in queries.events_of(connection, order):
        yield row.seq, row.at, msgspec.json.decode(row.data, type=TYPES[row.type]), row.item


@pytest.fixture
def installation(database: Database) -> Installation:
    return Installation(database)


@pytest.fixture
def published(installation: Installation, catalog: Definitions) -> Installation:
    installation.publish(*catalog.values())
    return installation
