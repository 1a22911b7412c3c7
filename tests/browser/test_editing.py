"""A form saves what is written into it, says what is wrong with it, and forgets nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs
from playwright.sync_api import expect

from designer import drafts
from runtime.core.definitions import Attribute
from tests.browser.forms import Form
from tests.browser.people import Person
from tests.builders import a_specification

pytestmark = pytest.mark.browser

OFFLINE = "ERR_INTERNET_DISCONNECTED|Failed to load resource"
REFUSED = "status of 40[49]"


def fibre(number: int, *names: str) -> Any:
    attributes = tuple(Attribute(name=name) for name in names or ("speed", "address", "colour"))
    return a_specification(f"fibre-{number}", attributes=attributes)


def attribute_names(form: Form) -> list[str]:
    return [attribute["name"] for attribute in form.stored().get("attributes", [])]


@pytest.fixture
def form(person: Callable[..., Person], number: int) -> Form:
    return Form(person(), fibre(number))


def test_a_specification_is_made_from_nothing(person: Callable[..., Person], number: int):
    form = Form(person()).make("specification", f"Fibre access {number}")
    form.write("Category", "access")
    form.write("Identifiers", "offer-1")
    form.press("Enter")
    form.page.keyboard.type("offer-2,")
    form.page.get_by_label("Modify").check()
    form.page.get_by_label("Add", exact=True).check()
    row = form.add("attribute")
    expect(row.get_by_label("Name", exact=True)).to_be_focused()
    form.page.keyboard.type("speed")
    row.get_by_label("Type").select_option("number")
    form.write_feel("Allowed values", "100, 500, 1000", row)
    row.get_by_label("Required").check()

    assert form.stored() == {
        "kind": "specification",
        "key": f"fibre-access-{number}",
        "name": f"Fibre access {number}",
        "category": "access",
        "identifiers": ["offer-1", "offer-2"],
        "actions": ["add", "modify"],
        "attributes": [{"name": "speed", "type": "number", "allowed": "100, 500, 1000", "required": True}],
    }


def test_what_is_wrong_is_said_at_its_field_and_in_the_list(form: Form):
    row = form.rows("Attributes").first
    form.write_feel("Allowed values", "> )", row)

    expect(row.locator(".wrong")).to_contain_text("A value is missing")
    form.side("problems").locator(".finding", has_text="A value is missing").click()
    expect(row.get_by_role("textbox", name="Allowed values")).to_be_focused()
    form.press("Control+a")
    form.page.keyboard.type('> "5"')
    expect(row.locator(".wrong")).to_have_count(0)
    assert form.stored()["attributes"][0]["allowed"] == '> "5"'


def test_undo_goes_back_over_what_is_saved_already(form: Form):
    form.write("Category", "access")
    assert form.stored()["category"] == "access"
    form.page.get_by_role("button", name="Remove address").click()
    assert attribute_names(form) == ["speed", "colour"]
    form.press("Control+z")
    assert attribute_names(form) == ["speed", "address", "colour"]
    form.press("Control+z")
    expect(form.page.get_by_label("Category")).to_have_value("")
    assert "category" not in form.stored()

    form.press("Control+Shift+z", "Control+Shift+z")
    assert (form.stored()["category"], attribute_names(form)) == ("access", ["speed", "colour"])


def test_undo_works_in_the_field_that_is_being_typed_in(form: Form):
    form.write("Category", "access to everything")
    form.press("Control+z")

    expect(form.page.get_by_label("Category")).to_have_value("")
    expect(form.page.get_by_label("Category")).to_be_focused()
    assert "category" not in form.stored()


def test_rows_are_moved_by_keys_and_by_dragging(form: Form):
    form.rows("Attributes").nth(2).get_by_label("Name", exact=True).click()
    form.press("Alt+ArrowUp")
    assert attribute_names(form) == ["speed", "colour", "address"]
    expect(form.rows("Attributes").nth(1).get_by_label("Name", exact=True)).to_be_focused()

    form.rows("Attributes").first.locator(".grip").drag_to(form.rows("Attributes").nth(2).locator(".grip"))
    assert attribute_names(form) == ["colour", "address", "speed"]


def test_enter_goes_to_the_next_row_and_makes_one_after_the_last(form: Form):
    form.rows("Attributes").nth(2).get_by_label("Name", exact=True).click()
    form.press("Enter")
    expect(form.rows("Attributes").nth(3).get_by_label("Name", exact=True)).to_be_focused()
    form.page.keyboard.type("extra")

    assert attribute_names(form) == ["speed", "address", "colour", "extra"]


def test_what_is_written_without_a_network_is_saved_when_it_is_back(form: Form):
    form.person.expects.append(OFFLINE)
    form.person.context.set_offline(True)
    form.write("Category", "written without a network")
    form.state("offline")
    form.page.get_by_role("button", name="Remove address").click()
    form.person.context.set_offline(False)

    assert (form.stored()["category"], attribute_names(form)) == ("written without a network", ["speed", "colour"])


def test_a_page_that_was_closed_without_a_network_goes_on_where_it_was(form: Form):
    form.person.expects.append(OFFLINE)
    form.person.context.set_offline(True)
    form.write("Category", "not saved yet")
    form.state("offline")
    form.page.close()
    form.person.context.set_offline(False)
    again = Form(form.person, page=form.person.new_page()).open(form.kind, form.key)

    expect(again.page.get_by_label("Category")).to_have_value("not saved yet")
    assert again.stored()["category"] == "not saved yet"


def test_unsaved_changes_of_last_time_never_overwrite_what_was_saved_since(form: Form, number: int):
    form.person.expects.append(OFFLINE)
    form.person.context.set_offline(True)
    form.write("Category", "of last time")
    form.state("offline")
    form.page.close()
    form.person.site.draft(structs.replace(fibre(number), category="saved since"), by="bob")
    form.person.context.set_offline(False)
    again = Form(form.person, page=form.person.new_page())
    again.page.goto(f"{form.person.site.address}/edit/{form.kind}/{form.key}")
    dialog = again.page.locator("dialog.choices")
    again.kind, again.key = form.kind, form.key

    expect(dialog).to_contain_text("saved since")
    expect(dialog).to_contain_text("of last time")
    dialog.get_by_label("Of bob").check()
    dialog.get_by_role("button", name="Go on").click()
    assert again.stored()["category"] == "saved since"


MERGE = """async ({ base, mine, theirs }) => {
  const folder = document.querySelector('script[src*="js/forms/start.js"]').src.replace('start.js', '');
  const { identified, recognised } = await import(`${folder}documents.js`);
  const { merged } = await import(`${folder}merging.js`);
  const known = identified({ rows: base });
  const [my, their] = [mine, theirs].map((rows) => recognised({ rows }, known));
  const { document: { rows }, conflicts } = merged(known, my, their);
  return { rows: rows.map((row) => Object.values(row).join(':')), conflicts: conflicts.map((one) => one.pointer) };
}"""


@pytest.mark.parametrize(
    ("mine", "theirs", "rows", "conflicts"),
    [
        ("a:1 b:2 c:3 d:4", "a:1 b:2 c:3 e:5", "a:1 b:2 c:3 d:4 e:5", []),
        ("c:3 a:1 b:2", "a:9 b:2 c:3", "c:3 a:9 b:2", []),
        ("a:1 c:3", "a:1 b:2 c:3 d:4", "a:1 c:3 d:4", []),
        ("a:1 b:7 c:3", "a:1 b:2 c:8", "a:1 b:7 c:8", []),
        ("a:1 b:7 c:3", "a:1 b:8 c:3", "a:1 b:7 c:3", ["/rows/1/worth"]),
        ("a:1 c:3", "a:1 b:8 c:3", "a:1 c:3", ["/rows/1"]),
        ("a:1 b:8 c:3", "a:1 c:3", "a:1 b:8 c:3", ["/rows/1"]),
        ("b:2 a:1 c:3", "a:1 c:3", "a:1 c:3", []),
    ],
)
def test_rows_are_merged_one_by_one(form: Form, mine: str, theirs: str, rows: str, conflicts: list[str]):
    def table(text: str) -> list[dict[str, str]]:
        return [dict(zip(("name", "worth"), row.split(":"), strict=True)) for row in text.split()]

    sides = {"base": table("a:1 b:2 c:3"), "mine": table(mine), "theirs": table(theirs)}
    found = form.page.evaluate(MERGE, sides)

    assert (found["rows"], found["conflicts"]) == (rows.split(), conflicts)


def test_what_two_people_write_on_one_draft_is_merged(form: Form, person: Callable[..., Person]):
    bob = Form(person("bob")).open(form.kind, form.key)
    form.write("Category", "of ada")
    form.rows("Attributes").first.get_by_label("Required").check()
    form.stored()
    bob.person.expects.append(REFUSED)
    bob.rows("Attributes").first.get_by_label("Label", exact=True).fill("Of Bob")
    row = bob.add("attribute")
    row.get_by_label("Name", exact=True).fill("extra")

    stored = bob.stored()
    assert stored["category"] == "of ada"
    assert stored["attributes"][0] == {"name": "speed", "label": "Of Bob", "required": True}
    assert [each["name"] for each in stored["attributes"]] == ["speed", "address", "colour", "extra"]
    expect(form.rows("Attributes").nth(3).get_by_label("Name", exact=True)).to_have_value("extra", timeout=15_000)
    expect(form.page.get_by_role("group", name="Also here").get_by_role("button", name="Bob")).to_be_visible()
    # Undo takes back what was done here, never what somebody else did.
    form.press("Control+z", "Control+z")
    assert "category" not in form.stored()
    assert form.stored()["attributes"][0] == {"name": "speed", "label": "Of Bob"}


def test_where_two_people_write_the_same_one_of_them_chooses(form: Form, person: Callable[..., Person]):
    bob = Form(person("bob")).open(form.kind, form.key)
    bob.person.expects += [OFFLINE, REFUSED]
    bob.person.context.set_offline(True)
    form.write("Category", "by ada")
    form.stored()
    bob.write("Category", "by bob")
    bob.person.context.set_offline(False)
    dialog = bob.page.locator("dialog.choices")

    expect(dialog).to_contain_text("by ada", timeout=15_000)
    expect(dialog).to_contain_text("by bob")
    dialog.get_by_label("Of ada").check()
    dialog.get_by_role("button", name="Go on").click()
    expect(bob.page.get_by_label("Category")).to_have_value("by ada")
    assert bob.stored()["category"] == "by ada"


def test_a_draft_that_somebody_discarded_can_be_kept(form: Form):
    form.person.expects.append(REFUSED)
    with form.person.site.database.writing() as connection:
        drafts.discard(connection, form.kind, form.key, revision=None, by="bob", now=5)
    form.write("Category", "still here")
    expect(form.page.get_by_role("dialog", name="The draft is gone")).to_be_visible()
    form.press(" ", "Enter")  # of a word that was just being typed: they answer nothing

    form.page.get_by_role("button", name="Keep mine as a new draft").click()
    assert form.stored()["category"] == "still here"


def test_axe_finds_nothing_serious(person: Callable[..., Person], number: int):
    form = Form(person(), fibre(number))
    form.write_feel("Allowed values", "> )", form.rows("Attributes").first)
    expect(form.problem("A value is missing")).to_be_visible()
    form.side("problems")

    assert form.person.axe() == []


def test_a_new_definition_of_any_kind_begins_at_the_list(person: Callable[..., Person], number: int):
    somebody = person()
    page = somebody.page
    page.goto(f"{somebody.site.address}/definitions/")
    page.get_by_role("link", name="New …").click()
    page.get_by_role("link", name="Specification").click()
    page.get_by_label("Name").press_sequentially(f"Fibre Access, {number} Mbit/s")
    expect(page.get_by_label("Key")).to_have_value(f"fibre-access-{number}-mbit-s")
    page.get_by_label("Key").fill(f"own-key-{number}")
    page.get_by_label("Name").fill("Another name")
    expect(page.get_by_label("Key")).to_have_value(f"own-key-{number}")
    page.get_by_role("button", name="Make the specification").click()

    expect(page.get_by_role("heading", name="Another name")).to_be_visible()
    page.wait_for_selector("#editor[data-ready=true]")


def test_publishing_waits_for_what_is_still_being_typed(form: Form):
    form.write("Category", "just typed")
    form.page.get_by_role("link", name="Publish").click()
    form.page.wait_for_url(re.compile(r"/releases/publish\?name=specification"))

    found = form.person.site.reading(lambda connection: drafts.get(connection, form.kind, form.key))
    assert found.definition.category == "just typed"


def test_it_reads_well_on_a_phone(person: Callable[..., Person], number: int):
    form = Form(person(width=390, height=844), fibre(number))

    assert form.page.evaluate("document.documentElement.scrollWidth") <= 390
    parts = "[...document.querySelectorAll('.editor-form .part, .designer-acts')]"
    assert form.page.evaluate(f"{parts}.filter((part) => part.scrollWidth > part.clientWidth).length") == 0
