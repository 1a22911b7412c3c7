"""Dates, times and durations are declared in the forms of the designer and filled in by people in a task."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from designer import drafts, publishing
from runtime.core.definitions import Attribute, Field, Step
from runtime.core.values import EXAMPLES
from tests.browser.people import Person, Site
from tests.builders import a_catalog, a_queue, a_specification, an_enrichment, together

NAMES = {name: name.replace(" ", "_") for name in EXAMPLES}
FORM = tuple(Field(name=NAMES[name], label=name.capitalize(), type=name) for name in EXAMPLES)  # type: ignore[arg-type]
FIBRE = a_specification(attributes=tuple(Attribute(name=NAMES[name], type=name) for name in EXAMPLES))  # type: ignore[arg-type]
ASKING = an_enrichment(
    "visit", Step(queue="technicians", form=FORM, attributes={name: f"answered.{name}" for name in NAMES.values()})
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("typed"))
    site.add_user("otto", "order agent", "fulfilment agent", "process admin")
    with site.database.writing() as connection:
        for document in (a_catalog() | together(FIBRE, ASKING, a_queue())).values():
            drafts.put(connection, document, revision=None, by="otto", now=1)
        publishing.publish(connection, note="asks", author="otto", now=1)
    yield site
    site.close()


@pytest.fixture
def page(house: Site, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, base_url=house.address)
    person = Person(house, context, "otto")
    person.expects = [r"status of 422"]  # the page shows what is wrong itself
    person.sign_in()
    yield person.page
    context.close()
    assert person.unexpected() == []


def field(page: Page, type_: str) -> Locator:
    return page.locator(f"[name=value_{NAMES[type_]}]")


def test_a_person_fills_in_dates_times_and_durations(page: Page):
    item = {"id": "1", "action": "add", "product": {"productSpecification": {"id": "fibre"}}}
    page.goto("/submit/")
    page.get_by_label("The order as JSON").fill(json.dumps({"productOrderItem": [item]}))
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/orders/*")
    page.goto("/tasks/")
    page.get_by_role("link", name="Visit").first.click()

    field(page, "date").fill("2026-03-31")
    field(page, "time").fill("14:30")
    field(page, "date and time").fill("tomorrow")
    field(page, "days and time duration").fill("P1DT2H")
    field(page, "years and months duration").fill("P18M")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("must be a date and time such as 2026-03-31T14:30:00Z")).to_be_visible()

    field(page, "date and time").fill("2026-03-31 14:30")
    page.get_by_role("button", name="Answer").click()
    page.get_by_role("link", name="Ended").click()
    page.get_by_role("link", name="Visit").first.click()

    for text in ("2026-03-31", "14:30:00", "2026-03-31T14:30:00", "P1DT2H", "P1Y6M"):
        expect(page.get_by_text(text, exact=True).first).to_be_visible()


def test_an_attribute_can_have_every_type(page: Page):
    page.goto("/edit/specification/fibre")

    for name in EXAMPLES:
        page.get_by_label("Type").first.select_option(name)
        expect(page.get_by_label("Type").first).to_have_value(name)
