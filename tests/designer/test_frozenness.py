"""What is published never changes, however hard one tries with plain SQL."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError

from runtime.database import Database

ROWS = (
    (
        "INSERT INTO versions (id, kind, key, number, document, author, created_at)"
        " VALUES ('a1', 'plan', 'fibre', 1, '{}', 'anna', 1)"
    ),
    (
        "INSERT INTO releases (id, digest, semantics, size, note, author, created_at)"
        " VALUES (7, 'd', 2, 1, '', 'anna', 1), (8, 'e', 2, 1, '', 'anna', 1)"
    ),
    "INSERT INTO release_changes (release_id, name, version) VALUES (7, 'plan/fibre', 'a1')",
    "INSERT INTO schedule (id, release_id, at, author) VALUES (1, 7, 1, 'anna'), (2, 8, 9, 'anna')",
    "INSERT INTO activations (id, release_id, at, author, scheduled) VALUES (3, 7, 1, 'anna', 1)",
    "INSERT INTO activations (id, release_id, at, author) VALUES (4, 7, 9, 'anna')",
    "INSERT INTO withdrawals (scheduled, at, author, reason) VALUES (2, 2, 'anna', 'cancelled')",
    (
        "INSERT INTO orders (id, release_id, state, seq, open_items, failed_items, document, request,"
        " submitted_by, submitted_at, changed_at) VALUES (5, 7, 'accepted', 1, 0, 0, '{}', '{}', 'anna', 1, 1)"
    ),
    "INSERT INTO events (order_id, seq, at, type, data) VALUES (5, 1, 1, 'order submitted', '{}')",
)

ON_EVERY_DATABASE = (
    "UPDATE versions SET document = '{\"evil\":1}'",
    "UPDATE versions SET author = author",
    "DELETE FROM versions",
    "DELETE FROM versions WHERE id = 'a1'",
    (
        "INSERT INTO versions (id, kind, key, number, document, author, created_at)"
        " VALUES ('a1', 'plan', 'fibre', 1, '{\"evil\":1}', 'eve', 1)"
        " ON CONFLICT (id) DO UPDATE SET document = excluded.document"
    ),
    (
        "INSERT INTO versions (id, kind, key, number, document, author, created_at)"
        " VALUES ('b2', 'plan', 'fibre', 1, '{\"evil\":1}', 'eve', 1)"
        " ON CONFLICT (kind, key, number) DO UPDATE SET id = excluded.id"
    ),
    "UPDATE releases SET digest = 'e'",
    "UPDATE releases SET semantics = 1",
    "UPDATE releases SET base = 8",
    "UPDATE release_changes SET version = 'b2'",
    "DELETE FROM release_changes",
    (
        "INSERT INTO release_changes (release_id, name, version) VALUES (7, 'plan/fibre', 'b2')"
        " ON CONFLICT (release_id, name) DO UPDATE SET version = excluded.version"
    ),
    "UPDATE schedule SET at = 99",
    "DELETE FROM schedule",
    "UPDATE releases SET id = 9 WHERE id = 8",
    "DELETE FROM releases WHERE id = 8",
    "UPDATE activations SET release_id = 8",
    "UPDATE activations SET at = 99",
    "DELETE FROM activations",
    "UPDATE withdrawals SET scheduled = 1",
    "DELETE FROM withdrawals",
    "UPDATE events SET data = '{\"evil\":1}'",
    "DELETE FROM events",
    (
        "INSERT INTO events (order_id, seq, at, type, data) VALUES (5, 1, 1, 'order completed', '{}')"
        " ON CONFLICT (order_id, seq) DO UPDATE SET type = excluded.type"
    ),
    "UPDATE orders SET release_id = 8 WHERE id = 5",
    "WITH x AS (SELECT 8 AS r) UPDATE orders SET release_id = (SELECT r FROM x)",
)

ON_SQLITE = (
    (
        "REPLACE INTO versions (id, kind, key, number, document, author, created_at)"
        " VALUES ('a1', 'plan', 'fibre', 1, '{\"evil\":1}', 'eve', 1)"
    ),
    (
        "INSERT OR REPLACE INTO versions (id, kind, key, number, document, author, created_at)"
        " VALUES ('b2', 'plan', 'fibre', 1, '{\"evil\":1}', 'eve', 1)"
    ),
    (
        "INSERT OR IGNORE INTO versions (id, kind, key, number, document, author, created_at)"
        " VALUES ('a1', 'plan', 'fibre', 1, '{\"evil\":1}', 'eve', 1)"
    ),
    "UPDATE OR REPLACE versions SET document = '{}'",
    "UPDATE OR IGNORE versions SET document = '{}'",
    (
        "REPLACE INTO releases (id, digest, semantics, size, note, author, created_at)"
        " VALUES (8, 'f', 1, 1, '', 'eve', 1)"
    ),
    (
        "REPLACE INTO releases (rowid, digest, semantics, size, note, author, created_at)"
        " VALUES (8, 'f', 1, 1, '', 'eve', 1)"
    ),
    "REPLACE INTO activations (id, release_id, at, author) VALUES (3, 8, 1, 'eve')",
    "REPLACE INTO activations (rowid, release_id, at, author) VALUES (3, 8, 1, 'eve')",
    "REPLACE INTO activations (id, release_id, at, author, scheduled) VALUES (9, 8, 1, 'eve', 1)",
    "REPLACE INTO release_changes (release_id, name, version) VALUES (7, 'plan/fibre', 'b2')",
    "REPLACE INTO schedule (id, release_id, at, author) VALUES (1, 8, 1, 'eve')",
    "REPLACE INTO events (order_id, seq, at, type, data) VALUES (5, 1, 1, 'order completed', '{}')",
)

ON_POSTGRESQL = (
    "TRUNCATE versions",
    "TRUNCATE releases CASCADE",
    "TRUNCATE release_changes",
    "TRUNCATE activations",
    "TRUNCATE events",
    (
        "MERGE INTO versions USING (SELECT 'a1' AS id) AS other ON versions.id = other.id"
        " WHEN MATCHED THEN UPDATE SET document = '{}'"
    ),
    "MERGE INTO versions USING (SELECT 'a1' AS id) AS other ON versions.id = other.id WHEN MATCHED THEN DELETE",
)


def rows(connection: Connection) -> list[list[tuple]]:
    tables = ("versions", "releases", "release_changes", "schedule", "activations", "withdrawals", "events", "orders")
    return [[tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))] for table in tables]


def fill(database: Database) -> list[list[tuple]]:
    with database.writing() as connection:
        for row in ROWS:
            connection.execute(text(row))
        return rows(connection)


def run(database: Database, *statements: str) -> None:
    with database.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def assert_refused(database: Database, attack: str, *before: str) -> None:
    was = fill(database)
    with pytest.raises(DBAPIError):
        run(database, *before, attack)
    with database.reading() as connection:
        assert rows(connection) == was


@pytest.mark.parametrize("attack", ON_EVERY_DATABASE)
def test_nothing_published_can_be_changed(database: Database, attack: str) -> None:
    assert_refused(database, attack)


@pytest.mark.parametrize("attack", ON_SQLITE)
def test_sqlite_cannot_replace_what_is_published(sqlite: Database, attack: str) -> None:
    assert_refused(sqlite, attack)


@pytest.mark.parametrize("attack", ON_SQLITE)
def test_sqlite_refuses_it_just_so_with_recursive_triggers(sqlite: Database, attack: str) -> None:
    def switch_on(connection, _record) -> None:  # type: ignore[no-untyped-def]
        connection.execute("PRAGMA recursive_triggers = ON")

    event.listen(sqlite.engine, "connect", switch_on)
    assert_refused(sqlite, attack)


@pytest.mark.postgresql
@pytest.mark.parametrize("attack", ON_POSTGRESQL)
def test_postgresql_cannot_empty_or_merge_what_is_published(postgresql: Database, attack: str) -> None:
    assert_refused(postgresql, attack)


@pytest.mark.postgresql
def test_postgresql_refuses_it_even_to_a_session_that_calls_itself_a_replica(postgresql: Database) -> None:
    assert_refused(postgresql, "DELETE FROM versions", "SET LOCAL session_replication_role = replica")


def test_what_is_new_is_still_accepted(database: Database) -> None:
    fill(database)
    with database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO versions (id, kind, key, number, document, author, created_at)"
                " VALUES ('b2', 'plan', 'fibre', 2, '{}', 'anna', 2)"
            )
        )
        connection.execute(text("UPDATE orders SET state = 'completed', release_id = release_id"))
        assert connection.execute(text("SELECT count(*) FROM versions")).scalar_one() == 2
