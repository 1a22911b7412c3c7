"""A real server process with people, a published catalog and orders."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from app import accounts
from app.accounts import ROLES
from app.migrating import migrate
from app.settings import ROOT
from designer import drafts, publishing
from runtime import engine
from runtime.core.definitions import Field
from runtime.database import Database
from tests.builders import a_catalog, a_plan, a_task, an_item, an_order

from .people import KEPT_FILES, PASSWORD

PATIENCE = 30  # seconds a start may take on a busy machine

OpenPage = Callable[..., Page]


class Server:
    """A server process on a database with a published catalog and an order in it."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "server.log"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ORDERLOOM_")},
            "ORDERLOOM_INSTANCE": str(folder),
            "ORDERLOOM_PORT": str(port),
            **KEPT_FILES,
        }
        self.folder = folder

    def prepare(self) -> None:
        database = Database(f"sqlite:///{self.folder / 'orderloom.db'}")
        migrate(database)
        form = (Field(name="serial", label="Serial number", required=True),)
        plan = a_plan(
            an_item("survey"), a_task(form=form), an_item("bill"), after={"install": "survey", "bill": "install"}
        )
        with database.writing() as connection:
            for role in ROLES:
                name = role.replace(" ", "-")
                accounts.add_user(connection, name, full_name=role.title(), roles=(role,), password=PASSWORD, now=0)
            for document in a_catalog(plan).values():
                drafts.put(connection, document, revision=None, by="ada", now=1)
            publishing.publish(connection, note="first", author="ada", now=1)
            for _ in range(6):
                engine.submit(connection, an_order(), request="{}", by="otto", now=2)
        database.close()

    def start(self) -> None:
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app", "serve"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self.url}/health", timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{self.log.read_text()}")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server that has run without a fault when the block ends."""
    server = Server(folder)
    server.prepare()
    server.start()
    yield server
    assert server.stop() == 0
    assert "Traceback" not in server.log.read_text()
