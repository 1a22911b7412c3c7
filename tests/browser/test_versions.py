"""Older states of a definition, as a person opens, compares and restores them."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

import msgspec
import pytest
from playwright.sync_api import Page, expect

from designer import drafts, publishing
from runtime.core.definitions import Definition, Plan, name_of
from runtime.rules.documents import Input, Rule, Table
from tests.browser.people import Person, Site
from tests.builders import a_callout, a_plan, a_queue, a_system, a_table, a_task, an_item

Enter = Callable[..., Person]
replace = msgspec.structs.replace
_numbers = count(1)


def publish(site: Site, *documents: Definition, note: str = "") -> None:
    with site.database.writing() as connection:
        for document in documents:
            drafts.put(connection, document, revision=None, by="ada", now=1)
        names = [name_of(document) for document in documents]
        publishing.publish(connection, names, note=note, author="ada", now=1_700_000_000_000 + next(_numbers) * 60_000)


def the_draft(site: Site, kind: str, key: str) -> Definition | None:
    found = site.reading(lambda connection: drafts.get(connection, kind, key))
    return found.definition if isinstance(found, drafts.Draft) else None


@pytest.fixture
def plan(site: Site) -> Plan:
    """A plan with two versions and no draft; the second is active."""
    key = f"broadband{next(_numbers)}"
    first = a_plan(
        a_task("survey"),
        a_callout("reserve"),
        an_item("ready"),
        a_task("install"),
        after={"reserve": "survey", "ready": "reserve", "install": "ready"},
        key=key,
        name="Broadband",
    )
    second = replace(
        first,
        items=(
            replace(first.items[0], duration="PT2H"),
            first.items[1],
            first.items[3],
            a_callout("activate", condition="true"),
        ),
        dependencies=a_plan(after={"reserve": "survey", "install": "reserve", "activate": "install"}).dependencies,
    )
    publish(site, a_queue(), a_system(), first, note="The beginning")
    publish(site, second, note="Activate by itself")
    return second


def open_page(person: Person, address: str) -> Page:
    page = person.page
    page.goto(f"{person.site.address}{address}")
    return page


def drawn(person: Person, address: str) -> Page:
    page = open_page(person, address)
    page.wait_for_selector("html[data-ready=yes]")
    return page


def middle_of(page: Page, name: str) -> tuple[float, float]:
    """The middle of a card on the screen."""
    frame = page.locator(".djs-shape", has=page.locator(".card", has_text=name)).locator(".frame")
    box = frame.bounding_box()
    assert box, f"the card {name!r} is nowhere"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_versions_of_a_definition_are_listed_with_their_notes(person: Enter, plan: Plan):
    ada = person()
    page = open_page(ada, f"/definitions/plan/{plan.key}")
    page.get_by_label("Views of the definition").get_by_role("link", name="Versions").click()

    rows = page.get_by_label("Versions", exact=True).get_by_role("row")
    expect(rows.nth(1)).to_contain_text(re.compile(r"Version 2\s*active.*ada.*Activate by itself", re.DOTALL))
    expect(rows.nth(2)).to_contain_text(re.compile("Version 1.*The beginning", re.DOTALL))


def test_an_older_plan_is_read_and_cannot_be_changed(person: Enter, plan: Plan):
    ada = person()
    requests: list[str] = []
    page = ada.page
    page.on("request", lambda request: requests.append(f"{request.method} {request.url}"))
    drawn(ada, f"/definitions/plan/{plan.key}/versions/1")

    expect(page.get_by_role("note")).to_contain_text("Version 1, published by ada")
    expect(page.get_by_role("note")).to_contain_text("Read-only.")
    cards = page.locator(".djs-shape .card")
    expect(cards).to_have_count(4)
    expect(page.locator(".toolbox")).to_have_count(0)

    middle = middle_of(page, "Survey")
    page.mouse.click(*middle)
    expect(page.locator(".designer-side h2")).to_have_text("Survey")
    expect(page.get_by_label("Name", exact=True)).to_be_disabled()
    expect(page.locator(".djs-context-pad.open .entry")).to_have_count(1)  # what is before and after

    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 120, middle[1] + 90, steps=8)
    page.mouse.up()
    page.mouse.dblclick(*middle)
    for key in (
        "Delete",
        "n",
        "a",
        "m",
        "t",
        "F2",
        "Control+d",
        "Control+x",
        "Control+v",
        "Alt+ArrowRight",
        "l",
        "Control+z",
    ):
        page.keyboard.press(key)
    expect(page.locator(".label-field, .djs-popup")).to_have_count(0)
    expect(cards).to_have_count(4)
    assert middle_of(page, "Survey") == pytest.approx(middle, abs=1)

    page.keyboard.press("Control+f")
    page.keyboard.type("Install")
    page.keyboard.press("Enter")
    expect(page.locator(".designer-side h2")).to_have_text("Install")
    page.wait_for_timeout(1200)  # longer than the pause before a save
    assert [each for each in requests if not each.startswith("GET ")] == []
    assert not [each for each in requests if "/plans/" in each]  # neither saved, nor checked, nor looked after
    assert the_draft(ada.site, "plan", plan.key) is None


def test_two_plans_are_compared_on_the_canvas_change_by_change(person: Enter, plan: Plan):
    ada = person()
    page = open_page(ada, f"/definitions/plan/{plan.key}?view=versions")
    page.get_by_label("Compare from version 1").check()
    page.get_by_label("Compare to version 2").check()
    page.get_by_role("button", name="Compare the two chosen").click()
    page.wait_for_selector("html[data-ready=yes]")

    for kind, title in (("added", "Activate"), ("removed", "Ready"), ("changed", "Survey")):
        expect(page.locator(f".djs-shape.change-{kind}")).to_contain_text(title)
    expect(page.locator(".card-tag.added text")).to_have_text("Added")
    expect(page.locator(".djs-connection.change-removed")).to_have_count(2)
    expect(page.locator(".djs-connection.change-added")).to_have_count(2)

    page.keyboard.press("n")
    opened = page.locator(".change-list li.open")
    expect(opened).to_contain_text("Survey")
    expect(opened.locator("dt")).to_have_text("expected duration")
    expect(opened.locator("ins")).to_have_text("2 h")
    expect(page.locator(".djs-shape.selected")).to_contain_text("Survey")
    page.keyboard.press("F7")
    expect(opened).to_contain_text("Activate")
    page.keyboard.press("Shift+F7")
    page.keyboard.press("p")
    expect(opened).to_contain_text("Install")  # the last one: Reserve → Install or Ready → Install
    assert ada.axe() == []

    page.get_by_role("button", name="Removed 3").click()
    expect(page.locator(".djs-shape.change-removed")).to_have_count(0)
    expect(page.locator(".change-list li")).to_have_count(4)
    page.mouse.click(*middle_of(page, "Activate"))
    expect(opened).to_contain_text("Activate")

    page.get_by_role("tab", name="In words").click()
    page.get_by_role("button", name="Copy for release notes").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Plan Broadband\n- Added item Activate (callout).\n- Removed item Ready (milestone).")


def test_what_is_gone_stands_beside_its_neighbours_and_on_nobody(person: Enter, plan: Plan):
    ada = person()
    cards = {
        item.key: {"x": 100 + 300 * n, "y": 100} for n, item in enumerate(plan.items)
    }  # "ready" has no place any more
    with ada.site.database.writing() as connection:
        drafts.put_layout(connection, "plan", plan.key, {"cards": cards}, by="ada", now=1)
    page = drawn(ada, f"/definitions/plan/{plan.key}/compare?from=1&to=2")

    boxes = {}
    for name in ("Survey", "Reserve", "Ready", "Install", "Activate"):
        box = page.locator(".djs-shape", has=page.locator(".card", has_text=name)).locator(".frame").bounding_box()
        assert box
        boxes[name] = box
    gone = boxes.pop("Ready")
    for other in boxes.values():
        beside = gone["x"] > other["x"] + other["width"] or other["x"] > gone["x"] + gone["width"]
        assert beside or gone["y"] > other["y"] + other["height"] or other["y"] > gone["y"] + gone["height"]
    assert boxes["Survey"]["x"] < gone["x"] < boxes["Activate"]["x"]
    assert the_draft(ada.site, "plan", plan.key) is None


def test_a_difference_is_also_told_field_by_field_and_as_text(person: Enter, plan: Plan):
    ada = person()
    page = drawn(ada, f"/definitions/plan/{plan.key}/compare?from=1&to=2")
    page.get_by_role("link", name="Field by field").click()

    row = page.get_by_label("Field by field").get_by_role("row", name=re.compile("Survey.*expected duration"))
    expect(row.locator("ins")).to_have_text("2 h")
    page.get_by_role("button", name="Copy for release notes").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    page.get_by_role("link", name="Text", exact=True).click()
    expect(page.locator(".diff .added").first).to_be_visible()
    page.wait_for_load_state()
    page.get_by_label("From").select_option("Version 2")
    expect(page.get_by_text("Nothing differs")).to_be_visible()


def test_restoring_sets_the_draft_aside_and_leads_back_to_it(person: Enter, plan: Plan):
    ada = person()
    mine = replace(plan, name="Broadband, mine")
    ada.site.draft(mine, by="bob")
    page = drawn(ada, f"/definitions/plan/{plan.key}/versions/1")
    page.get_by_role("button", name="Restore …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("There is a draft that bob saved")
    dialog.get_by_role("button", name="Keep the draft").click()
    assert the_draft(ada.site, "plan", plan.key) == mine

    page.get_by_role("button", name="Restore …").click()
    dialog.get_by_role("button", name="Set it aside and restore").click()
    expect(page.get_by_text("What you restored is the draft now.")).to_be_visible()
    restored = the_draft(ada.site, "plan", plan.key)
    assert isinstance(restored, Plan)
    assert [item.key for item in restored.items] == ["survey", "reserve", "ready", "install"]
    expect(page.get_by_label("Drafts set aside")).to_contain_text("bob")

    page.get_by_role("button", name="Undo: bring it back").click()
    expect(page.get_by_label("Drafts set aside").get_by_role("row")).to_have_count(3)
    assert the_draft(ada.site, "plan", plan.key) == mine


def test_without_a_draft_restoring_asks_nothing(person: Enter, plan: Plan):
    ada = person()
    page = open_page(ada, f"/definitions/plan/{plan.key}?view=versions")
    page.get_by_role("row", name=re.compile("Version 1")).get_by_role("button", name="Restore").click()

    expect(page.get_by_text("Version 1 is the draft now.")).to_be_visible()
    assert isinstance(the_draft(ada.site, "plan", plan.key), Plan)


def test_who_saved_meanwhile_is_not_overwritten_by_restoring(person: Enter, plan: Plan):
    ada = person()
    page = open_page(ada, f"/definitions/plan/{plan.key}?view=versions")
    theirs = replace(plan, name="Broadband, theirs")
    ada.site.draft(theirs, by="bob")
    page.get_by_role("row", name=re.compile("Version 1")).get_by_role("button", name="Restore").click()

    expect(page.get_by_text("Nothing was restored. bob changed the draft since you looked")).to_be_visible()
    assert the_draft(ada.site, "plan", plan.key) == theirs


@pytest.fixture
def table(site: Site) -> Table:
    """A table with two versions: a row and a column came, another row went, one moved, and a cell changed."""
    key = f"rates{next(_numbers)}"
    rows = tuple(Rule(id=f"r{n}", inputs=(f"{n}",), outputs=(f"{n}0",)) for n in range(1, 41))
    first = replace(a_table(key=key, rules=rows), name="Rates")
    kept = [replace(row, inputs=(*row.inputs, "-")) for row in rows if row.id != "r2"]
    kept[3] = replace(kept[3], outputs=("55",))
    kept.append(kept.pop(0))
    added = Rule(id="n1", inputs=("99", '"north"'), outputs=("990",))
    region = Input(id="region", expression="region", label="Region", type="string")
    second = replace(first, inputs=(*first.inputs, region), rules=(*kept, added))
    publish(site, first)
    publish(site, second)
    return second


def cell(page: Page, rule: str, column: int):
    return page.locator(f'.rule[data-rule="{rule}"] .cell').nth(column)


def test_two_tables_are_compared_cell_by_cell(person: Enter, table: Table):
    ada = person()
    page = open_page(ada, f"/definitions/table/{table.key}/compare")
    page.wait_for_selector("#grid-page[data-ready]")

    expect(page.locator('.rule[data-rule="r2"]')).to_have_class(re.compile("change-removed"))
    expect(page.locator(".column-head.marked-added")).to_contain_text("Region")
    changed = cell(page, "r5", 2)
    expect(changed.locator("del")).to_have_text("50")
    expect(changed).to_contain_text("55")

    seen = []
    for _ in range(5):
        page.keyboard.press("n")
        seen.append(page.locator(".change-list li.open .cut").inner_text())
    assert sorted(seen) == sorted(["Input column Region", "Row 3", "Row 39", "Row 40", "Row 2"])
    expect(page.locator(".change-steps")).to_contain_text("5 of 5")
    page.locator(".change-list").get_by_role("button", name="Row 3 row").click()
    expect(page.locator(".change-fields")).to_contain_text("rate")
    expect(page.locator(".change-fields del")).to_have_text("50")
    expect(page.locator(".change-fields ins")).to_have_text("55")
    expect(page.locator(".cell.focused del")).to_have_text("50")
    expect(page.locator("#cell-note")).to_have_text("Before: 50")
    assert ada.axe() == []

    page.get_by_label("Hide rows that did not change").check()
    expect(page.locator("#shown")).to_have_text("4 of 41 rows")
    for key in ("Delete", "7", "F2", "Control+d", "Control+Enter", "Alt+ArrowDown", "Control+z"):
        page.keyboard.press(key)
    expect(page.locator(".cell-editor")).to_have_count(0)
    expect(page.locator("#shown")).to_have_text("4 of 41 rows")


def test_an_older_table_is_read_in_the_grid_and_cannot_be_changed(person: Enter, table: Table):
    ada = person()
    requests: list[str] = []
    ada.page.on("request", lambda request: requests.append(f"{request.method} {request.url}"))
    page = open_page(ada, f"/definitions/table/{table.key}/versions/1")
    page.wait_for_selector("#grid-page[data-ready]")

    expect(page.get_by_role("note")).to_contain_text("Version 1, published by ada")
    first = cell(page, "r1", 1)
    expect(first).to_have_text("10")
    first.click()
    for key in ("7", "Delete", "F2", "Control+d", "Control+Enter", "Control+Backspace", "Alt+ArrowDown", "Control+x"):
        page.keyboard.press(key)
    first.dblclick()
    expect(page.locator(".cell-editor:visible")).to_have_count(0)
    handle = page.locator('.rule[data-rule="r1"] .row-head').bounding_box()
    assert handle
    page.mouse.move(handle["x"] + 8, handle["y"] + 16)
    page.mouse.down()
    page.mouse.move(handle["x"] + 8, handle["y"] + 120, steps=6)
    page.mouse.up()
    expect(first).to_have_text("10")
    expect(page.locator(".rule:visible").first).to_have_attribute("data-rule", "r1")
    page.wait_for_timeout(1200)
    assert not [each for each in requests if each.startswith(("PATCH", "PUT", "DELETE"))]
    assert the_draft(ada.site, "table", table.key) is None
