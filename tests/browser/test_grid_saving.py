"""Nothing that somebody wrote into a table is lost: not to the network, not to a closed page, not to somebody else."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from playwright.sync_api import expect

from runtime.rules.documents import Table
from tests.browser.grid import Grid, a_table
from tests.browser.people import Person

pytestmark = pytest.mark.browser

OFFLINE = "ERR_INTERNET_DISCONNECTED|Failed to load resource"


@pytest.fixture
def grid(person: Callable[..., Person], number: int) -> Grid:
    return Grid(person(), a_table(f"saving-{number}"))


def with_cell(table: Table, row: int, output: int, text: str) -> Table:
    """What somebody else makes of the table by writing one cell."""
    document = msgspec.to_builtins(table)
    document["rules"][row]["outputs"] = [
        text if n == output else cell for n, cell in enumerate(document["rules"][row]["outputs"])
    ]
    return msgspec.convert(document, Table)


def test_what_is_written_without_a_network_is_saved_when_it_is_back(grid: Grid):
    grid.person.expects.append(OFFLINE)
    grid.person.context.set_offline(True)
    grid.click(1, 3)
    for number in range(5):
        grid.type(str(50 + number))
        grid.press("Enter")
    expect(grid.page.locator("#saving")).to_have_attribute("data-state", "offline")
    grid.press("Control+z")
    assert grid.stored().rules[0].outputs[0] == "0"

    grid.person.context.set_offline(False)
    assert [row[2] for row in grid.texts()[:5]] == ["50", "51", "52", "53", "4"]


def test_a_page_that_was_closed_without_a_network_goes_on_where_it_was(grid: Grid):
    grid.person.expects.append(OFFLINE)
    grid.person.context.set_offline(True)
    grid.press("Control+End", "Control+Enter", "Home")
    # More than a browser sends for a page that is being left.
    grid.paste("\n".join(f"gold\t{n}\t{n}\tnone\t{'because ' * 8}" for n in range(900)))
    expect(grid.page.locator("#saving")).to_have_attribute("data-state", "offline")
    grid.page.close()
    grid.person.context.set_offline(False)
    assert len(grid.stored().rules) == 12
    grid.page = grid.person.new_page()
    grid.open()

    grid.told("Your unsaved changes of last time are back.")
    grid.shown("912 rows")
    assert len(grid.saved().rules) == 912
    grid.press("Control+z")
    grid.shown("12 rows")


def test_what_somebody_else_saves_appears(grid: Grid):
    grid.site.draft(with_cell(grid.stored(), 4, 0, "88"), by="bob")

    expect(grid.cell(5, 3)).to_have_text("88", timeout=15000)  # the page looks every five seconds
    grid.told("bob")


def test_two_people_who_change_different_cells_both_keep_theirs(grid: Grid):
    grid.person.expects.append("409")
    theirs = with_cell(grid.stored(), 4, 0, "88")
    grid.page.route("**/presence/**", lambda route: route.abort())  # the page does not learn of it by itself
    grid.person.expects.append("ERR_FAILED|Failed to load")
    grid.site.draft(theirs, by="bob")
    grid.write(1, 3, "66")

    grid.told("Both changes are kept.")
    grid.says(5, 3, "88")
    texts = grid.texts()
    assert (texts[0][2], texts[4][2]) == ("66", "88")


def test_two_people_who_change_one_cell_have_to_choose(grid: Grid):
    grid.person.expects += ["409", "ERR_FAILED|Failed to load"]
    grid.page.route("**/presence/**", lambda route: route.abort())
    grid.site.draft(with_cell(with_cell(grid.stored(), 0, 0, "88"), 1, 0, "99"), by="bob")
    grid.write(1, 3, "66")

    dialog = grid.page.locator("dialog")
    expect(dialog).to_contain_text("bob changed the same cell")
    grid.press(" ", "Enter")  # of a word that was just being typed: they answer nothing
    expect(dialog.locator("tbody tr")).to_have_count(1)
    assert [cell.inner_text() for cell in dialog.locator("tbody td").all()] == ["0", "66", "88"]
    dialog.get_by_text("Keep mine here").click()
    texts = grid.texts()
    assert (texts[0][2], texts[1][2]) == ("66", "99")


def test_two_browsers_fill_one_table_together(person: Callable[..., Person], number: int):
    table = a_table(f"saving-{number}")
    ada = Grid(person("ada"), table)
    bob = Grid(person("bob"), table.key)
    for each in (ada, bob):
        each.person.expects.append("409")
    for n in range(4):
        ada.write(n + 1, 3, str(200 + n))
        bob.write(n + 6, 3, str(300 + n))

    expect(ada.cell(9, 3)).to_have_text("303", timeout=15000)
    expect(bob.cell(4, 3)).to_have_text("203", timeout=15000)
    texts = ada.texts()
    assert [row[2] for row in texts[:4]] == ["200", "201", "202", "203"]
    assert [row[2] for row in texts[5:9]] == ["300", "301", "302", "303"]


def test_a_file_is_taken_over_after_its_differences_were_shown(grid: Grid):
    page = grid.page
    page.click("#import")
    lines = ["Segment,Speed,Discount,Approval,Note", "gold,>= 10,15,none,", "silver,[0..10),1,none,new"]
    page.set_input_files(
        "input[type=file]",
        files=[{"name": "sheet.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}],
    )
    expect(page.locator(".import-summary")).to_contain_text("11 removed")
    page.click("text=Take over")

    assert grid.texts() == [['"gold"', ">= 10", "15", '"none"', ""], ['"silver"', "[0..10)", "1", '"none"', "new"]]
    grid.press("Control+z")
    grid.shown("12 rows")
    assert len(grid.saved().rules) == 12


@pytest.mark.parametrize("format_", ["csv", "xlsx", "dmn"])
def test_what_is_exported_can_be_changed_and_imported_again(grid: Grid, format_: str):
    page = grid.page
    names = {"csv": "CSV", "xlsx": "Excel workbook (.xlsx)", "dmn": "DMN XML"}
    page.click("#export")
    with page.expect_download() as download:
        page.click(f"role=menuitem[name='{names[format_]}']")
    path = download.value.path()
    grid.write(1, 3, "33")
    before = grid.saved()
    assert before.rules[0].outputs[0] == "33"

    page.click("#import")
    page.set_input_files(
        "input[type=file]",
        files=[{"name": f"table.{format_}", "mimeType": "application/octet-stream", "buffer": path.read_bytes()}],
    )
    expect(page.locator(".changes tbody tr")).to_have_count(1)
    expect(page.locator(".changes tbody tr")).to_contain_text("row 1, Discount")
    page.click("text=Take over")
    assert grid.texts()[0][2] == "0"
