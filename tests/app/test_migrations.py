"""A migrated database is exactly what the code says it is."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.migrating import config, migrate, newest, revision_of
from app.schema import metadata
from runtime.database import Database
from runtime.schema import FROZEN

TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
}


def triggers(database: Database) -> list[tuple[str, str]]:
    with database.reading() as connection:
        rows = connection.execute(text(TRIGGERS[connection.dialect.name]))
        return [(name, " ".join(sql.split())) for name, sql in rows]


def test_migrations_give_the_tables_the_code_declares(empty_database: Database):
    migrate(empty_database)

    with empty_database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = compare_metadata(context, metadata)
    assert difference == [], "run: make migration MESSAGE='what changed'"


def test_migrations_give_the_triggers_the_code_declares(empty_database: Database):
    migrate(empty_database)
    migrated = triggers(empty_database)
    with empty_database.writing() as connection:
        for table in FROZEN:
            for name, _sql in migrated:
                if name.startswith(f"frozen_{table}_") or name == f"frozen_{table}":
                    on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
                    connection.execute(text(f"DROP TRIGGER {name}{on}"))
        connection.execute(text("DROP TABLE alembic_version"))
        metadata.drop_all(connection)
    with empty_database.writing() as connection:
        metadata.create_all(connection)

    assert triggers(empty_database) == migrated
    assert len(migrated) > 2 * len(FROZEN)


def test_migrating_again_changes_nothing(empty_database: Database):
    migrate(empty_database)

    assert migrate(empty_database) == newest()
    with empty_database.reading() as connection:
        assert revision_of(connection) == newest()


def test_orders_and_their_numbers_survive_the_step_that_lets_them_be_rejected(empty_database: Database):
    columns = "external_id, release_id, state, seq, changed_at, open_items, failed_items, document, request"
    insert = f"INSERT INTO orders ({columns}, submitted_by, submitted_at) VALUES (:name, 1, 'accepted', 1, 0, 0, 0, "
    insert += "'{}', '{}', 'ada', 0) RETURNING id"
    with empty_database.writing() as connection:
        command.upgrade(config(connection), "0004")
        connection.execute(text("INSERT INTO releases VALUES (1, '{}', 'd', 'first', 'ada', 0)"))
        for name in ("A-1", "A-2", "A-3"):
            connection.execute(text(insert), {"name": name})
        connection.execute(text("DELETE FROM orders WHERE external_id = 'A-3'"))

    migrate(empty_database)

    with empty_database.writing() as connection:
        kept = connection.execute(text("SELECT id, external_id, rejection, replaces FROM orders ORDER BY id")).all()
        assert [tuple(row) for row in kept] == [(1, "A-1", None, None), (2, "A-2", None, None)]
        assert connection.execute(text(insert), {"name": "A-4"}).scalar_one() == 4
    for wrong in (text(insert.replace(":name", "'A-1'")), text("UPDATE orders SET release_id = 2")):
        with pytest.raises(DBAPIError), empty_database.writing() as connection:
            connection.execute(wrong)


@pytest.mark.parametrize("statement", ["UPDATE releases SET note = 'other'", "DELETE FROM releases"])
def test_a_migrated_database_refuses_to_change_a_release(empty_database: Database, statement: str):
    migrate(empty_database)
    with empty_database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO releases (id, manifest, digest, note, author, created_at)"
                " VALUES (1, '{}', 'd', 'first', 'ada', 0)"
            )
        )

    with pytest.raises(DBAPIError, match="releases never change"), empty_database.writing() as connection:
        connection.execute(text(statement))
