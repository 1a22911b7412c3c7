"""Ctrl+K does anything on the page of a table, and goes to any row, column or test case."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from designer import cases
from designer.trials import Case
from tests.browser.grid import Grid, a_table


@pytest.fixture
def grid(person, site, number: int) -> Grid:
    key = f"palette-{number}"
    with site.database.writing() as connection:
        case = Case(0, "slow gold", {"customer.segment": "gold", "speed": "5"}, "{}")
        cases.put(connection, "table", key, case, by="ada", now=1)
    return Grid(person(), a_table(key, 30))


def ask(grid: Grid, text: str) -> None:
    grid.press("Control+k")
    expect(grid.page.get_by_role("combobox", name="Do anything, or go to a row")).to_be_focused()
    grid.type(text)


def test_a_row_is_reached_by_its_number(grid: Grid):
    ask(grid, "27")
    grid.press("Enter")
    expect(grid.page.locator("#where")).to_contain_text("1 × 5 cells")
    expect(grid.page.locator(".row-head.selected .row-number")).to_have_text("27")


def test_a_row_is_reached_by_what_it_says(grid: Grid):
    ask(grid, "[80..90)")
    expect(grid.page.locator(".finder-list li").first).to_contain_text("Row 25")
    grid.press("ArrowDown", "Enter")
    expect(grid.page.locator(".row-head.selected .row-number")).to_have_text("26")


def test_a_command_is_found_by_its_words_and_done(grid: Grid):
    ask(grid, "duplicate")
    grid.press("Enter")

    assert len(grid.texts()) == 31


def test_a_column_is_hidden_shown_and_gone_to(grid: Grid):
    ask(grid, "hide speed")
    grid.press("Enter")
    expect(grid.page.locator(".column-head")).to_have_count(4)
    ask(grid, "go column speed")
    grid.press("Enter")
    expect(grid.page.locator(".column-head")).to_have_count(5)
    expect(grid.page.locator("#where")).to_contain_text("30 × 1 cells")


def test_a_test_case_is_loaded_and_a_panel_opened(grid: Grid):
    ask(grid, "slow gold")
    grid.press("Enter")
    expect(grid.page.locator("#given-speed")).to_have_value("5")
    grid.page.locator("#grid").focus()
    ask(grid, "dead rows")
    grid.press("Enter")
    expect(grid.page.get_by_role("tab", name="Hits")).to_have_attribute("aria-selected", "true")


def test_the_focus_returns_to_the_grid_and_nothing_is_done_after_escape(grid: Grid):
    grid.click(2, 2)
    ask(grid, "delete")
    grid.press("Escape")
    expect(grid.page.locator("#grid")).to_be_focused()

    grid.press("ArrowDown")
    expect(grid.page.locator("#where")).to_have_text("Row 3 · Speed")
    assert grid.page.locator("#saving").get_attribute("data-state") == "saved"


def test_what_is_typed_right_after_the_key_goes_into_the_palette_and_not_into_a_cell(grid: Grid):
    grid.click(2, 3)
    before = grid.texts()
    grid.press("Control+k", "r", "o", "w")

    expect(grid.page.locator(".finder-field input")).to_have_value("row")
    grid.press("Escape")
    assert grid.texts() == before
