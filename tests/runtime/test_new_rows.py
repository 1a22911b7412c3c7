"""Many new rows take another way into PostgreSQL than few; neither may change what they say."""

from __future__ import annotations

import pytest
from sqlalchemy import Dialect, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

from runtime import statements, store
from runtime.database import Database
from runtime.schema import tasks
from runtime.statements import Many

AWKWARD = ["tab\there", "line\nbreak", "back\\slash", "\\N", "\\.", '"quoted"', "null", "", "Ünïcödé ✓ 𝄞", "%s %(x)s"]


@pytest.mark.parametrize("many", [1, 2, 500])
def test_new_rows_say_what_they_were_given(database: Database, many: int) -> None:
    rows = [(n, 1, "queue", "role", AWKWARD[n % len(AWKWARD)], "open", 2**45 + n) for n in range(many)]
    with database.writing() as connection:
        statements.insert_tasks(connection, rows)
    with database.reading() as connection:
        found = connection.execute(
            select(tasks.c["order_id", "item", "queue", "role", "name", "state", "created_at"]).order_by(tasks.c.id)
        ).all()
    assert [tuple(row) for row in found] == rows


def test_new_rows_that_clash_are_refused_together(database: Database) -> None:
    rows = [(n % 15, 1, "queue", "role", "name", "open", 0) for n in range(20)]
    with pytest.raises(Exception, match=r"(?i)unique"), database.writing() as connection:
        statements.insert_tasks(connection, rows)
    with database.reading() as connection:
        assert not connection.execute(select(tasks)).all()


@pytest.mark.parametrize("dialect", [sqlite.dialect(), psycopg.dialect()], ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("name", [name for name, each in vars(store).items() if isinstance(each, Many)])
def test_every_statement_takes_the_values_it_says(name: str, dialect: Dialect) -> None:
    assert vars(store)[name]._compose(dialect)
