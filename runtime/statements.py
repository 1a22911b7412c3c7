"""The statements that a turn runs for many rows, as the driver wants them: one text, and tuples.

SQLAlchemy composes each statement once for each dialect, and is not asked again for every row, which at this volume
costs more than the database does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Connection,
    Dialect,
    Integer,
    Table,
    bindparam,
    delete,
    insert,
    literal_column,
    null,
    text,
    update,
)

from runtime.schema import (
    dependencies,
    events,
    fallout,
    fulfilment_lines,
    items,
    jobs,
    lines,
    orders,
    tasks,
)

Rows = Sequence[tuple[Any, ...]]


class Many:
    """A statement for many rows of plain tuples, in the order of `columns`."""

    def __init__(self, statement: Any, *columns: str) -> None:
        self._statement = statement
        self._columns = columns
        self._texts: dict[str, str] = {}

    def __call__(self, connection: Connection, rows: Rows) -> None:
        """Runs it for every row."""
        if not rows:
            return
        sql = self._texts.get(connection.dialect.name) or self._compose(connection.dialect)
        # For a single row `executemany` costs psycopg a pipeline.
        connection.exec_driver_sql(sql, rows[0] if len(rows) == 1 else list(rows))

    def copies(self, rows: Rows) -> bool:
        """Whether PostgreSQL is to take these rows by COPY."""
        return False

    def _compose(self, dialect: Dialect) -> str:
        style = "qmark" if dialect.name == "sqlite" else "format"
        compiled = self._statement.compile(dialect=type(dialect)(paramstyle=style))
        assert tuple(compiled.positiontup) == self._columns, (compiled.positiontup, self._columns)
        text = self._texts[dialect.name] = str(compiled)
        return text


class ManyNew(Many):
    """New rows. PostgreSQL takes more than a few of them by COPY, at a fifth of the price of INSERT."""

    FEW = 10  # fewer are not worth the answers that COPY has to be waited for

    def __init__(self, table: Table, *columns: str) -> None:
        super().__init__(insert(table).values({name: bindparam(name) for name in columns}), *columns)
        quoted = ", ".join(f'"{name}"' for name in columns)
        self._copy = f"COPY {table.name} ({quoted}) FROM STDIN"

    def copies(self, rows: Rows) -> bool:
        return len(rows) > self.FEW

    def __call__(self, connection: Connection, rows: Rows) -> None:
        if self.copies(rows) and connection.dialect.name == "postgresql":
            copy_rows(connection, self._copy, rows)
        else:
            super().__call__(connection, rows)


def copy_rows(connection: Connection, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Streams rows into PostgreSQL, in the transaction of the connection."""
    with connection.connection.cursor() as cursor, cursor.copy(sql) as copy:  # type: ignore[attr-defined]
        for row in rows:
            copy.write_row(row)


Write = tuple[Many, Rows]


def write_all(connection: Connection, writes: Iterable[Write]) -> None:
    """Runs statements in their order. PostgreSQL is not waited for after each of them: a turn writes to ten tables, and
    the ten answers cost more than the rows. COPY has its own protocol, and ends such a run of statements."""
    writes = [(statement, rows) for statement, rows in writes if rows]
    pipeline = nullcontext
    if connection.dialect.name == "postgresql":
        pipeline = connection.connection.driver_connection.pipeline  # type: ignore[union-attr]
    for copies, group in groupby(writes, lambda write: write[0].copies(write[1])):
        with nullcontext() if copies else pipeline():
            for statement, rows in group:
                statement(connection, rows)


_ITEM_COLUMNS = (
    "order_id", "n", "plan", "key", "kind", "state", "unmet", "attempt", "tries", "lines", "own", "targets",
    "reads", "group", "run", "effect", "result", "error", "request", "by", "started_at", "ended_at",
)  # fmt: skip

insert_items = ManyNew(items, *_ITEM_COLUMNS)
insert_dependencies = ManyNew(dependencies, "order_id", "source", "target")
insert_events = ManyNew(events, "order_id", "seq", "at", "type", "item", "data")
insert_jobs = ManyNew(jobs, "kind", "outside", "order_id", "item", "attempt", "system", "payload", "run_at", "crashes")
insert_lines = ManyNew(
    lines, "order_id", "id", "position", "specification", "action", "state", "open_items", "passed_ponr"
)
insert_fulfilment_lines = ManyNew(fulfilment_lines, "order_id", "n", "line_id", "domain", "specification", "document")

