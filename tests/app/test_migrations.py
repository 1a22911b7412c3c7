"""A migrated database is exactly what the code says it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import cli, doctor, migrating
from app.migrating import WrongSchema, migrate, newest, revision_of
from app.schema import metadata
from app.settings import ROOT, Settings
from runtime import installation
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


# --- databases of other versions ------------------------------------------------------------------------

LATER = """
import sqlalchemy as sa
from alembic import op

revision = "a1b2c3d4e5f6"
down_revision = "{first}"


def upgrade() -> None:
    op.create_table("added_later", sa.Column("id", sa.Integer, primary_key=True))
"""


class Versions:
    """This program, as it is and with one migration more."""

    def __init__(self, code: Path, patch: pytest.MonkeyPatch) -> None:
        shutil.copytree(ROOT / "migrations", code / "migrations")
        (code / "migrations" / "versions" / "0002_later.py").write_text(LATER.format(first=newest()))
        self._code, self._patch = code, patch

    def upgrade(self) -> None:
        self._patch.setattr(migrating, "ROOT", self._code)

    def downgrade(self) -> None:
        self._patch.setattr(migrating, "ROOT", ROOT)


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Versions:
    return Versions(tmp_path / "code", monkeypatch)


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def revision(database: Database) -> str | None:
    with database.reading() as connection:
        return revision_of(connection)


def at_revision(database: Database, name: str) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :name"), {"name": name})


def test_a_command_refuses_an_older_database_and_changes_nothing(empty_database: Database, versions: Versions):
    first = migrate(empty_database)
    versions.upgrade()

    with pytest.raises(WrongSchema, match=f"at revision {first}, .* a1b2c3d4e5f6; .* python -m app migrate"):
        migrating.opened(url_of(empty_database))
    assert revision(empty_database) == first

    assert migrating.prepare(empty_database) == "a1b2c3d4e5f6"
    migrating.opened(url_of(empty_database)).close()


def test_a_database_of_a_newer_version_is_refused_by_everything(empty_database: Database, versions: Versions):
    versions.upgrade()
    migrate(empty_database)
    versions.downgrade()

    for use in (lambda: migrating.opened(url_of(empty_database)), lambda: migrating.prepare(empty_database)):
        with pytest.raises(WrongSchema, match=r"a newer version of Orderloom .* run the newer version"):
            use()
    assert revision(empty_database) == "a1b2c3d4e5f6"


@pytest.mark.parametrize("name", ["0001", "0016", "first_0123456789"])
def test_a_database_of_before_is_refused_with_how_to_take_definitions_along(empty_database: Database, name: str):
    migrate(empty_database)
    at_revision(empty_database, name)

    with pytest.raises(WrongSchema, match=f"before 0.2 .*{name}.*python -m app export DIR .*python -m app publish DIR"):
        migrating.prepare(empty_database)


def test_tables_that_no_migration_made_are_refused(empty_database: Database):
    with empty_database.writing() as connection:
        connection.execute(text("CREATE TABLE orders (id INTEGER)"))

    with pytest.raises(WrongSchema, match="no migration made"):
        migrating.prepare(empty_database)


def test_a_command_makes_no_database(tmp_path: Path):
    with pytest.raises(WrongSchema, match="python -m app migrate"):
        migrating.opened(f"sqlite:///{tmp_path / 'new.db'}")
    assert list(tmp_path.iterdir()) == []


def test_a_new_database_file_is_private(tmp_path: Path):
    with closing(Database(f"sqlite:///{tmp_path / 'new.db'}")) as database:
        migrating.prepare(database)

    assert (tmp_path / "new.db").stat().st_mode & 0o077 == 0


@pytest.mark.postgresql
@pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)
def test_three_first_starts_at_once_all_come_up(empty_database: Database, tmp_path: Path):
    environment = {"ORDERLOOM_INSTANCE": str(tmp_path), "ORDERLOOM_DATABASE": url_of(empty_database)}
    command = [sys.executable, "-m", "app", "migrate"]
    starts = [
        subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]

    assert [(start.communicate()[1], start.returncode) for start in starts] == [("", 0)] * 3
    with empty_database.reading() as connection:
        assert len(installation.read(connection).ids) == 1


def test_a_demo_of_before_is_set_aside_and_made_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "orderloom.db"
    with closing(Database(f"sqlite:///{path}")) as database:
        migrating.prepare(database)
        at_revision(database, "0016")
        with pytest.raises(WrongSchema):
            cli.prepare(database, fresh=False)

        cli.prepare(database, fresh=True)

        assert revision(database) == newest()
    assert f"it is now {path}.before-1." in capsys.readouterr().out
    with closing(Database(f"sqlite:///{path}.before-1")) as aside:
        assert revision(aside) == "0016"


# --- what the doctor sees of it -------------------------------------------------------------------------


def examined(tmp_path: Path, database: Database) -> dict[str, doctor.Finding]:
    variables = {"ORDERLOOM_INSTANCE": str(tmp_path), "ORDERLOOM_DATABASE": url_of(database)}
    return {finding.what: finding for finding in doctor.examine(Settings.from_environment(variables), now=0)}


def test_the_doctor_sends_nobody_to_migrate_a_newer_database(empty_database: Database, versions: Versions, tmp_path):
    versions.upgrade()
    migrate(empty_database)
    versions.downgrade()

    found = examined(tmp_path, empty_database)["database"]
    assert (found.verdict, "run the newer version" in found.remedy) == ("bad", True)


def test_the_doctor_misses_triggers_that_were_taken_away(empty_database: Database, tmp_path: Path):
    migrate(empty_database)
    assert "schema" not in examined(tmp_path, empty_database)
    with empty_database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE events DISABLE TRIGGER frozen_events"))
        else:
            connection.execute(text("DROP TRIGGER frozen_events_UPDATE"))

    found = examined(tmp_path, empty_database)["schema"]
    assert (found.verdict, "frozen_events" in found.text) == ("bad", True)


def test_the_doctor_sees_tables_that_differ(empty_database: Database, tmp_path: Path):
    migrate(empty_database)
    with empty_database.writing() as connection:
        connection.execute(text("ALTER TABLE endpoints DROP COLUMN url"))

    assert examined(tmp_path, empty_database)["schema"].verdict == "bad"


def test_the_doctor_sees_a_file_that_everybody_may_read(tmp_path: Path):
    path = tmp_path / "orderloom.db"
    with closing(Database(f"sqlite:///{path}")) as database:
        migrating.prepare(database)
        path.chmod(0o644)
        found = examined(tmp_path, database)["database file"]

    assert (found.verdict, found.remedy) == ("bad", f"chmod o-rwx {path}*")
