"""A session or the network ends while somebody writes: what is written is saved all the same, and once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.forms import Form
from tests.browser.grid import Grid, a_table
from tests.browser.people import Person, Site, sign_in
from tests.builders import a_plan, a_queue

pytestmark = pytest.mark.browser


@pytest.fixture
def zoe(site: Site, person: Callable[..., Person], number: int) -> Person:
    """Somebody whose session nobody else uses."""
    site.add_user(f"zoe{number}", "process admin")
    someone = person(f"zoe{number}")
    someone.expects.append("status of 40[01]")
    return someone


def sign_out_and_in(zoe: Person) -> Page:
    """In another tab of the same browser."""
    tab = zoe.new_page()
    tab.goto(f"{zoe.site.address}/account")
    tab.get_by_role("button", name="Sign out").click()
    sign_in(tab, zoe.name)
    return tab


def test_a_form_is_saved_after_signing_in_anew_elsewhere(zoe: Person, number: int):
    form = Form(zoe, a_queue(f"renewed-{number}"))
    sign_out_and_in(zoe)

    form.write("Description", "written before and after")
    assert form.stored()["description"] == "written before and after"


def test_a_table_is_saved_after_signing_in_anew_elsewhere(zoe: Person, number: int):
    grid = Grid(zoe, a_table(f"renewed-{number}"))
    sign_out_and_in(zoe)

    grid.click(1, 3)
    zoe.page.keyboard.type("77")
    zoe.page.keyboard.press("Enter")
    assert grid.texts()[0][2] == "77"


def test_what_is_written_while_signed_out_is_told_and_saved_after_signing_in(zoe: Person, number: int):
    form = Form(zoe, a_queue(f"ended-{number}"))
    tab = zoe.new_page()
    tab.goto(f"{zoe.site.address}/account")
    tab.get_by_role("button", name="Sign out").click()

    form.write("Description", "nobody is signed in")
    expect(
        zoe.page.get_by_text("You are signed out. Sign in again in another tab; nothing here is lost.")
    ).to_be_visible()
    sign_in(tab, zoe.name)
    form.write("Description", "somebody is again")
    assert form.stored()["description"] == "somebody is again"


def test_a_plan_says_that_nobody_is_signed_in_and_nothing_else(zoe: Person, number: int):
    zoe.site.draft(a_plan(key=f"ended-{number}"))
    page = zoe.page
    page.goto(f"{zoe.site.address}/plans/ended-{number}/edit")
    page.wait_for_selector("html[data-ready=yes]")
    page.wait_for_load_state("networkidle")  # an answer that is still on its way would bring the cookie back
    zoe.context.clear_cookies()

    page.get_by_label("Name", exact=True).fill("A line")
    page.keyboard.press("Tab")
    expect(page.get_by_text("You are signed out. Sign in again in another tab; nothing here is lost.")).to_be_visible()
    page.wait_for_timeout(500)  # the checks were asked for, too


def test_a_text_is_sent_again_after_signing_in_in_another_tab(zoe: Person, number: int):
    zoe.site.draft(a_queue(f"text-{number}"))
    page = zoe.page
    page.goto(f"{zoe.site.address}/definitions/queue/text-{number}/edit")
    text = page.get_by_label("The definition as YAML")
    text.fill(text.input_value().replace("name: ", "name: Kept "))
    zoe.context.clear_cookies()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Nothing you wrote is lost")).to_be_visible()
    assert zoe.axe() == []

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    sign_in(opened.value, zoe.name)
    opened.value.close()
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")  # as a window does that comes back to the front
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", name="Kept")).to_be_visible()


def test_a_form_is_sent_once_however_often_its_button_is_pressed(zoe: Person, number: int):
    page = zoe.page
    page.goto(f"{zoe.site.address}/edit/queue")
    page.get_by_label("Name").fill(f"Twice {number}")
    held: list[Route] = []
    page.route("**/edit/queue", lambda route: held.append(route))
    place = page.get_by_role("button", name="Make the queue").bounding_box()
    assert place
    for _ in range(2):
        page.mouse.click(place["x"] + 9, place["y"] + 9)
        page.wait_for_timeout(200)  # the answer takes its time
    assert len(held) == 1

    held[0].continue_()
    page.wait_for_selector("#editor[data-ready=true]")
    assert page.url.endswith(f"/edit/queue/twice-{number}")


def test_without_a_network_a_form_stays_as_it_is(zoe: Person, number: int):
    page = zoe.page
    page.goto(f"{zoe.site.address}/edit/queue")
    page.get_by_label("Name").fill(f"Later {number}")
    zoe.context.set_offline(True)
    page.get_by_role("button", name="Make the queue").click()
    expect(page.get_by_text("Nothing you wrote is lost: send it again when it is back.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value(f"Later {number}")

    zoe.context.set_offline(False)
    page.get_by_role("button", name="Make the queue").click()
    page.wait_for_selector("#editor[data-ready=true]")
