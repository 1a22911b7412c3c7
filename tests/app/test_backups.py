"""Backups are whole, restoring one repeats no key, and a copy for tests calls nobody."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app import backups, migrating
from app.migrating import WrongSchema
from designer import drafts, publishing
from runtime import engine, installation, queries, sqlite_file, systems
from runtime.database import Database
from runtime.errors import DatabaseInUse
from runtime.sqlite_file import NoBackup
from tests.builders import a_catalog, an_order


@pytest.fixture
def served(migrated: Path, tmp_path: Path) -> Database:
    """A database that a server has in use, with an order in it."""
    path = tmp_path / "served" / "orderloom.db"
    path.parent.mkdir()
    shutil.copy(migrated, path)
    database = Database(f"sqlite:///{path}")
    sqlite_file.mark(database, sqlite_file.IN_USE)
    with database.writing() as connection:
        for document in a_catalog().values():
            drafts.put(connection, document, revision=None, by="ada", now=1)
        publishing.publish(connection, None, author="ada", now=1)
    submit(database)
    yield database
    database.close()


def submit(database: Database) -> int:
    with database.writing() as connection:
        return engine.submit(connection, an_order(), request="{}", by="otto", now=2)


def orders(database: Database) -> int:
    with database.reading() as connection:
        return queries.count_orders(connection)


def keys(database: Database) -> installation.Installation:
    with database.reading() as connection:
        return installation.read(connection)


def address(path: Path) -> str:
    return f"sqlite:///{path}"


def restored(path: Path, source: Path | None, *, test: bool = False) -> backups.Restored:
    with closing(Database(address(path))) as database:
        database.claim_engine()
        return backups.restore(database, source, test=test, now=3)


def test_a_backup_of_a_database_in_use_has_everything_in_one_private_file(served: Database, tmp_path: Path):
    backups.back_up(address(served.path), tmp_path / "backup.db")

    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["backup.db"]
    assert (tmp_path / "backup.db").stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(tmp_path / "backup.db")) as backup:
        assert backup.execute("SELECT count(*) FROM orders").fetchone() == (1,)
    assert not sqlite_file.is_marked(tmp_path / "backup.db")


def test_a_backup_never_replaces_a_file(served: Database, tmp_path: Path):
    (tmp_path / "backup.db").write_text("of yesterday")

    with pytest.raises(NoBackup, match="exists already"):
        backups.back_up(address(served.path), tmp_path / "backup.db")
    assert (tmp_path / "backup.db").read_text() == "of yesterday"


def test_a_copy_of_a_file_in_use_without_its_wal_file_is_noticed(served: Database, tmp_path: Path):
    copy = tmp_path / "copy.db"
    shutil.copy(served.path, copy)

    with pytest.raises(WrongSchema, match="without its -wal file"):
        migrating.opened(address(copy))
    with pytest.raises(WrongSchema, match="without its -wal file"):
        migrating.prepare(Database(address(copy)))
    with pytest.raises(WrongSchema, match="without its -wal file"):
        restored(tmp_path / "other.db", copy)

    restored(copy, None)  # somebody said that nothing is missing
    migrating.opened(address(copy)).close()


def test_a_copy_with_its_wal_file_is_whole(served: Database, tmp_path: Path):
    for end in ("", "-wal"):
        shutil.copy(f"{served.path}{end}", tmp_path / f"copy.db{end}")

    with closing(migrating.opened(address(tmp_path / "copy.db"))) as copy:
        assert orders(copy) == 1
    with closing(migrating.opened(address(tmp_path / "copy.db"))) as copy:
        assert orders(copy) == 1, "a command took the -wal file away, and the mark with it"


def test_a_command_leaves_the_mark_of_a_server_that_works(served: Database):
    served.claim_engine()
    migrating.opened(address(served.path)).close()

    assert sqlite_file.is_marked(served.path)


def test_orders_after_a_restore_repeat_no_key_of_orders_that_were_lost(served: Database, tmp_path: Path):
    backups.back_up(address(served.path), tmp_path / "backup.db")
    lost = submit(served)
    before = keys(served)
    path = served.path
    served.close()

    done = restored(path, tmp_path / "backup.db")

    with closing(Database(address(path))) as database:
        assert (orders(database), done.orders, done.last_order) == (1, 1, lost - 1)
        assert submit(database) == lost, "the number is given again"
        now = keys(database)
    assert now.run_key(lost, 1, 1) != before.run_key(lost, 1, 1)
    assert now.run_key(lost - 1, 1, 1) == before.run_key(lost - 1, 1, 1)
    assert done.id == now.id


def test_what_a_restore_replaces_is_kept(served: Database, tmp_path: Path):
    backups.back_up(address(served.path), tmp_path / "backup.db")
    submit(served)
    path = served.path
    served.close()

    aside = restored(path, tmp_path / "backup.db").aside

    assert aside is not None
    with closing(Database(address(aside))) as kept:
        assert orders(kept) == 2


def test_a_restore_waits_for_no_server_but_refuses(served: Database, tmp_path: Path):
    backups.back_up(address(served.path), tmp_path / "backup.db")
    served.claim_engine()

    with pytest.raises(DatabaseInUse, match=f"process {os.getpid()} already runs orders"):
        restored(served.path, tmp_path / "backup.db")


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "cannot be copied"), (b"no database" * 1000, "cannot be copied"), (b"", "nothing of Orderloom")],
    ids=["none", "another file", "an empty file"],
)
def test_what_is_no_backup_is_refused_and_the_database_stays(
    served: Database, tmp_path: Path, content: bytes | None, says: str
):
    if content is not None:
        (tmp_path / "backup.db").write_bytes(content)

    with pytest.raises(NoBackup, match=says):
        restored(served.path, tmp_path / "backup.db")
    assert orders(served) == 1
    assert not list(served.path.parent.glob("*.restored*")) + list(served.path.parent.glob("*.part"))


def test_a_damaged_backup_is_refused(served: Database, tmp_path: Path):
    backups.back_up(address(served.path), tmp_path / "backup.db")
    with (tmp_path / "backup.db").open("r+b") as file:
        file.seek(4096 * 2)
        file.write(b"\xff" * 4096)

    with pytest.raises(NoBackup, match=r"damaged|malformed"):
        restored(served.path, tmp_path / "backup.db")
    assert orders(served) == 1


def test_nothing_is_restored_where_nothing_is(tmp_path: Path):
    with pytest.raises(NoBackup, match="there is no database at"):
        restored(tmp_path / "orderloom.db", None)


def test_a_copy_for_tests_has_keys_of_its_own_and_calls_nobody(served: Database, tmp_path: Path):
    backups.back_up(address(served.path), tmp_path / "backup.db")
    original = keys(served)

    restored(tmp_path / "copy.db", tmp_path / "backup.db", test=True)

    with closing(Database(address(tmp_path / "copy.db"))) as copy:
        assert keys(copy).key != original.key
        assert keys(copy).run_key(1, 1, 1) != original.run_key(1, 1, 1)
        with copy.reading() as connection:
            assert systems.holds(connection)[systems.EVERY].reason == backups.A_COPY


def test_a_backup_of_postgresql_is_left_to_postgresql(postgresql: Database, tmp_path: Path):
    migrating.migrate(recreated(postgresql))
    url = postgresql.url.render_as_string(hide_password=False)

    with pytest.raises(NoBackup, match=r"pg_dump --format=custom --file=\S+backup.dump 'postgresql://"):
        backups.back_up(url, tmp_path / "backup.dump")
    with pytest.raises(NoBackup, match=r"pg_restore --dbname='postgresql://.* run this again without the file"):
        backups.restore(postgresql, tmp_path / "backup.dump", test=False, now=1)


def test_a_postgresql_that_was_loaded_from_a_dump_is_made_usable(postgresql: Database):
    before = keys(postgresql)
    migrating.migrate(recreated(postgresql))

    backups.restore(postgresql, None, test=True, now=1)

    assert keys(postgresql).key != before.key


def recreated(database: Database) -> Database:
    """The database without a table, to be migrated."""
    with database.writing() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    return database
