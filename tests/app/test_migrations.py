"""A migrated database is exactly what the code says it is."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.migrating import migrate, newest, revision_of
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


@pytest.mark.parametrize("statement", ["UPDATE releases SET note = 'other'", "DELETE FROM releases"])
def test_a_migrated_database_refuses_to_change_a_release(empty_database: Database, statement: str):
    migrate(empty_database)
    with empty_database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO releases (id, digest, semantics, size, note, author, created_at)"
                " VALUES (1, 'd', 2, 0, 'first', 'ada', 0)"
            )
        )

    with pytest.raises(DBAPIError, match="releases never change"), empty_database.writing() as connection:
        connection.execute(text(statement))
