"""Who is at the same table is shown, and the cell that they are in."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.grid import Grid, a_table


def test_the_cell_of_somebody_else_is_outlined_with_their_name_and_reached_with_a_click(person, number: int):
    ada = Grid(person("ada"), a_table(f"people-{number}", 60))
    bob = Grid(person("bob"), ada.key)
    bob.click(3, 3)

    mark = ada.page.locator(".cell.at-other")
    expect(mark).to_have_attribute("data-other", "Bob", timeout=12000)
    assert mark.get_attribute("id") == "cell-2-2"
    ada.press("Control+End")
    expect(mark).to_have_count(0)
    ada.page.get_by_role("button", name="Bob").click()
    expect(ada.page.locator("#where")).to_have_text("Row 3 · Discount")

    bob.click(5, 1)
    expect(ada.cell(5, 1)).to_have_attribute("data-other", "Bob")
    bob.page.close()
    expect(mark).to_have_count(0, timeout=20000)
    expect(ada.page.locator("#people")).to_be_hidden()


def test_what_somebody_else_changes_arrives_while_both_are_there(person, number: int):
    ada = Grid(person("ada"), a_table(f"people-{number}", 6))
    bob = Grid(person("bob"), ada.key)
    expect(ada.page.locator("#people")).to_be_visible(timeout=12000)
    bob.write(2, 3, "99")
    bob.saved()

    expect(ada.cell(2, 3)).to_have_text("99")
    ada.told("bob")
