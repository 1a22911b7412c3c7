"""Writes a migration from the difference between migrations/ and the tables in the code.

`python -m tools.migration MESSAGE` adds a revision. `python -m tools.migration --first` writes the first one again,
with the triggers that freeze tables: allowed only until somebody runs a released version.
"""

from __future__ import annotations

import hashlib
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
from runtime.schema import triggers

FIRST = ROOT / "migrations" / "versions" / "0001_first.py"

HEAD = """\"\"\"The first schema: every table, and the triggers that keep what is frozen as it is.\"\"\"

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = None

"""


def write_first() -> None:
    if any(path != FIRST for path in FIRST.parent.glob("*.py")):
        sys.exit("There are later migrations, so the first one stays as it is: leave out --first.")
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.db")
        with database.reading() as connection:
            script = produce_migrations(MigrationContext.configure(connection), metadata)
        database.close()
    assert script.upgrade_ops is not None
    tables = [line for line in render_python_code(script.upgrade_ops).splitlines() if not line.strip().startswith("#")]
    # Written out, not imported: a migration says for ever what it said when it was made.
    statements = {dialect: [ddl for _table, ddl in triggers(dialect)] for dialect in ("sqlite", "postgresql")}
    parts = ["TRIGGERS = {\n"]
    for dialect, ddl in statements.items():
        texts = "".join(f'        """{text}""",\n' for text in ddl)
        parts.append(f'    "{dialect}": [\n{texts}    ],\n')
    parts += ["}\n\n\n", "def upgrade() -> None:\n    ", "\n".join(tables).strip(), "\n"]
    parts.append("    connection = op.get_bind()\n    for ddl in TRIGGERS[connection.dialect.name]:\n")
    parts.append('        connection.exec_driver_sql(ddl.replace("%", "%%"))\n')
    body = "".join(parts)
    # The id says what the tables are: a database made by another first migration is recognised.
    revision = f"first_{hashlib.sha256(body.encode()).hexdigest()[:10]}"
    FIRST.write_text(HEAD.format(revision=revision) + body)


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
