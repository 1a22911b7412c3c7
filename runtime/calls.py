"""Calls under way: a lane for each system, with threads of its own, so that a slow system delays no other.

The turn thread takes calls out of the database as far as there is room in their lanes, and hands them out after its
commit; what comes of them waits here for its next turn. A lane grows a thread when a call finds none free, up to the
limit of its system, and loses those that have nothing to do. How a lane stands (failures in a row, breaker, pace) is
read and changed by the turn thread alone; what other workers must know of it is in the database.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row

from runtime import statements, systems
from runtime.connectors.http import Outcome
from runtime.core.breaker import Failures, postponed, probe_after
from runtime.core.values import decode
from runtime.due import due_calls
from runtime.systems import Waiting

READY = 2  # calls in hand for each one that can be made: one waits ready while a thread is busy
RESTING = 30.0  # seconds after which a thread without work ends
THREADS = 128  # beyond so many threads a lane gets no second one


class Work(Struct, kw_only=True):
    """A job, as the worker carries it about. `held` says that its failure counts for its system, not for its item."""

    id: int
    kind: str
    order: int
    item: int | None
    attempt: int
    system: str | None
    payload: dict[str, Any] | None
    crashes: int = 0  # turns it has made fail
    outcome: Outcome | None = None
    crash: Exception | None = None  # what was raised in place of an outcome
    held: bool = False


def work_of(row: Row[Any]) -> Work:
    return Work(
        id=row.id,
        kind=row.kind,
        order=row.order_id,
        item=row.item,
        attempt=row.attempt,
        system=row.system,
        payload=decode(row.payload) if row.payload else None,
        crashes=row.crashes,
    )


class Lane:
    """The calls to one system."""

    def __init__(self, at_once: int) -> None:
        self.queue: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self.under_way = 0  # calls whose outcome no turn has taken
        self.threads = 0
        self.at_once = self._default = at_once
        self.failures = Failures()
        self.open_since: int | None = None  # its breaker, as the database said last
        self._caught_up: int | None = None  # the return of the system after which nothing waits any more
        self._allowed = 1.0  # calls that the pace allows now
        self._allowed_at = 0

    def room(self, state: Waiting, now: int) -> int:
        """How many calls may be taken now."""
        self.open_since = state.open_since
        self.at_once = state.calls_at_once or self._default
        free = READY * self.at_once - self.under_way
        if state.offline or state.first > now:
            return 0
        if state.open_since is not None:
            return min(free, 1) if (state.probe_at or 0) <= now else 0
        return free if self._has_caught_up(state) else min(free, self._paced(state.pace, now))

    def next_due(self, state: Waiting, now: int) -> int | None:
        """When there is something to take; None where that takes an outcome first."""
        if state.offline or READY * self.at_once <= self.under_way:
            return None
        if state.open_since is not None:
            return max(state.first, state.probe_at or 0)
        if self._has_caught_up(state) or self._paced(state.pace, now):
            return state.first
        return max(state.first, now + 1000 // state.pace)

    def taken(self, calls: int) -> None:
        self._allowed -= calls

    def _has_caught_up(self, state: Waiting) -> bool:
        if state.back_at is not None and state.first > state.back_at:
            self._caught_up = state.back_at
        return state.back_at == self._caught_up

    def _paced(self, pace: int, now: int) -> int:
        passed, self._allowed_at = max(0, now - self._allowed_at), now
        self._allowed = min(float(pace), max(0.0, self._allowed) + passed * pace / 1000)
        return int(self._allowed)


class Calls:
    """All lanes, and the threads that make their calls by `make`, which never raises."""

    def __init__(self, make: Callable[[Work], None], *, at_once: int, outcome_came: Callable[[], None]) -> None:
        self._make = make
        self._at_once = at_once
        self._outcome_came = outcome_came
        self._lanes: dict[str, Lane] = {}
        self._outcomes: deque[Work] = deque()
        self._started = self._stopping = False
        self._guard = threading.Lock()
        self._threads: set[threading.Thread] = set()

    @property
    def under_way(self) -> int:
        """Calls whose outcome no turn has taken."""
        return sum(lane.under_way for lane in self._lanes.values())

    @property
    def outcomes(self) -> int:
        return len(self._outcomes)

    # --- taking calls out of the database -----------------------------------------------------------------

    def lease(self, connection: Connection, now: int, *, name: str, margin: int) -> list[Work]:
        """Calls that are due and for which there is room; nobody else makes them until their lease ends."""
        works: list[Work] = []
        leases = []
        for state in systems.waiting(connection, now):
            lane = self._lane(state.system)
            room = lane.room(state, now)
            rows = due_calls(connection, state.system, now=now, limit=room) if room > 0 else []
            for row in rows:
                work = work_of(row)
                assert work.payload is not None
                work.payload["url"] = row.url or work.payload["url"]
                # It may wait ready while another one takes all of its time.
                length = READY * work.payload["timeout"] + margin
                if state.open_since is not None and not systems.take_probe(
                    connection, state.system, now=now, until=now + length
                ):
                    break
                works.append(work)
                leases.append((name, row.moment + length, work.id))
            lane.taken(len(rows))
        statements.lease_jobs(connection, leases)
        return works

    def next_due(self, connection: Connection, now: int) -> int | None:
        """When the next call can be taken, if no outcome comes first."""
        moments = [self._lane(state.system).next_due(state, now) for state in systems.waiting(connection, now)]
        return min((moment for moment in moments if moment is not None), default=None)

    def _lane(self, system: str) -> Lane:
        return self._lanes.setdefault(system, Lane(self._at_once))

    # --- making them --------------------------------------------------------------------------------------

    def start(self) -> None:
        """From now on calls that are handed out are made."""
        self._started = True

    def hand_out(self, works: Iterable[Work]) -> None:
        for work in works:
            assert work.system is not None
            lane = self._lane(work.system)
            lane.under_way += 1
            lane.queue.put(work)
            with self._guard:
                if self._started and lane.threads < min(lane.under_way, lane.at_once):
                    self._grow(lane, work.system)

    def _grow(self, lane: Lane, system: str) -> None:
        if lane.threads and len(self._threads) >= THREADS:
            return
        lane.threads += 1
        thread = threading.Thread(target=self._call, args=(lane,), name=f"calls-{system}", daemon=True)
        self._threads.add(thread)
        thread.start()

    def _call(self, lane: Lane) -> None:
        while (work := self._next(lane)) is not None:
            self._make(work)
            self._outcomes.append(work)
            self._outcome_came()

    def _next(self, lane: Lane) -> Work | None:
        try:
            work = lane.queue.get(timeout=RESTING)
        except queue.Empty:
            work = None
        if work is None:
            with self._guard:
                # A call may have been handed out just now to this thread, which looked free.
                if not self._stopping and not lane.queue.empty():
                    work = lane.queue.get()
                if work is None:
                    lane.threads -= 1
                    self._threads.discard(threading.current_thread())
        return work

    # --- what came of them --------------------------------------------------------------------------------

    def take_outcomes(self, most: int) -> list[Work]:
        works = [self._outcomes.popleft() for _ in range(min(most, len(self._outcomes)))]
        for work in works:
            self._lane(work.system or "").under_way -= 1
        return works

    def give_back(self, works: list[Work]) -> None:
        """The turn that took these outcomes came to nothing."""
        self._outcomes.extendleft(reversed(works))
        for work in works:
            self._lane(work.system or "").under_way += 1

    def note(self, connection: Connection, works: Iterable[Work], now: int) -> list[Work]:
        """Tells the breakers what came of calls, and returns those that a turn is to fold. Calls that never reached
        their system are put back: no attempt is used up."""
        to_fold: list[Work] = []
        postponements = []
        changed: dict[str, str | None] = {}  # system -> why its breaker is open; None: it answers
        for work in works:
            if work.outcome is None or work.system is None:
                to_fold.append(work)
                continue
            lane, outcome = self._lane(work.system), work.outcome
            if not outcome.down:
                if lane.failures.answered() or lane.open_since is not None:
                    changed[work.system] = None
            elif lane.failures.failed((work.order, work.item), status=outcome.status) or lane.open_since is not None:
                changed[work.system] = outcome.problem or f"{outcome.url} answered {outcome.status}"
                work.held = True
            if outcome.sent:
                to_fold.append(work)
            else:
                postponements.append((now + postponed(lane.failures.count, random.random()), work.id))
        for system, error in sorted(changed.items()):
            lane = self._lane(system)
            if error is None:
                lane.open_since = None
                systems.close_breaker(connection, system, now)
            else:
                lane.open_since = now if lane.open_since is None else lane.open_since
                probe_at = now + probe_after(now - lane.open_since, random.random())
                systems.open_breaker(connection, system, error, probe_at=probe_at, now=now)
        statements.put_back_jobs(connection, postponements)
        return to_fold

    def stop(self, until: float) -> bool:
        """Ends the threads, waiting for calls under way until this moment of the monotonic clock; whether all ended.
        Those that are cut off end with the process."""
        self._stopping = True
        with self._guard:
            threads = list(self._threads)
            for lane in self._lanes.values():
                for _ in range(lane.threads):
                    lane.queue.put(None)
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)
