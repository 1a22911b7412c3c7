"""Installations in this process, with real demo systems and a worker whose threads run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.demo_systems import DemoServer, running
from app.threads import served
from runtime import queries
from runtime.database import Database
from runtime.worker import Worker
from tests.faults.killing import TROUBLE, free_port
from tests.faults.process import callbacks
from tests.runtime.conftest import Installation


@pytest.fixture
def installation(database: Database) -> Installation:
    return Installation(database)


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    with running(TROUBLE) as server:
        yield server


@contextmanager
def working(installation: Installation, **arguments: Any) -> Iterator[Worker]:
    """A worker with its threads, by the real clock, and an endpoint for the callbacks of its calls."""
    port = free_port()
    worker = Worker(installation.database, callback_url=f"http://127.0.0.1:{port}", **arguments)
    with served(callbacks(installation.database, worker), port=port, threads=4):
        worker.start()
        try:
            yield worker
        finally:
            worker.stop()


def eventually(what: Callable[[], bool], seconds: float = 30) -> None:
    """Waits for something that must become true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def all_ended(installation: Installation) -> Callable[[], bool]:
    def ended() -> bool:
        counts = installation.read(queries.state_counts, "order")
        return set(counts) == {"completed"}

    return ended
