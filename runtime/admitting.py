"""Stores orders on their way in: what was decided about them, and the tasks of people that came of it."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from runtime import journal, releases, statements, store
from runtime.core.admission import Admission
from runtime.core.definitions import Enrichment, Policy, Step
from runtime.core.events import (
    TYPES,
    ApprovalGiven,
    ApprovalRequested,
    Event,
    OrderDecomposed,
    OrderEnriched,
    OrderRejected,
    QuestionAnswered,
    QuestionAsked,
    TaskRefused,
)
from runtime.core.transitions import ENDED, move
from runtime.core.values import decode, encode
from runtime.core.work import EVERY_DECISION, Job
from runtime.errors import DuplicateOrder, IllegalMove, Unknown
from runtime.schema import events, lines, orders, tasks

AWAITING = ("awaiting answers", "awaiting approval")


def insert(connection: Connection, admission: Admission, *, request: str, now: int, replaces: int | None) -> int:
    """A new order, and its number. Raises DuplicateOrder, IllegalMove where somebody was faster."""
    order = admission.order
    try:
        order_id: int = connection.execute(
            statements.insert_order,
            {
                "external_id": order.external_id,
                "release_id": admission.release.id,
                "state": admission.state,
                "document": encode(order),
                "request": request,
                "submitted_by": admission.by,
                "submitted_at": now,
                "due_at": order.requested_completion,
                "seq": len(admission.happened),
                "replaces": replaces,
            },
        ).scalar_one()
    except IntegrityError as error:  # somebody submitted it since we looked, in a transaction of their own
        if any(which in str(error.orig) for which in ("uq_orders_replaces", "orders.replaces")):
            raise IllegalMove(f"order {replaces} was submitted again already") from None
        if order.external_id is None:
            raise
        raise DuplicateOrder(order.external_id, None) from None
    statements.insert_lines(
        connection,
        [
            (order_id, line.id, position, line.specification, line.action, "accepted", 0, False)
            for position, line in enumerate(order.lines)
        ],
    )
    store.count(connection, "order", None, admission.state)
    _write(connection, order_id, 0, admission, now)
    return order_id


def load(connection: Connection, order_id: int, now: int) -> Admission:
    """An order on its way in, locked. Raises Unknown, and IllegalMove for one that is past that."""
    row = connection.execute(
        select(orders.c["state", "release_id"]).where(orders.c.id == order_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise Unknown(f"there is no order {order_id}")
    if row.state not in AWAITING:
        raise IllegalMove(f"order {order_id} is {row.state}; nothing of it waits for an answer or an approval")
    journal = connection.execute(
        select(events.c["type", "data", "item"]).where(events.c.order_id == order_id).order_by(events.c.seq)
    )
    told = ((decode(each.data, TYPES[each.type]), each.item) for each in journal)
    return Admission(releases.load(connection, row.release_id), now, told)


class Asked(Struct, frozen=True):
    """What people are asked: by which definition, because of which lines, and for a question the step that asks."""

    definition: Enrichment | Policy
    lines: tuple[str, ...]
    step: Step | None = None


def what_is_asked(connection: Connection, order_id: int, n: int) -> Asked:
    """What the question or approval `n` of an order asks, in the words of the release that the order is pinned to."""
    asked = select(events.c["type", "data"], orders.c.release_id).join(orders, orders.c.id == events.c.order_id)
    row = connection.execute(
        asked.where(events.c.order_id == order_id, events.c.item == n).order_by(events.c.seq).limit(1)
    ).one()
    event, release = decode(row.data, TYPES[row.type]), releases.load(connection, row.release_id)
    if isinstance(event, QuestionAsked):
        enrichment, step = release.step(event.enrichment, event.step)
        return Asked(enrichment, (event.line,), step.definition)
    assert isinstance(event, ApprovalRequested)
    return Asked(release.policy(event.policy), event.lines)


def update_order(connection: Connection, order_id: int, admission: Admission, now: int) -> None:
    """Writes what was decided about an order that `load` gave."""
    row = connection.execute(select(orders.c["seq", "changed_at", "state"]).where(orders.c.id == order_id)).one()
    at = max(row.changed_at, now)
    rejected = next((event for event, _ in admission.happened if isinstance(event, OrderRejected)), None)
    connection.execute(
        update(orders)
        .where(orders.c.id == order_id)
        .values(
            state=admission.state,
            seq=row.seq + len(admission.happened),
            changed_at=at,
            document=encode(admission.order),
            rejection=rejected and rejected.reason,
            ended_at=at if rejected else None,
        )
    )
    if rejected:
        end_lines(connection, order_id, rejected, at)
    store.count(connection, "order", row.state, admission.state)
    _write(connection, order_id, row.seq, admission, at)


def _write(connection: Connection, order_id: int, seq: int, admission: Admission, at: int) -> None:
    """Appends to the journal, and writes what follows from it."""
    happened, release = admission.happened, admission.release
    journal.write(connection, [(order_id, seq + n, at, event, item) for n, (event, item) in enumerate(happened, 1)])
    hits: Counter[tuple[str, str]] = Counter()
    for event, n in happened:
        match event:
            case OrderEnriched():
                for step in event.given:
                    if step.table:
                        version = release.version("table", step.table)
                        hits.update((version, rule) for rule in (EVERY_DECISION, *step.rows))
            case OrderDecomposed():
                statements.insert_fulfilment_lines(
                    connection,
                    [(order_id, f.n, f.lines[0], f.domain, f.specification, encode(f)) for f in event.lines],
                )
            case QuestionAnswered() | ApprovalGiven() | TaskRefused():
                assert n is not None
                end_tasks(connection, order_id, event, at, n)
                _keep_who(connection, order_id, n, event.by)
    if admission.opened:
        statements.insert_asked_tasks(
            connection,
            [
                (
                    order_id, t.item, t.kind, t.queue, t.role, t.name[:200], store.task_state(t), t.assignee, at,
                    t.due_at,
                )
                for t in admission.opened
            ],
        )  # fmt: skip
    rejected = next((event for event, _ in happened if isinstance(event, OrderRejected)), None)
    if rejected:
        end_tasks(connection, order_id, rejected, at)
    if admission.state == "accepted":
        store.add_jobs(connection, [Job(kind="start", order=order_id, item=None, attempt=0, run_at=at)])
    if hits:
        store.count_hits(connection, hits, order_id, at)


def end_lines(connection: Connection, order_id: int, event: Event, at: int) -> None:
    """Every line of an order ends with it."""
    found = select(lines.c.state).where(lines.c.order_id == order_id).distinct()
    moves = {state: move("line", state, event.type) for state in connection.execute(found).scalars().all()}
    for state, after in moves.items():
        of_state = lines.c.order_id == order_id, lines.c.state == state
        connection.execute(update(lines).where(*of_state).values(state=after, ended_at=at))


def end_tasks(connection: Connection, order_id: int, event: Event, at: int, n: int | None = None) -> None:
    """Ends the task of a question or approval; without `n`, every task of the order that has not ended."""
    query = select(tasks.c["id", "state"]).where(tasks.c.order_id == order_id, tasks.c.state.not_in(ENDED["task"]))
    for row in connection.execute(query if n is None else query.where(tasks.c.item == n)).all():
        after = move("task", row.state, event.type)
        connection.execute(update(tasks).where(tasks.c.id == row.id).values(state=after, ended_at=at))


def _keep_who(connection: Connection, order_id: int, n: int, by: str) -> None:
    """Who did a task that nobody had claimed."""
    unclaimed = tasks.c.order_id == order_id, tasks.c.item == n, tasks.c.assignee.is_(None)
    connection.execute(update(tasks).where(*unclaimed).values(assignee=by))
