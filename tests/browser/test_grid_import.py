"""A plain spreadsheet, with nothing but titles in its first row, is mapped column by column before it is taken over."""

from __future__ import annotations

import io

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.grid import Grid, a_table


@pytest.fixture
def grid(person, number: int) -> Grid:
    return Grid(person(), a_table(f"import-{number}", 3))


def choose(grid: Grid, name: str, content: bytes) -> None:
    grid.page.get_by_role("button", name="Import").click()
    grid.page.locator(".file-input").set_input_files([{"name": name, "mimeType": "text/csv", "buffer": content}])
    expect(grid.page.get_by_role("region", name="Columns of the file")).to_be_visible()


def target(grid: Grid, title: str):
    return grid.page.get_by_label(f"{title} goes to")


def test_titles_find_their_columns_and_the_differences_are_shown_before(grid: Grid):
    choose(grid, "prices.csv", b"Segment,Speed,discount\ngold,[0..10),42\nbronze,> 500,7\n")

    expect(target(grid, "Segment")).to_have_value("inputs/segment")
    expect(target(grid, "discount")).to_have_value("outputs/discount")
    expect(grid.page.locator(".import-summary")).to_have_text("1 row added, 2 removed, 1 changed")
    grid.page.get_by_role("button", name="Take over").click()

    assert [row[:3] for row in grid.texts()] == [['"gold"', "[0..10)", "42"], ['"bronze"', "> 500", "7"]]
    grid.press("Control+z")
    assert len(grid.texts()) == 3


def test_a_column_that_was_not_found_is_chosen_by_hand_or_becomes_a_new_one(grid: Grid):
    choose(grid, "prices.csv", b"Kundengruppe;Speed;Since;Rabatt\ngold;[0..10);2026-01-31;42\n")
    expect(grid.page.locator(".mapping")).to_contain_text("3 columns of the file are left out so far")
    target(grid, "Kundengruppe").select_option(label="Segment (input)")
    target(grid, "Rabatt").select_option(label="Discount (output)")
    target(grid, "Since").select_option("new input")
    expect(grid.page.locator(".mapping")).to_contain_text("Every column of the file has its place.")
    expect(grid.page.locator(".changes").last).to_contain_text("column Since")
    grid.page.get_by_role("button", name="Take over").click()

    table = grid.saved()
    assert (table.inputs[2].label, table.inputs[2].type) == ("Since", "date")
    assert table.rules[0].inputs == ('"gold"', "[0..10)", 'date("2026-01-31")')
    assert table.rules[0].outputs == ("42", '"none"'), "what the file says nothing of stays"


def test_the_rows_that_the_file_does_not_have_can_be_kept(grid: Grid):
    choose(grid, "prices.csv", b"Segment,Speed,Discount\ngold,> 500,7\n")
    grid.page.get_by_label("Keep the rows that are not in the file").check()
    expect(grid.page.locator(".import-summary")).to_have_text("1 row added")
    grid.page.get_by_role("button", name="Take over").click()

    assert [row[2] for row in grid.texts()] == ["0", "1", "2", "7"]


def test_a_workbook_with_nothing_but_titles_is_mapped_too(grid: Grid):
    book = openpyxl.Workbook()
    for row in (["Segment", "speed", "Discount", "Note"], ["gold", 5, 12.5, "agreed"]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    choose(grid, "prices.xlsx", file.getvalue())
    grid.page.get_by_role("button", name="Take over").click()

    assert grid.texts() == [['"gold"', "5", "12.5", "", "agreed"]]


def test_a_file_whose_titles_mean_nothing_changes_nothing_until_they_are_mapped(grid: Grid):
    choose(grid, "colours.csv", b"Farbe,Zahl\nred,5\n")

    expect(grid.page.locator(".import-summary")).to_have_text("nothing changed")
    expect(grid.page.get_by_role("button", name="Take over")).to_be_disabled()
    assert grid.person.axe() == []
