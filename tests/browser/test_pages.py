"""People use the pages in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .server import OpenPage

pytestmark = pytest.mark.browser


def test_an_item_is_opened_in_place_and_closed_by_going_back(open_page: OpenPage):
    page = open_page("order agent")
    page.goto("/orders/2")
    page.evaluate("window.stayed = true")

    page.locator(".card", has_text="Bill").click()
    expect(page.locator("#item-panel")).to_contain_text("Pending until this has ended")
    page.go_back()
    expect(page.locator("#item-panel")).to_have_count(0)
    assert page.evaluate("window.stayed"), "the page was loaded anew"


def test_an_open_order_shows_by_itself_what_somebody_else_does(open_page: OpenPage):
    watching = open_page("order agent")
    watching.goto("/orders/3")
    expect(watching.locator(".card", has_text="Install")).to_have_attribute("data-state", "waiting")
    watching.evaluate("window.stayed = true")

    working = open_page("fulfilment agent")
    working.goto("/orders/3?item=1")
    working.get_by_role("link", name="Open the task").click()
    working.get_by_role("button", name="Claim").click()
    working.get_by_role("button", name="Complete").click()
    expect(working.get_by_text("Serial number is required")).to_be_visible()
    working.get_by_label("Serial number").fill("SN-3")
    working.get_by_role("button", name="Complete").click()
    expect(working.get_by_text("“Install” is completed.")).to_be_visible()

    expect(watching.locator(".card", has_text="Bill")).to_have_attribute("data-state", "completed", timeout=10_000)
    expect(watching.locator("h1 + .state")).to_have_text("completed")
    assert watching.evaluate("window.stayed"), "the page was loaded anew"


def test_a_waiting_item_is_skipped_with_a_reason(open_page: OpenPage):
    page = open_page("fallout agent")
    page.goto("/orders/4?item=1")

    page.get_by_role("button", name="Skip").click()
    page.get_by_label("Reason").fill("the customer did it")
    page.get_by_role("button", name="Skip the item").click()
    expect(page.locator("#item-panel")).to_contain_text("the customer did it")


def test_a_list_is_walked_by_keyboard(open_page: OpenPage):
    page = open_page("order agent")
    page.goto("/orders/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Order 5")).to_be_visible()


def test_slash_goes_to_the_search(open_page: OpenPage):
    page = open_page("order agent")
    page.goto("/orders/")
    page.keyboard.press("/")
    page.keyboard.type("2")
    page.keyboard.press("Enter")

    expect(page.locator("tr.to")).to_have_count(1)


def test_the_theme_is_remembered(open_page: OpenPage):
    page = open_page("order agent")
    page.goto("/orders/")
    page.get_by_role("button", name="Switch between light and dark").click()
    page.reload()

    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_activating_a_release_asks_first(open_page: OpenPage):
    page = open_page("process admin")
    page.goto("/definitions/plan/fibre/edit")
    editor = page.get_by_label("The definition as YAML")
    editor.fill(editor.input_value().replace("Survey", "Look at the site"))
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("link", name="Publish", exact=False).last.click()
    page.get_by_label("Note").fill("clearer words")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Release 2")).to_be_visible()

    page.goto("/releases/")
    page.get_by_role("link", name="Activate").click()
    expect(page.locator("#changes")).to_contain_text("Look at the site")
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("Release 1 is active")).to_be_visible()
