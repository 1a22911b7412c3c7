"""What pages and interfaces ask about orders, plans and work; nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, String, and_, cast, func, not_, or_, select

from runtime.core.events import ItemSkipped
from runtime.core.release import Release
from runtime.core.transitions import ENDED
from runtime.core.values import decode
from runtime.schema import (
    counts,
    dependencies,
    endpoints,
    events,
    fallout,
    fulfilment_lines,
    items,
    jobs,
    lines,
    orders,
    table_hits,
    tasks,
    versions,
)

Rows = list[Row[Any]]
ORDER_COLUMNS = orders.c[
    "id", "external_id", "release_id", "state", "seq", "open_items", "failed_items", "open_fallout", "submitted_by",
    "submitted_at", "due_at", "ended_at", "rejection", "replaces",
]  # fmt: skip


def find_orders(
    connection: Connection,
    *,
    state: str | Sequence[str] | None = None,
    search: str | None = None,
    failed: bool | None = None,
    attention: bool | None = None,
    release: int | None = None,
    external_id: str | None = None,
    before: int | None = None,
    oldest: bool = False,
    offset: int = 0,
    limit: int | None = None,
) -> Rows:
    """Orders, newest first or `oldest` first, without their documents; `before` is the number the previous page
    ended with.

    `search` is an order number, or part of an external id; `failed` says whether they cannot go on before
    somebody decides about a failed item or their plan, `attention` whether any fallout of theirs is open.
    """
    narrowed = _filter(
        state=state, search=search, failed=failed, attention=attention, release=release, external_id=external_id
    )
    query = select(*ORDER_COLUMNS).where(*narrowed)
    if before is not None:
        query = query.where(orders.c.id > before if oldest else orders.c.id < before)
    order = orders.c.id.asc() if oldest else orders.c.id.desc()
    return list(connection.execute(query.order_by(order).limit(limit).offset(offset or None)))


def count_orders(
    connection: Connection,
    *,
    state: str | Sequence[str] | None = None,
    search: str | None = None,
    failed: bool | None = None,
    attention: bool | None = None,
    release: int | None = None,
    external_id: str | None = None,
) -> int:
    """How many orders `find_orders` would find in all."""
    narrowed = _filter(
        state=state, search=search, failed=failed, attention=attention, release=release, external_id=external_id
    )
    return int(connection.execute(select(func.count()).select_from(orders).where(*narrowed)).scalar_one())


def _filter(
    *,
    state: str | Sequence[str] | None,
    search: str | None,
    failed: bool | None,
    attention: bool | None,
    release: int | None,
    external_id: str | None,
) -> list[ColumnElement[bool]]:
    narrowed: list[ColumnElement[bool]] = []
    if state:
        narrowed.append(orders.c.state.in_([state] if isinstance(state, str) else state))
    if release is not None:
        narrowed.append(orders.c.release_id == release)
    if failed is not None:
        stuck = or_(orders.c.failed_items > 0, and_(orders.c.state == "accepted", orders.c.open_fallout > 0))
        narrowed.append(stuck if failed else not_(stuck))
    if attention is not None:
        narrowed.append(orders.c.open_fallout > 0 if attention else orders.c.open_fallout == 0)
    if external_id is not None:
        # Said twice, because rejected orders have an index of their own.
        ours = orders.c.external_id == external_id
        narrowed.append(or_(and_(ours, orders.c.rejection.is_(None)), and_(ours, orders.c.rejection.is_not(None))))
    if search:
        by_number = cast(orders.c.id, String) == search.strip().lstrip("#")
        narrowed.append(or_(orders.c.external_id.icontains(search, autoescape=True), by_number))
    return narrowed


def order_row(connection: Connection, order_id: int) -> Row[Any] | None:
    """One order, with its document and the request as it came."""
    return connection.execute(select(orders).where(orders.c.id == order_id)).one_or_none()


def replacement_of(connection: Connection, order_id: int) -> int | None:
    """The number of the order that corrects a rejected one."""
    return connection.execute(select(orders.c.id).where(orders.c.replaces == order_id)).scalar()


def order_tag(connection: Connection, order_id: int) -> tuple[int, int] | None:
    """(number of the newest event, open items): changes whenever anything about the order does."""
    row = connection.execute(select(orders.c.seq, orders.c.open_items).where(orders.c.id == order_id)).one_or_none()
    return (row.seq, row.open_items) if row else None


def lines_of(connection: Connection, order_id: int) -> Rows:
    """The order lines, as they were written."""
    return list(connection.execute(select(lines).where(lines.c.order_id == order_id).order_by(lines.c.position)))


def fulfilment_lines_of(connection: Connection, order_id: int) -> Rows:
    """The fulfilment lines; their documents are runtime.core.orders.FulfilmentLine."""
    table = fulfilment_lines
    return list(connection.execute(select(table).where(table.c.order_id == order_id).order_by(table.c.n)))


def items_of(connection: Connection, order_id: int) -> Rows:
    """The items of the plan, in order of their numbers."""
    return list(connection.execute(select(items).where(items.c.order_id == order_id).order_by(items.c.n)))


def item_counts(connection: Connection, order_id: int) -> dict[str, int]:
    """How many items of the plan are in each state; empty where there is no plan yet."""
    query = select(items.c.state, func.count()).where(items.c.order_id == order_id).group_by(items.c.state)
    return {row.state: row[1] for row in connection.execute(query)}


def plans_of(connection: Connection, order_id: int) -> list[str]:
    """The keys of the plan definitions that an order's items were made from."""
    query = select(items.c.plan).where(items.c.order_id == order_id).distinct().order_by(items.c.plan)
    return list(connection.execute(query).scalars())


