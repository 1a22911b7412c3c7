"""A real server process and a real Chromium. What the console calls an error fails the test that caused it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, sync_playwright

from app import accounts
from app.accounts import ROLES, Role
from app.migrating import migrate
from app.settings import ROOT
from designer import drafts, publishing
from runtime import engine
from runtime.core.definitions import Field
from runtime.database import Database
from tests.browser.people import Person, Site
from tests.builders import a_catalog, a_plan, a_task, an_item, an_order
from tools.chromium import ARGUMENTS, find

PASSWORD = "correct horse"
PATIENCE = 30  # seconds a start may take on a busy machine
_missing: list[str] = []
_numbers = count(1)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find()
    if path is None:
        _missing.append("no Chromium was found and none could be had")
        if os.environ.get("CI") == "true":
            pytest.fail("browser tests need a Chromium: install one, or set CHROMIUM to its path")
        pytest.skip("no Chromium: set CHROMIUM, or install it")
    driver: Playwright = sync_playwright().start()
    browser = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
    yield browser
    browser.close()
    driver.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser, a server and the test that acts share the machine. What fails once is asked once more, and named at
    the end as run again: that is a race to be found, not a broken build."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _missing:
        terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
        terminalreporter.line(f"The browser tests did not run: {_missing[0]}.", red=True)
        terminalreporter.line("Install Chromium, or set CHROMIUM to its path, and run `make test` again.", red=True)


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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    server.prepare()
    server.start()
    yield server
    assert server.stop() == 0
    assert "Traceback" not in server.log.read_text()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, server: Server) -> Iterator[OpenPage]:
    """Opens a window, signed in with a role where one is named; closes it and looks at its console afterwards."""
    errors: list[str] = []
    contexts = []

    def note(message: ConsoleMessage) -> None:
        # A refused form is shown by the page itself; that the browser also logs its status is no error of ours.
        # Nor is it that a test has cut the network.
        if message.type == "error" and not re.search(r"status of 4\d\d|ERR_INTERNET_DISCONNECTED", message.text):
            errors.append(f"{message.text} ({message.location.get('url')})")

    def open_one(role: Role | None = None, *, width: int = 1280, height: int = 800, scheme: str = "light") -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, base_url=server.url, timezone_id="UTC"
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/sign-in")
        if role is not None:
            page.get_by_label("Name").fill(role.replace(" ", "-"))
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server within this process, for tests that also look into its database."""
    site = Site(tmp_path_factory.mktemp("site"))
    for name in ("ada", "bob"):
        site.add_user(name, "process admin")
    yield site
    site.close()


@pytest.fixture
def person(site: Site, chromium: Browser) -> Iterator[Callable[..., Person]]:
    """Signs people in at `site`; what their consoles say fails the test, unless it belongs to the story."""
    people: list[Person] = []

    def enter(name: str = "ada", width: int = 1280, height: int = 800, dark: bool = False) -> Person:
        scheme: Literal["dark", "light"] = "dark" if dark else "light"
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-GB")
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.address)
        people.append(Person(site, context, name))
        people[-1].sign_in()
        return people[-1]

    yield enter
    complaints = [text for each in people for text in each.unexpected()]
    for each in people:
        each.context.close()
    assert complaints == []


@pytest.fixture
def number() -> int:
    """A number that no other test has, for keys."""
    return next(_numbers)
