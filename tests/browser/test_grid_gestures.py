"""What hands know from spreadsheets, the grid does too."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from designer import publishing
from tests.browser.grid import Grid, a_table
from tests.browser.people import Person


@pytest.fixture
def grid(person: Callable[..., Person], number: int) -> Grid:
    return Grid(person(), a_table(f"gestures{number}"))


def where(grid: Grid, says: str) -> None:
    expect(grid.page.locator("#where")).to_have_text(says)


def column(grid: Grid, at: int) -> list[str]:
    return [row[at] for row in grid.texts()]


def drag(grid: Grid, start: Locator, to: Locator, *, drop: bool = True) -> None:
    one, other = start.bounding_box(), to.bounding_box()
    assert one and other
    grid.page.mouse.move(one["x"] + one["width"] / 2, one["y"] + one["height"] / 2)
    grid.page.mouse.down()
    grid.page.mouse.move(other["x"] + other["width"] / 2, other["y"] + other["height"] / 2, steps=6)
    if drop:
        grid.page.mouse.up()


# --- selecting


def test_several_ranges_are_selected_with_the_keyboard_alone(grid: Grid):
    grid.click(1, 3)
    grid.press("Shift+ArrowDown", "Shift+F8")
    where(grid, "1 range kept, adding one")
    grid.press("ArrowDown", "ArrowDown", "ArrowDown", "Shift+F8", "ArrowDown", "ArrowDown", "Shift+ArrowDown", "Escape")
    where(grid, "3 ranges, 5 cells")
    grid.press("Delete")

    assert [n for n, text in enumerate(column(grid, 2), 1) if text == ""] == [1, 2, 5, 7, 8]

    grid.press("Control+z", "ArrowDown")
    where(grid, "Row 9 · Discount")


def test_whole_columns_grow_sideways_and_whole_rows_downwards(grid: Grid):
    grid.click(3, 2)
    grid.press("Control+ ", "Shift+ArrowRight")
    where(grid, "12 × 2 cells")
    grid.click(3, 2)
    grid.press("Shift+ ", "Shift+ArrowDown")
    where(grid, "2 × 5 cells")
    grid.press("Control+ ")
    where(grid, "12 × 5 cells")


def test_dragging_over_the_edge_scrolls_along(person: Callable[..., Person], number: int):
    grid = Grid(person(), a_table(f"gestures{number}", rows=300))
    first, area = grid.cell(1, 1).bounding_box(), grid.page.locator("#grid").bounding_box()
    assert first and area
    grid.page.mouse.move(first["x"] + 20, first["y"] + 10)
    grid.page.mouse.down()
    grid.page.mouse.move(first["x"] + 20, area["y"] + area["height"] - 3, steps=4)
    # The hand holds still meanwhile.
    expect(grid.page.locator("#where")).to_have_text(re.compile(r"^([6-9]\d|\d{3}) × 1 cells"))
    grid.page.mouse.up()


def test_titles_and_row_numbers_stay_while_the_rest_scrolls(person: Callable[..., Person], number: int):
    grid = Grid(person(width=900), a_table(f"gestures{number}", rows=300))
    title, row = grid.page.locator(".column-head").first, grid.page.locator("[data-row='2'] .row-head")
    top, left = title.bounding_box(), row.bounding_box()
    assert top and left
    grid.page.locator("#grid").hover()
    grid.page.mouse.wheel(120, 4000)
    expect(grid.page.locator("[data-row='130']")).to_be_visible()
    now = grid.page.locator("[data-row='130'] .row-head").bounding_box()
    there = title.bounding_box()

    assert now and there
    assert there["y"] == top["y"]
    assert now["x"] == left["x"]
    expect(grid.page.locator("[data-row='130'] .row-number")).to_have_text("131")


# --- writing


def test_alt_enter_makes_a_new_line_in_a_cell(grid: Grid):
    grid.click(1, 5)
    grid.type("agreed")
    grid.press("Alt+Enter")
    grid.type("by mail")
    grid.press("Enter")
    grid.click(2, 3)
    grid.press("F2", "Alt+Enter")
    grid.type("+ 1")
    grid.press("Enter")

    assert grid.texts()[0][4] == "agreed\nby mail"
    assert grid.texts()[1][2] == "1\n+ 1"
    grid.says(1, 5, "agreed ↵ by mail")


def test_enter_after_tabs_returns_to_the_column_where_the_row_began(grid: Grid):
    grid.click(5, 2)
    for row in ("[100..110)", "7"), ("[110..120)", "8"):
        grid.type(row[0])
        grid.press("Tab")
        grid.type(row[1])
        grid.press("Enter")
    where(grid, "Row 7 · Speed")

    assert [row[1:3] for row in grid.texts()[4:6]] == [["[100..110)", "7"], ["[110..120)", "8"]]


def test_a_cell_is_opened_by_a_double_click_and_left_alone_by_escape(grid: Grid):
    grid.cell(2, 3).dblclick()
    grid.type("0")
    grid.press("Enter")
    grid.says(2, 3, "10")
    grid.cell(3, 3).dblclick()
    grid.type("99")
    grid.press("Escape")
    grid.says(3, 3, "2")


def test_the_sentence_of_a_row_follows_what_is_written_in_it(grid: Grid):
    grid.click(4, 3)
    grid.type("250")
    grid.press("Control+s")

    expect(grid.page.locator("#reading")).to_contain_text("then Discount is 250")


# --- filling


def test_the_handle_of_a_cell_repeats_it_as_far_as_it_is_dragged(grid: Grid):
    grid.click(1, 3)
    drag(grid, grid.page.locator(".fill-handle"), grid.cell(4, 3))
    where(grid, "4 × 1 cells")

    assert column(grid, 2)[:5] == ["0", "0", "0", "0", "4"]


def test_a_block_is_repeated_upwards_too(grid: Grid):
    grid.click(7, 3)
    grid.press("Shift+ArrowDown")
    drag(grid, grid.page.locator(".fill-handle"), grid.cell(3, 3))

    assert column(grid, 2)[1:9] == ["1", "6", "7", "6", "7", "6", "7", "8"]


def test_the_handle_pressed_twice_fills_down_to_the_last_row(grid: Grid):
    grid.click(3, 4)
    grid.type('"manager"')
    grid.press("Control+s")
    grid.page.locator(".fill-handle").dblclick()
    grid.told("Filled down to row 12")

    assert column(grid, 3) == ['"none"'] * 2 + ['"manager"'] * 10


def test_escape_leaves_what_is_dragged_as_it_was(grid: Grid):
    before = grid.texts()
    grid.click(1, 3)
    drag(grid, grid.page.locator(".fill-handle"), grid.cell(6, 3), drop=False)
    grid.press("Escape")
    grid.page.mouse.up()
    drag(grid, grid.page.locator(".column-head").nth(0), grid.page.locator(".column-head").nth(1), drop=False)
    grid.press("Escape")
    grid.page.mouse.up()
    edge = grid.page.locator(".column-edge").first
    width = grid.page.locator(".column-head").first.bounding_box()
    drag(grid, edge, grid.cell(1, 3), drop=False)
    grid.press("Escape")
    grid.page.mouse.up()

    assert grid.texts() == before
    assert [each.strip() for each in grid.page.locator(".column-title").all_inner_texts()][:2] == ["Segment", "Speed"]
    assert grid.page.locator(".column-head").first.bounding_box() == width
    expect(grid.page.locator(".fill-range")).to_have_count(0)


def test_what_is_published_has_no_handle(grid: Grid):
    expect(grid.page.locator(".fill-handle")).to_be_visible()
    with grid.site.database.writing() as connection:
        publishing.publish(connection, [f"table/{grid.key}"], author="ada", now=1_700_000_000_000)
    grid.page.goto(f"{grid.site.address}/tables/{grid.key}?version=1")
    grid.click(2, 2)
    where(grid, "Row 2 · Speed")

    expect(grid.page.locator(".fill-handle")).to_be_hidden()


# --- copying


def test_a_block_is_repeated_over_a_selection_that_holds_it_several_times(grid: Grid):
    grid.click(1, 3)
    grid.press("Shift+ArrowDown", "Control+c")
    grid.click(3, 3)
    grid.press("Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown", "Control+v")
    where(grid, "4 × 2 cells")

    assert [row[2:4] for row in grid.texts()[2:7]] == [["0", '"0"'], ["1", '"1"']] * 2 + [["6", '"none"']]


def test_the_menu_of_a_cell_copies_cuts_and_pastes(grid: Grid):
    def choose(row: int, name: str) -> None:
        grid.cell(row, 1).click(button="right")
        grid.page.get_by_role("menuitem", name=name, exact=False).first.click()

    choose(1, "Copy")
    choose(2, "Paste")
    grid.says(2, 1, '"gold"')
    choose(3, "Cut")
    grid.says(3, 1, "–")
    choose(4, "Paste")
    grid.says(4, 1, '"bronze"')


# --- columns and the rest of the page, by keyboard


def test_a_column_is_moved_and_its_menu_opened_by_keyboard(grid: Grid):
    grid.click(2, 1)
    grid.press("Control+ ", "Alt+ArrowRight")
    expect(grid.page.locator(".column-title").first).to_have_text("Speed")
    assert grid.texts()[0][:2] == ["[0..10)", '"gold"']

    grid.press("Shift+F10")
    expect(grid.page.get_by_role("menuitem", name="Hide")).to_be_visible()
    grid.page.get_by_role("menuitem", name="Hide").press("Enter")
    expect(grid.page.locator(".column-head")).to_have_count(4)


def test_columns_are_made_from_the_palette(grid: Grid):
    grid.press("Control+k")
    grid.type("new annotation")
    grid.press("Enter")
    grid.page.get_by_role("dialog").get_by_role("textbox").first.fill("Why")
    grid.press("Enter")
    expect(grid.page.locator(".column-title").last).to_have_text("Why")
    assert grid.saved().annotations == ("Note", "Why")


def test_f6_goes_from_part_to_part(grid: Grid):
    grid.click(1, 1)
    for inside in ("#panel", ".designer-acts", ".toolbar", "#grid"):
        grid.press("F6")
        expect(grid.page.locator(f"{inside}:focus-within, {inside}:focus")).to_have_count(1)
    grid.press("Shift+F6")
    expect(grid.page.locator(".toolbar:focus-within")).to_have_count(1)
