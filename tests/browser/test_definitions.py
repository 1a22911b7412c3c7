"""People find definitions, say who looks after them, and see where they are used."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .server import OpenPage

pytestmark = pytest.mark.browser


def test_a_definition_is_found_and_opened_with_the_keyboard_alone(open_page: OpenPage):
    page = open_page("process admin")
    page.goto("/definitions/")

    page.keyboard.press("/")
    page.keyboard.type("techn")
    page.keyboard.press("Enter")
    expect(page.locator("#definitions tbody tr")).to_have_count(1)
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Technicians")


def test_owner_and_tags_are_given_in_the_list_and_narrow_it(open_page: OpenPage):
    page = open_page("process admin")
    page.goto("/definitions/?kind=queue")

    page.get_by_role("button", name="Owner and tags of Technicians, queue").click()
    page.locator("#filing-form").get_by_label("Owner").fill("Field service")
    page.locator("#filing-form").get_by_label("Tags").fill("north, On Site")
    page.keyboard.press("Enter")
    expect(page.locator("#definitions")).to_contain_text("Field service")
    page.locator("#definitions").get_by_role("link", name="on site").click()
    expect(page.locator("#definitions tbody tr")).to_have_count(1)
    page.get_by_label("Tag", exact=True).select_option("")
    expect(page.get_by_label("Tag", exact=True)).to_have_value("")
    page.get_by_role("link", name="Name", exact=True).click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")


def test_the_dialog_of_owner_and_tags_is_left_with_escape(open_page: OpenPage):
    page = open_page("process admin")
    page.goto("/definitions/queue/technicians")

    page.get_by_role("button", name="Owner and tags …").click()
    expect(page.locator("#filing-form").get_by_label("Owner")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#filing")).to_be_hidden()


def test_the_way_from_a_queue_to_the_scenario_that_leads_there(open_page: OpenPage):
    page = open_page("process admin")
    page.goto("/definitions/queue/technicians")

    page.get_by_role("link", name="Where used").click()
    expect(page.get_by_role("status")).to_contain_text("would have errors")
    page.locator(".card", has_text="Fibre").click()
    expect(page.get_by_role("region", name="Used by")).to_contain_text("scenario")
    page.get_by_role("link", name="All the way").click()
    expect(page.locator(".card", has_text="Technicians")).to_be_visible()
