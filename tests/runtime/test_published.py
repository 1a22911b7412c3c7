"""What is published never changes, so it is read, verified and decoded once, whatever contains it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event

from runtime import published as definitions
from runtime import releases
from runtime.core.definitions import Queue
from runtime.database import Database
from tests.builders import Definitions, a_catalog, a_queue
from tests.runtime.conftest import Installation

_names = count(1)


def never_seen(key: str = "technicians") -> Queue:
    """A queue that no other test of this process has published."""
    return a_queue(key, description=f"new {next(_names)}")


@pytest.fixture
def catalog() -> Definitions:
    return a_catalog()


@contextmanager
def asked(database: Database) -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_a_release_reads_only_the_versions_that_no_other_release_contained(published: Installation) -> None:
    published.read(releases.load, published.publish(never_seen("planners"), never_seen("technicians")))
    second = published.publish(never_seen("technicians"))
    with asked(published.database) as statements:
        release = published.read(releases.load, second)
        again = published.read(releases.load, second)

    assert again is release
    assert len([each for each in statements if "FROM versions" in each]) == 1


def test_all_releases_that_contain_a_version_hold_the_same_one(published: Installation) -> None:
    one = published.read(releases.load, published.publish(never_seen("planners")))
    other = published.read(releases.load, published.publish(never_seen("technicians")))

    shared = one.definitions.keys() & other.definitions.keys() - {"queue/technicians"}
    assert {"plan/fibre", "queue/planners"} <= shared
    assert all(one.definitions[name] is other.definitions[name] for name in shared)
    assert one.plan("fibre") is other.plan("fibre")


def test_what_is_kept_makes_room_and_is_read_again(published: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "_kept", definitions.Cache(1, lambda definition: definition.weight))
    release = published.read(releases.load, published.publish(never_seen()))
    newer = published.read(releases.load, published.publish(never_seen("planners")))

    assert newer.definitions["queue/technicians"].document == release.definitions["queue/technicians"].document
