"""What must be true of a database whatever has happened to the processes that worked on it.

The journal is read by the independent model of tests/core; every table beside the journal must say what the
journal says, and nothing else.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select, text

from runtime import queries
from runtime.core import events as e
from runtime.database import Database
from runtime.schema import counts, fallout, jobs, orders, release_changes, releases, table_hits, tasks, versions
from tests.core.model import Told, tell


def check(database: Database, *, steady_clock: bool = True) -> dict[int, Told]:
    """Reads all journals, compares every projection with them, and returns what was told of each order.

    Without a steady clock an event may carry an earlier moment than the one before it.
    """
    with database.reading() as connection:
        told = {id: _order(connection, id, steady_clock) for id in connection.execute(select(orders.c.id)).scalars()}
        _counts(connection, told)
        _hits(connection, told, steady_clock)
        _jobs(connection, told)
    return told


def _order(connection: Connection, order: int, steady_clock: bool) -> Told:
    entries = [
        (row.seq, row.at, msgspec.json.decode(row.data, type=e.TYPES[row.type]), row.item)
        for row in queries.events_of(connection, order)
    ]
    told = tell(entries if steady_clock else [(seq, 0, event, item) for seq, _, event, item in entries])
    row = queries.order_row(connection, order)
    assert row is not None
    assert row.seq == len(entries), f"order {order} counts {row.seq} events and has {len(entries)}"
    assert (row.state, row.open_items) == (told.order, told.open_items)
    assert row.failed_items == sum(state == "failed" for state in told.items.values())
    assert (row.ended_at is not None) == (told.order in ("completed", "rejected", "cancelled"))
    assert (row.rejection is not None) == (told.order in ("rejected", "cancelled"))
    document = msgspec.json.decode(row.document)
    assert {line["id"]: line.get("attributes", {}) for line in document["lines"]} == told.attributes
    items = queries.items_of(connection, order)
    assert {item.n: item.state for item in items} == told.items
    assert {item.n: item.unmet for item in items} == told.unmet
    assert {item.n: item.attempt for item in items if item.attempt} == told.attempts
    stored = {item.n: msgspec.json.decode(item.result) for item in items if item.result}
    assert stored == {n: result for n, result in told.results.items() if result}
    assert all((item.ended_at is not None) == (item.state in ("completed", "skipped")) for item in items)
    lines = queries.lines_of(connection, order)
    assert {line.id: line.state for line in lines} == told.lines
    assert {line.id: line.open_items for line in lines} == {id: told.open_items_of(id) for id in told.lines}
    edges = {(edge.source, edge.target) for edge in queries.dependencies_of(connection, order)}
    assert edges == {(source, target) for target, sources in told.needs.items() for source in sources}
    _work(connection, order, entries, {item.n: item.kind for item in items}, told)
    return told


def _work(connection: Connection, order: int, entries: list[Any], kinds: dict[int, str], told: Told) -> None:
    """Tasks and fallout, worked out from the journal by rules of our own. An item has a task for each time it began."""
    wanted: dict[int, list[str]] = {}
    for _, _, event, n in entries:
        begun = wanted.setdefault(n, []) if n is not None else []
        match event:
            case e.ItemWaiting() if kinds.get(n) == "manual":
                begun.append("open")
            case e.QuestionAsked() | e.ApprovalRequested():
                begun.append("open")
            case e.TaskReleased():
                begun[-1] = "open"
            case e.TaskAssigned() | e.TaskClaimed():
                begun[-1] = "claimed"
            case e.QuestionAnswered() | e.ApprovalGiven():
                begun[-1] = "completed"
            case e.TaskRefused():
                begun[-1] = "rejected"
            case e.ItemCompleted() if begun and begun[-1] != "withdrawn":
                begun[-1] = "completed"
            case e.ItemSkipped() | e.ItemFailed() if begun and begun[-1] != "completed":
                begun[-1] = "withdrawn"
            case e.OrderRejected() | e.OrderCancelled():
                for each in wanted.values():
                    each[:] = ["withdrawn" if state in ("open", "claimed") else state for state in each]
    found: dict[int, list[str]] = {}
    for row in connection.execute(
        select(tasks.c["item", "state"]).where(tasks.c.order_id == order).order_by(tasks.c.id)
    ):
        found.setdefault(row.item, []).append(row.state)
    assert found == {n: states for n, states in wanted.items() if states}
    stored = connection.execute(select(fallout).where(fallout.c.order_id == order)).all()
    assert {row.seq: (row.item, row.about, row.state) for row in stored} == {
        seq: (record.item, record.about, record.state) for seq, record in told.records.items()
    }
    assert all((row.resolved_at is not None) == (row.state == "resolved") for row in stored)
    kept = connection.execute(select(orders.c.open_fallout).where(orders.c.id == order)).scalar_one()
    assert kept == sum(record.state != "resolved" for record in told.records.values())


def _counts(connection: Connection, told: dict[int, Told]) -> None:
    real: Counter[tuple[str, str]] = Counter()
    for each in told.values():
        real["order", each.order] += 1
        real.update(("item", state) for state in each.items.values())
    kept: Counter[tuple[str, str]] = Counter()
    for row in connection.execute(select(counts).where(counts.c.thing.in_(("order", "item")))):
        kept[row.thing, row.state] += row.n
    assert {key: n for key, n in kept.items() if n} == dict(real)


def _hits(connection: Connection, told: dict[int, Told], steady_clock: bool) -> None:
    """Every decision, and every row that fired in one, is counted once, under the version the order is pinned to."""
    times: Counter[tuple[str, str]] = Counter()
    moments: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for order, each in told.items():
        versions_asked = [(at, _version_of_table(connection, order, n), rows) for at, n, rows in each.decided]
        versions_asked += [(at, _manifest(connection, order)[f"table/{key}"], rows) for at, key, rows in each.enriched]
        for at, version, rows in versions_asked:
            for rule in ("", *rows):
                times[version, rule] += 1
                moments.setdefault((version, rule), []).append((at, order))
    kept: Counter[tuple[str, str]] = Counter()
    for row in connection.execute(select(table_hits)):
        kept[row.version, row.rule] += row.n
        assert not steady_clock or (row.last_at, row.last_order) in moments[row.version, row.rule]
    assert kept == times
    if steady_clock:
        latest = select(table_hits.c["version", "rule"], func.max(table_hits.c.last_at)).group_by("version", "rule")
        found = {(version, rule): at for version, rule, at in connection.execute(latest)}
        assert found == {which: max(at for at, _ in each) for which, each in moments.items()}


def _version_of_table(connection: Connection, order: int, n: int) -> str:
    """Read from the stored texts alone: item, its plan in the order's release, the table that it names."""
    item = queries.item_row(connection, order, n)
    assert item is not None
    manifest = _manifest(connection, order)
    plan = connection.execute(select(versions.c.document).where(versions.c.id == manifest[f"plan/{item.plan}"]))
    (table,) = [each["table"] for each in msgspec.json.decode(plan.scalar_one())["items"] if each["key"] == item.key]
    return str(manifest[f"table/{table}"])


