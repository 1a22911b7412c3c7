"""People fill decision tables with mouse and keyboard, as in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.grid import Grid, a_table
from tests.browser.people import Person

pytestmark = pytest.mark.browser


@pytest.fixture
def grid(person: Callable[..., Person], number: int) -> Grid:
    return Grid(person(), a_table(f"grid-{number}"))


# --- by keyboard


def test_a_row_is_written_with_the_keyboard_alone(grid: Grid):
    grid.press("Control+End", "Control+Enter", "Home")
    grid.type("gold")
    grid.press("Tab")
    grid.type(">= 100")
    grid.press("Tab")
    grid.type("25")
    grid.press("Tab")
    grid.type("manager")
    grid.press("Tab")
    grid.type("agreed with sales")
    grid.press("Enter")

    assert grid.texts()[-1] == ['"gold"', ">= 100", "25", '"manager"', "agreed with sales"]
    assert len(grid.stored().rules) == 13


def test_typing_replaces_a_cell_and_f2_goes_on_in_it(grid: Grid):
    grid.write(2, 3, "7")
    grid.press("ArrowUp", "F2")
    grid.type("5")
    grid.press("Enter")

    assert grid.texts()[1][2] == "75"


def test_escape_leaves_a_cell_as_it_was(grid: Grid):
    grid.click(1, 3)
    grid.type("99")
    grid.press("Escape")

    grid.says(1, 3, "0")
    expect(grid.page.locator("#undo")).to_be_disabled()


def test_enter_goes_down_tab_goes_right_and_arrows_leave_a_cell_that_was_typed_into(grid: Grid):
    grid.click(1, 3)
    grid.type("1")
    grid.press("ArrowDown")
    grid.type("2")
    grid.press("ArrowDown")

    expect(grid.cell(3, 3)).to_have_class(re.compile(r"cell outputs selected .*\bfocused$"))
    assert [row[2] for row in grid.texts()[:2]] == ["1", "2"]


def test_tab_in_the_last_cell_makes_a_new_row(grid: Grid):
    grid.press("Control+End", "Tab")

    grid.shown("13 rows")
    expect(grid.cell(13, 1)).to_have_class(re.compile(r"cell inputs selected .*\bfocused$"))


def test_home_end_page_and_control_arrows_move_as_in_a_spreadsheet(person: Callable[..., Person], number: int):
    grid = Grid(person(), a_table(f"grid-{number}", rows=200))
    where = grid.page.locator("#where")

    grid.press("End")
    expect(where).to_have_text("Row 1 · Note")
    grid.press("Control+ArrowDown")
    expect(where).to_have_text("Row 200 · Note")
    grid.press("Control+Home")
    expect(where).to_have_text("Row 1 · Segment")
    grid.press("PageDown")
    expect(where).not_to_have_text("Row 1 · Segment")
    grid.press("Control+End")
    expect(where).to_have_text("Row 200 · Note")
    expect(grid.cell(200, 5)).to_be_in_viewport()


def test_delete_empties_all_selected_cells(grid: Grid):
    grid.click(1, 1)
    grid.press("Shift+ArrowRight", "Shift+ArrowDown", "Delete")

    assert [row[:2] for row in grid.texts()[:2]] == [["-", "-"], ["-", "-"]]
    grid.says(1, 1, "–")


def test_control_d_fills_the_selection_with_its_first_row(grid: Grid):
    grid.click(1, 3)
    grid.press("Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown", "Control+d")

    assert [row[2:4] for row in grid.texts()[:4]] == [["0", '"none"']] * 3 + [["3", '"none"']]


def test_rows_are_inserted_doubled_moved_and_deleted_by_keys(grid: Grid):
    grid.click(2, 1)
    grid.press("Control+Shift+Enter")
    grid.shown("13 rows")
    grid.press("Control+Backspace")
    grid.shown("12 rows")
    grid.press("Control+Shift+D", "Alt+ArrowDown")

    assert [row[2] for row in grid.texts()[:4]] == ["0", "1", "1", "2"]
    grid.click(1, 1)
    grid.press("Alt+ArrowDown")
    assert [row[2] for row in grid.texts()[:4]] == ["1", "0", "1", "2"]


def test_undo_and_redo_know_no_end(grid: Grid):
    grid.click(1, 3)
    for number in range(30):
        grid.type(str(100 + number))
        grid.press("Enter", "ArrowUp")
    grid.says(1, 3, "129")

    for _ in range(30):
        grid.press("Control+z")
    grid.says(1, 3, "0")
    for _ in range(30):
        grid.press("Control+y")
    assert grid.texts()[0][2] == "129"


def test_undo_reaches_back_behind_a_save(grid: Grid):
    grid.write(1, 3, "42")
    assert grid.texts()[0][2] == "42"

    grid.press("Control+z")
    assert grid.texts()[0][2] == "0"


def test_completion_offers_what_the_column_allows(grid: Grid):
    grid.click(1, 1)
    grid.type("s")
    expect(grid.page.locator(".cell-editor-field .cm-tooltip-autocomplete li").first).to_have_text('"silver"')
    grid.press("Enter", "Enter")

    assert grid.texts()[0][0] == '"silver"'


# --- by mouse


def test_dragging_over_cells_selects_them(grid: Grid):
    start, end = grid.cell(2, 1).bounding_box(), grid.cell(4, 2).bounding_box()
    assert start and end
    grid.page.mouse.move(start["x"] + 9, start["y"] + 9)
    grid.page.mouse.down()
    grid.page.mouse.move(end["x"] + 9, end["y"] + 9, steps=6)
    grid.page.mouse.up()

    expect(grid.page.locator("#where")).to_have_text("3 × 2 cells")
    expect(grid.page.locator(".cell.selected")).to_have_count(6)


def test_a_row_is_dragged_to_another_place(grid: Grid):
    grip, target = grid.page.locator("[data-row='0'] .row-head").bounding_box(), grid.cell(4, 1).bounding_box()
    assert grip and target
    grid.page.mouse.move(grip["x"] + 8, grip["y"] + 16)
    grid.page.mouse.down()
    grid.page.mouse.move(grip["x"] + 8, target["y"] + 30, steps=8)
    grid.page.mouse.up()

    assert [row[2] for row in grid.texts()[:5]] == ["1", "2", "3", "0", "4"]


def test_a_column_is_dragged_to_another_place_and_its_cells_go_along(grid: Grid):
    heads = grid.page.locator(".column-head")
    first, second = heads.nth(0).bounding_box(), heads.nth(1).bounding_box()
    assert first and second
    grid.page.mouse.move(first["x"] + 30, first["y"] + 12)
    grid.page.mouse.down()
    grid.page.mouse.move(second["x"] + 30, second["y"] + 12, steps=6)
    grid.page.mouse.up()

    assert [column.id for column in grid.saved().inputs] == ["speed", "segment"]
    assert grid.texts()[0][:2] == ["[0..10)", '"gold"']


def test_a_column_is_made_wider_and_stays_so(grid: Grid):
    edge = grid.page.locator("[data-column-edge='segment']").bounding_box()
    before = grid.cell(1, 1).bounding_box()
    assert edge and before
    grid.page.mouse.move(edge["x"] + 4, edge["y"] + 8)
    grid.page.mouse.down()
    grid.page.mouse.move(edge["x"] + 64, edge["y"] + 8, steps=4)
    grid.page.mouse.up()
    grid.open()

    after = grid.cell(1, 1).bounding_box()
    assert after and after["width"] == pytest.approx(before["width"] + 60, abs=2)


def test_a_column_is_added_hidden_shown_and_deleted(grid: Grid):
    page = grid.page
    page.click("[data-add-column='inputs']")
    page.fill("#column-label", "Region")
    page.get_by_label("Looks at (FEEL expression)").click()
    grid.type("site.region")
    page.select_option("#column-type", "string")
    page.click("text=Add column")
    added = grid.saved().inputs[2]
    assert (added.label, added.expression, added.type) == ("Region", "site.region", "string")
    assert grid.texts()[0] == ['"gold"', "[0..10)", "-", "0", '"none"', ""]

    page.click(f"[data-column-menu='{added.id}']")
    page.click("role=menuitem[name='Hide']")
    expect(page.locator(".column-head")).to_have_count(5)
    page.click("#hidden-columns")
    page.click("role=menuitemcheckbox[name='Region']")
    expect(page.locator(".column-head")).to_have_count(6)
    page.click(f"[data-column-menu='{added.id}']")
    page.click("role=menuitem[name='Delete column']")

    assert len(grid.saved().inputs) == 2
    grid.press("Control+z")
    assert len(grid.saved().inputs) == 3


def test_a_column_gets_its_allowed_values_in_its_dialog(grid: Grid):
    grid.page.locator(".column-head").nth(1).dblclick(position={"x": 20, "y": 12})
    grid.page.get_by_label("Allowed values").click()
    grid.type("[0..1000]")
    grid.page.click("text=Change column")

    assert grid.saved().inputs[1].allowed == "[0..1000]"


def test_search_filter_and_sort_change_only_what_is_shown(grid: Grid):
    page = grid.page
    page.fill("#search", "bronze")
    grid.shown("4 of 12 rows")
    grid.press("Enter")
    grid.says(1, 1, '"bronze"')
    page.click("#show-all")
    page.click("[data-column-menu='discount']")
    page.click("role=menuitem[name='Show in descending order']")
    grid.says(1, 3, "11")
    grid.says(12, 3, "0")

    assert [row[2] for row in grid.texts()] == [str(n) for n in range(12)]
    page.click("#show-all")
    page.click("[data-column-menu='segment']")
    page.click("role=menuitem[name='Filter …']")
    page.fill("#filter-text", "gold")
    expect(page.locator("#shown")).to_have_text("4 of 12 rows")


def test_a_cell_that_is_edited_stays_in_sight_although_the_filter_no_longer_fits(grid: Grid):
    grid.page.fill("#search", "bronze")
    grid.press("Enter")
    grid.type("gold")
    grid.press("Enter")

    grid.says(1, 1, '"gold"')
    grid.shown("4 of 12 rows")


def test_the_hit_policy_and_the_name_are_changed_on_the_page(grid: Grid):
    grid.page.select_option("#policy", "collect")
    grid.page.select_option("#aggregation", "sum")
    grid.page.click("#table-name")
    grid.press("Control+a")
    grid.type("Rebates")
    grid.press("Enter")

    table = grid.saved()
    assert (table.hit_policy, table.aggregation, table.name) == ("collect", "sum", "Rebates")


# --- with a spreadsheet


def test_two_hundred_rows_come_from_a_spreadsheet(grid: Grid):
    rows = "\r\n".join(f'silver\t>= {n}\t{n}\tmanager\t"line one\nline two {n}"' for n in range(200)) + "\r\n"
    grid.press("Control+End", "Control+Enter", "Home")
    grid.paste(rows)

    grid.told("200 rows pasted, 199 of them new.")
    grid.shown("212 rows")
    table = grid.saved()
    assert len(table.rules) == 212
    assert table.rules[12].inputs == ('"silver"', ">= 0")
    assert table.rules[211].inputs == ('"silver"', ">= 199")
    assert table.rules[211].outputs == ("199", '"manager"')
    assert table.rules[211].annotations == ("line one\nline two 199",)
    grid.press("Control+z")
    grid.shown("13 rows")


def test_what_is_copied_comes_back_the_same_with_quotes_tabs_and_line_ends(grid: Grid):
    grid.click(1, 5)
    grid.paste('"a ""quoted"" word\nand\tmore"')
    grid.click(1, 1)
    grid.press("Shift+End")
    copied = grid.copied()
    grid.click(5, 1)
    grid.paste(copied)

    texts = grid.texts()
    assert texts[4] == texts[0] == ['"gold"', "[0..10)", "0", '"none"', 'a "quoted" word\nand\tmore']
    assert copied.startswith('"""gold"""\t')


def test_one_copied_cell_fills_the_selection(grid: Grid):
    grid.click(3, 3)
    grid.copied()
    grid.click(5, 3)
    grid.press("Shift+ArrowDown", "Shift+ArrowDown", "Control+v")

    assert [row[2] for row in grid.texts()[3:8]] == ["3", "2", "2", "2", "7"]


def test_whole_rows_are_copied_by_their_numbers(grid: Grid):
    page = grid.page
    page.locator("[data-row='0'] .row-head").click(position={"x": 50, "y": 16})
    page.locator("[data-row='1'] .row-head").click(position={"x": 50, "y": 16}, modifiers=["Shift"])
    copied = grid.copied()
    grid.press("Control+End", "Control+Enter")
    grid.paste(copied)

    texts = grid.texts()
    assert texts[12:] == texts[:2]


def test_cut_moves_cells(grid: Grid):
    grid.click(1, 3)
    grid.press("Control+x", "ArrowDown", "Control+v")

    assert [row[2] for row in grid.texts()[:2]] == ["", "0"]


# --- many rows


def test_ten_thousand_rows_have_few_elements_and_show_the_right_ones(person: Callable[..., Person], number: int):
    grid = Grid(person(), a_table(f"grid-{number}", rows=10_000, hit_policy="first"))

    grid.shown("10,000 rows")
    assert grid.page.locator(".rule").count() < 60
    grid.page.evaluate("document.getElementById('grid').scrollTop = 5000 * 32")
    grid.says(5005, 3, "5004")
    grid.press("Control+End")
    grid.says(10_000, 3, "9999")
