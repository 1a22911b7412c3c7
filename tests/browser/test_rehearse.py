"""Before publishing, a process admin looks at what a draft would do."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .server import OpenPage

pytestmark = pytest.mark.browser

MORE = """  - kind: manual
    key: paint
    name: Paint the wall
    duration: P3D
    queue: technicians
dependencies:
  - source: install
    target: paint
"""


def test_a_draft_is_rehearsed_with_a_past_order_and_then_with_all(open_page: OpenPage):
    page = open_page("process admin")
    page.goto("/definitions/plan/fibre/edit")
    editor = page.get_by_label("The definition as YAML")
    editor.fill(editor.input_value().replace("dependencies:\n", MORE))
    page.get_by_role("button", name="Save draft").click()

    page.get_by_role("link", name="Rehearse").click()
    page.get_by_label("Number of the order").fill("3")
    expect(page.get_by_role("radio", name="A past order")).to_be_checked()  # who fills it in means it
    page.get_by_role("button", name="Rehearse", exact=True).click()

    painted = page.locator(".card", has_text="Paint the wall")
    expect(painted).to_have_attribute("data-mark", "added")
    expect(painted).to_contain_text("added")
    expect(page.locator("#differences")).to_contain_text("Paint the wall")
    expect(page.locator("#critical")).to_contain_text("3 d")
    painted.click()
    expect(page).to_have_url(re.compile(r"#row-3$"))

    page.get_by_role("link", name="Rehearse the last orders").click()
    page.get_by_label("How many").select_option("the last 50")
    page.get_by_role("button", name="Rehearse", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("6 of 6:")
    expect(page.get_by_role("status")).to_contain_text("6 changed")
    first = page.locator("#summary li").first
    expect(first).to_contain_text("Paint the wall (fibre) is added.")
    expect(first).to_contain_text("6 orders")
    expect(page.get_by_role("link", name="#1", exact=True)).to_be_visible()

    page.get_by_role("link", name="#1", exact=True).click()
    expect(page.locator("#differences")).to_contain_text("Paint the wall")
