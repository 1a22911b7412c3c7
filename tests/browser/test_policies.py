"""A policy is written as a form and published; a page shows all policies and which approvals a line would need."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from designer import published, publishing
from runtime.core.definitions import Attribute
from tests.browser.forms import Form
from tests.browser.people import Person
from tests.builders import a_policy, a_queue, a_specification

pytestmark = pytest.mark.browser


def test_a_policy_is_made_from_nothing_and_published(person: Callable[..., Person], number: int) -> None:
    admin = person()
    priced = (Attribute(name="price", type="number", required=True),)
    admin.site.draft(a_specification(f"fibre-{number}", category=f"access-{number}", attributes=priced))
    admin.site.draft(a_queue(f"directors-{number}"))
    with admin.site.database.writing() as connection:
        names = (f"specification/fibre-{number}", f"queue/directors-{number}")
        publishing.publish(connection, names, author="ada", now=1)
    page = admin.page
    page.goto(f"{admin.site.address}/definitions/")
    page.get_by_role("link", name="New …").click()
    page.get_by_role("link", name="Policy").click()
    page.get_by_label("Name").fill(f"Expensive {number}")
    page.get_by_role("button", name="Make the policy").click()
    form = Form(admin).opened()
    form.kind, form.key = "policy", f"expensive-{number}"
    expect(form.problem("nobody would see what is to be approved")).to_be_visible()

    form.write("Belongs to the category", f"access-{number}")
    expect(page.locator(".meant")).to_contain_text(f"Fibre {number}")
    page.get_by_label("Modify").check()
    page.get_by_role("button", name="And only if:").click()
    expect(page.get_by_role("textbox", name="And only if", exact=True)).to_be_focused()
    form.complete("line.attributes.pri", "price")
    page.keyboard.type(" > 10000", delay=5)
    page.keyboard.press("Escape")
    page.get_by_label("In the queue").select_option(f"directors-{number}")
    form.write("Within", "2 d 4 h")
    expect(page.get_by_text("No problems").first).to_be_visible()
    stored = form.stored()
    assert {name: stored[name] for name in ("category", "actions", "condition", "queue", "within")} == {
        "category": f"access-{number}",
        "actions": ["add", "modify"],
        "condition": "line.attributes.price > 10000",
        "queue": f"directors-{number}",
        "within": "P2DT4H",
    }

    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish").last.click()
    expect(page).to_have_url(re.compile(r"/releases/\d+$"))
    manifest = admin.site.reading(lambda connection: published.active_manifest(connection, 2**52))
    assert f"policy/expensive-{number}" in manifest  # type: ignore[operator]
    page.goto(f"{admin.site.address}/definitions/?kind=policy")
    expect(page.get_by_label("Kind").get_by_role("link", name="Policies")).to_have_attribute("aria-current", "true")


def test_what_is_wrong_with_a_policy_is_shown_at_its_field(person: Callable[..., Person], number: int) -> None:
    admin = person()
    admin.site.draft(a_queue(f"directors-{number}"))
    form = Form(admin, a_policy(f"expensive-{number}", f"directors-{number}"))
    form.write_feel("And only if", "target.quantity > 1")
    expect(form.page.locator('[data-at="/condition"] .wrong')).to_contain_text("target")
    form.page.get_by_label("Add", exact=True).uncheck()
    expect(form.page.locator('[data-at="/actions"] .wrong')).to_contain_text("choose at least one")
    form.write("Within", "soon")
    expect(form.page.locator('[data-at="/within"] .wrong')).to_contain_text("Write a duration")


def test_a_line_and_an_order_are_tried_on_the_table_of_policies(person: Callable[..., Person], number: int) -> None:
    admin = person()
    page, site = admin.page, admin.site
    site.draft(a_specification(f"fibre-{number}"))
    site.draft(a_queue(f"directors-{number}"))
    for key, condition in (("expensive", "line.attributes.price > 100"), ("any", "")):
        site.draft(
            a_policy(
                f"{key}-{number}",
                f"directors-{number}",
                specification=f"fibre-{number}",
                condition=condition,
                within="P1D",
            )
        )
    page.goto(f"{site.address}/definitions/")
    page.get_by_role("link", name="All policies").click()

    page.get_by_label("Specification").select_option(f"fibre-{number}")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("status")).to_contain_text("would be refused, because it cannot be decided who must")
    page.get_by_label("Attributes").fill('{"price": 10}')
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(f"would need 1 approval: Any {number}, by Directors {number}")
    expect(page.locator(f"#policy-expensive-{number}")).to_have_class("passes")
    page.get_by_label("Attributes").fill("price")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Write the attributes as JSON")).to_be_visible()
    page.get_by_label("Attributes").fill('{"price": 1000}')
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("would need 2 approvals")
    page.get_by_label("Or an order").fill("987654")
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is no order 987654")).to_be_visible()
    assert admin.axe() == []
    page.locator(f"#policy-any-{number} a.key").click()
    page.wait_for_selector("#editor[data-ready=true]")


def test_a_name_that_does_not_exist_is_told_and_marked_while_it_is_typed(
    person: Callable[..., Person], number: int
) -> None:
    admin = person()
    admin.site.draft(a_queue(f"directors-{number}"))
    form = Form(admin, a_policy(f"expensive-{number}", queue=f"directors-{number}"))
    page = form.page
    page.get_by_role("button", name="And only if:").click()
    expect(page.get_by_role("textbox", name="And only if", exact=True)).to_be_focused()
    page.keyboard.type('order.priority = "high" and order.nope = 1', delay=5)

    expect(page.locator(".wrong", has_text="`order` has no `nope`.")).to_be_visible()
    expect(page.locator(".feel-host .cm-wrong")).to_have_text("order.nope")
    page.keyboard.press("Control+a")
    page.keyboard.type("true", delay=5)
    expect(page.locator(".feel-host .cm-wrong")).to_have_count(0)
