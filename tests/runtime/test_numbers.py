"""Numbers that others remember are given once."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert

from app.migrating import migrate
from runtime.database import Database
from runtime.schema import jobs, orders

A_JOB = {"kind": "timer", "outside": False, "order_id": 1, "item": 1, "attempt": 0, "run_at": 0, "crashes": 0}
AN_ORDER = {
    "release_id": 1, "state": "accepted", "seq": 0, "open_items": 0, "failed_items": 0,
    "document": "", "request": "", "submitted_by": "", "submitted_at": 0, "changed_at": 0,
}  # fmt: skip


@pytest.mark.parametrize("how", ["declared", "migrated"])
@pytest.mark.parametrize(("table", "row"), [(jobs, A_JOB), (orders, AN_ORDER)], ids=["jobs", "orders"])
def test_the_number_of_a_row_that_is_gone_is_not_given_again(sqlite: Database, tmp_path, how, table, row) -> None:
    database = sqlite
    if how == "migrated":
        database = Database(f"sqlite:///{tmp_path / 'migrated.db'}")
        migrate(database)
    with database.writing() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        given = connection.execute(insert(table).values(row).returning(table.c.id)).scalar_one()
        connection.execute(delete(table))
        assert connection.execute(insert(table).values(row).returning(table.c.id)).scalar_one() > given
        connection.execute(delete(table))
    database.close()
