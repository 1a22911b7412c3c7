"""Ctrl+H finds a text in the cells and replaces it: in one, in a column, in what is selected, or everywhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.grid import Grid, a_table

pytestmark = pytest.mark.browser


@pytest.fixture
def grid(person, number: int) -> Grid:
    return Grid(person(), a_table(f"replacing-{number}", 8))


def column(grid: Grid, at: int) -> list[str]:
    return [cells[at] for cells in grid.texts()]


def opened(grid: Grid, find: str, by: str) -> Locator:
    grid.press("Control+h")
    bar = grid.page.get_by_role("search", name="Find and replace")
    expect(bar.get_by_label("Find")).to_be_focused()
    grid.type(find)
    bar.get_by_label("Replace with").fill(by)
    return bar


def test_all_that_is_found_is_replaced_in_one_step_and_counted(grid: Grid):
    before = grid.texts()
    bar = opened(grid, "gold", "bronze")
    expect(bar.get_by_role("status")).to_contain_text("3 cells")
    bar.get_by_role("button", name="Replace all").click()
    grid.told("Replaced in 3 cells. Ctrl+Z takes it back.")
    expect(bar.get_by_role("status")).to_have_text("not found")
    assert column(grid, 0).count('"bronze"') == 5
    bar.get_by_label("Find").press("Escape")
    expect(bar).to_have_count(0)
    grid.press("Control+z")
    assert grid.texts() == before


def test_enter_goes_from_one_to_the_next_and_replaces_where_one_wants_to(grid: Grid):
    bar = opened(grid, "none", "manager")
    bar.get_by_label("Find").press("Enter")
    expect(bar.get_by_role("status")).to_have_text("1 of 8 cells")
    bar.get_by_label("Find").press("Enter")
    expect(grid.page.locator("#where")).to_have_text("Row 2 · Approval")
    bar.get_by_label("Find").press("Shift+Enter")
    expect(grid.page.locator("#where")).to_have_text("Row 1 · Approval")
    bar.get_by_label("Find").press("Enter")
    bar.get_by_label("Replace with").press("Enter")
    expect(bar.get_by_role("status")).to_have_text("2 of 7 cells")
    expect(grid.page.locator("#where")).to_have_text("Row 3 · Approval")

    assert [n for n, text in enumerate(column(grid, 3), 1) if text == '"manager"'] == [2]


def test_only_what_is_selected_or_one_column_is_replaced(grid: Grid):
    grid.click(2, 3)
    grid.click(4, 4, modifiers=["Shift"])
    bar = opened(grid, "none", "manager")
    expect(bar.get_by_label("Where")).to_have_value("chosen")
    expect(bar.get_by_role("status")).to_contain_text("3 cells")
    bar.get_by_role("button", name="Replace all").click()
    assert [n for n, text in enumerate(column(grid, 3), 1) if text == '"manager"'] == [2, 3, 4]

    bar.get_by_role("button", name="Close").click()
    grid.click(1, 3)
    bar = opened(grid, "1", "9")
    bar.get_by_label("Where").select_option("in Discount")
    expect(bar.get_by_role("status")).to_have_text("1 cell")
    bar.get_by_role("button", name="Replace all").click()
    assert column(grid, 2) == ["0", "9", "2", "3", "4", "5", "6", "7"]
    assert column(grid, 1)[3] == "[10..20)"


def test_whole_cells_and_capital_letters_are_minded_where_that_is_asked_for(grid: Grid):
    bar = opened(grid, "GOLD", "silver")
    expect(bar.get_by_role("status")).to_contain_text("3 cells")
    bar.get_by_label("Match case").check()
    expect(bar.get_by_role("status")).to_have_text("not found")
    bar.get_by_label("Match case").uncheck()
    bar.get_by_label("Whole cell").check()
    expect(bar.get_by_role("status")).to_contain_text("3 cells")
    bar.get_by_label("Find").fill("gol")
    expect(bar.get_by_role("status")).to_have_text("not found")
    bar.get_by_label("Find").fill("gold")
    bar.get_by_role("button", name="Replace all").click()
    grid.told("Replaced in 3 cells.")

    assert column(grid, 0).count('"silver"') == 6


def test_rows_that_a_filter_hides_are_left_alone(grid: Grid):
    grid.page.locator("#search").fill("[0..10)")
    grid.shown("3 of 8 rows")
    grid.page.locator("#search").press("Enter")
    bar = opened(grid, "none", "manager")
    expect(bar.get_by_label("Where").locator("option:checked")).to_have_text("in all cells shown")
    bar.get_by_role("button", name="Replace all").click()
    grid.told("Replaced in 3 cells.")

    assert column(grid, 3).count('"manager"') == 3