def _manifest(connection: Connection, order: int) -> dict[str, str]:
    """What the release of an order contains: the changes of all that it is based on, the oldest first."""
    based_on = {row.id: row.base for row in connection.execute(select(releases.c.id, releases.c.base))}
    release = connection.execute(select(orders.c.release_id).where(orders.c.id == order)).scalar_one()
    chain = []
    while release is not None:
        chain.append(release)
        release = based_on[release]
    found: dict[str, str | None] = {}
    for each in reversed(chain):
        changed = select(release_changes).where(release_changes.c.release_id == each)
        found |= {row.name: row.version for row in connection.execute(changed)}
    return {name: version for name, version in found.items() if version is not None}


def _jobs(connection: Connection, told: dict[int, Told]) -> None:
    """Whatever cannot go on without a job has exactly one, and what needs none has none."""
    stored = Counter((row.order_id, row.item, row.kind) for row in connection.execute(select(jobs)))
    for order, each in told.items():
        stuck = any(record.about == "plan" and record.state != "resolved" for record in each.records.values())
        assert stored[order, None, "start"] == (each.order == "accepted" and not stuck)
        for n, state in each.items.items():
            where = f"item {n} of order {order}, which is {state}"
            assert stored[order, n, "callout"] == (state in ("running", "retrying")), where
            assert stored[order, n, "timer"] <= (state == "waiting"), where
            assert stored[order, n, "proceed"] == (state == "pending" and not each.unmet[n]), where


def nothing_is_left_to_do(database: Database) -> bool:
    """Whether every order has ended and every job is done."""
    with database.reading() as connection:
        query = text("SELECT (SELECT count(*) FROM orders WHERE ended_at IS NULL) + (SELECT count(*) FROM jobs)")
        return bool(connection.execute(query).scalar_one() == 0)
