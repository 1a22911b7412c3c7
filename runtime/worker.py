"""Makes orders go on: claims due work, folds it into events in one commit, and calls systems in between.

Theory of operation. One thread takes turns. A turn is one short transaction: it takes the answers that have
come in and the jobs that are due, for many orders, folds them (runtime.core.turn), writes, commits. Calls to
systems are made by a few other threads, between turns and outside of any transaction; their outcomes wait in
memory for the next turn. A crash loses only those outcomes: the job is still there, and the system is asked
again under the same idempotency key. There is no recovery code: what a worker does when it starts is what it
always does.
"""

from __future__ import annotations

import logging
import queue
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, select
from sqlalchemy.exc import DBAPIError

from runtime import engine, statements, store
from runtime.connectors.http import Http, Outcome, Request
from runtime.core.messages import Answer, Failure, Fire, Message, Proceed, PushLost
from runtime.core.turn import Turn
from runtime.core.values import decode
from runtime.database import Database
from runtime.due import due_calls, due_jobs, next_due, still_there, void_leases

log = logging.getLogger(__name__)

BATCH = 50  # outcomes or jobs in one commit: enough to share its price, few enough that others wait only milliseconds
ITEMS_A_TURN = 1000  # items begun in one turn; the rest of a huge plan goes on in the next one
PROCEED = 200  # the same where only items of plans already made are begun, which is quick
HOLD = 0.005  # seconds after which a turn takes no further order in: to write them takes as long again, and others wait
GATHER = 0.0005  # seconds to wait for more outcomes while calls are under way
IDLE = 1.0  # seconds between looks when nothing is due: work may come from another process
SET_ASIDE = 60_000  # milliseconds before a job that made a turn fail is tried again
LEASE_MARGIN = 30_000  # milliseconds beyond a call's timeout before another worker may take the job over


# A test arms a point by replacing this with something that raises or kills.
def at_point(name: str) -> None:
    """A named place on the way to a commit or a call, for fault tests."""


class Work(Struct, kw_only=True):
    """A job, as the worker carries it about."""

    id: int
    kind: str
    order: int
    item: int | None
    attempt: int
    system: str | None
    payload: dict[str, Any] | None
    outcome: Outcome | None = None


