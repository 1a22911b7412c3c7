"""Orders sent over HTTP to a served Orderloom whose worker is flat out: `python -m app serve`, in a process of its
own, with everything that a request passes through: token, idempotency, commit."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time

import urllib3
from sqlalchemy import text

from app import accounts
from app.migrating import migrate
from app.settings import ROOT
from bench import ground
from bench.ground import Figure, figure, moment, percentile
from runtime import engine
from runtime.database import Database
from tests.faults.killing import free_port

BACKLOG, SUBMITS, AGENTS = 4000, 400, 4


def submits_over_http(kind: str, server: str, rounds: int) -> list[Figure]:
    """How long a POST of an order takes while the worker works through a backlog that outlasts it."""
    halves: list[float] = []
    slow: list[float] = []
    for _ in range(rounds):
        with ground.new_url(server) as url:
            waits = _post_into_backlog(url)
        halves.append(percentile(waits, 0.5) * 1000)
        slow.append(percentile(waits, 0.99) * 1000)
    about = f"{SUBMITS} POSTs of {AGENTS} clients, each 20 ms after its last answer"
    return [
        figure("a POST of an order while the worker is flat out, p50", halves, "ms", database=kind, about=about),
        figure(
            "a POST of an order while the worker is flat out, p99",
            slow, "ms", database=kind, at_most=50, about=about,
        ),
    ]  # fmt: skip


def _post_into_backlog(url: str) -> list[float]:
    database = Database(url)
    migrate(database)
    ground.publish(database, ground.layered(ground.inner, 20))
    with database.writing() as connection:
        accounts.add_user(connection, "shop", full_name="Shop", roles=("api",), password="not used", now=moment())
        user = accounts.find_user(connection, "shop")
        assert user is not None
        token = accounts.add_token(connection, user, name="bench", scopes=("orders:write",), now=moment())
        for _ in range(BACKLOG):
            engine.submit(connection, ground.ORDER, request="{}", by="bench", now=moment())
    port = free_port()
    environment = {
        **os.environ,
        "ORDERLOOM_DATABASE": database.url.render_as_string(hide_password=False),
        "ORDERLOOM_PORT": str(port),
        "ORDERLOOM_INSTANCE": tempfile.mkdtemp(prefix="orderloom-bench-"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "serve"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        return _post(f"http://127.0.0.1:{port}", token, database)
    finally:
        process.terminate()
        process.wait()
        database.close()


def _post(address: str, token: str, database: Database) -> list[float]:
    http = urllib3.PoolManager(maxsize=AGENTS, retries=False)
    while True:
        try:
            http.request("GET", address)
            break
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = b'{"lines": [{"id": "1", "specification": "line", "action": "add"}]}'
    waits: list[float] = []

    def agent() -> None:
        while len(waits) < SUBMITS:
            time.sleep(0.02)
            began = time.perf_counter()
            answer = http.request("POST", f"{address}/api/v1/orders", headers=headers, body=body)
            waits.append(time.perf_counter() - began)
            assert answer.status == 201, (answer.status, answer.data)

    agents = [threading.Thread(target=agent) for _ in range(AGENTS)]
    for thread in agents:
        thread.start()
    for thread in agents:
        thread.join()
    with database.reading() as connection:
        left = connection.execute(text("SELECT count(*) FROM orders WHERE state = 'accepted'")).scalar_one()
    assert left, "the backlog was too small: the worker was idle towards the end"
    return waits
