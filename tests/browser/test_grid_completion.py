"""Cells offer the built-in functions, with how they are called and what they do, and the names there are."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.grid import Grid, a_table


@pytest.fixture
def grid(person, number: int) -> Grid:
    return Grid(person(), a_table(f"completion-{number}", 4))


def first(grid: Grid) -> Locator:
    """What stands first in the list of what could be meant."""
    return grid.page.locator(".cm-tooltip-autocomplete li").first


def offers(grid: Grid, row: int, column: int, typed: str, offered: str) -> None:
    grid.click(row, column)
    grid.type(typed)
    expect(first(grid)).to_contain_text(offered)


def test_a_function_is_offered_with_its_arguments_and_a_line_of_help(grid: Grid):
    offers(grid, 1, 3, "round h", "round half down")
    expect(first(grid)).to_contain_text("(n, scale) → number")
    grid.press("ArrowDown")
    expect(grid.page.locator(".cm-completionInfo")).to_contain_text("halves")


def test_a_chosen_function_brings_its_brackets_and_the_cursor_stands_between_them(grid: Grid):
    offers(grid, 1, 3, "string le", "string length")
    grid.press("ArrowDown", "Tab")
    grid.type("customer.segment")
    grid.press("Enter")

    assert grid.texts()[0][2] == "string length(customer.segment)"


def test_a_function_that_takes_nothing_is_complete_at_once(grid: Grid):
    offers(grid, 1, 3, "toda", "today")
    grid.press("ArrowDown", "Enter", "Enter")

    assert grid.texts()[0][2] == "today()"


def test_a_function_is_found_in_the_middle_of_an_expression_and_by_any_of_its_words(grid: Grid):
    offers(grid, 1, 3, "speed + length", "string length")


def test_names_of_inputs_and_of_the_order_are_offered(grid: Grid):
    offers(grid, 1, 3, "cust", "customer")
    grid.press("Escape", "Escape")
    offers(grid, 1, 3, "order.pri", "priority")


def test_a_new_column_is_helped_in_the_same_way(grid: Grid):
    grid.page.locator("[data-add-column=inputs]").click()
    field = grid.page.get_by_label("Looks at (FEEL expression)")
    field.click()
    grid.type("upper")
    expect(first(grid)).to_contain_text("upper case")


def test_what_a_column_allows_comes_before_any_function(grid: Grid):
    offers(grid, 1, 1, "s", '"silver"')


def test_the_line_of_help_is_not_cut_off(grid: Grid):
    offers(grid, 3, 4, "round h", "round half down")
    grid.press("ArrowDown")
    info = grid.page.locator(".cm-completionInfo")
    expect(info).to_be_visible()

    box, place = info.bounding_box(), grid.page.locator("#grid").bounding_box()
    assert box and place
    assert box["width"] > 100
    assert place["x"] <= box["x"]
    assert box["x"] + box["width"] <= place["x"] + place["width"]
    assert box["y"] + box["height"] <= place["y"] + place["height"]
