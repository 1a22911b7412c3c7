"""Runs the web application with its worker inside: one process, which is what SQLite asks for."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask

from app import create_app
from app.connections import WebServer
from app.db import Orderloom
from app.settings import Settings
from runtime.database import Database
from runtime.worker import DRAIN, Worker

log = logging.getLogger(__name__)

# A worker thread in a long computation gives up the interpreter only this often (seconds). With Python's 5 ms a
# request that has to take it back twenty times would wait 100 ms; switching more often costs the worker 1-2 %.
SWITCH_INTERVAL = 0.0005
WEB_SHARE = 0.6  # of the time that a stop may take: requests are answered first, the worker has what is left
RESERVE = 0.5  # seconds of it for the rest: the last commit, closing the database


class Stop:
    """How this process ends. SIGTERM and SIGINT begin an orderly stop, which takes `seconds` at most; a second one of
    them ends the process at once. SIGHUP is ignored: there are no files to be opened again.

    Whatever is cut off is done at the next start, by the job rows.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._deadline: float | None = None
        self._when_asked: list[Callable[[], None]] = []
        self._asked_for, self._ask_for = os.pipe()
        threading.Thread(target=self._watch, name="stop", daemon=True).start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    @property
    def left(self) -> float:
        """Seconds that are left for an orderly stop."""
        return self._seconds if self._deadline is None else max(0.0, self._deadline - RESERVE - time.monotonic())

    def call(self, begin: Callable[[], None]) -> None:
        """Has `begin` called when the stop begins. It is called in a signal handler, and so may take no lock."""
        self._when_asked.append(begin)
        if self._deadline is not None:
            begin()

    def wait(self) -> None:
        """Returns when the stop has begun."""
        while self._deadline is None:
            time.sleep(0.1)

    def _asked(self, _signal: int, _frame: object) -> None:
        if self._deadline is not None:
            self._end("stopped at once")
        self._deadline = time.monotonic() + self._seconds
        os.write(self._ask_for, b"!")
        for begin in self._when_asked:
            begin()

    def _watch(self) -> None:
        os.read(self._asked_for, 1)
        time.sleep(self._seconds)
        self._end(f"not everything could be finished in {self._seconds:g} s; the next start goes on with it")

    def _end(self, why: str) -> None:
        os.write(2, f"{why}\n".encode())
        os._exit(0)


def serve(app: Flask, settings: Settings, stop: Stop) -> None:
    """Answers requests until the stop; what was received until then is answered before this returns."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    server = WebServer(app, settings)
    stop.call(lambda: server.stop(settings.stop_seconds * WEB_SHARE))
    if not server.run():
        log.warning("some requests could not be answered before the stop")


@contextmanager
def working(database: Database, settings: Settings, stop: Stop | None = None) -> Iterator[Worker]:
    """A worker that runs orders while the block lasts; what it has not finished is taken up at the next start.

    Raises DatabaseInUse where another process already runs orders on this SQLite file.
    """
    # All that was loaded until now stays as long as the process. Looking through it for garbage again and again
    # stops every thread for 50 ms each time, and that was the slowest hundredth of all requests.
    gc.collect()
    gc.freeze()
    worker = Worker(database, callback_url=f"{settings.public_url}/api/v1/callbacks", threads=settings.worker_threads)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop(DRAIN if stop is None else stop.left)


@contextmanager
def application(
    settings: Settings, database: Database, stop: Stop | None = None, *, worker: bool = True
) -> Iterator[Flask]:
    """The web application, and its worker, on a database that this process has claimed."""
    app = create_app(settings, database)  # the same object for both: they share its queue of writers
    orderloom: Orderloom = app.extensions["orderloom"]
    if not worker:
        yield app
        return
    with working(database, settings, stop) as orderloom.worker:
        yield app
