"""Many new rows take another way into PostgreSQL than few; neither may change what they say."""

from __future__ import annotations

import pytest
from sqlalchemy import Dialect, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

from runtime import statements, store
from runtime.database import Database
from runtime.schema import dependencies, tasks
from runtime.statements import Many

AWKWARD = ["tab\there", "line\nbreak", "back\\slash", "\\N", "\\.", '"quoted"', "null", "", "Ünïcödé ✓ 𝄞", "%s %(x)s"]


@pytest.mark.parametrize("many", [1, 2, 500])
def test_new_rows_say_what_they_were_given(database: Database, many: int) -> None:
    rows = [
        (n, 1, "queue", "role", AWKWARD[n % len(AWKWARD)], "open", AWKWARD[n % 3] if n % 2 else None, 2**45 + n, None)
        for n in range(many)
    ]
    with database.writing() as connection:
        statements.insert_tasks(connection, rows)
    with database.reading() as connection:
        found = connection.execute(
            select(
                tasks.c["order_id", "item", "queue", "role", "name", "state", "assignee", "created_at", "due_at"]
            ).order_by(tasks.c.id)
        ).all()
    assert [tuple(row) for row in found] == rows


def test_new_rows_that_clash_are_refused_together(database: Database) -> None:
    rows = [(n % 15, 1, 1) for n in range(20)]
    with pytest.raises(Exception, match=r"(?i)unique"), database.writing() as connection:
        statements.insert_dependencies(connection, rows)
    with database.reading() as connection:
        assert not connection.execute(select(dependencies)).all()


def test_writes_happen_in_the_order_in_which_they_are_given(database: Database) -> None:
    few, many = (
        [(n, 1, "queue", "role", "name", "open", None, 0, None) for n in numbers]
        for numbers in (range(3), range(100, 200))
    )
    ended = [("completed", 1, id) for id in (1, 2, 4, 103)]
    with database.writing() as connection:
        statements.write_all(
            connection,
            [
                (statements.insert_tasks, few),
                (statements.end_tasks, ended[:2]),
                (statements.insert_tasks, []),
                (statements.insert_tasks, many),
                (statements.end_tasks, ended[2:]),
            ],
        )
    with database.reading() as connection:
        found = connection.execute(select(tasks.c.order_id).where(tasks.c.state == "completed")).scalars().all()
        assert sorted(found) == [0, 1, 100, 199]


def test_a_refused_write_undoes_those_before_it_and_spoils_nothing_else(database: Database) -> None:
    row, edge = (1, 1, "queue", "role", "name", "open", None, 0, None), (1, 1, 2)
    again = [(statements.insert_tasks, [row]), (statements.insert_dependencies, [edge])]
    with pytest.raises(Exception, match=r"(?i)unique"), database.writing() as connection:
        statements.write_all(connection, [*again, *again])
    with database.writing() as connection:
        assert not connection.execute(select(tasks)).all()
        statements.write_all(connection, [(statements.insert_tasks, [row])])
    with database.reading() as connection:
        assert len(connection.execute(select(tasks)).all()) == 1


@pytest.mark.parametrize("dialect", [sqlite.dialect(), psycopg.dialect()], ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("name", [name for name, each in vars(store).items() if isinstance(each, Many)])
def test_every_statement_takes_the_values_it_says(name: str, dialect: Dialect) -> None:
    assert vars(store)[name]._compose(dialect)
