"""Loads what a turn wants and writes what it did, for many orders at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, select, tuple_

from runtime import fallout, journal, releases
from runtime.cache import Cache
from runtime.core.definitions import Item as ItemDefinition
from runtime.core.events import ItemCompleted, ItemFailed, ItemSkipped, TaskAssigned
from runtime.core.orders import FulfilmentLine, Order
from runtime.core.release import CompiledItem, Release
from runtime.core.scopes import OrderScope
from runtime.core.state import Item, LineState, OrderState
from runtime.core.transitions import ENDED, FIRST, move
from runtime.core.turn import Turn
from runtime.core.values import decode, decoder, encode
from runtime.core.work import Job, OpenedTask, Wanted
from runtime.errors import Unknown
from runtime.schema import dependencies, fulfilment_lines, items, lines, orders, tasks
from runtime.statements import (
    Rows,
    Write,
    add_to_counts,
    add_to_hits,
    bring_forward_jobs,
    delete_jobs,
    drop_jobs,
    end_tasks,
    insert_dependencies,
    insert_events,
    insert_items,
    insert_jobs,
    insert_tasks,
    update_items,
    update_lines,
    update_orders,
    update_unmet,
    write_all,
)

# --- loading a turn -----------------------------------------------------------------------------------

_decode_texts = msgspec.json.Decoder(tuple[str, ...]).decode
_decode_numbers = msgspec.json.Decoder(tuple[int, ...]).decode
_decode_reads = msgspec.json.Decoder(dict[str, tuple[int, ...]]).decode
_decode_order = decoder(Order)
_decode_fulfilment = decoder(FulfilmentLine)
_encode = lru_cache(maxsize=4096)(encode)  # the few shapes of `lines` and `targets` that come again and again

_lock_orders = (
    select(
        orders.c[
            "id", "release_id", "state", "seq", "changed_at", "open_items", "failed_items", "open_fallout", "ended_at"
        ]
    )
    .where(orders.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(orders.c.id)  # everybody locks in this order, so nobody can wait in a ring
    .with_for_update()
)


def load_orders(connection: Connection, turn: Turn, ids: Iterable[int]) -> None:
    """Locks orders and takes them into the turn. Orders that are not there are left out."""
    missing = sorted(set(ids) - turn.orders.keys())
    if not missing:
        return
    rows = connection.execute(_lock_orders, {"ids": missing}).all()
    pinned = {id: releases.load(connection, id) for id in {row.release_id for row in rows}}
    for row in rows:
        turn.orders[row.id] = OrderState(
            id=row.id,
            release=pinned[row.release_id],
            state=row.state,
            seq=row.seq,
            changed_at=row.changed_at,
            open_items=row.open_items,
            failed_items=row.failed_items,
            open_fallout=row.open_fallout,
            ended_at=row.ended_at,
        )


_items_by_number = select(items).where(tuple_(items.c.order_id, items.c.n).in_(bindparam("pairs", expanding=True)))
_successors = (
    select(dependencies.c.source, items)
    .join(items, (items.c.order_id == dependencies.c.order_id) & (items.c.n == dependencies.c.target))
    .where(tuple_(dependencies.c.order_id, dependencies.c.source).in_(bindparam("pairs", expanding=True)))
)
_lines_by_id = select(lines.c["order_id", "id", "state", "open_items", "passed_ponr", "ended_at"]).where(
    tuple_(lines.c.order_id, lines.c.id).in_(bindparam("pairs", expanding=True))
)
_fulfilments_by_number = select(fulfilment_lines.c["order_id", "n", "document"]).where(
    tuple_(fulfilment_lines.c.order_id, fulfilment_lines.c.n).in_(bindparam("pairs", expanding=True))
)


def feed(connection: Connection, turn: Turn, wanted: Wanted) -> None:
    """Loads what the turn wants. What is loaded already stays as it is: it may have changed since."""
    if wanted.successors:
        for order_id, n in wanted.successors:
            turn.orders[order_id].successors[n] = []
        for chunk in _chunks(wanted.successors):
            for row in connection.execute(_successors, {"pairs": chunk}):
                order = turn.orders[row.order_id]
                order.successors[row.source].append(row.n)
                _take_item(order, row)
    for chunk in _chunks(wanted.items):
        for row in connection.execute(_items_by_number, {"pairs": chunk}):
            _take_item(turn.orders[row.order_id], row)
    for chunk in _chunks(wanted.lines):
        for row in connection.execute(_lines_by_id, {"pairs": chunk}):
            _take_line(turn.orders[row.order_id], row)
    for chunk in _chunks(wanted.fulfilments):
        for row in connection.execute(_fulfilments_by_number, {"pairs": chunk}):
            turn.orders[row.order_id].fulfilments[row.n] = _decode_fulfilment(row.document)
    for order_id in wanted.documents:
        turn.orders[order_id].scope = order_scope(connection, order_id)


def _chunks(pairs: Iterable[Any], size: int = 400) -> Iterable[list[Any]]:
    """Databases bound the number of parameters of a statement."""
    ordered = sorted(pairs)
    return (ordered[start : start + size] for start in range(0, len(ordered), size))


def _take_item(order: OrderState, row: Row[Any]) -> None:
    if row.n in order.items:
        return
    order.items[row.n] = Item(
        n=row.n,
        plan=row.plan,
        key=row.key,
        compiled=order.release.plan(row.plan).items[row.key],
        group=row.group,
        targets=_decode_numbers(row.targets),
        lines=_decode_texts(row.lines),
        own=row.own,
        reads=_decode_reads(row.reads) if row.reads != "{}" else {},
        state=row.state,
        unmet=row.unmet,
        attempt=row.attempt,
        tries=row.tries,
        run=row.run,
        effect=row.effect,
        result=decode(row.result) if row.result else None,
        error=row.error,
        request=decode(row.request) if row.request else None,
        by=row.by,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def _take_line(order: OrderState, row: Row[Any]) -> None:
    order.lines.setdefault(
        row.id,
        LineState(
            id=row.id,
            state=row.state,
            open_items=row.open_items,
            passed_ponr=row.passed_ponr,
            ended_at=row.ended_at,
        ),
    )


_scopes: Cache[tuple[int, str], OrderScope] = Cache(512)
_select_document = select(orders.c.document).where(orders.c.id == bindparam("id"))


def order_scope(connection: Connection, order_id: int) -> OrderScope:
    """What expressions see of an order. An order never changes, but a large one takes milliseconds to read, and
    a plan of thousands of items would read it thousands of times."""
    document = connection.execute(_select_document, {"id": order_id}).scalar_one()
    return _scopes.get((order_id, document), lambda: OrderScope(_decode_order(document)))


_all_fulfilments = select(fulfilment_lines.c["n", "document"]).where(fulfilment_lines.c.order_id == bindparam("order"))
_all_lines = (
    select(lines.c["id", "state", "open_items", "passed_ponr", "ended_at"])
    .where(lines.c.order_id == bindparam("order"))
    .order_by(lines.c.position)
)


def load_start(connection: Connection, order: OrderState) -> None:
    """All that is needed to make an order's plan."""
    order.scope = order_scope(connection, order.id)
    for row in connection.execute(_all_fulfilments, {"order": order.id}):
        order.fulfilments[row.n] = _decode_fulfilment(row.document)
    for row in connection.execute(_all_lines, {"order": order.id}):
        _take_line(order, row)