class Worker:
    """The turn thread and the calling threads."""

    def __init__(
        self,
        database: Database,
        *,
        callback_url: str,
        threads: int = 8,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        slot: int = 1,
        lease_margin: int = LEASE_MARGIN,
    ) -> None:
        self._database = database
        self._callback_url = callback_url.rstrip("/")
        self._clock = clock
        self._slot = slot
        self._lease_margin = lease_margin
        self.name = secrets.token_hex(16)  # what its leases are signed with
        self._http = Http(threads)
        self._calls: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._outcomes: deque[Work] = deque()
        self._under_way = 0  # calls whose outcome no turn has taken; only the turn thread counts
        self._capacity = threads * 2  # a call waits ready while each thread is busy with one
        self._signal = threading.Event()
        self._stopping = False
        self._threads = [threading.Thread(target=self._take_turns, name="turns", daemon=True)]
        self._threads += [
            threading.Thread(target=self._call_systems, name=f"calls-{n}", daemon=True) for n in range(threads)
        ]

    def start(self) -> None:
        if self._database.is_sqlite:
            with self._database.writing() as connection:
                void_leases(connection)
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Something was committed that may be due now."""
        self._signal.set()

    def stop(self) -> None:
        """Finishes the turn and the calls under way; what they bring is folded before this returns."""
        self._stopping = True
        self._signal.set()
        # The callers stay until the turns have ended: a turn on its way may still hand them calls.
        self._threads[0].join()
        for _ in self._threads[1:]:
            self._calls.put(None)
        for thread in self._threads[1:]:
            thread.join()
        self._http.close()

    # --- turns ----------------------------------------------------------------------------------------

    def _take_turns(self) -> None:
        pause = 0.1
        while True:
            stopping = self._stopping and not self._under_way
            self._signal.clear()
            try:
                busy = self.take_turn()
                wait = 0.0 if busy else self._until_next()
                pause = 0.1
            except Exception:
                # The database is away, or worse. What was under way is still in the job rows.
                if self._stopping:
                    log.exception("the last turn failed; the next worker makes up for it")
                    return
                log.exception("a turn failed; the next one in %.1f s", pause)
                time.sleep(pause)
                pause = min(pause * 2, 10)
                continue
            if stopping:
                return
            if wait:
                self._signal.wait(wait)
            elif self._under_way and len(self._outcomes) < BATCH:
                time.sleep(GATHER)

    def _until_next(self) -> float:
        """Seconds until a turn is worth taking, if nobody wakes us before. While no call can be added, due
        calls are no reason."""
        with self._database.reading() as connection:
            due = next_due(connection, calls=self._under_way < self._capacity)
        if due is None:
            return IDLE
        return min(IDLE, max(GATHER, (due - self._clock()) / 1000))

    def take_turn(self) -> bool:
        """One transaction; whether there was anything to do."""
        outcomes = [self._outcomes.popleft() for _ in range(min(BATCH, len(self._outcomes)))]
        self._under_way -= len(outcomes)
        jobs: list[Work] = []
        try:
            with self._database.writing() as connection:
                now = self._clock()
                turn = engine.new_turn(now, limit=ITEMS_A_TURN)
                # The orders of outcomes are waited for, so they come first, while nothing else is held.
                store.load_orders(connection, turn, (work.order for work in outcomes))
                jobs = _due(connection, now)
                self._fold(connection, turn, [*outcomes, *jobs])
                calls = [] if self._stopping else self._lease(connection, now)
                at_point("before commit")
            at_point("after commit")
        except Exception:
            if not outcomes and not jobs:
                raise
            if not self._database_answers():
                self._outcomes.extendleft(reversed(outcomes))
                self._under_way += len(outcomes)
                raise
            log.exception("a turn of %d failed; taking them one by one", len(outcomes) + len(jobs))
            self._one_by_one([*outcomes, *jobs])
            return True
        self._under_way += len(calls)
        for call in calls:
            self._calls.put(call)
        return bool(outcomes or jobs or calls)

    def _database_answers(self) -> bool:
        """Whether a turn can have failed by what was in it."""
        try:
            with self._database.reading() as connection:
                connection.execute(select(1))
        except DBAPIError:
            return False
        return True

    def _fold(self, connection: Connection, turn: Turn, works: list[Work]) -> None:
        if not works:
            return
        store.load_orders(connection, turn, (work.order for work in works))
        # A call that took longer than its lease may have been made by another worker too, and its outcome folded.
        # For a callout the attempt tells; a push that was lost twice would be sent twice from then on.
        pushes = {work.id for work in works if work.kind == "push" and work.outcome}
        gone = pushes - still_there(connection, sorted(pushes))
        works = [work for work in works if work.id not in gone]
        turn.wanted.items = {
            (work.order, work.item) for work in works if work.item is not None and work.order in turn.orders
        }
        store.feed(connection, turn, turn.wanted)
        done = _folded(connection, turn, works)
        store.write(connection, turn, self._slot, done=[work.id for work in done])

    def _one_by_one(self, works: list[Work]) -> None:
        """One poisoned order never stops the others. An outcome that cannot be folded is forgotten, and its
        system asked again: the same key, so the same answer."""
        for work in works:
            try:
                with self._database.writing() as connection:
                    self._fold(connection, engine.new_turn(self._clock(), limit=ITEMS_A_TURN), [work])
            except Exception:
                log.exception("order %d: its %s failed and is set aside", work.order, work.kind)
                with self._database.writing() as connection:
                    statements.postpone_jobs(connection, [(self._clock() + SET_ASIDE, work.id)])

    def _lease(self, connection: Connection, now: int) -> list[Work]:
        free = self._capacity - self._under_way
        if free <= 0:
            return []
        works, leases = [], []
        for row in due_calls(connection, now=now, limit=free):
            work = _work(row)
            assert work.payload is not None
            work.payload["url"] = row.url or work.payload["url"]
            works.append(work)
            leases.append((self.name, row.moment + work.payload["timeout"] + self._lease_margin, work.id))
        statements.lease_jobs(connection, leases)
        return works

    # --- calls ----------------------------------------------------------------------------------------

    def _call_systems(self) -> None:
        while (work := self._calls.get()) is not None:
            try:
                at_point("before callout")
                work.outcome = self._http.call(self._request(work))
                at_point("after callout")
            except Exception:
                log.exception("order %d: its %s could not be made", work.order, work.kind)
                work.outcome = None  # no turn can fold that, so the call is set aside, and made again
            self._outcomes.append(work)
            self._signal.set()

    def _request(self, work: Work) -> Request:
        payload = work.payload
        assert payload is not None
        token = payload["token"]
        return Request(
            url=payload["url"],
            method=payload["method"],
            path=payload["path"],
            timeout=payload["timeout"],
            body=payload["body"],
            idempotency_key=f"{work.order}-{work.item}-{work.attempt}",
            callback=f"{self._callback_url}/{work.order}/{work.item}/{token}" if token else None,
        )


def _due(connection: Connection, now: int) -> list[Work]:
    rows = due_jobs(connection, now=now, limit=BATCH)
    if len(rows) == BATCH and all(row.kind == "proceed" for row in rows):
        rows = due_jobs(connection, now=now, limit=PROCEED)
    return [_work(row) for row in rows]


def _folded(connection: Connection, turn: Turn, works: Iterable[Work]) -> list[Work]:
    """Sends everything to the turn and runs it; the works that were taken in."""
    done: list[Work] = []
    began = time.monotonic()
    for work in works:
        order = turn.orders.get(work.order)
        if order is None:
            pass  # a job of an order that is gone
        elif work.kind == "start":
            if time.monotonic() - began > HOLD and done:
                break
            if order.state == "accepted":
                store.load_start(connection, order)
                turn.start(order)
                store.settle(connection, turn)
        elif work.item in order.items and not _delivered(work):
            turn.send(order, _message(work))
        done.append(work)
    store.settle(connection, turn)
    return done


def _delivered(work: Work) -> bool:
    """A push that arrived: there is nothing more to say about it."""
    return work.kind == "push" and work.outcome is not None and work.outcome.error is None


def _message(work: Work) -> Message:
    assert work.item is not None
    match work.kind, work.outcome:
        case "proceed", _:
            return Proceed(work.item)
        case "timer", _:
            return Fire(work.item)
        case "callout", Outcome(error=None, body=body):
            return Answer(work.item, work.attempt, body)
        case "callout", Outcome(error=str(error), final=final):
            return Failure(work.item, work.attempt, error, final, work.payload)
        case "push", Outcome(error=str(error), final=final):
            return PushLost(work.item, work.attempt, error, final, work.payload)
    raise AssertionError(f"nothing to say about a {work.kind} with {work.outcome!r}")


def _work(row: Row[Any]) -> Work:
    return Work(
        id=row.id,
        kind=row.kind,
        order=row.order_id,
        item=row.item,
        attempt=row.attempt,
        system=row.system,
        payload=decode(row.payload) if row.payload else None,
    )
