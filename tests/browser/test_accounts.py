"""People give and take access on pages, and change their own password, by keyboard and mouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person, Site

pytestmark = pytest.mark.browser


def test_who_is_blocked_is_out_with_the_next_click(site: Site, person: Callable[..., Person], number: int):
    site.add_user(f"otto{number}", "order agent")
    ada, otto = person("ada"), person(f"otto{number}")
    otto.page.goto(f"{site.address}/account")
    page = ada.page
    page.goto(f"{site.address}/access/")
    page.get_by_role("link", name=f"Otto{number}").click()
    expect(page.get_by_label("order agent")).to_be_checked()
    assert ada.axe() == []

    page.get_by_label("May sign in").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"Otto{number} may no longer sign in.")).to_be_visible()
    expect(page.get_by_role("row", name=f"Otto{number} blocked")).to_be_visible()
    otto.page.get_by_role("link", name="Orders").click()
    expect(otto.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_refused_change_is_told_at_its_field_and_keeps_what_was_written(
    site: Site, person: Callable[..., Person], number: int
):
    site.add_user(f"otto{number}", "order agent")
    ada = person("ada")
    ada.expects.append("status of 422")
    page = ada.page
    page.goto(f"{site.address}/access/")
    page.get_by_role("link", name=f"Otto{number}").click()
    page.get_by_label("Full name").fill("Otto Orr")
    page.get_by_label("fallout agent").check()
    page.get_by_label("New password").fill("short")
    page.keyboard.press("Enter")

    expect(page.get_by_text("A password has 8 to 200 characters.")).to_be_visible()
    expect(page.get_by_label("Full name")).to_have_value("Otto Orr")
    expect(page.get_by_label("fallout agent")).to_be_checked()
    assert ada.axe() == []


def test_a_new_password_is_taken_and_this_session_goes_on(site: Site, person: Callable[..., Person], number: int):
    site.add_user(f"zoe{number}", "customer")
    zoe = person(f"zoe{number}")
    zoe.expects.append("status of 422")
    page = zoe.page
    page.goto(f"{site.address}/account")
    for current, said in (("a guess", "This is not your current password."), ("correct horse", "Your password is")):
        page.get_by_label("Current password").fill(current)
        page.get_by_label("New password").fill("another one")
        page.keyboard.press("Enter")
        expect(page.get_by_text(said)).to_be_visible()
        assert zoe.axe() == []

    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Name").fill(zoe.name)
    page.get_by_label("Password").fill("another one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
