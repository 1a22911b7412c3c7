"""Which schema a database has, and how it gets the newest: by the scripts in migrations/.

Only the start of a server and `python -m app migrate` change the schema; every other command refuses a database that
has another one.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from app.schema import metadata
from app.settings import ROOT
from runtime import installation, sqlite_file
from runtime.database import Connection, Database
from runtime.errors import DatabaseInUse, Failure
from runtime.schema import triggers

# Revisions of databases made before 0.2, which are not carried along. Later ones are twelve hexadecimal digits.
BEFORE = re.compile(r"\d{4}|first_\w+")
ONE_AT_A_TIME = 0x6F6C6D  # the advisory lock under which a PostgreSQL database is prepared ("olm")

State = Literal["current", "empty", "behind", "ahead", "before", "foreign", "torn"]


class WrongSchema(Failure):
    """The database does not have the schema that this program works with."""

    def __init__(self, state: State, revision: str | None = None) -> None:
        self.state = state
        self.what, self.remedy = _told(state, revision)
        super().__init__(f"{self.what}; {self.remedy}")


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


def state_of(connection: Connection) -> State:
    """How the schema of a database stands to that of this program."""
    revision = revision_of(connection)
    if revision is None:
        return "foreign" if set(inspect(connection).get_table_names()) & set(metadata.tables) else "empty"
    scripts = ScriptDirectory.from_config(config())
    if revision == scripts.get_current_head():
        return "current"
    if revision in {script.revision for script in scripts.walk_revisions()}:
        return "behind"
    return "before" if BEFORE.fullmatch(revision) else "ahead"


def refuse_other(connection: Connection) -> None:
    """Raises WrongSchema unless the program can work with the database as it is."""
    if (state := state_of(connection)) != "current":
        raise WrongSchema(state, revision_of(connection))


def migrate(database: Database) -> str:
    """Applies what is missing, all of it in one transaction, and gives the revision reached.

    Several processes may start at once: one of them migrates, the others wait. Raises WrongSchema for a database that
    cannot be migrated.
    """
    with database.writing() as connection:
        one_at_a_time(connection)
        if state_of(connection) in ("empty", "behind"):
            command.upgrade(config(connection), "head")
        refuse_other(connection)
        installation.make(connection, time.time_ns() // 1_000_000)
        return newest()


def prepare(database: Database) -> str:
    """Makes the tables of a new database, or migrates it, and gives the revision reached; raises WrongSchema."""
    if (path := database.path) is not None:
        if not path.exists():
            path.touch(mode=0o600)  # it will hold personal data and keys
        refuse_torn(path)
    return migrate(database)


def opened(url: str) -> Database:
    """A database that is ready for a command; raises WrongSchema where it must be made or migrated first."""
    database = Database(url)
    if (path := database.path) is not None:
        if not path.exists():
            raise WrongSchema("empty")
        refuse_torn(path)
    try:
        with database.reading() as connection:
            refuse_other(connection)
        if path is not None and sqlite_file.is_marked(path):
            _forget_the_killed(database)
    except BaseException:
        database.close()
        raise
    return database


def _forget_the_killed(database: Database) -> None:
    """Takes away the mark of a server that was killed. A command is the last that has the file open, so -wal goes with
    it, and to the next one a marked file without would look like a torn copy."""
    try:
        database.claim_engine()
    except DatabaseInUse:
        return  # it is at work
    sqlite_file.mark(database, 0)
    database.release_engine()


def refuse_torn(path: Path) -> None:
    """Raises WrongSchema for the copy of a SQLite file in use without its -wal file. Ask before it is opened."""
    if sqlite_file.is_torn(path):
        raise WrongSchema("torn")


def differences(connection: Connection) -> str:
    """In what the tables and triggers differ from those of this program, in a line; empty where they do not."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    if changes := compare_metadata(context, metadata):
        return f"{len(changes)} differences to the tables of this program, the first one: {changes[0]}"
    expected = {name.lower() for _table, ddl in triggers(connection.dialect.name) for name in _TRIGGER.findall(ddl)}
    if missing := expected - set(connection.exec_driver_sql(_TRIGGERS[connection.dialect.name]).scalars()):
        return f"triggers that keep what was published as it was are missing or disabled: {', '.join(sorted(missing))}"
    return ""


_TRIGGER = re.compile(r"CREATE TRIGGER (\w+)")
_TRIGGERS = {
    "sqlite": "SELECT lower(name) FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'",
}


def one_at_a_time(connection: Connection) -> None:
    """Until the transaction ends nobody else is here. SQLite lets one writer in anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})


def _told(state: State, revision: str | None) -> tuple[str, str]:
    """What is wrong, and what to do."""
    match state:
        case "empty":
            what = "the database has no tables yet"
            remedy = "make them with: python -m app migrate"
        case "behind":
            what = f"the database is at revision {revision}, this program works with {newest()}"
            remedy = "make a backup (python -m app backup FILE), then run: python -m app migrate"
        case "ahead":
            what = (
                f"a newer version of Orderloom migrated the database, to revision {revision}; we know up to {newest()}"
            )
            remedy = "run the newer version, or restore a backup made before the upgrade: python -m app restore FILE"
        case "before":
            what = f"the database was made by a version before 0.2 (revision {revision}); those are not migrated"
            remedy = (
                "take its definitions along: run python -m app export DIR with the version that made it, set the "
                "database aside, then run python -m app migrate and python -m app publish DIR with this version "
                "(docs/operating.md)"
            )
        case "foreign":
            what = "the database has tables that are named as ours and that no migration made"
            remedy = "use an empty database, and make the tables with: python -m app migrate"
        case "torn":
            what = "the database file is a copy of one in use, without its -wal file: what was written last is missing"
            remedy = (
                "copy with python -m app backup FILE instead; where you know that nothing is missing, accept it with: "
                "python -m app restore"
            )
        case "current":
            raise AssertionError("there is nothing to say")
    return what, remedy