def items_page(
    connection: Connection,
    order_id: int,
    *,
    state: str | None,
    search: str | None,
    keys: Sequence[tuple[str, str]] | None,
    first: int,
    limit: int,
) -> Rows:
    """Items in order of their numbers: those in `state`, whose group holds `search` or that were made from `keys`
    ((plan, item) pairs)."""
    narrowed = _narrowed_items(order_id, state, search, keys)
    return list(connection.execute(select(items).where(*narrowed).order_by(items.c.n).offset(first).limit(limit)))


def count_items(
    connection: Connection,
    order_id: int,
    *,
    state: str | None,
    search: str | None,
    keys: Sequence[tuple[str, str]] | None,
) -> int:
    """How many items `items_page` would find in all."""
    narrowed = _narrowed_items(order_id, state, search, keys)
    return int(connection.execute(select(func.count()).select_from(items).where(*narrowed)).scalar_one())


def _narrowed_items(
    order_id: int, state: str | None, search: str | None, keys: Sequence[tuple[str, str]] | None
) -> list[ColumnElement[bool]]:
    narrowed: list[ColumnElement[bool]] = [items.c.order_id == order_id]
    if state:
        narrowed.append(items.c.state == state)
    if search:
        # Names are in the definitions: databases bound the parameters of a statement, a plan of plans the keys.
        by_plan: dict[str, list[str]] = {}
        for plan, key in keys or ():
            by_plan.setdefault(plan, []).append(key)
        made = [and_(items.c.plan == plan, items.c.key.in_(some)) for plan, some in by_plan.items()]
        narrowed.append(or_(items.c.group.icontains(search, autoescape=True), *made))
    return narrowed


def items_by_number(connection: Connection, order_id: int, numbers: Sequence[int]) -> Rows:
    """Some items of an order."""
    return list(connection.execute(select(items).where(items.c.order_id == order_id, items.c.n.in_(numbers))))


class Skipped(Struct, frozen=True):
    """An item that a person skipped, and the order lines it counted for; `at` is in ms since 1970."""

    n: int
    name: str
    lines: tuple[str, ...]
    by: str
    at: int
    reason: str


def skipped_by_hand(connection: Connection, order_id: int, release: Release) -> list[Skipped]:
    """The items of an order that a person skipped: what they were for was not done by Orderloom."""
    query = (
        select(items.c["n", "plan", "key", "lines", "by", "ended_at"], events.c.data)
        .join(events, (events.c.order_id == items.c.order_id) & (events.c.item == items.c.n))
        .where(
            items.c.order_id == order_id,
            items.c.state == "skipped",
            items.c.by.is_not(None),
            events.c.type == ItemSkipped.type,
        )
    )
    return [
        Skipped(
            row.n,
            release.plan(row.plan).items[row.key].definition.name,
            tuple(decode(row.lines)),
            row.by,
            row.ended_at,
            decode(row.data)["reason"],
        )
        for row in connection.execute(query.order_by(items.c.n))
    ]


def item_row(connection: Connection, order_id: int, n: int) -> Row[Any] | None:
    """One item."""
    query = select(items).where(items.c.order_id == order_id, items.c.n == n)
    return connection.execute(query).one_or_none()


def unmet_of(connection: Connection, order_id: int, n: int) -> Rows:
    """The items that item `n` still waits for."""
    query = (
        select(items)
        .join(dependencies, (dependencies.c.order_id == items.c.order_id) & (dependencies.c.source == items.c.n))
        .where(
            dependencies.c.order_id == order_id,
            dependencies.c.target == n,
            items.c.state.not_in(ENDED["item"]),
        )
    )
    return list(connection.execute(query.order_by(items.c.n)))


def dependencies_of(connection: Connection, order_id: int) -> Rows:
    """The edges of the plan: source, target."""
    table = dependencies
    query = select(table.c.source, table.c.target).where(table.c.order_id == order_id)
    return list(connection.execute(query.order_by(table.c.source, table.c.target)))


