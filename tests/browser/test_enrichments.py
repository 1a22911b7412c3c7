"""What lines are told before they are taken apart is filled in as a form, and its answers are rehearsed."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.forms import Form
from tests.browser.people import Person
from tests.builders import a_catalog, a_specification, a_table


def test_an_enrichment_is_made_from_nothing(person: Callable[..., Person]) -> None:
    admin = person()
    for document in a_catalog(None, a_specification(category="access"), a_table()).values():
        admin.site.draft(document)
    form = Form(admin).make("enrichment", "Discount of many")
    form.page.get_by_label("For lines of").select_option("fibre")
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
