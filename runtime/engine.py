"""The front door of the runtime: what can be wanted of orders. The caller commits."""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update
from sqlalchemy.exc import DBAPIError

from runtime import admitting, crashes, fallout, installation, journal, releases, store
from runtime.core import results
from runtime.core.admission import Admission
from runtime.core.definitions import Callout, Field, Manual
from runtime.core.events import OrderCancelled, PlanRetried, TaskClaimed, TaskReleased
from runtime.core.forms import fill
from runtime.core.messages import CompleteTask, Deliver, Message, Retry, Skip, TryNow
from runtime.core.orders import Order
from runtime.core.state import Item
from runtime.core.transitions import ENDED, TABLES, move
from runtime.core.turn import Turn
from runtime.core.work import Job
from runtime.errors import DuplicateOrder, IllegalMove, Refusal, Unknown
from runtime.installation import Installation
from runtime.rules.budget import TURN, Budget
from runtime.schema import items, jobs, orders, tasks

log = logging.getLogger(__name__)


def new_turn(connection: Connection, now: int, limit: int | None = None, budget: Budget | None = None) -> Turn:
    """A turn whose calls carry the keys of this installation, with real chance: retries do not come all at once.

    Without a `budget` of its own it evaluates only as much as a turn may that holds the lock, and leaves the rest. With
    one it needs the connection no longer.
    """
    here: list[Installation] = [] if budget is None else [installation.read(connection)]

    def key(order: int, item: int, run: int) -> str:
        if not here:
            here.append(installation.read(connection))
        return here[0].run_key(order, item, run)

    return Turn(now, key=key, chance=random.random, limit=limit, budget=budget or Budget(TURN), leaves=budget is None)


def check(connection: Connection, order: Order, *, now: int, replaces: int | None = None) -> Admission:
    """What would become of an order if it were submitted now. Raises what `submit` would raise; stores nothing."""
    return _admitted(connection, order, by="", replaces=replaces, now=now)


def submit(
    connection: Connection, order: Order, *, request: str, by: str, now: int, replaces: int | None = None
) -> int:
    """Takes an order in against the active release, and returns its number. `request` is what the caller wrote, and
    `replaces` the number of a rejected order that this one corrects.

    Where an enrichment asks people, or a policy wants an approval, the order waits for them. Raises NoActiveRelease,
    OrderRefused with a fault for each thing wrong, DuplicateOrder, and Unknown or IllegalMove for what it `replaces`.
    """
    admission = _admitted(connection, order, by=by, replaces=replaces, now=now, for_good=True)
    if replaces is not None and _locked(connection, replaces)[1]:
        cancel(connection, replaces, reason="It was corrected, and submitted again.", by=by, now=now)
    return admitting.insert(connection, admission, request=request, now=now, replaces=replaces)


def _admitted(
    connection: Connection, order: Order, *, by: str, replaces: int | None, now: int, for_good: bool = False
) -> Admission:
    admission = Admission(releases.active(connection, now, for_good=for_good), now)
    admission.submit(order, by=by, replaces=replaces)
    if order.external_id is not None:
        earlier = connection.execute(_holder, {"external_id": order.external_id}).scalar()
        if earlier is not None and earlier != replaces:
            raise DuplicateOrder(order.external_id, earlier)
    if replaces is not None:
        _refuse_replacing(connection, replaces)
    return admission


_holder = select(orders.c.id).where(orders.c.external_id == bindparam("external_id"), orders.c.rejection.is_(None))


def _refuse_replacing(connection: Connection, order_id: int) -> None:
    row = connection.execute(select(orders.c["state", "open_fallout"]).where(orders.c.id == order_id)).one_or_none()
    if row is None:
        raise Unknown(f"there is no order {order_id} that could be corrected")
    stuck = row.state == "accepted" and row.open_fallout
    if row.state not in ("rejected", "cancelled") and not stuck:
        raise IllegalMove(
            f"order {order_id} is {row.state}; a new order corrects one that was rejected or cancelled, or whose plan "
            "could not be made"
        )
    newer = connection.execute(select(orders.c.id).where(orders.c.replaces == order_id)).scalar()
    if newer is not None:
        raise IllegalMove(f"order {order_id} was submitted again already, as order {newer}")


