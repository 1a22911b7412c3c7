"""People at one plan see each other: who is here, and what they have in hand."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .canvas import Canvas
from .server import Server

pytestmark = pytest.mark.browser


def test_two_people_see_each_other_and_what_the_other_has_selected(ada: Canvas, bob: Canvas):
    expect(ada.page.get_by_role("button", name="Bob Brook")).to_have_text("BB")
    bob.find("Beta")
    expect(ada.page.locator(".others rect.around")).to_have_count(1)
    expect(ada.page.locator(".others text")).to_have_text("Bob Brook")
    around, beta = ada.page.locator(".others rect.around").bounding_box(), ada.card("Beta")
    assert around
    assert (around["x"] + around["width"] / 2, around["y"] + around["height"] / 2) == pytest.approx(beta, abs=1)

    bob.press("Escape")
    expect(ada.page.locator(".others rect.around")).to_have_count(0)
    bob.page.close()
    expect(ada.page.get_by_role("button", name="Bob Brook")).to_have_count(0)


def test_the_outline_of_somebody_else_follows_the_card(ada: Canvas, bob: Canvas):
    bob.find("Gamma")
    around = ada.page.locator(".others rect.around")
    expect(around).to_have_count(1)
    before = around.bounding_box()
    ada.find("Gamma")
    ada.press("Alt+Shift+ArrowDown")
    after = around.bounding_box()

    assert before and after
    assert after["y"] > before["y"] + 20


def test_the_initials_lead_to_where_somebody_is(ada: Canvas, bob: Canvas):
    bob.find("Alpha")
    expect(ada.page.locator(".others rect.around")).to_have_count(1)
    ada.page.mouse.move(600, 600)
    for _ in range(8):
        ada.page.mouse.wheel(0, 400)
    expect(ada.page.locator(".others rect.around")).not_to_be_in_viewport()
    ada.page.get_by_role("button", name="Bob Brook").click()

    expect(ada.page.locator(".others rect.around")).to_be_in_viewport()


def test_another_window_of_ones_own_is_shown_as_such(ada: Canvas, server: Server):
    Canvas(ada.page.context.new_page(), server, ada.key).open()

    expect(ada.page.get_by_role("button", name="You, in another window")).to_be_visible(timeout=15_000)
