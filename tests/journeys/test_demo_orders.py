"""Every order the demo shows runs to its end: real systems over HTTP, callbacks, people at their tasks."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from app.demo_systems import running
from app.tmf import product_order
from designer import drafts, publishing
from designer.exchange import folder
from runtime import engine, installation, queries, releases
from runtime.core.definitions import Field
from runtime.database import Database
from runtime.schema import endpoints
from runtime.worker import Worker
from tests.designer.test_demo import DEMO, OUTSIDE_ORDERS, OWN_ORDERS, needed

ANSWERS = {"string": "A-1", "text": "As usual", "number": 40, "boolean": True, "date": "2027-01-10"}


class Company:
    """The demo installed: published, its systems served, a worker at work."""

    def __init__(self, database: Database, worker: Worker) -> None:
        self.database = database
        self.worker = worker

    def submit(self, file: Path) -> int:
        body = json.loads(needed(file).read_text(encoding="utf-8"))
        product_order.check(body)
        with self.database.writing() as connection:
            order = product_order.asked(body, releases.active(connection, now()))
            return engine.submit(connection, order, request=json.dumps(body), by="shop", now=now())

    def work_until_ended(self, order: int) -> None:
        """People do what waits for them, until nothing is open."""
        for _ in range(3000):
            with self.database.writing() as connection:
                items = queries.items_of(connection, order)
                assert not [(item.key, item.error) for item in items if item.state == "failed"]
                if queries.order_row(connection, order).state == "completed":
                    return
                for task in queries.find_tasks(connection, states=("open",)):
                    engine.claim_task(connection, task.id, by="tom", now=now())
                    if task.kind == "approval":
                        engine.approve(connection, task.id, by="tom", now=now())
                        continue
                    values = {field.name: answer(field) for field in engine.task_form(connection, task)}
                    engine.complete_task(connection, task.id, values, by="tom", now=now())
                for item in items:
                    if item.state == "waiting" and item.kind == "wait":
                        token = installation.read(connection).callback_token(order, item.n, item.run)
                        engine.deliver(connection, order, item.n, item.run, token, {}, now=now())
            self.worker.wake()
            time.sleep(0.02)
        raise AssertionError([(item.key, item.state) for item in items if item.ended_at is None])

    def states(self, order: int) -> dict[str, set[str]]:
        """The states that the instances of each item, "plan/item", are in."""
        states: dict[str, set[str]] = {}
        with self.database.reading() as connection:
            for item in queries.items_of(connection, order):
                states.setdefault(f"{item.plan}/{item.key}", set()).add(item.state)
        return states


def answer(field: Field) -> Any:
    return field.choices[-1] if field.type == "choice" else ANSWERS[field.type]


def now() -> int:
    return time.time_ns() // 1_000_000


@contextmanager
def callbacks(database: Database) -> Iterator[str]:
    """The address at which systems call back."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            order, n, run, token = self.path.rsplit("/", 4)[1:]
            with database.writing() as connection:
                engine.deliver(connection, int(order), int(n), int(run), token, body, now=now())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/callbacks"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def company(database: Database) -> Iterator[Company]:
    with running() as systems, callbacks(database) as address:
        with database.writing() as connection:
            for document in folder.read(DEMO):
                drafts.put(connection, document, revision=None, by="seed", now=now())
            publishing.publish(connection, author="seed", now=now())
            connection.execute(insert(endpoints).values(system="fulfilment", url=systems.url))
        worker = Worker(database, callback_url=address, threads=4)
        worker.start()
        yield Company(database, worker)
        worker.stop()


GOOD_ORDERS = [file for file in (*OWN_ORDERS, *OUTSIDE_ORDERS) if file.stem != "fibre-unmapped"]


@pytest.mark.parametrize("file", GOOD_ORDERS, ids=lambda file: file.stem)
def test_an_order_of_the_demo_runs_to_its_end(company: Company, file: Path) -> None:
    order = company.submit(file)
    company.work_until_ended(order)

    assert set().union(*company.states(order).values()) <= {"completed", "skipped"}


def test_the_order_for_an_unknown_address_falls_out_and_ends_once_its_request_is_corrected(company: Company) -> None:
    order = company.submit(DEMO.parent / "orders" / "fibre-unmapped.json")
    until = time.monotonic() + 30
    records: list[Any] = []
    while not records:
        assert time.monotonic() < until, "it did not fall out"
        with company.database.reading() as connection:
            records = queries.fallout_of(connection, order)
    (record,) = records
    assert (record.operation, record.cause) == ("check_address", "status")
    with company.database.writing() as connection:
        corrected = {"address": "5 Mapped Lane, Harborough", "building": "house"}
        engine.retry_item(connection, order, record.item, request=corrected, reason="a typo", by="flo", now=now())
    company.work_until_ended(order)
    assert company.states(order)["fibre-access/check_address"] == {"completed"}


def test_only_what_the_home_needs_is_done(company: Company) -> None:
    order = company.submit(DEMO.parent / "orders" / "fibre-home.json")
    company.work_until_ended(order)
    states = company.states(order)

    assert states["fibre-access/site_survey"] == {"completed"}  # more than 250 Mbit/s for a house
    assert states["fibre-access/civil_works"] == {"completed"}  # the surveyor asked for a new trench
    assert states["router-delivery/ship_router"] == {"skipped"}  # it comes with the technician
    assert states["router-delivery/load_router"] == {"completed"}
    assert states["telephony/reserve_number"] == {"skipped"}  # the number is kept
    assert states["telephony/port_number"] == {"completed"}
    assert states["customer-care/approve_customer"] == {"skipped"}  # 64.90 a month is no risk