def deliver(connection: Connection, order_id: int, n: int, run: int, token: str, body: object, *, now: int) -> None:
    """A system calls back. Whatever it says is recorded, also where it comes too late to change anything. Raises
    Unknown for an address that was never given to anybody. A report that cannot be taken in makes the item fallout: to
    ask for it again would not help."""
    expected = installation.read(connection).callback_token(order_id, n, run)
    if not secrets.compare_digest(expected, token):
        raise Unknown("no item waits for this callback; check the address that came with the request")
    try:
        with connection.begin_nested():
            _message(connection, order_id, Deliver(n, run, body), now)
    except (Refusal, DBAPIError):
        raise
    except Exception as error:
        log.exception("order %d, item %d: its callback could not be taken in", order_id, n)
        crashes.contain(connection, "callback", order_id, n, "callback", error, now=now)


def try_now(connection: Connection, order_id: int, n: int, *, by: str, now: int) -> None:
    """Has the next attempt of a call made at once, instead of when it is due. Raises Unknown, IllegalMove."""
    _message(connection, order_id, TryNow(n, by), now)


# --- what people decide about items that cannot go on -------------------------------------------------


def retry_item(
    connection: Connection,
    order_id: int,
    n: int,
    *,
    request: dict[str, Any] | None = None,
    reason: str = "",
    by: str,
    now: int,
) -> None:
    """Has a failed item tried again, perhaps with a corrected `request`, which is a new run. Raises Unknown,
    IllegalMove."""
    if request is not None and not isinstance(store.item_definition(connection, order_id, n), Callout):
        raise IllegalMove("only an item that calls a system has a request to correct")
    _message(connection, order_id, Retry(n, by, reason, request), now)


def run_item(connection: Connection, order_id: int, n: int, *, reason: str = "", by: str, now: int) -> None:
    """Has a failed item begin without asking its condition, because a person decided that it is to run. Raises Unknown,
    IllegalMove."""
    if not store.item_definition(connection, order_id, n).condition:
        raise IllegalMove("this item has no condition; retry it")
    _message(connection, order_id, Retry(n, by, reason, ask_condition=False), now)


def skip_item(
    connection: Connection,
    order_id: int,
    n: int,
    *,
    reason: str,
    values: Mapping[str, Any] | None = None,
    by: str,
    now: int,
) -> None:
    """Leaves an item out that failed or waits; what depends on it goes on, and reads `values` in place of its result.
    Raises Unknown, IllegalMove, WrongForm with a fault for each value that does not fit."""
    filled = results.filled(*store.compiled_item(connection, order_id, n), values, whole=False) if values else {}
    _message(connection, order_id, Skip(n, reason, by, filled), now)


def complete_item(
    connection: Connection, order_id: int, n: int, values: Mapping[str, Any], *, reason: str, by: str, now: int
) -> None:
    """Completes an item by hand that failed or waits: somebody did what it is for, and says what came of it. Raises
    Unknown, IllegalMove, WrongForm with a fault for each value that does not fit."""
    state = connection.execute(select(items.c.state).where(items.c.order_id == order_id, items.c.n == n)).scalar()
    if state is not None and state not in ("failed", "waiting", "retrying"):
        raise IllegalMove(f"the item is {state}; only one that failed or waits is completed by hand")
    filled = results.filled(*store.compiled_item(connection, order_id, n), values)
    _message(connection, order_id, CompleteTask(n, filled, by, reason), now)


def retry_plan(connection: Connection, order_id: int, *, by: str, now: int) -> None:
    """Has the plan of an order made again that could not be made. Raises Unknown, IllegalMove."""
    state, stuck = _locked(connection, order_id)
    if not stuck:
        raise IllegalMove(f"order {order_id} is {state}, and its plan was not in the way")
    event = PlanRetried(by)
    after = move("order", state, event.type)
    _, at = journal.append(connection, order_id, [(event, None)], now)
    connection.execute(update(orders).where(orders.c.id == order_id).values(state=after))
    fallout.resolve(connection, order_id, event, at, "plan")
    store.add_jobs(connection, [Job(kind="start", order=order_id, item=None, attempt=0, run_at=at)])


def cancel(connection: Connection, order_id: int, *, reason: str, by: str, now: int) -> None:
    """Cancels an order that has no plan yet; whatever was asked of people is withdrawn. Raises Unknown, IllegalMove."""
    state, _ = _locked(connection, order_id)
    event = OrderCancelled(reason, by)
    if event.type not in TABLES["order"][state]:
        raise IllegalMove(f"order {order_id} is {state}; only an order without a plan can be cancelled")
    after = move("order", state, event.type)
    _, at = journal.append(connection, order_id, [(event, None)], now)
    connection.execute(update(orders).where(orders.c.id == order_id).values(state=after, rejection=reason, ended_at=at))
    store.count(connection, "order", state, after)
    admitting.end_lines(connection, order_id, event, at)
    admitting.end_tasks(connection, order_id, event, at)
    fallout.resolve(connection, order_id, event, at)
    connection.execute(delete(jobs).where(jobs.c.order_id == order_id))