_seq_of_order = select(orders.c.seq).where(orders.c.id == bindparam("id")).with_for_update()


def locked_seq(connection: Connection, order_id: int) -> int | None:
    """The number of the last event of an order, which is locked; None where there is no such order."""
    return connection.execute(_seq_of_order, {"id": order_id}).scalar()


def settle(connection: Connection, turn: Turn) -> None:
    """Runs a turn to its end, feeding it whatever it wants."""
    while wanted := turn.run():
        feed(connection, turn, wanted)


_item_definition = (
    select(orders.c.release_id, items.c.plan, items.c.key)
    .join(items, items.c.order_id == orders.c.id)
    .where(orders.c.id == bindparam("order"), items.c.n == bindparam("n"))
)


def item_definition(connection: Connection, order_id: int, n: int) -> ItemDefinition:
    """What an item was made from, in the release its order is pinned to. Raises Unknown."""
    return compiled_item(connection, order_id, n)[0].definition


def compiled_item(connection: Connection, order_id: int, n: int) -> tuple[CompiledItem, Release]:
    """The same, compiled, with the release. Raises Unknown."""
    row = connection.execute(_item_definition, {"order": order_id, "n": n}).one_or_none()
    if row is None:
        raise Unknown(f"order {order_id} has no item {n}")
    release = releases.load(connection, row.release_id)
    return release.plan(row.plan).items[row.key], release


# --- writing a turn -----------------------------------------------------------------------------------


def write(connection: Connection, turn: Turn, slot: int = 0, done: Iterable[int] = ()) -> None:
    """Writes what a turn did, events first, then everything that follows from them; the jobs `done` are no more."""
    changed = [order for order in turn.orders.values() if order.changed_items or order.changed_lines or order.new_plan]
    touched = {recorded.order for recorded in turn.events} | {order.id for order in changed}
    write_all(
        connection,
        [
            (insert_events, journal.rows_of((r.order, r.seq, r.at, r.event, r.item) for r in turn.events)),
            *_item_writes(changed),
            (
                update_lines,
                [
                    (line.state, line.open_items, line.passed_ponr, line.ended_at, order.id, line.id)
                    for order in changed
                    for line in _lines_to_write(order)
                ],
            ),
            (delete_jobs, [(id,) for id in done]),
            *_work_writes(connection, turn),
            (
                update_orders,
                [
                    (o.state, o.seq, o.changed_at, o.open_items, o.failed_items, o.ended_at, o.id)
                    for o in map(turn.orders.__getitem__, sorted(touched))
                ],
            ),
            (add_to_counts, _count_rows(turn.counts, slot)),
            # Sorted, so that two turns never wait for one another in a ring.
            (add_to_hits, [(*which, slot, *hits) for which, hits in sorted(turn.hits.items())]),
        ],
    )


