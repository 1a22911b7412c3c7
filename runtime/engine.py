"""The front door of the runtime: what can be wanted of orders. The caller commits."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, update
from sqlalchemy.exc import IntegrityError

from runtime import releases, statements, store
from runtime.core.decomposition import decompose, plans_for, refuse_misfits
from runtime.core.definitions import Field, Manual
from runtime.core.enrichment import Given, enrich
from runtime.core.events import Event, OrderDecomposed, OrderEnriched, OrderSubmitted, TaskClaimed, TaskReleased
from runtime.core.messages import CompleteTask, Deliver, Message, Retry, Skip
from runtime.core.orders import FulfilmentLine, Order
from runtime.core.release import Release
from runtime.core.state import Item
from runtime.core.transitions import ITEM_ENDED, move
from runtime.core.turn import Turn
from runtime.core.values import encode
from runtime.core.work import Job
from runtime.errors import DuplicateOrder, Fault, IllegalMove, Unknown, WrongForm
from runtime.schema import orders, tasks


def new_turn(now: int, limit: int | None = None) -> Turn:
    """A turn with real chance: tokens nobody can guess, retries that do not come all at once."""
    return Turn(now, token=lambda: secrets.token_hex(16), chance=random.random, limit=limit)


def check(connection: Connection, order: Order, *, now: int) -> None:
    """Whether an order could be submitted now. Raises what `submit` would raise; stores nothing."""
    _prepare(connection, order, now)


def submit(connection: Connection, order: Order, *, request: str, by: str, now: int) -> int:
    """Accepts an order against the active release, and returns its number. `request` is what the caller wrote.

    Raises NoActiveRelease, OrderRefused with a fault for each thing wrong, DuplicateOrder.
    """
    release, order, given, fulfilments = _prepare(connection, order, now)
    happened: list[Event] = [OrderSubmitted(order, release.id, by), OrderDecomposed(fulfilments)]
    if given:
        happened.insert(1, OrderEnriched(given))
    try:
        order_id: int = connection.execute(
            statements.insert_order,
            {
                "external_id": order.external_id,
                "release_id": release.id,
                "document": encode(order),
                "request": request,
                "submitted_by": by,
                "submitted_at": now,
                "due_at": order.requested_completion,
                "seq": len(happened),
            },
        ).scalar_one()
    except IntegrityError:  # somebody submitted it since we looked, in a transaction of their own
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
    statements.insert_fulfilment_lines(
        connection,
        [(order_id, f.n, f.lines[0], f.domain, f.specification, encode(f)) for f in fulfilments],
    )
    store.write_events(connection, [(order_id, seq, now, event, None) for seq, event in enumerate(happened, 1)])
    store.add_jobs(connection, [Job(kind="start", order=order_id, item=None, attempt=0, run_at=now)])
    store.count(connection, "order", None, "accepted")
    store.count_hits(
        connection,
        Counter(
            (release.version("table", step.table), rule) for step in given if step.table for rule in ("", *step.rows)
        ),
        order_id,
        now,
    )
    return order_id


def _prepare(
    connection: Connection, order: Order, now: int
) -> tuple[Release, Order, tuple[Given, ...], tuple[FulfilmentLine, ...]]:
    release = releases.active(connection, now)
    order, given = enrich(order, release)
    refuse_misfits(order, release)
    if order.external_id is not None:
        earlier = connection.execute(select(orders.c.id).where(orders.c.external_id == order.external_id)).scalar()
        if earlier is not None:
            raise DuplicateOrder(order.external_id, earlier)
    fulfilments = decompose(order, release)
    plans_for(order, fulfilments, release)
    return release, order, given, fulfilments


def deliver(connection: Connection, order_id: int, n: int, token: str, body: object, *, now: int) -> None:
    """A system calls back. Raises Unknown for an address that never was, IllegalMove for an item that expects
    nothing any more."""
    found = connection.execute(store.callback_address, {"order": order_id, "n": n}).one_or_none()
    if found is None or found.token is None or not secrets.compare_digest(found.token, token):
        raise Unknown("no item waits for this callback; check the address that came with the request")
    if found.state in ITEM_ENDED:
        raise IllegalMove(f"item {found.key} of order {order_id} is {found.state}; it expects no callback any more")
    _message(connection, order_id, Deliver(n, token, body), now)


def retry_item(connection: Connection, order_id: int, n: int, *, by: str, now: int) -> None:
    """Has a failed item tried again. Raises Unknown, IllegalMove."""
    _message(connection, order_id, Retry(n, by), now)


def skip_item(connection: Connection, order_id: int, n: int, *, reason: str, by: str, now: int) -> None:
    """Leaves an item out that failed or waits; what depends on it goes on. Raises Unknown, IllegalMove."""
    _message(connection, order_id, Skip(n, reason, by), now)


def _message(connection: Connection, order_id: int, message: Message, now: int) -> Item:
    """One message, folded at once: whoever sent it learns whether it was taken."""
    turn = new_turn(now)
    store.load_orders(connection, turn, [order_id])
    order = turn.orders.get(order_id)
    if order is None:
        raise Unknown(f"there is no order {order_id}")
    turn.wanted.items.add((order_id, message.n))
    store.feed(connection, turn, turn.wanted)
    if message.n not in order.items:
        raise Unknown(f"order {order_id} has no item {message.n}")
    turn.send(order, message)
    store.settle(connection, turn)
    store.write(connection, turn)
    return order.items[message.n]


# --- tasks --------------------------------------------------------------------------------------------


def claim_task(connection: Connection, task_id: int, *, by: str, now: int) -> None:
    """Takes a task out of its queue, or over from a colleague. Raises Unknown, IllegalMove."""
    task = _task(connection, task_id)
    _move_task(connection, task, TaskClaimed(by), now, assignee=by)


def release_task(connection: Connection, task_id: int, *, by: str, now: int) -> None:
    """Puts a task back into its queue. Raises Unknown, IllegalMove."""
    task = _task(connection, task_id)
    _move_task(connection, task, TaskReleased(by), now, assignee=None)


def complete_task(connection: Connection, task_id: int, values: Mapping[str, Any], *, by: str, now: int) -> None:
    """Completes a manual task with its form filled in. Raises Unknown, IllegalMove, WrongForm with a fault for
    each field that does not fit."""
    task = _task(connection, task_id)
    move("task", task.state, "item completed")
    form = task_form(connection, task)
    _message(connection, task.order_id, CompleteTask(task.item, fill(form, values), by), now)
    if task.assignee is None:
        connection.execute(update(tasks).where(tasks.c.id == task_id).values(assignee=by))


def task_form(connection: Connection, task: Row[Any]) -> tuple[Field, ...]:
    """The fields of a task's form, from the release its order is pinned to."""
    definition = store.item_definition(connection, task.order_id, task.item)
    assert isinstance(definition, Manual)
    return definition.form


