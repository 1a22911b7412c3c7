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

    painted = page.locator(".djs-shape", has_text="Paint the wall")
    expect(painted).to_have_class(re.compile("change-added"))
    expect(painted).to_have_class(re.compile("critical"))
    expect(page.locator(".card-tag.added text").first).to_have_text("Added")
    expect(page.locator("#differences")).to_contain_text("Paint the wall")
    expect(page.locator("#critical")).to_contain_text("3 d")

    painted.click()
    fate = page.locator(".fate")
    expect(fate.get_by_role("heading")).to_have_text("Paint the wall")
    expect(fate).to_contain_text("3 d")
    fate.get_by_role("link", name="Show in the table").click()
    expect(page).to_have_url(re.compile(r"#row-\d$"))
    fate.get_by_role("button", name="Close").click()  # the page was not left
    expect(fate).to_be_hidden()

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


def test_the_generated_plan_is_walked_through_by_key_and_mouse(open_page: OpenPage):
    page = open_page("process admin")
    page.goto("/rehearse/?what=order&order=1&against=1")
    canvas = page.locator("#plan[data-ready] .plan-canvas")
    expect(canvas).to_be_visible()
    fate = page.locator(".fate")
    first = page.locator("#items td a").first
    called = first.inner_text()

    first.click()  # from the table into the picture
    expect(fate.get_by_role("heading")).to_have_text(called)
    page.keyboard.press("ArrowRight")
    expect(fate.get_by_role("heading")).not_to_have_text(called)
    page.keyboard.press("Escape")
    expect(fate).to_be_hidden()

    page.keyboard.press("n")  # nothing can be made here
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.finder")).to_be_visible()
    page.keyboard.type("New")
    expect(page.locator("dialog.finder [role=option]", has_text="New callout")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog.help")).to_contain_text("Find an item")
    expect(page.locator("dialog.help")).not_to_contain_text("Append")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Fill the screen").click()
    expect(page.get_by_role("button", name="Back to the page")).to_be_visible()
    expect(canvas).to_have_js_property("clientHeight", 800)
    page.get_by_role("button", name="Back to the page").click()
    expect(page.get_by_role("button", name="Fill the screen")).to_be_visible()


def test_the_wheel_goes_on_down_the_page_until_the_plan_is_clicked(open_page: OpenPage):
    page = open_page("process admin")
    page.goto("/rehearse/?what=order&order=1&against=1")
    canvas = page.locator("#plan[data-ready] .plan-canvas")
    canvas.hover()
    page.mouse.wheel(0, 200)
    page.wait_for_function("scrollY > 0")

    canvas.click(position={"x": 5, "y": 5})
    at = page.evaluate("scrollY")
    shown = page.locator(".viewport").get_attribute("transform")
    page.mouse.wheel(0, -100)
    expect(page.locator(".viewport")).not_to_have_attribute("transform", shown or "")
    assert page.evaluate("scrollY") == at
