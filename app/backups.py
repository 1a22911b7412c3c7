"""Backups of this installation, and how one is restored: to go on with it, or as a copy for tests."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from msgspec import Struct

from app import migrating
from runtime import installation, queries, sqlite_file, systems
from runtime.database import Database
from runtime.sqlite_file import NoBackup

A_COPY = "this is a copy for tests: say where its systems are, then bring them back"


class Restored(Struct, frozen=True):
    """What a restored database holds."""

    id: str
    orders: int
    last_order: int  # 0 where there is none
    aside: Path | None = None  # where the database that was there is now


def back_up(url: str, target: Path) -> None:
    """Copies the database into a new file, while it is in use. Raises NoBackup, also for PostgreSQL."""
    with closing(migrating.opened(url)) as database:
        if database.path is None:
            tool = f"pg_dump --format=custom --file={target} '{_shown(database)}'"
            raise NoBackup(f"PostgreSQL has a tool of its own for backups: {tool}")
        sqlite_file.copy(database.path, target)


def restore(database: Database, source: Path | None, *, test: bool, now: int) -> Restored:
    """Puts a backup in place of the database, which this process has claimed, and makes it usable.

    Without a source the database is there already, loaded by other tools. Whatever was there is set aside. `test` makes
    a copy that shares no key with the original and calls no system. Raises NoBackup or WrongSchema, and then changes
    nothing.
    """
    aside = None
    if source is not None:
        aside = _put_in_place(database, source)
    elif database.path is not None and not database.path.exists():
        raise NoBackup(f"there is no database at {database.path}; name the backup: python -m app restore FILE")
    _migrate(database)
    with database.writing() as connection:
        if test:
            installation.made_a_copy(connection, now)
            if systems.EVERY not in systems.holds(connection):
                systems.take_offline(connection, systems.EVERY, reason=A_COPY, by="operator", now=now)
        else:
            installation.restored(connection, now)
    sqlite_file.mark(database, 0)
    with database.reading() as connection:
        counted, last = queries.count_orders(connection), installation.last_order(connection)
        return Restored(installation.read(connection).id, counted, last, aside)


def _put_in_place(database: Database, source: Path) -> Path | None:
    """Where the database that was there is now."""
    path = database.path
    if path is None:
        raise NoBackup(
            "PostgreSQL has a tool of its own for that. Stop every server and worker, load the dump into an empty "
            f"database (pg_restore --dbname='{_shown(database)}' {source}), then run this again without the file"
        )
    migrating.refuse_torn(source)
    copied = path.with_name(f"{path.name}.restored")
    copied.unlink(missing_ok=True)
    sqlite_file.copy(source, copied)
    try:
        with closing(Database(f"sqlite:///{copied}")) as examined:
            _migrate(examined)
        aside = sqlite_file.set_aside(path, "before-restore") if path.exists() else None
        copied.rename(path)
    finally:
        copied.unlink(missing_ok=True)
    return aside


def _migrate(database: Database) -> None:
    with database.reading() as connection:
        if migrating.state_of(connection) == "empty":
            raise NoBackup("there is nothing of Orderloom in it")
    migrating.migrate(database)


def _shown(database: Database) -> str:
    """The address as the tools of PostgreSQL take it, without the password."""
    url = database.url.set(drivername="postgresql")
    return (url.set(password=None) if url.password else url).render_as_string()
