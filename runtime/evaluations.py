"""What takes longer to evaluate than a turn may, under the lock for which all other writers wait.

A turn that exceeds its budget leaves an `evaluate` job with the message that it could not take. That turn is then
taken here, for this one order: without a transaction, from what was read of the order before, with a larger budget,
one at a time in a process. What it decided is written if the order has not changed meanwhile, else it is done again;
after three times the item fails, and people see why.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from runtime import crashes, engine, statements, store
from runtime.calls import Work, work_of
from runtime.core.messages import GiveUp, from_payload
from runtime.core.turn import Turn
from runtime.database import Database
from runtime.due import next_evaluation, still_there
from runtime.errors import IllegalMove
from runtime.rules.budget import REQUEST, Budget

log = logging.getLogger(__name__)

TRIES = 3
SECONDS = 20.0  # a second line of defence: the steps of the budget take about five
LEASE = 120_000  # milliseconds after which another worker may take it over


# A test arms a point by replacing this.
def at_point(name: str) -> None:
    """A named place between evaluating and writing, for fault tests."""


def evaluate_next(
    database: Database, now: Callable[[], int], *, name: str, slot: int, crashed: Callable[[Work, str, Exception], None]
) -> bool:
    """Makes the evaluation that has waited longest; whether there was one. `name` is what its lease is signed with,
    `crashed` is told of one that raises what nobody expected."""
    with database.reading() as connection:
        if next_evaluation(connection, now()) is None:
            return False
    with database.writing() as connection:
        row = next_evaluation(connection, now(), lock=True)
        if row is None:
            return False
        statements.lease_jobs(connection, [(name, row.moment + LEASE, row.id)])
    work = work_of(row)
    try:
        _evaluate(database, now(), work, slot)
    except Exception as error:
        crashed(work, "evaluate", error)
    return True


def _evaluate(database: Database, now: int, work: Work, slot: int) -> None:
    budget = Budget(REQUEST, seconds=SECONDS, clock=time.monotonic)
    with database.reading() as connection:
        turn = engine.new_turn(connection, now, limit=1, budget=budget)
        nothing = engine.new_turn(connection, now, limit=1, budget=budget)
    before: int | None = None
    try:
        before = _taken(database, turn, work)
    except IllegalMove:
        turn = nothing  # the message comes too late: there is nothing to write
    at_point("evaluated")
    with database.writing() as connection:
        after = store.locked_seq(connection, work.order)
        if not still_there(connection, [work.id]):
            return  # the item ended, or a person decided otherwise
        if before == after or before is None:
            store.write(connection, turn, slot, done=[work.id])
        elif work.attempt + 1 < TRIES:
            statements.count_try(connection, [(now, work.id)])
        elif work.item is None:
            reason = IllegalMove(f"The plan was made {TRIES} times, and each time the order changed meanwhile")
            crashes.contain(connection, "start", work.order, None, "evaluate", reason, now=now)
            statements.delete_jobs(connection, [(work.id,)])
        else:
            log.warning("order %d: item %d changed during each of %d evaluations", work.order, work.item, TRIES)
            error = f"It was evaluated {TRIES} times, and each time the order changed meanwhile. Retry it."
            given_up = engine.new_turn(connection, now, limit=1)
            store.load_orders(connection, given_up, [work.order])
            given_up.wanted.items.add((work.order, work.item))
            store.feed(connection, given_up, given_up.wanted)
            given_up.send(given_up.orders[work.order], GiveUp(work.item, error, "evaluation"))
            store.settle(connection, given_up)
            store.write(connection, given_up, slot, done=[work.id])


def _taken(database: Database, turn: Turn, work: Work) -> int | None:
    """Takes the turn; the number of the last event of the order when it was read, None where there is no order."""
    with database.reading() as connection:
        store.load_orders(connection, turn, [work.order])
        order = turn.orders.get(work.order)
        if order is None:
            return None
        before = order.seq
        if work.item is None:
            store.load_start(connection, order)
        else:
            turn.wanted.items.add((work.order, work.item))
            store.feed(connection, turn, turn.wanted)
    if work.item is not None:
        assert work.payload is not None
        turn.send(order, from_payload(work.payload))
    elif order.state == "accepted":
        turn.start(order)
    while wanted := turn.run():
        with database.reading() as connection:
            store.feed(connection, turn, wanted)
    return before
