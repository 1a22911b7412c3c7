"""A real server process and a real Chromium. What the console calls an error fails the test that caused it."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from app.accounts import Role
from tests.browser.canvas import Canvas, OpenPlan, another, chain, save_plan
from tests.browser.people import Person, Site, sign_in
from tests.browser.server import OpenPage, Server, running
from tests.browser.windows import Window, Windows
from tools.chromium import ARGUMENTS, find

ALONE = ("test_pages", "test_definitions", "test_rehearse")  # modules that count what is there, or publish all of it
FAILED = pytest.StashKey[bool]()
HandOn = Callable[[str, Window, str], None]
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Server:
    """A server process for all modules; what they make there has keys of its own."""
    fixture: Callable[[str], Server] = request.getfixturevalue
    return fixture("own_server" if request.path.stem in ALONE else "shared_server")


@pytest.fixture(scope="session")
def windows() -> Windows:
    return Windows()


@pytest.fixture
def hand_on(windows: Windows, request: pytest.FixtureRequest) -> HandOn:
    """What becomes of a window after a test: the next one gets it, unless nobody knows what state it is in."""

    def hand_on(whose: str, window: Window, empty: str) -> None:
        if request.node.stash.get(FAILED, False) or window.page.is_closed():
            return window.context.close()
        windows.put_back(whose, window, empty)

    return hand_on


class Reader(Window):
    """Somebody at the server process."""

    heeds = ("error",)


@pytest.fixture
def open_page(chromium: Browser, server: Server, windows: Windows, hand_on: HandOn) -> Iterator[OpenPage]:
    """Opens a window, signed in with a role where one is named; looks at its console afterwards."""
    opened: list[tuple[str, Window]] = []

    def open_one(role: Role | None = None, *, width: int = 1280, height: int = 800) -> Page:
        whose = f"{server.url} {role}"
        window = windows.take(whose, lambda: enter(role))
        # A refused form is shown by the page itself; that the browser also logs its status is no error of ours.
        # Nor is it that a test has cut the network.
        window.expects.append(r"status of 4\d\d|ERR_INTERNET_DISCONNECTED")
        window.page.set_viewport_size({"width": width, "height": height})
        opened.append((whose, window))
        if role is None:
            window.context.clear_cookies()
            window.page.goto("/sign-in")
        return window.page

    def enter(role: Role | None) -> Window:
        context = chromium.new_context(base_url=server.url, timezone_id="UTC")
        context.set_default_timeout(10_000)
        window = Reader(context)
        if role is not None:
            window.page.goto("/sign-in")
            sign_in(window.page, role.replace(" ", "-"))
        return window

    yield open_one
    complaints = [text for _, window in opened for text in window.unexpected()]
    for whose, window in opened:
        hand_on(whose, window, f"{server.url}/health")
    assert complaints == []


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
def person(site: Site, chromium: Browser, windows: Windows, hand_on: HandOn) -> Iterator[Callable[..., Person]]:
    """Signs people in at `site`; what their consoles say fails the test, unless it belongs to the story."""
    people: list[Person] = []

    def enter(name: str = "ada", width: int = 1280, height: int = 800) -> Person:
        people.append(windows.take(f"{site.address} {name}", lambda: arrive(name)))
        people[-1].page.set_viewport_size({"width": width, "height": height})
        return people[-1]

    def arrive(name: str) -> Person:
        context = chromium.new_context(locale="en-GB")
        context.set_default_timeout(8000)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.address)
        person = Person(site, context, name)
        person.sign_in()
        return person

    yield enter
    complaints = [text for each in people for text in each.unexpected()]
    for each in people:
        hand_on(f"{site.address} {each.name}", each, f"{site.address}/health")
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