def count(connection: Connection, thing: str, before: str | None, after: str | None) -> None:
    """One thing changed its state; None: it was not there, or is there no more."""
    changes: Counter[tuple[str, str]] = Counter()
    for state, n in ((before, -1), (after, 1)):
        if state is not None:
            changes[thing, state] += n
    add_to_counts(connection, _count_rows(changes, slot=0))


def count_hits(connection: Connection, hits: Counter[tuple[str, str]], order_id: int, now: int) -> None:
    """Rows of tables, by version and id, that fired outside of a turn."""
    add_to_hits(connection, [(*which, 0, n, now, order_id) for which, n in sorted(hits.items())])


def _lines_to_write(order: OrderState) -> Iterable[LineState]:
    return order.lines.values() if order.new_plan else map(order.lines.__getitem__, order.changed_lines)


def _item_writes(changed: list[OrderState]) -> list[Write]:
    new, moved, counted, edges = [], [], [], []
    for order in changed:
        id = order.id
        if order.new_plan:
            edges += [(id, source, target) for source, targets in order.successors.items() for target in targets]
            new += [
                (
                    id, i.n, i.plan, i.key, i.compiled.kind, i.state, i.unmet, i.attempt, i.tries, _encode(i.lines),
                    i.own, _encode(i.targets), encode(i.reads) if i.reads else "{}", i.group, i.run, i.effect,
                    encode(i.result) if i.result else None, i.error, None, i.by, i.started_at, i.ended_at,
                )
                for i in order.items.values()
            ]  # fmt: skip
            continue
        for n in order.changed_items:
            i = order.items[n]
            if i.state == "pending" and not i.attempt:
                counted.append((i.unmet, id, n))
            else:
                result = encode(i.result) if i.result else None
                request = None if i.request is None else encode(i.request)
                moved.append(
                    (
                        i.state, i.unmet, i.attempt, i.tries, i.run, i.effect, result, i.error, request, i.by,
                        i.started_at, i.ended_at, id, n,
                    )
                )  # fmt: skip
    return [(insert_items, new), (insert_dependencies, edges), (update_items, moved), (update_unmet, counted)]


def _work_writes(connection: Connection, turn: Turn) -> list[Write]:
    return [
        (drop_jobs, sorted(turn.dropped_jobs)),
        (bring_forward_jobs, [(turn.now, *which) for which in sorted(turn.brought_forward)]),
        (insert_jobs, _job_rows(turn.jobs)),
        (insert_tasks, [_task_row(t, turn.now) for t in turn.opened_tasks]),
        (end_tasks, _ended_tasks(connection, turn)),
        *fallout.writes(connection, turn),
    ]


def _task_row(t: OpenedTask, now: int) -> tuple[Any, ...]:
    state = task_state(t)
    return (t.order, t.item, t.queue, t.role, t.name, state, t.assignee, now, t.due_at)


def task_state(task: OpenedTask) -> str:
    """The state in which a new task begins: claimed where the rule of its queue gave it to somebody."""
    return move("task", FIRST["task"], TaskAssigned.type) if task.assignee else FIRST["task"]


_tasks_to_end = select(tasks.c["id", "order_id", "item", "state"]).where(
    tuple_(tasks.c.order_id, tasks.c.item).in_(bindparam("pairs", expanding=True)),
    tasks.c.state.not_in(ENDED["task"]),
)


def _ended_tasks(connection: Connection, turn: Turn) -> Rows:
    """The tasks of manual items that ended, or failed, after they had begun."""
    ends: dict[tuple[int, int], str] = {}
    for recorded in turn.events:
        if recorded.item is not None and isinstance(recorded.event, ItemCompleted | ItemSkipped | ItemFailed):
            item = turn.orders[recorded.order].items[recorded.item]
            if item.compiled.kind == "manual" and item.started_at is not None:
                ends[recorded.order, recorded.item] = recorded.event.type
    return [
        (move("task", row.state, ends[row.order_id, row.item]), turn.now, row.id)
        for chunk in _chunks(ends)
        for row in connection.execute(_tasks_to_end, {"pairs": chunk})
    ]


def add_jobs(connection: Connection, new: Iterable[Job]) -> None:
    """Work that nobody has taken yet."""
    insert_jobs(connection, _job_rows(new))


def _job_rows(new: Iterable[Job]) -> Rows:
    return [
        (j.kind, j.outside, j.order, j.item, j.attempt, j.system, j.payload and encode(j.payload), j.run_at, 0)
        for j in new
    ]


def _count_rows(changes: Counter[tuple[str, str]], slot: int) -> Rows:
    """Counters are kept right in the transaction that makes them wrong."""
    return [(thing, state, slot, n) for (thing, state), n in sorted(changes.items()) if n]
