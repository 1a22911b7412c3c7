"""What lines are told before they are taken apart, and what people are asked for that, is filled in as a form."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from runtime.core.definitions import Attribute
from tests.browser.forms import Form
from tests.browser.people import Person
from tests.builders import a_catalog, a_question, a_queue, a_specification, a_table, an_enrichment


def test_an_enrichment_is_made_from_nothing(person: Callable[..., Person]) -> None:
    admin = person()
    for document in a_catalog(None, a_specification(category="access"), a_table()).values():
        admin.site.draft(document)
    form = Form(admin).make("enrichment", "Discount of many")
    form.page.get_by_label("Is of the specification").select_option("fibre")
    step = form.add("step")
    step.get_by_label("Asks the table").select_option("discount")
    expect(form.problem("reads 'amount', which nothing gives")).to_be_visible()

    step.get_by_role("button", name="amount", exact=True).click()
    form.write_feel("With: amount", "line.quantity", step)
    step.get_by_role("button", name="Add an attribute").click()
    step.get_by_label("Gives the line: attribute 1").fill("rate")
    form.press("Tab")
    expect(step.get_by_role("textbox", name="Gives the line: rate", exact=True)).to_be_focused()
    form.page.keyboard.type("decided")
    form.press("Escape")
    expect(form.problem("reads 'amount'")).to_have_count(0)

    said = form.stored()
    assert said["specification"] == "fibre"
    assert said["steps"] == [
        {"table": "discount", "inputs": {"amount": "line.quantity"}, "attributes": {"rate": "decided"}}
    ]
    expect(form.page.get_by_text("No problems").first).to_be_visible()
    form.page.goto(f"{admin.site.address}/definitions/enrichment/{form.key}")
    expect(form.page.get_by_role("cell", name="rate decided")).to_be_visible()


def ask(form: Form, queue: str) -> Locator:
    """Adds a step that asks people."""
    step = form.add("step")
    step.get_by_label("Or asks people, in the queue").select_option(queue)
    return step


def test_a_step_asks_people_what_only_they_know(person: Callable[..., Person], number: int) -> None:
    admin = person()
    admin.site.draft(a_specification(f"fibre-{number}"))
    admin.site.draft(a_queue(f"desk-{number}"))
    form = Form(admin, an_enrichment(f"region-{number}", specification=f"fibre-{number}"))
    step = ask(form, f"desk-{number}")
    expect(form.problem("is asked nothing; add a field")).to_be_visible()

    step.get_by_role("button", name="Add a field").click()
    form.write("Label", "Region of the address", step)
    expect(step.get_by_label("Name in answered")).to_have_value("region_of_the_address")
    step.get_by_label("Type").select_option("choice")
    expect(form.problem("offers nothing to choose from")).to_be_visible()
    form.write("Choices, one a line", "north\nsouth", step)
    step.get_by_label("Must be filled in").check()
    form.write("Help", "See the map on the wall.", step)
    expect(form.problem("nothing reads this answer")).to_be_visible()

    step.get_by_role("button", name="Add an attribute").click()
    step.get_by_label("Gives the line: attribute 1").fill("region")
    form.press("Tab")
    expect(step.get_by_role("textbox", name="Gives the line: region", exact=True)).to_be_focused()
    form.complete("answered.reg", "region_of_the_address")
    expect(form.page.get_by_text("No problems").first).to_be_visible()
    form.press("Escape")

    assert form.stored()["steps"] == [
        {
            "queue": f"desk-{number}",
            "form": [
                {
                    "name": "region_of_the_address",
                    "label": "Region of the address",
                    "type": "choice",
                    "required": True,
                    "choices": ["north", "south"],
                    "help": "See the map on the wall.",
                }
            ],
            "attributes": {"region": "answered.region_of_the_address"},
        }
    ]
    form.page.goto(f"{admin.site.address}/definitions/enrichment/{form.key}")
    expect(form.page.get_by_role("cell", name="Region of the address")).to_contain_text("north, south, required")


def test_an_attribute_of_the_catalog_is_asked_for_by_one_click(person: Callable[..., Person], number: int) -> None:
    admin = person()
    attributes = (
        Attribute(name="accessType", allowed='"fibre", "copper"'),
        Attribute(name="speed", type="number", label="Speed (Mbit/s)"),
    )
    admin.site.draft(a_specification(f"fibre-{number}", attributes=attributes))
    admin.site.draft(a_queue(f"desk-{number}"))
    form = Form(admin, an_enrichment(f"access-{number}", specification=f"fibre-{number}"))
    step = ask(form, f"desk-{number}")
    step.get_by_role("button", name="accessType").click()
    step.get_by_role("button", name="Speed (Mbit/s)").click()
    expect(form.page.get_by_text("No problems").first).to_be_visible()

    (said,) = form.stored()["steps"]
    assert said["attributes"] == {"accessType": "answered.access_type", "speed": "answered.speed"}
    assert [(one["name"], one["label"], one["type"]) for one in said["form"]] == [
        ("access_type", "Access type", "choice"),
        ("speed", "Speed (Mbit/s)", "number"),
    ]
    assert said["form"][0]["choices"] == ["fibre", "copper"]
    form.press("Control+z")
    expect(form.rows("Form")).to_have_count(1)


def test_a_renamed_field_is_renamed_where_its_answer_is_read(person: Callable[..., Person], number: int) -> None:
    admin = person()
    admin.site.draft(a_queue(f"desk-{number}"))
    form = Form(admin, an_enrichment(f"region-{number}", a_question("region", "why", queue=f"desk-{number}")))
    first = form.rows("Form").first
    form.write("Name in answered", "Region", first)
    expect(form.problem("Small letters, digits and _")).to_be_visible()
    form.write("Name in answered", "why", first)
    expect(form.problem("Another field has this name")).to_be_visible()
    form.write("Name in answered", "district", first)

    assert form.stored()["steps"][0]["attributes"] == {"region": "answered.district", "why": "answered.why"}


def test_a_step_that_asks_twice_says_so_at_its_table(person: Callable[..., Person], number: int) -> None:
    admin = person()
    admin.site.draft(a_table(f"regions-{number}"))
    admin.site.draft(a_queue(f"desk-{number}"))
    form = Form(admin, an_enrichment(f"region-{number}", a_question("region", queue=f"desk-{number}")))
    form.page.get_by_label("Asks the table").select_option(f"regions-{number}")
    expect(form.page.locator('[data-at="/steps/0/table"] .wrong')).to_contain_text("a table or people, never both")

    form.page.get_by_label("Asks the table").select_option("")
    form.write_feel("Gives the line: region", "answered.regoin")
    expect(form.problem("`answered` has no `regoin`. Did you mean `region`?")).to_be_visible()


def test_the_form_of_a_question_meets_the_accessibility_rules(person: Callable[..., Person], number: int) -> None:
    admin = person()
    form = Form(admin, an_enrichment(f"region-{number}", a_question("region", "why", queue=f"nobody-{number}")))
    expect(form.page.locator(".editor-form .wrong").first).to_be_visible()

    assert admin.axe() == []
