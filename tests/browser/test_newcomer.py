"""A process admin who was never here before gets from signing in to orders that run, by what the screen says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from runtime import engine, queries
from runtime.worker import Worker
from tests.browser.people import Person, Site
from tests.builders import a_line, an_order

pytestmark = pytest.mark.browser


@pytest.fixture
def newcomer(tmp_path: Path, chromium: Browser) -> Iterator[Person]:
    """Somebody in front of an Orderloom in which there is nothing yet."""
    site = Site(tmp_path, ORDERLOOM_ENVIRONMENT="development")  # as `make run` starts it
    site.add_user("nora", "process admin")
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    person = Person(site, context, "nora")
    person.sign_in()
    yield person
    complaints = person.unexpected()
    context.close()
    site.close()
    assert complaints == []


def make(page: Page, kind: str, name: str) -> None:
    page.get_by_role("link", name="Definitions").first.click()
    page.get_by_role("link", name="New …").click()
    page.get_by_role("link", name=kind).first.click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make the").click()


def test_a_plan_with_a_table_is_published_and_an_order_runs(newcomer: Person) -> None:
    page, keyboard = newcomer.page, newcomer.page.keyboard
    page.goto(newcomer.site.address)
    make(page, "Specification", "Gift card")
    expect(page.get_by_role("status").get_by_text("Saved")).to_be_visible()
    page.locator("a[aria-label='All specifications']").click()

    make(page, "Table", "Delivery of cards")
    page.wait_for_selector("#grid-page[data-ready][data-editor]")
    page.locator("#cell-0-1").click()
    keyboard.type("post")
    keyboard.press("Enter")
    expect(page.locator("#cell-0-1")).to_have_text('"post"')
    expect(page.locator("#saving")).to_have_attribute("data-state", "saved")
    page.go_back()

    make(page, "Plan", "Send a card")
    page.wait_for_selector("html[data-ready=yes]")
    page.get_by_role("button", name="New item").click()
    keyboard.type("Decision")
    expect(page.locator(".djs-popup .entry.selected")).to_contain_text("Decision")
    keyboard.press("Enter")
    expect(page.locator(".label-field")).to_be_focused()
    keyboard.type("Choose the carrier")
    keyboard.press("Enter")
    page.get_by_label("Table", exact=True).select_option(label="Delivery of cards")
    page.get_by_role("button", name="input", exact=True).click()
    page.get_by_role("button", name="Inputs: input:").click()
    expect(page.get_by_role("textbox", name="Inputs: input", exact=True)).to_be_focused()
    keyboard.type("line.specification")
    keyboard.press("Escape")
    # Items are made once per order, unless somebody says otherwise.
    several = page.get_by_text("`line` is one line, but this may stand for several; use `lines`")
    expect(several.first).to_be_visible()
    page.get_by_role("textbox", name="Inputs: input", exact=True).click()
    keyboard.press("Control+a")
    keyboard.type("lines[1].specification")
    keyboard.press("Escape")
    expect(several).to_have_count(0)
    expect(page.get_by_role("status").get_by_text("Saved")).to_be_visible()
    page.go_back()

    make(page, "Scenario", "A card is ordered")
    page.get_by_label("Is of the specification").select_option(label="Gift card (gift-card)")
    page.get_by_label("Plan", exact=True).select_option(label="Send a card (send-a-card)")
    expect(page.get_by_text("No problems").first).to_be_visible()
    page.get_by_role("link", name="Publish …").click()

    # The table, the plan and the specification were never published, so they come along.
    expect(page.locator("#along")).to_contain_text("Send a card, Gift card, Delivery of cards")
    expect(page.get_by_text("nothing is wrong")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Release 1")).to_be_visible()

    tomorrow = time.time_ns() // 1_000_000 + 86_400_000  # whatever the clock does until then, the release is active
    with newcomer.site.database.writing() as connection:
        ordered = an_order(a_line(specification="gift-card"))
        order = engine.submit(connection, ordered, request="{}", by="shop", now=tomorrow)
    worker = Worker(newcomer.site.database, callback_url="http://127.0.0.1", clock=lambda: tomorrow)
    while worker.take_turn():
        pass
    with newcomer.site.database.reading() as connection:
        (item,) = queries.items_of(connection, order)
    assert (item.state, item.result) == ("completed", '{"result":"post"}')
