"""Several ranges are selected at once with Ctrl, and emptied, filled, copied and deleted together."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.grid import Grid, a_table


@pytest.fixture
def grid(person, number: int) -> Grid:
    return Grid(person(), a_table(f"ranges-{number}", 8))


def column(grid: Grid, at: int) -> list[str]:
    return [cells[at] for cells in grid.texts()]


def test_ctrl_click_adds_cells_and_delete_empties_them_all(grid: Grid):
    before = grid.texts()
    grid.click(1, 3)
    grid.click(3, 3, modifiers=["Control"])
    grid.click(5, 3, modifiers=["Control"])
    expect(grid.page.locator("#where")).to_have_text("3 ranges, 3 cells")
    grid.press("Delete")

    now = grid.texts()
    assert [row[2] for row in now] == ["" if n in (0, 2, 4) else row[2] for n, row in enumerate(before)]
    grid.press("Control+z")
    assert grid.texts() == before


def test_ctrl_drag_adds_a_block_and_ctrl_enter_writes_one_text_into_all(grid: Grid):
    page = grid.page
    grid.click(1, 3)
    page.keyboard.down("Control")
    grid.cell(4, 3).hover()
    page.mouse.down()
    grid.cell(6, 3).hover()
    page.mouse.up()
    page.keyboard.up("Control")
    expect(page.locator("#where")).to_have_text("2 ranges, 4 cells")
    expect(page.locator(".cell.selected")).to_have_count(4)
    grid.type("77")
    grid.press("Control+Enter")

    assert [n for n, text in enumerate(column(grid, 2), 1) if text == "77"] == [1, 4, 5, 6]


def test_one_copied_cell_is_pasted_into_every_range(grid: Grid):
    grid.write(2, 3, "55")
    grid.click(2, 3)
    assert grid.copied() == "55"
    grid.click(4, 3)
    grid.click(7, 3, modifiers=["Control"])
    grid.press("Control+v")

    assert [n for n, text in enumerate(column(grid, 2), 1) if text == "55"] == [2, 4, 7]


def test_ranges_of_the_same_column_are_copied_one_below_the_other(grid: Grid):
    texts = grid.texts()
    grid.click(1, 3)
    grid.click(4, 3, modifiers=["Control"])
    assert grid.copied().splitlines() == [texts[0][2], texts[3][2]]


def test_ranges_that_make_no_block_are_not_copied_and_say_so(grid: Grid):
    grid.click(1, 3)
    grid.click(4, 1, modifiers=["Control"])
    grid.press("Control+c")
    grid.told("These ranges make no block")


def test_rows_picked_with_ctrl_are_deleted_together(grid: Grid):
    before = grid.texts()
    for row in (2, 5, 6):
        grid.page.locator(f".rule[data-row='{row - 1}'] .row-number").click(modifiers=["Control"] if row > 2 else [])
    grid.press("Control+Backspace")

    assert grid.texts() == [row for n, row in enumerate(before, 1) if n not in (2, 5, 6)]


def test_each_range_is_filled_down_from_its_own_top(grid: Grid):
    before = column(grid, 2)
    grid.click(1, 3)
    grid.press("Shift+ArrowDown")
    grid.click(5, 3, modifiers=["Control"])
    grid.click(7, 3, modifiers=["Shift"])
    grid.press("Control+d")

    now = column(grid, 2)
    assert now == [before[0], before[0], before[2], before[3], before[4], before[4], before[4], before[7]]


def test_tab_and_enter_go_about_within_what_is_selected(grid: Grid):
    where = grid.page.locator("#where")
    focus = grid.page.locator("#grid")

    grid.click(2, 3)
    grid.click(3, 4, modifiers=["Shift"])
    expect(where).to_have_text("2 × 2 cells")
    for wanted in ("1-3", "2-2", "2-3", "1-2"):
        grid.press("Tab")
        expect(focus).to_have_attribute("aria-activedescendant", f"cell-{wanted}")
    grid.press("Shift+Tab")
    expect(focus).to_have_attribute("aria-activedescendant", "cell-2-3")
    for wanted in ("1-2", "2-2", "1-3"):
        grid.press("Enter")
        expect(focus).to_have_attribute("aria-activedescendant", f"cell-{wanted}")
    expect(where).to_have_text("2 × 2 cells")
    grid.press("Shift+Enter")
    expect(focus).to_have_attribute("aria-activedescendant", "cell-2-2")
    grid.press("Escape", "Escape")  # the panel, then what is selected
    expect(where).to_have_text("Row 3 · Discount")


def test_a_block_is_filled_in_cell_by_cell_from_where_it_began(grid: Grid):
    grid.click(2, 2)
    grid.click(3, 3, modifiers=["Shift"])
    for text in ("[100..110)", "11", "[200..210)", "22"):
        grid.type(text)
        grid.press("Tab")
    assert [row[1:3] for row in grid.texts()[1:3]] == [["[100..110)", "11"], ["[200..210)", "22"]]

    grid.click(5, 3)
    grid.click(6, 3, modifiers=["Control"])
    grid.click(8, 3, modifiers=["Control"])
    for text in ("51", "61", "81"):
        grid.type(text)
        grid.press("Enter")
    now = column(grid, 2)
    assert sorted([now[4], now[5], now[7]]) == ["51", "61", "81"]
    grid.press("Control+z")
    expect(grid.page.locator("#where")).to_have_text("3 ranges, 3 cells")
