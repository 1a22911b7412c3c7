"""What becomes of work that makes its turn raise what nobody expected.

It is tried again a few times, soon, with growing pauses: what went wrong may pass. Then it is fallout: the item fails,
or the order says that its plan could not be made, with the stage and the exception, and people decide. Nothing here
needs the definitions of the order or what the turn had computed, for one of those is what is broken.
"""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, select, update

from runtime import fallout, statements
from runtime.core.evaluation import Unusable
from runtime.core.events import Event, FalloutReported, ItemFailed, PushFailed
from runtime.core.transitions import ENDED, TABLES, move
from runtime.errors import OrderRefused, PlanFault
from runtime.schema import items, orders, tasks

EXPECTED = (OrderRefused, PlanFault, Unusable)  # no accident: it would happen again
CRASHES = 3  # turns that a job may make fail before it is fallout
PAUSES = (500, 5_000)  # milliseconds after the first and the second of them

STAGES = {
    "start": "its plan was made",
    "proceed": "it began",
    "callout": "the answer was taken in",
    "push": "the outcome of the delivery was taken in",
    "timer": "its time came",
    "evaluate": "it was evaluated",
    "call": "its system was called",
    "callback": "the callback was taken in",
    "load": "its definitions and rows were loaded",
    "write": "its outcome was written",
}


def told(stage: str, error: BaseException) -> str:
    """A crash in a sentence, with the stage and the exception."""
    lines = str(error).strip().splitlines()
    message = f": {lines[0][:300]}" if lines else ""
    return f"An unexpected error stopped this while {STAGES[stage]} ({type(error).__name__}{message})."


def pause_after(crashes: int, error: BaseException) -> int | None:
    """Milliseconds until work that crashed for the `crashes`th time is tried again; None where it has to be fallout."""
    if isinstance(error, EXPECTED) or crashes >= CRASHES:
        return None
    return PAUSES[min(crashes, len(PAUSES)) - 1]


def contain(
    connection: Connection, kind: str, order_id: int, n: int | None, stage: str, error: BaseException, *, now: int
) -> None:
    """Makes work that crashes a fallout record; its item, if it has one that has not ended, fails. Its job is to be
    deleted by the caller."""
    text, cause, code = told(stage, error), "crash", type(error).__name__
    if isinstance(error, EXPECTED):
        faults = [fault.message for fault in error.faults] if isinstance(error, OrderRefused | PlanFault) else []
        text, cause, code = ": ".join([str(error), "; ".join(faults)] if faults else [str(error)]), "plan", ""
    order = connection.execute(select(orders.c.state).where(orders.c.id == order_id).with_for_update()).one_or_none()
    if order is None:
        return
    if n is None:
        if "plan generated" in TABLES["order"][order.state]:  # else somebody cancelled it meanwhile
            fallout.report(connection, order_id, None, FalloutReported("plan", text, cause, code), now)
        return
    item = connection.execute(
        select(items.c["state", "kind", "attempt"]).where(items.c.order_id == order_id, items.c.n == n)
    ).one()
    if kind == "push":
        fallout.report(connection, order_id, n, PushFailed(item.attempt, text, cause, code), now)
    elif ItemFailed.type in TABLES["item"][item.state]:
        _fail(connection, order_id, n, item.state, ItemFailed(text, (), cause, code), now)
    else:
        fallout.report(connection, order_id, n, FalloutReported("report", text, cause, code), now)


def _fail(connection: Connection, order_id: int, n: int, state: str, event: ItemFailed, now: int) -> None:
    after = move("item", state, event.type)
    at = fallout.report(connection, order_id, n, event, now)
    connection.execute(
        update(items).where(items.c.order_id == order_id, items.c.n == n).values(state=after, error=event.error)
    )
    connection.execute(update(orders).where(orders.c.id == order_id).values(failed_items=orders.c.failed_items + 1))
    _count(connection, state, after)
    end_tasks_of(connection, order_id, n, event, at)
    statements.drop_jobs(connection, [(order_id, n)])


def end_tasks_of(connection: Connection, order_id: int, n: int, event: Event, at: int) -> None:
    """Ends the tasks of an item that have not ended."""
    query = select(tasks.c["id", "state"]).where(
        tasks.c.order_id == order_id, tasks.c.item == n, tasks.c.state.not_in(ENDED["task"])
    )
    ended = [(move("task", row.state, event.type), at, row.id) for row in connection.execute(query)]
    statements.end_tasks(connection, ended)


def _count(connection: Connection, before: str, after: str) -> None:
    changes = Counter({("item", before): -1, ("item", after): 1})
    statements.add_to_counts(connection, [(thing, state, 0, n) for (thing, state), n in sorted(changes.items())])
