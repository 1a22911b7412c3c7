"""Runs orders in processes that are killed again and again, beside demo systems that are not."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import msgspec
from sqlalchemy import select

from app import demo_systems
from app.demo_systems import Control, running
from designer import drafts, publishing
from runtime import installation
from runtime.core.definitions import Call, Callout, Definition, EndlessRetry, NoRetry, Operation, Push, System, Wait
from runtime.database import Database
from runtime.schema import jobs, orders
from tests.builders import a_decision, a_plan, a_queue, a_scenario, a_specification, a_table, a_task, an_item
from tests.faults.process import Life
from tests.faults.truth import check, nothing_is_left_to_do

ROOT = Path(__file__).parents[2]
POINTS = ("before callout", "after callout", "before commit", "after commit")
AT_RANDOM = "at random"
CAPACITY = 16  # callouts that one worker has under way at most
# Every trouble but "timeout", which only costs time. What is refused becomes fallout, which a person resolves.
TROUBLE = Control(
    seed=1, error_rate=0.15, errors=("server error", "dropped", "not json", "refused"), callback_delay=0.05
)
SOON = EndlessRetry(delay="PT0.05S")


def documents(systems: str) -> list[Definition]:
    """A plan with callouts of every sort, and whatever it needs."""

    def ask(key: str, operation: str, retry: EndlessRetry | NoRetry = SOON) -> Callout:
        call = Call(system="demo", operation=operation)
        return Callout(key=key, name=key, call=call, retry=retry, result={"reference": "response.reference"})

    plan = a_plan(
        an_item("survey"),
        ask("reserve", "answered"),
        ask("provision", "called_back"),
        Push(key="notify", name="notify", call=Call(system="demo", operation="pushed")),
        Wait(key="pause", name="pause", delay="PT0.3S"),
        a_task("install"),
        ask("activate", "called_back"),
        ask("bill", "answered", retry=NoRetry()),
        a_decision("done", table="outcome", inputs={"amount": "order.lines[1].quantity"}),
        after={
            "reserve": "survey", "provision": "reserve", "notify": "reserve", "pause": "survey",
            "install": "provision", "activate": "install pause", "bill": "pause", "done": "activate bill notify",
        },
        key="line",
    )  # fmt: skip
    operations = tuple(
        Operation(key=key, name=key, path=f"/{key}", reply=reply, timeout="PT2S", retry=SOON)
        for key, reply in (("answered", "answer"), ("called_back", "callback"), ("pushed", "answer"))
    )
    return [
        a_specification("line"),
        a_scenario("line", "line"),
        plan,
        a_queue(),
        a_table("outcome", ("> 0", "1"), ("> 1", "2"), ("> 5", "3"), hit_policy="collect"),
        System(key="demo", name="Demo", url=systems, operations=operations),
    ]


# Items by their numbers in the plan. The journal does not count the attempts of a push.
PUSH, CALLED_BACK = 3, (2, 6)
PUSHES = 1000  # attempts of a push


@dataclass
class Seen:
    """What was seen of a run."""

    kills: Counter[str] = field(default_factory=Counter)
    accepted: set[int] = field(default_factory=set)
    under_way: list[set[str]] = field(default_factory=list)  # at each kill, the idempotency keys
    calls: Counter[str] = field(default_factory=Counter)  # idempotency key -> calls that reached the demo systems
    seconds: float = 0.0

    @property
    def repeats(self) -> dict[str, int]:
        return {key: n - 1 for key, n in self.calls.items() if n > 1}


class Process:
    """One life of a worker process."""

    def __init__(self, life: Life, seen: Seen) -> None:
        self.life = life
        self.name = ""
        self._seen = seen
        self._ready = threading.Event()
        command = [
            sys.executable,
            "-X",
            "faulthandler",
            "-m",
            "tests.faults.process",
            msgspec.json.encode(life).decode(),
        ]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._ready.wait(30)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for text in self._process.stdout:
            what, _, value = text.strip().partition(" ")
            if what == "ready":
                self.name = value
                self._ready.set()
            elif what == "accepted":
                self._seen.accepted.add(int(value))
        self._ready.set()

    def dies(self, within: float) -> bool:
        """Whether it kills itself in time."""
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        assert code == -signal.SIGKILL, f"the process ended by itself, with {code}"


def run_and_kill(database: Database, *, kills: int, count: int = 200, companions: int = 0, seed: int = 1) -> Seen:
    """Runs `count` orders while killing one worker process `kills` times, in turn at each named point and at
    random, beside `companions` that nobody kills; returns when every order has ended, or after a minute."""
    chance = random.Random(seed)
    seen = Seen()
    began = time.monotonic()
    # Systems that give up calling back while we are down leave an order waiting: nothing we could make up for.
    with patch.object(demo_systems, "CALLBACK_RETRIES", (0.2,) * 600), running(TROUBLE) as demo:
        _publish(database, demo.url)
        with _alive(database, companions, seen):
            port = free_port()
            for number in range(kills):
                share = (number * count // kills, (number + 1) * count // kills)
                point = (*POINTS, "")[number % 5]
                passage = chance.randint(1, 12)
                life = Life(url=address(database), port=port, orders=share, dies_at=point, passage=passage)
                _live_and_die(database, life, seen, chance.uniform(0.02, 0.6))
            with _alive(database, 1, seen, port=port, orders=(0, count), people=True):
                deadline = time.monotonic() + 60
                while not nothing_is_left_to_do(database) and time.monotonic() < deadline:
                    time.sleep(0.05)
        seen.calls = Counter(demo.systems.seen)
    seen.seconds = time.monotonic() - began
    return seen


def _publish(database: Database, systems: str) -> None:
    with database.writing() as connection:
        for document in documents(systems):
            drafts.put(connection, document, revision=None, by="ann", now=1)
        publishing.publish(connection, None, author="ann", now=1)


@contextmanager
def _alive(
    database: Database,
    number: int,
    seen: Seen,
    *,
    port: int = 0,
    orders: tuple[int, int] = (0, 0),
    people: bool = False,
) -> Iterator[None]:
    """Processes that live as long as the block."""
    url = address(database)
    lives = [Life(url=url, port=port or free_port(), orders=orders, people=people) for _ in range(number)]
    processes = [Process(life, seen) for life in lives]
    try:
        yield
    finally:
        for process in processes:
            process.kill()


def _live_and_die(database: Database, life: Life, seen: Seen, seconds: float) -> None:
    process = Process(life, seen)
    by_itself = False
    try:
        if life.dies_at:
            by_itself = process.dies(within=2)
        else:
            time.sleep(seconds)
    finally:
        process.kill()
    seen.kills[life.dies_at if by_itself else AT_RANDOM] += 1
    with database.reading() as connection:
        leased = connection.execute(select(jobs.c.payload).where(jobs.c.lease == process.name)).scalars()
        seen.under_way.append({msgspec.json.decode(payload)["key"] for payload in leased})


def assert_nothing_was_lost(database: Database, seen: Seen, count: int) -> None:
    """Everything that is promised of orders whose worker dies."""
    # On PostgreSQL a request reads the clock, and then may wait for an order that a turn holds.
    told = check(database, steady_clock=database.is_sqlite)
    with database.reading() as connection:
        known = set(connection.execute(select(orders.c.external_id)).scalars())
    assert {f"order {number}" for number in seen.accepted} <= known, "an accepted order is gone"
    assert len(told) == count
    assert {each.order for each in told.values()} == {"completed"}
    assert nothing_is_left_to_do(database)

    with database.reading() as connection:
        here = installation.read(connection)
    asked = {
        here.run_key(order, n, run): tries for order, each in told.items() for (n, run), tries in each.tried.items()
    }
    called = {key for key in seen.calls if _item(key) != PUSH}
    assert called <= asked.keys(), f"calls that no journal tells of: {called - asked.keys()}"
    # A callback may come before the next attempt is made; nothing else makes an attempt needless.
    needed = {key: tries for key, tries in asked.items() if _item(key) not in CALLED_BACK}
    assert not {key for key, tries in needed.items() if seen.calls[key] < tries}, "attempts that were never made"

    # A call is repeated only for a further attempt, or where the process that made it died before the commit.
    under_way = Counter(key for keys in seen.under_way for key in keys)
    for key, n in seen.repeats.items():
        most = asked.get(key, PUSHES) - 1 + under_way[key]
        assert n <= most, f"{key} was repeated {n} times and was under way at {under_way[key]} kills"
    assert all(len(keys) <= CAPACITY for keys in seen.under_way)


def _item(key: str) -> int:
    """The number of the item that an idempotency key names."""
    return int(key.split("-")[2])


def address(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
