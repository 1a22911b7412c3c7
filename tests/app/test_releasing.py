"""A publication is proven while others write, and then written in a moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection

from app import releasing
from app.db import Orderloom
from app.settings import Settings
from designer import drafts, published, publishing
from designer.errors import MovedMeanwhile
from designer.proposals import Request
from runtime.database import Database
from tests.builders import a_catalog, a_queue


@pytest.fixture
def database(app: Flask) -> Database:
    orderloom: Orderloom = app.extensions["orderloom"]
    with orderloom.database.writing() as connection:
        for document in a_catalog().values():
            drafts.put(connection, document, revision=None, by="ada", now=1)
        publishing.publish(connection, author="ada", now=1)
    return orderloom.database


def save(database: Database, description: str) -> None:
    with database.writing() as connection:
        drafts.put(connection, a_queue("planners", description=description), revision=None, by="bela", now=5)


def writes(database: Database, before: Callable[[], None] = lambda: None) -> releasing.Write[releasing.Released]:
    """Runs the step in a transaction, after what somebody else did in between."""

    def write(step: Callable[[Connection], releasing.Released]) -> releasing.Released:
        before()
        with database.writing() as connection:
            return step(connection)

    return write


def publish(database: Database, settings: Settings, write: releasing.Write[releasing.Released]) -> int:
    done = releasing.release(database, settings, Request(), author="ann", now=10, write=write)
    assert done.release is not None
    return done.release


def test_what_somebody_saves_while_it_is_proven_is_proven_again_and_published(
    database: Database, settings: Settings
) -> None:
    save(database, "first")
    saved = iter(["second"])
    release = publish(
        database, settings, writes(database, lambda: next((save(database, each) for each in saved), None))
    )

    with database.reading() as connection:
        queue = published.definitions_of(connection, release)["queue/planners"]
    assert queue.description == "second"  # type: ignore[union-attr]


def test_what_never_comes_to_rest_is_refused_after_a_few_times(database: Database, settings: Settings) -> None:
    save(database, "first")
    numbers = iter(range(100))

    with pytest.raises(MovedMeanwhile, match="changed since you looked"):
        publish(database, settings, writes(database, lambda: save(database, str(next(numbers)))))
    assert next(numbers) < 10


def test_no_transaction_that_writes_is_open_while_a_publication_is_proven(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(database, "proven nowhere else")
    free: list[bool] = []

    def note(*_: Any, **__: Any) -> list[Any]:
        with database.writing():  # which would wait for ever for a writer in this thread
            free.append(True)
        return []

    monkeypatch.setattr("designer.proofs.checking.check", note)
    publish(database, settings, writes(database))

    assert free == [True]
