"""What the server says about a table shows up where somebody works on it: marks, gaps, trials, test cases."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from runtime.rules.documents import Rule
from tests.browser.grid import Grid, a_table
from tests.browser.people import Person

pytestmark = pytest.mark.browser


def row(id_: str, segment: str, speed: str, discount: str = "1", approval: str = '"none"') -> Rule:
    return Rule(id=id_, inputs=(segment, speed), outputs=(discount, approval), annotations=("",))


COVERED = (
    row("r1", '"gold"', "-", "10"),
    row("r2", '"silver"', "< 100", "5"),
    row("r3", '"silver"', ">= 100", "7"),
    row("r4", '"bronze"', "-", "0"),
)


@pytest.fixture
def open_grid(person: Callable[..., Person], number: int) -> Callable[..., Grid]:
    def open_(*rules: Rule, **rest: object) -> Grid:
        return Grid(person(), a_table(f"checks-{number}", rules=rules or COVERED, **rest))

    return open_


def test_a_cell_that_cannot_be_read_is_marked_and_said_in_words(open_grid: Callable[..., Grid]):
    grid = open_grid()
    grid.click(2, 2)
    grid.type(">= ")
    expect(grid.page.locator(".cell-editor-note.bad")).not_to_be_empty()
    grid.press("Enter")

    expect(grid.page.locator("#errors")).to_have_text("1 error")
    expect(grid.cell(2, 2)).to_have_attribute("aria-invalid", "true")
    grid.click(2, 2)
    expect(grid.page.locator("#cell-note")).not_to_be_empty()
    grid.type("< 100")
    grid.press("Enter")
    expect(grid.page.locator("#errors")).to_be_hidden()


def test_a_word_of_the_wrong_type_is_an_error(open_grid: Callable[..., Grid]):
    grid = open_grid()
    grid.write(1, 2, '"fast"')

    expect(grid.cell(1, 2)).to_have_attribute("aria-invalid", "true")
    expect(grid.page.locator("#errors")).to_have_text("1 error")


def test_overlapping_rows_are_errors_of_a_unique_table(open_grid: Callable[..., Grid]):
    grid = open_grid()
    grid.write(2, 2, "<= 100")

    expect(grid.page.locator("#errors")).to_have_text("1 error")
    finding = grid.page.locator(".finding", has_text="Rows 2 and 3 both match")
    expect(finding).to_be_visible()
    expect(grid.page.locator("[data-row='1'] .row-mark.bad")).to_be_visible()
    expect(grid.page.locator("[data-row='2'] .row-mark.bad")).to_be_visible()


def test_a_masked_row_is_found_and_can_be_shown_alone(open_grid: Callable[..., Grid]):
    grid = open_grid(row("all", "-", "-", "1"), *COVERED, hit_policy="first")

    expect(grid.page.locator("#warnings")).to_be_visible()
    expect(grid.page.locator(".finding", has_text="never wins").first).to_be_visible()
    grid.page.locator("details.findings", has_text="Warnings").get_by_text("Show only these rows").click()
    expect(grid.page.locator("#show-all")).to_be_visible()
    grid.press("F8")
    expect(grid.page.locator("#said")).to_contain_text("never wins")


def test_a_row_that_never_matches_and_one_inside_of_another_are_marked(open_grid: Callable[..., Grid]):
    inside = row("inside", '"gold"', "< 50", "10")
    grid = open_grid(row("fast", "-", "< 100", "10"), inside, row("nobody", "-", "(5..5)", "1"), hit_policy="collect")

    expect(grid.page.locator("[data-rule='nobody'] .row-mark.waits")).to_be_visible()
    expect(grid.page.locator(".finding", has_text="Row 3 can never match")).to_contain_text("never hit")
    expect(grid.page.locator("[data-rule='inside'] .row-mark.still")).to_be_visible()
    grid.page.locator("details.findings summary", has_text="Notes").click()
    lies = grid.page.locator(".finding", has_text="Row 2 lies inside of row 1")
    expect(lies).to_contain_text("subsumed")
    lies.click()
    expect(grid.page.locator("[data-rule='inside'] .row-head")).to_have_class(re.compile("selected"))


def test_a_gap_becomes_a_row_with_one_click(open_grid: Callable[..., Grid]):
    grid = open_grid(*COVERED[:3])
    grid.page.click("#gap-count")
    gap = grid.page.locator(".gap")
    expect(gap).to_have_count(1)
    expect(gap).to_contain_text('"bronze"')
    gap.get_by_text("Add this row").click()

    assert grid.texts()[3][:2] == ['"bronze"', "-"]
    expect(grid.page.locator("#where")).to_have_text("Row 4 · Discount")
    grid.type("2")
    grid.press("Tab")
    grid.type("none")
    grid.press("Enter")
    expect(grid.page.locator("#gap-count")).to_be_hidden()


def test_a_row_reads_as_a_sentence(open_grid: Callable[..., Grid]):
    grid = open_grid()
    grid.click(3, 1)

    expect(grid.page.locator("#reading")).to_have_text(
        'When Segment is "silver" and Speed is at least 100, then Discount is 7 and Approval is "none".'
    )


def test_the_editor_says_how_a_cell_reads(open_grid: Callable[..., Grid]):
    grid = open_grid()
    grid.click(1, 2)
    grid.type("[10..20)")

    expect(grid.page.locator(".cell-editor-note")).to_have_text("is from 10 and below 20")


def test_a_trial_shows_what_matches_and_why_other_rows_do_not(open_grid: Callable[..., Grid]):
    grid = open_grid()
    page = grid.page
    page.click("button[data-tab='test']")
    page.locator("#panel").get_by_label("Segment").fill("silver")
    page.locator("#panel").get_by_label("Speed").fill("250")

    expect(page.locator(".result-title")).to_contain_text("One row matches")
    expect(page.locator(".result-value")).to_contain_text("7")
    expect(page.locator(".rule.chosen")).to_have_attribute("data-rule", "r3")
    grid.click(2, 1)
    expect(page.locator(".why-not")).to_contain_text("Why not row 2")
    expect(page.locator(".why-not li")).to_have_text("Speed is 250, and the row asks for < 100")
    expect(grid.cell(2, 2)).to_have_class("cell inputs refused")
    grid.click(1, 1)
    expect(page.locator(".why-not li")).to_have_text('Segment is "silver", and the row asks for "gold"')


def test_a_value_that_cannot_be_read_is_said_at_its_field(open_grid: Callable[..., Grid]):
    grid = open_grid()
    grid.page.click("button[data-tab='test']")
    grid.person.expects.append("422|400")
    grid.page.locator("#panel").get_by_label("Speed").fill("fast and")

    expect(grid.page.locator(".trial-field .wrong")).to_be_visible()


def test_trials_are_saved_as_test_cases_and_run_when_the_table_changes(open_grid: Callable[..., Grid]):
    grid = open_grid()
    page = grid.page
    page.click("button[data-tab='test']")
    page.locator("#panel").get_by_label("Segment").fill("gold")
    expect(page.locator(".result-value")).to_contain_text("10")
    page.fill("#case-name", "gold customers")
    page.click("text=Save as test case")
    page.click("#tab-cases")
    expect(page.locator(".cases-head .state")).to_have_text("all 1 pass")
    expect(page.locator(".coverage h3")).to_contain_text("1 of 4 hit")
    outputs = page.locator(".coverage details", has_text="Discount")
    outputs.locator("summary").click()
    expect(outputs.locator("li:not(.none)")).to_have_count(1)
    expect(outputs.locator("li:not(.none)")).to_contain_text("10")
    expect(page.locator("[data-rule='r1'] .row-hits")).to_have_text("1")
    expect(page.locator("[data-rule='r2'] .row-hits")).to_have_text("0")

    grid.write(1, 3, "11")
    expect(page.locator(".cases-head .state")).to_have_text("1 of 1 fail")
    expect(page.locator(".case-got")).to_contain_text("11")
    page.click("text=Accept as right")
    expect(page.locator(".cases-head .state")).to_have_text("all 1 pass")
    page.click("text=Show the 3 that no case hits")
    grid.shown("3 of 4 rows")


def test_a_gap_is_tried_out_with_an_example(open_grid: Callable[..., Grid]):
    grid = open_grid(*COVERED[:3])
    grid.page.click("#gap-count")
    grid.page.click("text=Try an example")

    expect(grid.page.locator("#panel").get_by_label("Segment")).to_have_value("bronze")
    expect(grid.page.locator(".result-title")).to_contain_text("No row matches")


def test_publishing_is_refused_while_a_test_case_fails_and_possible_after(open_grid: Callable[..., Grid]):
    grid = open_grid()
    page = grid.page
    page.click("button[data-tab='test']")
    page.locator("#panel").get_by_label("Segment").fill("gold")
    expect(page.locator(".result-value")).to_contain_text("10")
    page.click("text=Save as test case")
    grid.write(1, 3, "11")
    page.click("#tab-cases")
    expect(page.locator(".cases-head .state")).to_have_text("1 of 1 fail")

    grid.person.expects.append("status of 422")  # the refusal is shown by the page itself
    page.click("#publish")
    expect(page.locator("#cases")).to_contain_text("1 of 1 test case comes out differently")
    expect(page.locator(f'input[name="name"][value="table/{grid.key}"]')).to_be_checked()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".note")).to_contain_text("1 test case comes out differently")
    page.get_by_label("Accept the new outcome").check()
    page.get_by_label("Note").fill("more for gold")
    page.get_by_role("button", name="Publish").click()

    expect(page.locator("h1")).to_have_text(re.compile(r"Release \d+"))
    expect(page.locator("main")).to_contain_text("more for gold")
    grid.open()
    expect(page.locator("#version")).to_have_text("Version 1")


def test_what_is_said_of_the_chosen_cell_follows_what_is_written_in_it(person: Callable[..., Person], number: int):
    rules = (Rule(id="r1", inputs=("-", "-"), outputs=("", '"none"'), annotations=("",)),)
    grid = Grid(person(), a_table(f"filled-{number}", rules=rules))
    page = grid.page
    grid.click(1, 3)
    expect(page.locator("#cell-note")).to_contain_text("This cell is empty. Enter a value, or `null`.")

    page.keyboard.type("5")
    grid.press("Enter")  # there is no row below: the cell stays chosen
    expect(page.locator("#cell-note")).to_have_text("")
    expect(page.locator("#reading")).to_contain_text("Discount is 5")
