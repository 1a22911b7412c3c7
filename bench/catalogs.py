"""Large catalogs: what 5,000 definitions and 400 releases cost: `python -m bench.catalogs`.

Prints JSON: seconds, milliseconds and megabytes beside their bars. Everything runs in one process on SQLite: the pages
through the test client of the application, the orders through the front door of the runtime.
"""

from __future__ import annotations

import gc
import json
import re
import sys
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from msgspec import structs

from app import accounts, create_app, releasing
from app.migrating import migrate
from app.settings import Settings
from bench.ground import Figure, figure, machine, moment, say
from designer import publishing
from designer.exchange import folder
from designer.proposals import Request
from runtime import engine, published, releases
from runtime.core import versions
from runtime.core.definitions import (
    Attribute,
    Automatic,
    Decision,
    Definition,
    Dependency,
    Enrichment,
    Milestone,
    Operation,
    Plan,
    Queue,
    Scenario,
    Specification,
    Step,
    System,
    name_of,
)
from runtime.core.orders import Line, Order
from runtime.database import Database
from runtime.rules.documents import Input, Output, Rule, Table

PASSWORD = "correct horse"
PARTS = 5  # definitions of one product: specification, scenario, plan, table, enrichment
DEFINITIONS, SMALL, RELEASES, ORDERS = 5_000, 50, 400, 150


def product(n: int, note: str = "") -> list[Definition]:
    """One product, with all that fulfils it."""
    key = f"p{n}"
    table = Table(
        key=key,
        name=f"Region {n}",
        inputs=(Input(id="speed", expression="speed", type="number"),),
        outputs=(Output(id="region", name="region", type="string"),),
        rules=tuple(Rule(id=f"r{k}", inputs=(f"[{k}..{k + 1})",), outputs=(f'"r{k}"',)) for k in range(10)),
    )
    items = (
        Milestone(key="begun", name="Begun"),
        Decision(key="region", name="Region", table=key, inputs={"speed": "line.attributes.speed"}, per="line"),
        Automatic(key="computed", name="Computed", result={"speed": "line.attributes.speed * 2"}, per="line"),
        Automatic(key="named", name="Named", result={"label": f'"product {n}"'}),
        Milestone(key="done", name="Done"),
    )
    edges = [("begun", "region"), ("begun", "computed"), ("region", "named"), ("computed", "done"), ("named", "done")]
    dependencies = tuple(Dependency(source=source, target=target) for source, target in edges)
    return [
        Specification(
            key=key, name=f"Product {n}", category=f"c{n % 50}",
            attributes=(Attribute(name="speed", type="number", required=True), Attribute(name="region")),
        ),
        Scenario(key=key, name=f"Scenario {n}", specification=key, plan=key, condition="line.attributes.speed > 0"),
        Plan(key=key, name=f"Plan {n}", description=note, items=items, dependencies=dependencies),
        table,
        Enrichment(
            key=key, name=f"Enrichment {n}", specification=key,
            steps=(Step(table=key, inputs={"speed": "line.attributes.speed"}, attributes={"region": "decided"}),),
        ),
    ]  # fmt: skip


