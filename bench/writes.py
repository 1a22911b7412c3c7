"""What a run writes, recorded and played back through the bare driver: the price of the rows alone."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import event, make_url, text

from runtime import statements
from runtime.database import Database

Write = tuple[str, Any, bool]  # statement, parameters, for many rows
Commit = list[Write]
WRITES = ("INSERT", "UPDATE", "DELETE", "COPY")


@contextmanager
def recorded(database: Database) -> Iterator[list[Commit]]:
    """Notes every commit made through `database` while the block runs, with what it wrote."""
    commits: list[Commit] = []

    def note(connection, _cursor, statement, parameters, _context, many):  # type: ignore[no-untyped-def]
        if statement.lstrip().startswith(WRITES):
            connection.info.setdefault("written", []).append((statement, parameters, many))

    def commit(connection):  # type: ignore[no-untyped-def]
        if written := connection.info.pop("written", None):
            commits.append(written)

    def forget(connection):  # type: ignore[no-untyped-def]
        connection.info.pop("written", None)

    copy_rows = statements.copy_rows

    def copy(connection, statement, rows):  # type: ignore[no-untyped-def]
        rows = list(rows)
        note(connection, None, statement, rows, None, True)
        copy_rows(connection, statement, rows)

    listeners = (("before_cursor_execute", note), ("commit", commit), ("rollback", forget))
    for name, listener in listeners:
        event.listen(database.engine, name, listener)
    statements.copy_rows = copy
    try:
        yield commits
    finally:
        statements.copy_rows = copy_rows
        for name, listener in listeners:
            event.remove(database.engine, name, listener)


def replay(database: Database, commits: list[Commit]) -> float:
    """Makes the same commits on another database, with nothing between us and the driver; seconds."""
    return (_replay_sqlite if database.is_sqlite else _replay_postgresql)(database, commits)


def _replay_sqlite(database: Database, commits: list[Commit]) -> float:
    connection = sqlite3.connect(database.url.database or "", isolation_level=None)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")
    cursor = connection.cursor()
    began = time.perf_counter()
    for written in commits:
        cursor.execute("BEGIN IMMEDIATE")
        for statement, parameters, many in written:
            if many:
                cursor.executemany(statement, parameters)
            else:
                cursor.execute(statement, parameters).fetchall()
        cursor.execute("COMMIT")
    took = time.perf_counter() - began
    connection.close()
    return took


def _replay_postgresql(database: Database, commits: list[Commit]) -> float:
    url = make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        began = time.perf_counter()
        for written in commits:
            for statement, parameters, many in written:
                if statement.startswith("COPY"):
                    with cursor.copy(statement) as copy:
                        for row in parameters:
                            copy.write_row(row)
                elif many:
                    cursor.executemany(statement, parameters)
                else:
                    cursor.execute(statement, parameters)
            connection.commit()
        return time.perf_counter() - began


def row_counts(database: Database) -> dict[str, int]:
    """How many rows the tables of the runtime hold: a replay has written what the run wrote if these agree."""
    tables = ("orders", "lines", "fulfilment_lines", "items", "dependencies", "events", "jobs")
    with database.reading() as connection:
        return {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables}
