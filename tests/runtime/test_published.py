"""What is published never changes, so it is read, verified and decoded once, whatever contains it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event, select

from designer import drafts, publishing
from designer.published import activation_history
from runtime import published as definitions
from runtime import queries, releases
from runtime.core.definitions import Queue
from runtime.database import Database
from runtime.schema import activations
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
    first = published.publish(never_seen("planners"), never_seen("technicians"))
    second = published.publish(never_seen("technicians"))
    for cache in (definitions._kept, releases._loaded, releases._manifests):  # as in another process
        cache.clear()
    published.read(releases.load, first)
    with asked(published.database) as statements:
        release = published.read(releases.load, second)
        again = published.read(releases.load, second)

    assert again is release
    assert len([each for each in statements if "FROM versions" in each]) == 1


def test_the_first_order_on_a_release_that_was_published_here_reads_no_version(published: Installation) -> None:
    published.publish(never_seen("planners"))
    with asked(published.database) as statements:
        published.submit()

    assert not [each for each in statements if "FROM versions" in each]


def test_turns_load_a_release_once_although_they_write(published: Installation) -> None:
    published.submit()
    published.run()
    with asked(published.database) as statements:
        published.submit()
        published.run()

    assert not [each for each in statements if "FROM release_changes" in each or "FROM versions" in each]


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


# --- which release is active --------------------------------------------------------------------------


def test_the_release_activated_last_stays_active_where_the_clock_is_set_back(published: Installation) -> None:
    second = published.publish(never_seen())
    published.now -= 3_600_000

    assert published.read(releases.active_id, published.now) == second
    order = published.submit()
    assert published.read(queries.order_row, order).release_id == second


def test_what_is_activated_while_the_clock_is_behind_is_active_all_the_same(published: Installation) -> None:
    published.publish(never_seen())
    published.now -= 3_600_000
    third = published.publish(never_seen("planners"))

    assert published.read(releases.active_id, published.now) == third
    assert published.read(releases.active_id, published.now + 7_200_000) == third


def scheduled(installation: Installation, in_: int, queue: str = "technicians") -> int:
    """A release that becomes active so many milliseconds from now."""
    with installation.database.writing() as connection:
        drafts.put(connection, never_seen(queue), revision=None, by="ann", now=installation.now)
        return publishing.publish(connection, author="ann", now=installation.now, at=installation.now + in_)


def test_a_scheduled_activation_happens_at_its_moment_and_stays_happened(published: Installation) -> None:
    before = published.read(releases.active_id, published.now)
    later = scheduled(published, 1000)
    assert published.read(releases.active_id, published.now) == before

    published.now += 1000
    assert published.read(releases.active_id, published.now) == later
    published.submit()
    published.now -= 3_600_000
    assert published.read(releases.active_id, published.now) == later
    assert published.read(queries.order_row, published.submit()).release_id == later


def test_scheduled_activations_that_nobody_met_happen_before_what_is_activated_next(published: Installation) -> None:
    scheduled(published, 1000, "early")
    scheduled(published, 2000, "late")
    began = published.now
    published.now += 5000
    last = published.publish(never_seen("planners"))

    with published.database.reading() as connection:
        happened = [(each.release_id, each.at - began) for each in activation_history(connection, published.now)]
        manifest = releases.manifest_of(connection, last)
    assert [moment for _, moment in happened] == [5000, 2000, 1000, 0]
    assert happened[0][0] == last == published.read(releases.active_id, published.now)
    assert {"queue/early", "queue/late", "queue/planners"} <= manifest.keys()


def test_a_scheduled_activation_happens_once_however_many_orders_meet_it(published: Installation) -> None:
    scheduled(published, 1000)
    published.now += 1000
    for _ in range(3):
        published.submit()

    with published.database.reading() as connection:
        assert len(connection.execute(select(activations)).all()) == 2