def catalog(number: int) -> list[Definition]:
    system = System(key="crm", name="CRM", url="http://127.0.0.1:9", operations=(Operation(key="tell", name="Tell"),))
    return [system, Queue(key="desk", name="Desk")] + [each for n in range(number // PARTS) for each in product(n)]


class House:
    """An installation with a catalog, and somebody signed in."""

    def __init__(self, number: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="orderloom-bench-"))
        self.settings = Settings.from_environment(
            {"ORDERLOOM_INSTANCE": str(self.folder), "ORDERLOOM_SECRET_KEY": "for a measurement, long enough to pass"}
        )
        self.database = Database(self.settings.database)
        migrate(self.database)
        self.definitions = catalog(number)
        self.publish(self.definitions)

    def publish(self, definitions: list[Definition]) -> float:
        """Publishes as the command does; the milliseconds for which it held the writer."""
        held = 0.0

        def write(step: Callable[[Any], releasing.Released]) -> releasing.Released:
            nonlocal held
            with self.database.writing() as connection:
                began = time.perf_counter()
                done = step(connection)
            held = (time.perf_counter() - began) * 1000
            return done

        asked = Request(names=tuple(name_of(each) for each in definitions))
        releasing.release(
            self.database, self.settings, asked, author="bench", now=moment(), write=write, given=definitions
        )
        return held

    def rate(self, products: int) -> float:
        """Orders a second, each in a transaction of its own."""
        began = time.perf_counter()
        for n in range(ORDERS):
            self.order(n % products)
        return ORDERS / (time.perf_counter() - began)

    def order(self, n: int = 0) -> int:
        order = Order(lines=(Line(id="1", specification=f"p{n}", action="add", attributes={"speed": 5}),))
        releases.prepare(self.database, moment())  # as a request does
        with self.database.writing() as connection:
            return engine.submit(connection, order, request="{}", by="bench", now=moment())

    def client(self) -> FlaskClient:
        app = create_app(self.settings)
        app.config["WTF_CSRF_ENABLED"] = False
        with self.database.writing() as connection:
            accounts.add_user(
                connection, "ada", full_name="Ada", roles=("process admin", "order agent"), password=PASSWORD,
                now=moment(),
            )  # fmt: skip
        client = app.test_client()
        token = re.search(r'name="csrf[-_]token"[^>]*(?:value|content)="([^"]+)"', client.get("/sign-in").text)
        assert token
        answer = client.post("/sign-in", data={"name": "ada", "password": PASSWORD, "csrf_token": token[1]})
        assert answer.status_code == 302, answer.status_code
        self.token = re.search(r'name="csrf[-_]token"[^>]*(?:value|content)="([^"]+)"', client.get("/account").text)[1]  # type: ignore[index]
        return client


def timed(what: Callable[[], Any]) -> float:
    began = time.perf_counter()
    what()
    return (time.perf_counter() - began) * 1000


def changed(n: int, note: str) -> list[Definition]:
    return [each for each in product(n, note) if isinstance(each, Plan)]


def orders_meanwhile(house: House, work: Callable[[], Any]) -> tuple[float, list[float]]:
    """How long something takes, and how long each order takes that is submitted meanwhile."""
    waits: list[float] = []
    over = threading.Event()

    def submit() -> None:
        while not over.is_set():
            waits.append(timed(house.order))
            time.sleep(0.01)

    thread = threading.Thread(target=submit)
    thread.start()
    took = timed(work)
    over.set()
    thread.join()
    return took, waits


def measure(definitions: int, count: int) -> list[Figure]:
    found: list[Figure] = []

    def note(name: str, runs: list[float], unit: str, **rest: Any) -> None:
        found.append(figure(name, runs, unit, **rest))
        say(f"{name}: {found[-1].value} {unit}")

    small = House(SMALL)
    small.rate(SMALL // PARTS)
    few = [small.rate(SMALL // PARTS) for _ in range(5)]
    note("orders a second, 50 definitions, 1 release", few, "1/s")

    began = time.perf_counter()
    house = House(definitions)
    note("publish all into an empty database", [time.perf_counter() - began], "s")
    products = SMALL // PARTS
    house.rate(products)
    many = [house.rate(products) for _ in range(5)]
    note(f"orders a second, {definitions} definitions, 1 release", many, "1/s")
    note("steady rate against 50 definitions", [median(many) / median(few)], "x", at_least=0.95)

    path = house.folder / "catalog"
    folder.write([*catalog(definitions)], path)
    note("read a folder", [timed(lambda: folder.read(path)) / 1000], "s")
    again = [each for n in range(definitions // PARTS) for each in changed(n, "changed")]
    held: list[float] = []
    took, waits = orders_meanwhile(house, lambda: held.append(house.publish(again)))
    note(f"publish {len(again)} changed plans", [took / 1000], "s")
    note("for which it held the writer", held, "ms", at_most=250)
    note("the longest wait of an order meanwhile", [max(waits)], "ms", at_most=250)

    first, memory = [], []
    for k in range(5):
        house.publish(changed(k, f"one {k}"))
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        house.order(k)
        gc.collect()
        memory.append((tracemalloc.get_traced_memory()[0] - before) / 1e6)
        tracemalloc.stop()
        house.publish(changed(k, f"two {k}"))
        first.append(timed(lambda k=k: house.order(k)))
    note("the first order after one changed definition", first, "ms", at_most=100)
    note("memory of a release with one changed definition", memory, "MB", at_most=5)
    took, waits = orders_meanwhile(house, lambda: house.publish(changed(7, "meanwhile")))
    note("publish one changed plan", [took], "ms")
    note("the longest wait of an order meanwhile, one plan", [max(waits)], "ms", at_most=250)

    one = [house.rate(products) for _ in range(5)]
    base = releases_of(house)
    while releases_of(house) < count:
        k = releases_of(house)
        quick(house, changed(k % 100, f"release {k}"))
    after = [house.rate(products) for _ in range(5)]
    note(f"orders a second with {count} releases", after, "1/s")
    note(f"{count} releases against {base}", [median(after) / median(one)], "x", at_least=0.9)

    client = house.client()
    plan = changed(3, "checked")[0]
    body, headers = versions.canonical(plan), {"X-CSRFToken": house.token}
    pages: dict[str, Callable[[], Any]] = {
        "check of one plan": lambda: client.post("/plans/p3/check", data=body, headers=headers),
        "names of the plan editor": lambda: client.get("/plans/p3/names"),
        "names of a form": lambda: client.get("/edit/scenario/p3/names"),
        "where a specification is used": lambda: client.get("/definitions/specification/p3/uses"),
        "publish page": lambda: client.get("/releases/publish"),
        "list of releases": lambda: client.get("/releases/"),
        "page of a release": lambda: client.get(f"/releases/{count}"),
        "page of a definition": lambda: client.get("/definitions/plan/p3"),
        "list of definitions": lambda: client.get("/definitions/"),
        "rehearsal page": lambda: client.get("/rehearse/"),
    }
    for name, ask in pages.items():
        answers: list[Any] = []
        runs = [timed(lambda: answers.append(ask())) for _ in range(3)]  # noqa: B023
        status, size = answers[-1].status_code, len(answers[-1].data) / 1000
        bar = 150 if name == "check of one plan" else 300
        note(name, runs, "ms", at_most=bar, about=f"status {status}, {size:.0f} kB, first {runs[0]:.0f} ms")

    published._kept.clear()
    releases._manifests.clear()
    releases._ready.clear()
    note("the active release, loaded after a start", [timed(lambda: releases.prepare(house.database, moment()))], "ms")
    with house.database.reading() as connection:
        note("compile what is drafted, first", [timed(lambda: publishing.compiled(connection, now=moment()))], "ms")
    return found


def releases_of(house: House) -> int:
    with house.database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM releases").scalar_one())


def quick(house: House, definitions: list[Definition]) -> None:
    """A release made as fast as can be: only that it is there matters, so nobody checks all of it 400 times."""
    from designer import proofs

    real, proofs.checking.check = proofs.checking.check, lambda *_: []  # type: ignore[assignment]
    try:
        house.publish(definitions)
    finally:
        proofs.checking.check = real


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else DEFINITIONS
    count = int(sys.argv[2]) if len(sys.argv) > 2 else RELEASES
    figures = [structs.asdict(each) | {"met": each.met} for each in measure(number, count)]
    print(json.dumps({"machine": machine(), "figures": figures}, indent=2))
