"""Makes orders go on: claims due work, folds it into events in one commit, and calls systems in between.

Theory of operation. One thread takes turns. A turn is one short transaction: it takes the answers that have
come in and the jobs that are due, for many orders, folds them (runtime.core.turn), writes, commits. Calls to
systems are made by other threads (runtime.calls), between turns and outside of any transaction; their outcomes wait
in memory for the next turn. A crash loses only those outcomes: the job is still there, and the system is asked again
under the same idempotency key. There is no recovery code: what a worker does when it starts is what it always does.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from runtime import bulk, crashes, engine, evaluations, installation, releases, statements, store
from runtime.calls import Calls, Work, work_of
from runtime.connectors.http import Http, Request
from runtime.core.messages import Called, Fire, Message, Proceed
from runtime.core.turn import Turn
from runtime.database import Database
from runtime.due import due_jobs, give_up_leases, next_due, still_there, void_leases
from runtime.installation import Installation

log = logging.getLogger(__name__)

BATCH = 50  # outcomes or jobs in one commit: enough to share its price, few enough that others wait only milliseconds
ITEMS_A_TURN = 1000  # items begun in one turn; the rest of a huge plan goes on in the next one
PROCEED = 200  # the same where only items of plans already made are begun, which is quick
HOLD = 0.005  # seconds after which a turn takes no further order in: to write them takes as long again, and others wait
GATHER = 0.0005  # seconds to wait for more outcomes while calls are under way
IDLE = 1.0  # seconds between looks when nothing is due: work may come from another process
CONTAINING = 60_000  # milliseconds before a job is tried again that could not even be made fallout
DRAIN = 8.0  # seconds that calls under way get to end when a worker stops; what runs us kills after ten
LEASE_MARGIN = 30_000  # milliseconds beyond a call's timeout before another worker may take the job over


# A test arms a point by replacing this with something that raises or kills.
def at_point(name: str) -> None:
    """A named place on the way to a commit or a call, for fault tests."""


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
        self._installation: Installation | None = None
        self._http = Http(threads)
        self._bulk_at = 0  # when to look for acts on many fallout records
        self._stage = "load"  # how far a turn has come: load, fold, write
        self._signal = threading.Event()
        self._calls = Calls(self._make, at_once=threads, outcome_came=self._signal.set)
        self._stopping = False
        self._drained_by = float("inf")  # when to stop waiting for calls, by the monotonic clock
        self._thread = threading.Thread(target=self._take_turns, name="turns", daemon=True)
        self._evaluator = threading.Thread(target=self._evaluate, name="evaluations", daemon=True)
        self._left = threading.Event()  # a turn has left something to evaluate

    def start(self) -> None:
        releases.prepare(self._database, self._clock())
        if self._database.is_sqlite:
            with self._database.writing() as connection:
                void_leases(connection)
        self._calls.start()
        self._thread.start()
        self._evaluator.start()

    def wake(self) -> None:
        """Something was committed that may be due now."""
        self._signal.set()

    def stop(self, within: float = DRAIN) -> None:
        """Finishes the turn, and the calls that end `within` so many seconds; what they bring is folded before this
        returns. Calls that are cut off keep their jobs, and are made again under the same key."""
        self._drained_by = time.monotonic() + within
        self._stopping = True
        self._signal.set()
        self._left.set()
        # The callers stay until the turns have ended: a turn on its way may still hand them calls.
        self._thread.join()
        self._evaluator.join(max(0.0, self._drained_by - time.monotonic()))
        if self._calls.stop(self._drained_by):
            self._http.close()
            return
        log.warning("%d calls were cut off; they are made again", self._calls.under_way)
        with self._database.writing() as connection:
            give_up_leases(connection, self.name)

    # --- turns ----------------------------------------------------------------------------------------

    def _take_turns(self) -> None:
        pause = 0.1
        while True:
            stopping = self._stopping and (not self._calls.under_way or time.monotonic() >= self._drained_by)
            self._signal.clear()
            try:
                busy = self.take_turn()
                if not self._stopping and (now := self._clock()) >= self._bulk_at:
                    self._bulk_at = bulk.step(self._database, now)
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
                self._signal.wait(min(wait, max(0.0, self._drained_by - time.monotonic())))
            elif self._calls.under_way and self._calls.outcomes < BATCH:
                time.sleep(GATHER)

    def _until_next(self) -> float:
        """Seconds until a turn is worth taking, if nobody wakes us before."""
        now = self._clock()
        with self._database.reading() as connection:
            moments = [next_due(connection)]
            if not self._stopping:
                moments.append(self._calls.next_due(connection, now))
        due = min((moment for moment in moments if moment is not None), default=None)
        return IDLE if due is None else min(IDLE, max(GATHER, (due - now) / 1000))

    def take_turn(self) -> bool:
        """One transaction; whether there was anything to do."""
        outcomes = self._calls.take_outcomes(BATCH)
        if crashed := [work for work in outcomes if work.crash]:
            outcomes = [work for work in outcomes if not work.crash]
            for work in crashed:
                assert work.crash is not None
                self._crashed(work, "call", work.crash)
        jobs: list[Work] = []
        try:
            with self._database.writing() as connection:
                now = self._clock()
                turn = engine.new_turn(connection, now, limit=ITEMS_A_TURN)
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
                self._calls.give_back(outcomes)
                raise
            log.exception("a turn of %d failed; taking them one by one", len(outcomes) + len(jobs))
            self._one_by_one([*outcomes, *jobs])
            return True
        self._calls.hand_out(calls)
        if any(job.kind == "evaluate" for job in turn.jobs):
            self._left.set()
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
        self._bulk_at = 0  # when to look for acts on many fallout records
        self._stage = "load"
        store.load_orders(connection, turn, (work.order for work in works))
        works = self._calls.note(connection, works, turn.now)
        # A call that took longer than its lease may have been made by another worker too, and its outcome folded.
        # For a callout the attempt tells; a push that was lost twice would be sent twice from then on.
        pushes = {work.id for work in works if work.kind == "push" and work.outcome}
        gone = pushes - still_there(connection, sorted(pushes))
        works = [work for work in works if work.id not in gone]
        turn.wanted.items = {
            (work.order, work.item) for work in works if work.item is not None and work.order in turn.orders
        }
        store.feed(connection, turn, turn.wanted)
        self._stage = "fold"
        done = _folded(connection, turn, works)
        self._stage = "write"
        store.write(connection, turn, self._slot, done=[work.id for work in done])

    def _one_by_one(self, works: list[Work]) -> None:
        """One poisoned order never stops the others, and one poisoned item never what comes before it: each item that
        could begin becomes a job of its own."""
        for work in works:
            limit = 1 if work.kind == "proceed" else 0
            try:
                with self._database.writing() as connection:
                    self._fold(connection, engine.new_turn(connection, self._clock(), limit=limit), [work])
            except Exception as error:
                self._crashed(work, work.kind if self._stage == "fold" else self._stage, error)

    def _crashed(self, work: Work, stage: str, error: Exception) -> None:
        """Work made its turn fail, or could not be done: it is tried again soon, and then it is fallout. An outcome
        that cannot be folded is forgotten, and its system asked again: the same key, so the same answer."""
        pause = crashes.pause_after(work.crashes + 1, error)
        text = crashes.told(stage, error)
        try:
            with self._database.writing() as connection:
                now = self._clock()
                if pause is not None:
                    log.warning("order %d, item %s: %s", work.order, work.item, text, exc_info=error)
                    statements.postpone_jobs(connection, [(now + pause, text, work.id)])
                    return
                log.error("order %d, item %s is fallout now: %s", work.order, work.item, text, exc_info=error)
                if still_there(connection, [work.id]):
                    crashes.contain(connection, work.kind, work.order, work.item, stage, error, now=now)
                    statements.delete_jobs(connection, [(work.id,)])
        except Exception:
            if not self._database_answers():
                raise
            log.exception("order %d, item %s cannot be made fallout", work.order, work.item)
            with self._database.writing() as connection:
                statements.postpone_jobs(connection, [(self._clock() + CONTAINING, text, work.id)])

    def _lease(self, connection: Connection, now: int) -> list[Work]:
        if self._installation is None:
            self._installation = installation.read(connection)
        return self._calls.lease(connection, now, name=self.name, margin=self._lease_margin)

    # --- evaluations ----------------------------------------------------------------------------------

    def evaluate(self) -> bool:
        """Makes one evaluation that takes longer than a turn may; whether there was one."""
        found = evaluations.evaluate_next(
            self._database, self._clock, name=self.name, slot=self._slot, crashed=self._crashed
        )
        if found:
            self._signal.set()
        return found

    def _evaluate(self) -> None:
        while not self._stopping:
            self._left.wait(IDLE)
            self._left.clear()
            try:
                while not self._stopping and self.evaluate():
                    pass
            except Exception:
                log.exception("no evaluation could be made; the next one after the next turn")

    # --- calls ----------------------------------------------------------------------------------------

    def _make(self, work: Work) -> None:
        """Makes a call, in a thread of its system."""
        try:
            at_point("before callout")
            work.outcome = self._http.call(self._request(work))
            at_point("after callout")
        except Exception as error:
            work.outcome, work.crash = None, error

    def _request(self, work: Work) -> Request:
        payload, here = work.payload, self._installation
        assert payload is not None
        assert here is not None
        assert work.item is not None
        callback = None
        if payload["callback"]:
            token = here.callback_token(work.order, work.item, payload["run"])
            callback = f"{self._callback_url}/{work.order}/{work.item}/{payload['run']}/{token}"
        return Request(
            url=payload["url"],
            method=payload["method"],
            path=payload["path"],
            timeout=payload["timeout"],
            body=payload["body"],
            idempotency_key=payload["key"],
            attempt=work.attempt,
            callback=callback,
        )


def _due(connection: Connection, now: int) -> list[Work]:
    rows = due_jobs(connection, now=now, limit=BATCH)
    if len(rows) == BATCH and all(row.kind == "proceed" for row in rows):
        rows = due_jobs(connection, now=now, limit=PROCEED)
    return [work_of(row) for row in rows]


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
        elif work.item in order.items:
            turn.send(order, _message(work))
        done.append(work)
    store.settle(connection, turn)
    return done


def _message(work: Work) -> Message:
    assert work.item is not None
    outcome, payload = work.outcome, work.payload
    match work.kind:
        case "proceed":
            return Proceed(work.item, **(work.payload or {}))
        case "timer":
            return Fire(work.item)
        case "callout" | "push" if outcome is not None and payload is not None:
            return Called(
                work.item,
                run=payload["run"],
                attempt=work.attempt,
                payload=payload,
                url=outcome.url,
                status=outcome.status,
                body=outcome.body,
                problem=outcome.problem,
                sent=outcome.sent,
                took=outcome.took,
                held=work.held,
                push=work.kind == "push",
            )
    raise AssertionError(f"nothing to say about a {work.kind} with {outcome!r}")
