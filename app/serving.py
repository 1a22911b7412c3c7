"""Runs the web application with its worker inside: one process, which is what SQLite asks for."""

from __future__ import annotations

import gc
import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from waitress.server import create_server

from app import create_app
from app.db import Orderloom
from app.settings import Settings
from runtime.database import Database
from runtime.worker import Worker

# A worker thread in a long computation gives up the interpreter only this often (seconds). With Python's 5 ms a
# request that has to take it back twenty times would wait 100 ms; switching more often costs the worker 1-2 %.
SWITCH_INTERVAL = 0.0005


def serve(app: Flask, settings: Settings) -> None:
    """Answers requests until SIGTERM or SIGINT; requests in flight are finished."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a short queue is normal, not a warning
    server = create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.web_threads,
        ident=None,
        max_request_body_size=settings.body_megabytes * 1024 * 1024 + 65536,  # Flask refuses it in our own words
        clear_untrusted_proxy_headers=not settings.proxies,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    server.run()
    server.close()


def _leave(_signal: int, _frame: object) -> None:
    raise SystemExit(0)


@contextmanager
def working(database: Database, settings: Settings) -> Iterator[Worker]:
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
        worker.stop()


@contextmanager
def application(settings: Settings, database: Database) -> Iterator[Flask]:
    """The web application and its worker on a database that this process has claimed."""
    app = create_app(settings, database)  # the same object for both: they share its queue of writers
    orderloom: Orderloom = app.extensions["orderloom"]
    with working(database, settings) as orderloom.worker:
        yield app


def port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