def _locked(connection: Connection, order_id: int) -> tuple[str, bool]:
    """The state of an order, now locked, and whether its plan could not be made. Raises Unknown."""
    row = connection.execute(
        select(orders.c["state", "open_fallout"]).where(orders.c.id == order_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise Unknown(f"there is no order {order_id}")
    return row.state, row.state == "accepted" and row.open_fallout > 0


def _message(connection: Connection, order_id: int, message: Message, now: int) -> Item:
    """One message, folded at once: its sender learns whether it was taken. Where something that follows from it
    crashes, what could begin is left to the worker, whose crashes are counted."""
    try:
        turn, item = _folded(connection, order_id, message, new_turn(connection, now))
    except Refusal:
        raise
    except Exception:
        log.exception("order %d: what follows from %r crashed; the worker does it", order_id, type(message).__name__)
        turn, item = _folded(connection, order_id, message, new_turn(connection, now, limit=0))
    store.write(connection, turn)
    return item


def _folded(connection: Connection, order_id: int, message: Message, turn: Turn) -> tuple[Turn, Item]:
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
    return turn, order.items[message.n]


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
    """Completes a manual task, or answers a question, with its form filled in. Raises Unknown, IllegalMove, WrongForm
    with a fault for each field that does not fit."""
    task = _task(connection, task_id)
    if task.kind == "approval":
        raise IllegalMove("this task asks for an approval; approve it, or reject the order")
    move("task", task.state, "question answered" if task.kind == "question" else "item completed")
    filled = fill(task_form(connection, task), values)
    if task.kind == "question":
        admission = admitting.load(connection, task.order_id, now)
        admission.answer(task.item, filled, by=by)
        admitting.update_order(connection, task.order_id, admission, now)
        return
    _message(connection, task.order_id, CompleteTask(task.item, filled, by), now)
    if task.assignee is None:
        connection.execute(update(tasks).where(tasks.c.id == task_id).values(assignee=by))


def approve(connection: Connection, task_id: int, *, note: str = "", by: str, now: int) -> None:
    """Gives what a policy asks for; with the last approval the order goes on. Raises Unknown, IllegalMove, OwnOrder."""
    task = _task(connection, task_id)
    if task.kind != "approval":
        raise IllegalMove("this task asks for no approval; complete it with its form")
    _refuse_ended(task)
    admission = admitting.load(connection, task.order_id, now)
    admission.approve(task.item, by=by, note=note)
    admitting.update_order(connection, task.order_id, admission, now)


def reject(connection: Connection, task_id: int, *, reason: str, by: str, now: int) -> None:
    """Rejects the order to which a question or an approval belongs. Raises Unknown, IllegalMove."""
    task = _task(connection, task_id)
    if task.kind == "work":
        raise IllegalMove("the order of this task is being fulfilled; it cannot be rejected any more")
    _refuse_ended(task)
    admission = admitting.load(connection, task.order_id, now)
    admission.reject(task.item, reason=reason, by=by)
    admitting.update_order(connection, task.order_id, admission, now)


def _refuse_ended(task: Row[Any]) -> None:
    if task.state in ENDED["task"]:
        whose = f" by {task.assignee}" if task.assignee else ""
        raise IllegalMove(f"this is decided already: the task is {task.state}{whose}")


def task_form(connection: Connection, task: Row[Any]) -> tuple[Field, ...]:
    """The fields of a task's form, from the release its order is pinned to; an approval has none."""
    if task.kind == "work":
        definition = store.item_definition(connection, task.order_id, task.item)
        assert isinstance(definition, Manual)
        return definition.form
    step = admitting.what_is_asked(connection, task.order_id, task.item).step
    return step.form if step else ()


def _task(connection: Connection, task_id: int) -> Row[Any]:
    task = connection.execute(select(tasks).where(tasks.c.id == task_id)).one_or_none()
    if task is None:
        raise Unknown(f"there is no task {task_id}")
    return task


def _move_task(
    connection: Connection, task: Row[Any], event: TaskClaimed | TaskReleased, now: int, assignee: str | None
) -> None:
    connection.execute(select(orders.c.id).where(orders.c.id == task.order_id).with_for_update())
    # Read again under the lock of the order: somebody may have completed it in between.
    state = connection.execute(select(tasks.c.state).where(tasks.c.id == task.id)).scalar_one()
    after = move("task", state, event.type)
    connection.execute(update(tasks).where(tasks.c.id == task.id).values(state=after, assignee=assignee))
    journal.append(connection, task.order_id, [(event, task.item)], now)
