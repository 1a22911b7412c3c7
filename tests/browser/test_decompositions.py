"""A decomposition is written beside an example of what it makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from runtime.core.definitions import Attribute, Specification, Target
from tests.browser.forms import Form
from tests.browser.people import Person
from tests.builders import a_decomposition

pytestmark = pytest.mark.browser


def specification(key: str, domain: Any, *attributes: Attribute) -> Specification:
    return Specification(key=key, name=key.replace("-", " ").title(), domain=domain, attributes=attributes)


@pytest.fixture
def keys(site: Any, number: int) -> tuple[str, str, str]:
    """A product with a speed and an address, the service and the resource that it is to be made of."""
    product, service, resource = f"fibre-product-{number}", f"access-service-{number}", f"port-resource-{number}"
    speed = Attribute(name="speed", type="number", allowed="100, 500")
    site.draft(specification(product, "product", speed, Attribute(name="address")))
    site.draft(
        specification(service, "service", Attribute(name="speed", type="number"), Attribute(name="site", required=True))
    )
    site.draft(specification(resource, "resource"))
    site.draft(a_decomposition(service, resource))
    return product, service, resource


def test_a_decomposition_is_made_from_nothing_beside_its_example(person: Callable[..., Person], keys: tuple[str, ...]):
    product, service, _ = keys
    form = Form(person()).make("decomposition", f"What {product} is made of")
    example = form.side("example")
    expect(example).to_contain_text("Choose what is taken apart")
    expect(form.problem("choose the specification it is for")).to_be_visible()
    form.page.get_by_label("Takes apart").select_option(product)
    row = form.add("target")
    row.get_by_label("Target", exact=True).select_option(service)
    expect(row.get_by_text("requires it; say where it comes from")).to_be_visible()
    row.get_by_role("button", name="Take over speed").click()
    form.write_feel("site", "source.attributes.address", row)
    form.write_feel("Quantity", "source.quantity * 2", row)
    made = example.locator(".by-this > .made")

    expect(made).to_contain_text("× 2")
    expect(made).to_contain_text("speed")
    expect(made).to_contain_text("100")
    expect(example.locator(".made-tree")).to_contain_text("Port Resource")
    tree = form.page.get_by_role("region", name="Tree")
    expect(tree).to_contain_text("2 of 2 attributes")
    expect(tree).to_contain_text("Port Resource")
    assert form.stored()["targets"] == [
        {
            "specification": service,
            "quantity": "source.quantity * 2",
            "attributes": {"speed": "source.attributes.speed", "site": "source.attributes.address"},
        }
    ]


@pytest.fixture
def form(person: Callable[..., Person], keys: tuple[str, ...]) -> Form:
    product, service, _ = keys
    target = Target(specification=service, attributes={"site": "source.attributes.address"})
    return Form(person(), a_decomposition(product, target))


def test_names_that_exist_are_offered_where_an_expression_is_written(form: Form):
    form.page.get_by_role("button", name="speed:").click()
    editor = form.page.get_by_role("textbox", name="speed")
    expect(editor).to_be_focused()
    form.page.keyboard.type("source.attributes.s", delay=20)
    expect(form.page.locator(".feel-host").get_by_role("option")).to_have_text(["speednumber"])
    form.page.wait_for_timeout(100)  # a completion that has only just come is not taken by a key meant for the text
    form.press("Tab")

    assert form.stored()["targets"][0]["attributes"]["speed"] == "source.attributes.speed"


def test_a_value_that_goes_wrong_is_told_at_its_mapping_and_goes_there_from_the_tree(form: Form):
    row = form.page.locator(".mapping-row", has_text="speed")
    form.write_feel("speed", 'source.attributes.speed + "x"')
    expect(row.locator(".wrong")).to_have_text("Number + string has no value.")  # of every order
    row.get_by_role("textbox", name="speed").click()
    form.press("Control+a", "Delete")
    form.page.keyboard.type("number(source.attributes.address)", delay=5)
    form.press("Escape")

    expect(row).to_contain_text("In the example: number: 'address' is not a number")
    form.side("example").locator(".finding", has_text="is not a number").click()
    expect(row.get_by_role("textbox", name="speed")).to_be_focused()
    form.press("Control+a", "Delete")
    form.page.keyboard.type("source.attributes.speed * 2")
    expect(row.locator(".wrong")).to_have_count(0)
    expect(form.side("example").locator(".by-this > .made")).to_contain_text("200")


def test_a_target_that_is_merged_says_its_action_over_all_sources(form: Form):
    form.page.get_by_label("Made once per").select_option("order")
    expect(form.page.get_by_text("that of all sources, if they agree")).to_be_visible()
    form.page.get_by_role("button", name="Action:").click()
    form.page.keyboard.type("sourc", delay=15)
    expect(form.page.locator(".feel-host").get_by_role("option", name="sources")).to_be_visible()
    form.press("Control+a", "Delete")
    form.page.keyboard.type('if count(sources[action = "add"]) > 0 then "add" else "modify"', delay=5)
    form.press("Escape")
    form.page.locator("details.target").get_by_label("Key").fill("shared")
    form.page.keyboard.press("Tab")

    target = form.stored()["targets"][0]
    assert target["action"] == 'if count(sources[action = "add"]) > 0 then "add" else "modify"'
    assert (target["per"], target["key"]) == ("order", "shared")
    expect(form.page.get_by_role("region", name="Tree")).to_contain_text("key shared")


def test_what_the_sample_asks_for_can_be_chosen(form: Form):
    example = form.side("example")
    example.get_by_text("What it asks for").click()
    example.get_by_label("address", exact=True).fill("Main street 1")
    expect(example.locator(".by-this > .made")).to_contain_text("Main street 1")
    example.get_by_label("Lines").select_option("3")
    expect(example.locator(".by-this > .made")).to_have_count(3)
    form.page.get_by_label("Made once per").select_option("order")

    expect(example.locator(".by-this > .made")).to_have_count(1)
    expect(example.locator(".by-this > .made")).to_contain_text("for lines A, B, C")


def test_an_attribute_is_dragged_to_where_it_is_wanted(form: Form):
    source = form.page.locator(".mapping-from button", has_text="address")
    wanted = form.page.locator(".mapping-row", has_text="speed")
    source.hover()
    form.page.mouse.down()
    wanted.hover()
    wanted.hover()  # only a second move over a place tells the browser that something may be dropped there
    form.page.mouse.up()

    assert form.stored()["targets"][0]["attributes"]["speed"] == "source.attributes.address"
    form.page.get_by_role("button", name="Set speed no more").click()
    assert "speed" not in form.stored()["targets"][0]["attributes"]
    form.press("Control+z")
    assert form.stored()["targets"][0]["attributes"]["speed"] == "source.attributes.address"


def test_an_attribute_that_is_spoken_of_is_renamed_only_when_that_is_meant(form: Form, keys: tuple[str, ...]):
    product = keys[0]
    form.open("specification", product)
    name = form.rows("Attributes").nth(1).get_by_label("Name", exact=True)
    name.click()
    form.press("End")
    form.page.keyboard.type("Line", delay=20)
    told = form.page.get_by_role("group", name="Renaming address")
    expect(told).to_contain_text("address is spoken of in one place")
    expect(told.get_by_role("link")).to_have_count(1)
    told.get_by_role("button", name="Keep address").click()
    expect(name).to_have_value("address")

    name.click()
    form.press("End")
    form.page.keyboard.type("Line", delay=20)
    told.get_by_role("button", name="Rename it anyway").click()
    assert [each["name"] for each in form.stored()["attributes"]] == ["speed", "addressLine"]


def test_a_specification_shows_what_it_is_made_of_and_part_of(form: Form, keys: tuple[str, ...]):
    product, service, _ = keys
    form.open("specification", service)
    relations = form.side("relations")

    expect(relations.locator(".relations", has_text="Made of")).to_contain_text("Port Resource")
    expect(relations.locator(".relations", has_text="Part of")).to_contain_text(product.replace("-", " ").title())
    expect(relations.locator(".relations", has_text="Fulfilled by")).to_contain_text(
        "No scenario chooses a plan for it"
    )


def test_axe_finds_nothing_serious(person: Callable[..., Person], keys: tuple[str, ...]):
    product, service, _ = keys
    target = Target(specification=service, attributes={"speed": 'number("x")'}, condition="true")
    form = Form(person(), a_decomposition(product, target, Target()))
    expect(form.page.get_by_text("In the example").first).to_be_visible()
    form.page.get_by_text("What it asks for").click()

    assert form.person.axe() == []
