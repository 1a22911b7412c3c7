"""A real server process and a real Chromium. What the console calls an error fails the test that caused it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, sync_playwright

from app.accounts import Role
from tests.browser.canvas import Canvas, OpenPlan, another, chain, save_plan
from tests.browser.people import PASSWORD, Person, Site
from tests.browser.server import OpenPage, Server
from tools.chromium import ARGUMENTS, find

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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    server.prepare()
    server.start()
    yield server
    assert server.stop() == 0
    assert "Traceback" not in server.log.read_text()


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
        if role in server.cookies:  # signed in once by the form, for all tests of this server
            context.add_cookies(server.cookies[role])
            page.goto("/")
            return page
        page.goto("/sign-in")
        if role is not None:
            page.get_by_label("Name").fill(role.replace(" ", "-"))
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
            server.cookies[role] = context.cookies()  # type: ignore[assignment]
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def open_plan(server: Server, open_page: OpenPage) -> OpenPlan:
    """Opens plans that are made for one test, whatever key they come with."""
    page = open_page("process admin", width=1440, height=900)

    def open_one(plan: dict[str, Any]) -> Canvas:
        plan = {**plan, "key": f"drawn-{next(_numbers)}"}
        save_plan(server, plan)
        return Canvas(page, server, plan["key"]).open()

    return open_one


@pytest.fixture
def three(open_plan: OpenPlan) -> Canvas:
    """Alpha, then Beta, then Gamma."""
    return open_plan(chain("", "alpha", "beta", "gamma"))


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


@pytest.fixture
def key(server: Server, number: int) -> str:
    """A plan of Alpha, Beta and Gamma in a row."""
    key = f"plan-{number}"
    save_plan(server, chain(key, "alpha", "beta", "gamma"))
    return key


@pytest.fixture
def ada(server: Server, open_page: OpenPage, key: str) -> Canvas:
    """A process admin at the plan."""
    return Canvas(open_page("process admin"), server, key).open()


@pytest.fixture
def bob(server: Server, open_page: OpenPage, key: str) -> Canvas:
    """Somebody else at the same plan."""
    return Canvas(another(server, open_page, "Bob Brook"), server, key).open()