def fill(form: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a form, with the types the form says. Raises WrongForm."""
    faults: list[Fault] = []
    filled: dict[str, Any] = {}
    known = {field.name for field in form}
    for name in values.keys() - known:
        faults.append(Fault(f"/{name}", f"the form has no field {name!r}; it has {', '.join(sorted(known)) or 'none'}"))
    for field in form:
        value = values.get(field.name)
        if value is None or value == "":
            if field.required:
                faults.append(Fault(f"/{field.name}", f"{field.label or field.name} is required"))
            continue
        try:
            filled[field.name] = _typed(field, value)
        except ValueError as error:
            faults.append(Fault(f"/{field.name}", f"{field.label or field.name} {error}"))
    if faults:
        raise WrongForm("the form is not complete", tuple(sorted(faults, key=lambda fault: fault.pointer)))
    return filled


def _typed(field: Field, value: Any) -> Any:
    match field.type:
        case "number":
            if isinstance(value, bool):
                raise ValueError("must be a number")
            try:
                number = Decimal(str(value))
            except ArithmeticError:
                raise ValueError("must be a number") from None
            return int(number) if number == number.to_integral_value() else float(number)
        case "boolean":
            if value in (True, "true", "on", "yes", "1"):
                return True
            if value in (False, "false", "off", "no", "0"):
                return False
            raise ValueError("must be true or false")
        case "date":
            try:
                return msgspec.convert(value, type=__import__("datetime").date, strict=False).isoformat()
            except msgspec.ValidationError:
                raise ValueError("must be a date such as 2026-03-31") from None
        case "choice":
            if value not in field.choices:
                raise ValueError(f"must be one of {', '.join(field.choices)}")
            return value
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


def _task(connection: Connection, task_id: int) -> Row[Any]:
    task = connection.execute(select(tasks).where(tasks.c.id == task_id)).one_or_none()
    if task is None:
        raise Unknown(f"there is no task {task_id}")
    return task


def _move_task(
    connection: Connection, task: Row[Any], event: TaskClaimed | TaskReleased, now: int, assignee: str | None
) -> None:
    order = connection.execute(
        select(orders.c["seq", "changed_at"]).where(orders.c.id == task.order_id).with_for_update()
    ).one()
    seq, at = order.seq + 1, max(order.changed_at, now)
    connection.execute(update(orders).where(orders.c.id == task.order_id).values(seq=seq, changed_at=at))
    # Read again under the lock of the order: somebody may have completed it in between.
    state = connection.execute(select(tasks.c.state).where(tasks.c.id == task.id)).scalar_one()
    connection.execute(
        update(tasks).where(tasks.c.id == task.id).values(state=move("task", state, event.type), assignee=assignee)
    )
    store.write_events(connection, [(task.order_id, seq, at, event, task.item)])
