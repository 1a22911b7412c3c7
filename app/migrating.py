"""Brings a database to the newest schema, by the scripts in migrations/."""

from __future__ import annotations

import time

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.settings import ROOT
from runtime import installation
from runtime.database import Connection, Database


def config(connection: Connection | None = None) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(ROOT / "migrations"))
    settings.attributes["connection"] = connection
    return settings


def newest() -> str:
    """The revision a database should be at."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None
    return head


def revision_of(connection: Connection) -> str | None:
    """The revision a database is at; None where nothing was ever migrated."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(database: Database) -> str:
    """Applies what is missing, all of it in one transaction, and gives the revision reached."""
    with database.writing() as connection:
        if revision_of(connection) != newest():
            command.upgrade(config(connection), "head")
        installation.make(connection, time.time_ns() // 1_000_000)
        return newest()
