"""Which jobs are due: work for a turn, and calls to systems; the rows are the truth of what is still to be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, bindparam, func, literal_column, or_, select, text, update

from runtime.schema import endpoints, jobs, orders

# Leases of several machines are written and compared by one clock, that of the database: a machine whose own clock is
# minutes ahead would take the calls of the others for abandoned, and make each of them again. SQLite has one process.
_LEASE_CLOCK = {
    "sqlite": bindparam("now"),
    "postgresql": literal_column("CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)", BigInteger),
}


def _due(outside: bool, dialect: str) -> Any:
    moment = _LEASE_CLOCK[dialect]
    # Where a system is reached comes with the call: to ask by itself would cost every turn an answer more.
    what = select(jobs, endpoints.c.url, moment.label("moment")).outerjoin(
        endpoints, endpoints.c.system == jobs.c.system
    )
    return (
        (what if outside else select(jobs))
        .join(orders, orders.c.id == jobs.c.order_id)
        .where(
            jobs.c.outside == literal_column("true" if outside else "false"),
            *((jobs.c.system == bindparam("system"),) if outside else ()),
            jobs.c.run_at <= bindparam("now"),
            or_(jobs.c.leased_until.is_(None), jobs.c.leased_until <= moment),
        )
        .order_by(jobs.c.run_at, jobs.c.id)
        .limit(bindparam("limit"))
        .with_for_update(of=jobs if outside else orders, skip_locked=True)
    )


_due_inside = {dialect: _due(False, dialect) for dialect in _LEASE_CLOCK}
_due_outside = {dialect: _due(True, dialect) for dialect in _LEASE_CLOCK}


def due_jobs(connection: Connection, *, now: int, limit: int) -> list[Row[Any]]:
    """Work for a turn that is due, oldest first, its orders locked.

    Orders that somebody else works on are left out. Whoever held jobs and waited for their orders would wait for
    ever on a callback that holds the order and wants the job, a timer, out of the way.
    """
    return list(connection.execute(_due_inside[connection.dialect.name], {"now": now, "limit": limit}))


def due_calls(connection: Connection, system: str, *, now: int, limit: int) -> list[Row[Any]]:
    """Calls to a system that are due and that nobody makes, oldest first, locked until they are leased; `url` is where
    it is reached in this installation, None where that is said by its definition, and `moment` when a lease
    begins, by the clock that leases are compared with."""
    named = {"system": system, "now": now, "limit": limit}
    return list(connection.execute(_due_outside[connection.dialect.name], named))


# From one system to the next in the index, without a look at the calls between; and of each the first that is free.
_WAITING = """
WITH RECURSIVE calling(system) AS (
  SELECT (SELECT min(system) FROM jobs WHERE outside = true)
  UNION ALL
  SELECT (SELECT min(system) FROM jobs WHERE outside = true AND system > calling.system)
  FROM calling WHERE calling.system IS NOT NULL
)
SELECT calling.system,
  (SELECT run_at FROM jobs WHERE outside = true AND jobs.system = calling.system
   AND (leased_until IS NULL OR leased_until <= {moment}) ORDER BY run_at LIMIT 1) AS first,
  s.offline_since, s.open_since, s.probe_at, s.back_at, s.calls_at_once, s.pace,
  (SELECT offline_since FROM system_states WHERE system = '*') AS paused
FROM calling LEFT JOIN system_states s ON s.system = calling.system
WHERE calling.system IS NOT NULL
"""
_waiting = {
    "sqlite": text(_WAITING.format(moment=":now")),
    "postgresql": text(_WAITING.format(moment="extract(epoch FROM statement_timestamp()) * 1000")),
}


def systems_called(connection: Connection, now: int) -> list[Row[Any]]:
    """The systems that are still to be called, each with the time of its `first` call that nobody makes, due or not
    (None: all are being made), and with what its row in `system_states` says."""
    named = {"now": now} if connection.dialect.name == "sqlite" else {}
    return list(connection.execute(_waiting[connection.dialect.name], named))


_still_there = select(jobs.c.id).where(jobs.c.id.in_(bindparam("ids", expanding=True)))


def still_there(connection: Connection, ids: Sequence[int]) -> set[int]:
    """Which jobs nobody has done or made needless meanwhile. Their orders must be locked."""
    return set(connection.execute(_still_there, {"ids": ids}).scalars()) if ids else set()


_next_due = select(func.min(jobs.c.run_at)).where(
    jobs.c.outside == literal_column("false"), jobs.c.leased_until.is_(None)
)


def next_due(connection: Connection) -> int | None:
    """When the next work for a turn will be due."""
    return connection.execute(_next_due).scalar()


_evaluations = {
    dialect: select(jobs, moment.label("moment"))
    .where(
        jobs.c.outside == literal_column("true"),
        jobs.c.system.is_(None),
        jobs.c.run_at <= bindparam("now"),
        or_(jobs.c.leased_until.is_(None), jobs.c.leased_until <= moment),
    )
    .order_by(jobs.c.run_at, jobs.c.id)
    .limit(1)
    for dialect, moment in _LEASE_CLOCK.items()
}


def next_evaluation(connection: Connection, now: int, *, lock: bool = False) -> Row[Any] | None:
    """The evaluation that has waited longest and that nobody makes; `moment` is when its lease begins."""
    query = _evaluations[connection.dialect.name]
    if lock:
        query = query.with_for_update(of=jobs, skip_locked=True)
    return connection.execute(query, {"now": now}).first()


def void_leases(connection: Connection) -> None:
    """At the start of an embedded worker nobody else can hold any."""
    connection.execute(update(jobs).where(jobs.c.leased_until.is_not(None)).values(lease=None, leased_until=None))


def give_up_leases(connection: Connection, name: str) -> None:
    """The worker of this name stops: what it has not done may be done by others at once."""
    connection.execute(update(jobs).where(jobs.c.lease == name).values(lease=None, leased_until=None))
