"""Writes a migration from the difference between migrations/ and the tables in the code.

`python -m tools.migration MESSAGE` adds a revision. `python -m tools.migration --first` writes the first one anew,
with the triggers that freeze tables: allowed only until somebody runs a released version.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext

from app.migrating import config, migrate
from app.schema import metadata
from app.settings import ROOT
from runtime.database import Database
from runtime.schema import FROZEN, POSTGRESQL_FREEZE, SQLITE_FREEZE

FIRST = ROOT / "migrations" / "versions" / "0001_first.py"

HEAD = '''"""The first schema: every table, and the triggers that keep what is frozen as it is."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

FROZEN = {frozen!r}

SQLITE = """{sqlite}"""

POSTGRESQL = """{postgresql}"""


def upgrade() -> None:
    {tables}
    freeze()


def freeze() -> None:
    connection = op.get_bind()
    for table in FROZEN:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(POSTGRESQL.format(table=table).replace("%", "%%"))
        else:
            for verb in ("UPDATE", "DELETE"):
                connection.exec_driver_sql(SQLITE.format(table=table, verb=verb))
'''


def write_first() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.db")
        with database.reading() as connection:
            script = produce_migrations(MigrationContext.configure(connection), metadata)
        database.close()
    assert script.upgrade_ops is not None
    tables = "\n".join(
        line for line in render_python_code(script.upgrade_ops).splitlines() if not line.lstrip().startswith("# ###")
    )
    FIRST.write_text(
        HEAD.format(
            frozen=FROZEN,
            sqlite=SQLITE_FREEZE,
            postgresql=POSTGRESQL_FREEZE,
            tables=tables.strip(),
        )
    )


def add(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/head.db")
        migrate(database)
        with database.reading() as connection:
            command.revision(config(connection), message=message, autogenerate=True)
        database.close()


if __name__ == "__main__":
    Path(FIRST.parent).mkdir(exist_ok=True)
    if sys.argv[1:] == ["--first"]:
        write_first()
    else:
        add(" ".join(sys.argv[1:]))
