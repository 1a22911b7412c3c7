"""A fallout manager at the desk: from a group of equal failures to orders that go on."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app import accounts
from app.migrating import migrate
from designer import drafts, publishing
from runtime import engine
from runtime.core.definitions import Automatic
from runtime.database import Database
from tests.browser.people import PASSWORD
from tests.browser.server import Server
from tests.builders import a_catalog, a_plan, a_wait, an_item, an_order


class Desk(Server):
    """A server whose four orders fall out at once: nothing comes for their first item, whose result the next reads."""

    def prepare(self) -> None:
        database = Database(f"sqlite:///{self.folder / 'orderloom.db'}")
        migrate(database)
        late = a_wait("survey", event="surveyed", delay="PT0.1S", on_timeout="fail", result={"port": "response.port"})
        use = an_item("configure", Automatic, result={"port": "results.survey.port"})
        roles = ("fallout agent", "fallout manager")
        with database.writing() as connection:
            accounts.add_user(connection, "flo", full_name="Flo", roles=roles, password=PASSWORD, now=0)
            for document in a_catalog(a_plan(late, use, after={"configure": "survey"})).values():
                drafts.put(connection, document, revision=None, by="ada", now=1)
            publishing.publish(connection, note="first", author="ada", now=1)
            now = time.time_ns() // 1_000_000
            for n in range(4):
                engine.submit(connection, an_order(external_id=f"SHOP-{n}"), request="{}", by="otto", now=now)
        database.close()


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    server = Desk(tmp_path_factory.mktemp("desk"))
    server.prepare()
    server.start()
    yield server
    assert server.stop() == 0
    assert "Traceback" not in server.log.read_text()


@pytest.fixture
def page(chromium: Browser, desk: Desk) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(f"{desk.url}/sign-in")
    page.get_by_label("Name").fill("flo")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    yield page
    # The browser logs the status of a refused form; that is no error of ours.
    assert [each for each in errors if "status of 4" not in each] == []
    context.close()


def test_a_manager_completes_one_skips_one_and_retries_the_rest_together(page: Page, desk: Desk) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Fallout").first.click()
    expect(page.get_by_role("row")).to_have_count(2, timeout=15_000)  # the head, and one group
    expect(page.get_by_role("link", name="Retry all 4")).to_be_visible()
    page.get_by_role("link", name="Nothing came in time").click()

    page.locator("tr", has_text="SHOP-0").get_by_role("link").first.click()
    page.get_by_role("button", name="Take").click()
    complete = page.locator("#complete")
    complete.get_by_label("Reason").fill("done by phone")
    complete.get_by_role("button", name="Complete").click()
    expect(complete).to_contain_text("Port is missing")
    complete.get_by_label("port").fill("7")
    complete.get_by_role("button", name="Complete").click()
    expect(page.locator("h1 + .state")).to_have_text("resolved")

    page.goto(f"{desk.url}/fallout/?list=1&q=SHOP-1")
    page.locator("tr", has_text="SHOP-1").get_by_role("link").first.click()
    skip = page.locator("#skip")
    expect(skip).to_contain_text("uses port")
    skip.get_by_label("port").fill("8")
    skip.get_by_label("Reason").fill("not needed")
    skip.get_by_role("button", name="Skip").click()
    expect(page.locator("h1 + .state")).to_have_text("resolved")

    page.goto(f"{desk.url}/fallout/")
    page.get_by_role("link", name="Retry all 2").click()
    expect(page.get_by_text("2 of 2 orders")).to_be_visible()
    page.get_by_label("Reason").fill("the surveyors are back")
    page.get_by_role("button", name="Retry 2 records").click()
    expect(page.locator("h1 + .state")).to_have_text("finished", timeout=15_000)
    expect(page.get_by_text("failed again")).to_have_count(3)  # of both records, and the sum


def test_the_desk_reads_well_on_a_phone(page: Page, desk: Desk) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/fallout/?view=resolved", "/fallout/?list=1", "/fallout/1", "/fallout/bulk?act=skip"):
        page.goto(desk.url + address)
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
