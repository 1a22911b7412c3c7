"""A database that was away is used again as soon as it is back."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from runtime import database as module
from runtime.database import Database


@pytest.mark.postgresql
def test_connections_that_a_restart_closed_fail_nobody(postgresql: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REST", 0.0)
    with postgresql.reading() as one, postgresql.reading() as other, postgresql.reading() as third:
        for connection in (one, other, third):
            connection.execute(text("SELECT 1"))
    # What a restart does to those who are connected.
    with postgresql.reading() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        connection.execute(text(f"{others} AND pid <> pg_backend_pid()"))

    with postgresql.reading() as one, postgresql.reading() as other, postgresql.reading() as third:
        assert [connection.execute(text("SELECT 1")).scalar() for connection in (one, other, third)] == [1, 1, 1]
