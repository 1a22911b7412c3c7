"""The API's description is shown and tried in a real browser, under the strict policy that all pages have."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .server import OpenPage

pytestmark = pytest.mark.browser


def test_the_description_is_shown_to_anyone(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/api/docs")

    expect(page.get_by_text("Submits an order.")).to_be_visible()
    expect(page.get_by_text("Everything a program can do with Orderloom")).to_be_visible()


def test_a_request_is_sent_from_the_page_as_the_reader(open_page: OpenPage) -> None:
    page = open_page("process admin")
    page.goto("/api/docs")
    check = page.locator("#operations-definitions-post__api_v1_definitions_check")
    check.locator(".opblock-summary-control").click()
    check.get_by_role("button", name="Try it out").click()
    check.locator("textarea").fill("{}")
    check.get_by_role("button", name="Execute").click()

    expect(check.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
    expect(check.locator(".live-responses-table")).to_contain_text('"publishable": ')
