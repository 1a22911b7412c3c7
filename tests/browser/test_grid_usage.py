"""How often rows fired, in production and in test cases, stands beside them; rows that never fire are listed."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from designer import cases, drafts, publishing
from designer.trials import Case
from runtime import engine
from runtime.core.orders import Line, Order
from runtime.rules.documents import Input, Output, Rule, Table
from runtime.worker import Worker
from tests.browser.grid import Grid
from tests.browser.people import Site
from tests.builders import a_catalog, a_decision, a_plan


def now() -> int:
    return time.time_ns() // 1_000_000


def a_used_table(site: Site, number: int) -> tuple[str, list[int]]:
    """Published, asked by three orders: row 1 fires once, row 2 twice, rows 3 and 4 never; one test case hits row 3."""
    key = f"used-{number}"
    table = Table(
        key=key,
        name="Rates",
        hit_policy="first",
        inputs=(Input(id="n", expression="order.lines[1].quantity", label="Pieces", type="number"),),
        outputs=(Output(id="rate", name="rate", label="Rate", type="number"),),
        annotations=("Note",),
        rules=tuple(
            Rule(id=f"r{n}", inputs=(test,), outputs=(str(n),), annotations=("",))
            for n, test in enumerate(("< 10", "[10..20)", "[20..30)", ">= 30"), 1)
        ),
    )
    plan = a_plan(a_decision("rate", table=key, per="order"))
    with site.database.writing() as connection:
        documents = a_catalog(plan, table)
        for document in documents.values():
            drafts.put(connection, document, revision=None, by="ada", now=now())
        publishing.publish(connection, documents, author="ada", now=now())
        made = [
            engine.submit(
                connection,
                Order(lines=(Line(id="1", specification="fibre", action="add", quantity=each),)),
                request="{}",
                by="shop",
                now=now(),
            )
            for each in (5, 15, 12)
        ]
        case = Case(0, "many", {"order.lines": "[{quantity: 25}]"}, "3")
        cases.put(connection, "table", key, case, by="ada", now=now())
    worker = Worker(site.database, callback_url="http://127.0.0.1:9")
    while worker.take_turn():
        pass
    return key, made


@pytest.fixture
def used(person, site: Site, number: int) -> tuple[Grid, list[int]]:
    key, orders = a_used_table(site, number)
    grid = Grid(person(), key)
    grid.page.get_by_role("button", name="Hits", exact=True).click()
    return grid, orders


def uses(grid: Grid, row: int) -> list[str]:
    spans = grid.page.locator(f".rule[data-row='{row - 1}'] .row-uses > *")
    expect(spans).to_have_count(3)
    return spans.all_inner_texts()


def test_every_row_shows_its_hits_its_last_order_and_its_test_cases(used):
    grid, orders = used
    first = grid.page.locator(".rule[data-row='0'] .use-n")
    expect(first).to_have_text("1")
    assert uses(grid, 2)[0] == "2"
    assert uses(grid, 3) == ["0", "never", "1"]
    assert uses(grid, 4) == ["0", "never", "0"]
    link = grid.page.locator(".rule[data-row='1'] a.use-last")
    expect(link).to_have_text(re.compile("just now|ago"))
    expect(link).to_have_attribute("href", f"/orders/{orders[2]}")


def test_a_press_on_the_heading_orders_the_rows_by_their_hits(used):
    grid, _ = used
    expect(grid.page.locator(".rule[data-row='0'] .use-n")).to_have_text("1")
    heading = grid.page.get_by_role("button", name=re.compile("Hits: in production"))
    heading.click()
    grid.says(1, 1, "[20..30)")
    heading.click()
    grid.says(1, 1, "[10..20)")
    heading.click()
    grid.says(1, 1, "< 10")


def test_dead_rows_are_listed_shown_alone_and_reached(used):
    grid, _ = used
    page = grid.page
    page.get_by_role("tab", name="Hits").click()
    panel = page.locator("#panel")
    expect(panel).to_contain_text("Decisions in production")
    expect(panel.locator(".dead-rows li")).to_have_count(2)
    panel.get_by_role("button", name=re.compile("Show never hit")).click()
    grid.shown("2 of 4 rows")
    panel.get_by_role("button", name=re.compile("Show neither")).click()
    grid.shown("1 of 4 rows")
    grid.says(1, 1, ">= 30")
    page.get_by_role("button", name="Show all").click()
    panel.get_by_role("button", name=re.compile("row 3")).click()
    expect(page.locator("#where")).to_contain_text("1 × 3 cells")


def test_a_row_that_is_new_is_not_called_dead(used):
    grid, _ = used
    grid.page.get_by_role("tab", name="Hits").click()
    grid.page.get_by_role("button", name="Row", exact=True).click()
    grid.saved()

    expect(grid.page.locator("#panel")).to_contain_text("One row is new")
    expect(grid.page.locator("#panel .dead-rows li")).to_have_count(2)


def test_the_hits_stay_shown_until_they_are_put_away(used):
    grid, _ = used
    expect(grid.page.locator(".row-uses:visible").first).to_be_visible()
    grid.open()
    expect(grid.page.locator(".rule[data-row='1'] .use-n")).to_have_text("2")
    grid.page.get_by_role("button", name="Hits", exact=True).click()
    expect(grid.page.locator(".rule[data-row='1'] .row-uses")).to_be_empty()