_the_item = (items.c.order_id == bindparam("b_order"), items.c.n == bindparam("b_n"))
_ITEM_CHANGES = (
    "state", "unmet", "attempt", "tries", "run", "effect", "result", "error", "request", "by", "started_at", "ended_at",
)  # fmt: skip
update_items = Many(
    update(items).where(*_the_item).values({name: bindparam(f"v_{name}") for name in _ITEM_CHANGES}),
    *(f"v_{name}" for name in _ITEM_CHANGES),
    "b_order",
    "b_n",
)
update_unmet = Many(update(items).where(*_the_item).values(unmet=bindparam("v_unmet")), "v_unmet", "b_order", "b_n")
update_lines = Many(
    update(lines)
    .where(lines.c.order_id == bindparam("b_order"), lines.c.id == bindparam("b_id"))
    .values({name: bindparam(f"v_{name}") for name in ("state", "open_items", "passed_ponr", "ended_at")}),
    "v_state", "v_open_items", "v_passed_ponr", "v_ended_at", "b_order", "b_id",
)  # fmt: skip
update_orders = Many(
    update(orders)
    .where(orders.c.id == bindparam("b_id"))
    .values(
        {
            name: bindparam(f"v_{name}")
            for name in ("state", "seq", "changed_at", "open_items", "failed_items", "ended_at")
        }
    ),
    "v_state", "v_seq", "v_changed_at", "v_open_items", "v_failed_items", "v_ended_at", "b_id",
)  # fmt: skip
insert_tasks = ManyNew(
    tasks, "order_id", "item", "queue", "role", "name", "state", "assignee", "created_at", "due_at"
)  # fmt: skip
insert_asked_tasks = ManyNew(
    tasks, "order_id", "item", "kind", "queue", "role", "name", "state", "assignee", "created_at", "due_at"
)
end_tasks = Many(
    update(tasks)
    .where(tasks.c.id == bindparam("b_id"))
    .values({name: bindparam(f"v_{name}") for name in ("state", "ended_at")}),
    "v_state",
    "v_ended_at",
    "b_id",
)
add_to_counts = Many(
    text(
        "INSERT INTO counts (thing, state, slot, n) VALUES (:thing, :state, :slot, :n) "
        "ON CONFLICT (thing, state, slot) DO UPDATE SET n = counts.n + excluded.n"
    ),
    "thing",
    "state",
    "slot",
    "n",
)
# Who fired a row last stays who fired it at the latest moment, in whatever order two machines write.
add_to_hits = Many(
    text(
        "INSERT INTO table_hits (version, rule, slot, n, last_at, last_order) "
        "VALUES (:version, :rule, :slot, :n, :last_at, :last_order) "
        "ON CONFLICT (version, rule, slot) DO UPDATE SET n = table_hits.n + excluded.n, "
        "last_order = CASE WHEN excluded.last_at >= table_hits.last_at "
        "THEN excluded.last_order ELSE table_hits.last_order END, "
        "last_at = CASE WHEN excluded.last_at >= table_hits.last_at "
        "THEN excluded.last_at ELSE table_hits.last_at END"
    ),
    "version", "rule", "slot", "n", "last_at", "last_order",
)  # fmt: skip
insert_order = (
    insert(orders)
    .values(
        {
            name: bindparam(name)
            for name in (
                "external_id",
                "release_id",
                "document",
                "request",
                "submitted_by",
                "submitted_at",
                "due_at",
                "seq",
                "state",
                "replaces",
            )
        }
        | {
            "changed_at": bindparam("submitted_at"),
            "open_items": literal_column("0"),
            "failed_items": literal_column("0"),
            "open_fallout": literal_column("0"),
        }
    )
    .returning(orders.c.id)
)
insert_fallout = ManyNew(
    fallout, "order_id", "seq", "item", "about", "plan", "key", "system", "operation", "cause", "code", "signature",
    "error", "state", "opened_at", "changed_at",
)  # fmt: skip
resolve_fallout = Many(
    update(fallout)
    .where(fallout.c.id == bindparam("b_id"))
    .values(
        {
            name: bindparam(f"v_{name}")
            for name in ("state", "changed_at", "resolved_at", "resolution", "resolved_by", "reason")
        }
    ),
    "v_state", "v_changed_at", "v_resolved_at", "v_resolution", "v_resolved_by", "v_reason", "b_id",
)  # fmt: skip
add_to_open_fallout = Many(
    update(orders)
    .where(orders.c.id == bindparam("b_id"))
    .values(open_fallout=orders.c.open_fallout + bindparam("v_more", type_=Integer)),
    "v_more",
    "b_id",
)
delete_jobs = Many(delete(jobs).where(jobs.c.id == bindparam("b_id")), "b_id")
# A push goes its own way: the item it belongs to has long ended.
drop_jobs = Many(
    delete(jobs).where(
        jobs.c.order_id == bindparam("b_order"),
        jobs.c.item == bindparam("b_n"),
        jobs.c.kind != literal_column("'push'"),
    ),
    "b_order",
    "b_n",
)
# The next attempt of a callout that waits for its time.
bring_forward_jobs = Many(
    update(jobs)
    .where(
        jobs.c.order_id == bindparam("b_order"),
        jobs.c.item == bindparam("b_n"),
        jobs.c.kind == literal_column("'callout'"),
        jobs.c.leased_until.is_(None),
    )
    .values({"run_at": bindparam("v_run_at")}),
    "v_run_at",
    "b_order",
    "b_n",
)
lease_jobs = Many(
    update(jobs)
    .where(jobs.c.id == bindparam("b_id"))
    .values({name: bindparam(f"v_{name}") for name in ("lease", "leased_until")}),
    "v_lease",
    "v_leased_until",
    "b_id",
)
# Made later, and not because anything was wrong with it.
put_back_jobs = Many(
    update(jobs)
    .where(jobs.c.id == bindparam("b_id"))
    .values({"run_at": bindparam("v_run_at"), "lease": null(), "leased_until": null()}),
    "v_run_at",
    "b_id",
)
count_try = Many(
    update(jobs)
    .where(jobs.c.id == bindparam("b_id"))
    .values(
        {
            "run_at": bindparam("v_run_at"),
            "attempt": jobs.c.attempt + literal_column("1"),
            "lease": null(),
            "leased_until": null(),
        }
    ),
    "v_run_at",
    "b_id",
)
postpone_jobs = Many(
    update(jobs)
    .where(jobs.c.id == bindparam("b_id"))
    .values(
        {
            "run_at": bindparam("v_run_at"),
            "crash": bindparam("v_crash"),
            "crashes": jobs.c.crashes + literal_column("1"),
            "lease": null(),
            "leased_until": null(),
        }
    ),
    "v_run_at",
    "v_crash",
    "b_id",
)