def events_of(
    connection: Connection, order_id: int, *, item: int | None = None, after: int = 0, limit: int | None = None
) -> Rows:
    """The journal of an order, or of one of its items, oldest first."""
    query = select(events).where(events.c.order_id == order_id, events.c.seq > after).order_by(events.c.seq)
    if item is not None:
        query = query.where(events.c.item == item)
    return list(connection.execute(query.limit(limit) if limit is not None else query))


def fallout_of(connection: Connection, order_id: int) -> Rows:
    """What could not be completed by itself, newest first."""
    return list(connection.execute(select(fallout).where(fallout.c.order_id == order_id).order_by(fallout.c.id.desc())))


def hits_of_table(connection: Connection, key: str) -> Rows:
    """How often the rows of a table fired: version (its id), rule, n, last_at, last_order; what several workers
    counted comes apart. The rule "" counts every decision, also those no row answered."""
    columns = table_hits.c["version", "rule", "n", "last_at", "last_order"]
    query = select(*columns).join(versions, versions.c.id == table_hits.c.version)
    return list(connection.execute(query.where(versions.c.kind == "table", versions.c.key == key)))


def find_tasks(
    connection: Connection,
    *,
    roles: Sequence[str] | None = None,
    assignee: str | None = None,
    queue: str | None = None,
    order: int | None = None,
    item: int | None = None,
    states: Sequence[str] = ("open", "claimed"),
    newest: bool = False,
    after: int | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> Rows:
    """Tasks with the external id of their order, oldest first, or those that ended last first (`newest`); `roles` None
    means whatever the role, and `after` is the number that the page before ended with."""
    query = select(tasks, orders.c.external_id, orders.c.release_id).join(orders, orders.c.id == tasks.c.order_id)
    query = query.where(*_of_tasks(roles, assignee, queue, order, item, states))
    if after is not None:
        query = query.where(tasks.c.id > after)
    query = query.order_by(tasks.c.ended_at.desc(), tasks.c.id.desc()) if newest else query.order_by(tasks.c.id)
    return list(connection.execute(query.offset(offset or None).limit(limit)))


def count_tasks(
    connection: Connection,
    *,
    roles: Sequence[str] | None = None,
    assignee: str | None = None,
    queue: str | None = None,
    states: Sequence[str] = ("open", "claimed"),
) -> dict[str, int]:
    """How many tasks `find_tasks` would find in all, by queue."""
    query = select(tasks.c.queue, func.count()).where(*_of_tasks(roles, assignee, queue, None, None, states))
    return {key: int(n) for key, n in connection.execute(query.group_by(tasks.c.queue))}


def _of_tasks(
    roles: Sequence[str] | None,
    assignee: str | None,
    queue: str | None,
    order: int | None,
    item: int | None,
    states: Sequence[str],
) -> list[ColumnElement[bool]]:
    narrowed: list[ColumnElement[bool]] = [tasks.c.state.in_(states)]
    if roles is not None:
        narrowed.append(tasks.c.role.in_(roles))
    if assignee is not None:
        narrowed.append(tasks.c.assignee == assignee)
    if queue is not None:
        narrowed.append(tasks.c.queue == queue)
    if order is not None:
        narrowed.append(tasks.c.order_id == order)
    if item is not None:
        narrowed.append(tasks.c.item == item)
    return narrowed


def asked_of(connection: Connection, order_id: int) -> Rows:
    """The questions and approvals of an order, as they were asked."""
    return list(
        connection.execute(select(tasks).where(tasks.c.order_id == order_id, tasks.c.item < 0).order_by(tasks.c.id))
    )


def task_row(connection: Connection, task_id: int) -> Row[Any] | None:
    """One task."""
    return connection.execute(select(tasks).where(tasks.c.id == task_id)).one_or_none()


def state_counts(connection: Connection, thing: str) -> dict[str, int]:
    """How many orders (or items) are in each state, from the counters kept with every change."""
    query = select(counts.c.state, func.sum(counts.c.n)).where(counts.c.thing == thing).group_by(counts.c.state)
    return {state: int(n) for state, n in connection.execute(query) if n}


def endpoint_urls(connection: Connection) -> dict[str, str]:
    """Where systems are reached in this installation, for those that are not where their definition says."""
    return {row.system: row.url for row in connection.execute(select(endpoints))}


def crashing_jobs(connection: Connection) -> Rows:
    """Work that made turns fail and is tried again soon: order_id, item, kind, run_at, crashes, crash."""
    columns = jobs.c["order_id", "item", "kind", "run_at", "crashes", "crash"]
    return list(connection.execute(select(*columns).where(jobs.c.crashes > 0).order_by(jobs.c.id)))
