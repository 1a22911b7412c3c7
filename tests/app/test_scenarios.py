"""The page of all scenarios shows one table, and which of its rows would apply to a line."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from tests.app.conftest import Browser, Shop
from tests.builders import a_plan, a_scenario

SignIn = Callable[..., Browser]


def test_scenarios_are_rows_with_what_they_meet(shop: Shop, signed_in: SignIn):
    for document in (a_plan(key="care"), a_scenario("care", None, key="care"), a_scenario("care", "gone", key="gone")):
        shop.draft(document)
    page = signed_in("process admin").get("/scenarios/").text

    assert "Meets 1 other" in page
    assert "never applies" in page
    assert 'href="/edit/scenario/care"' in page


def test_a_line_is_tried(shop: Shop, signed_in: SignIn):
    shop.draft(a_plan(key="care"))
    shop.draft(a_scenario("care", None, key="care", condition="line.attributes.speed > 100"))
    browser = signed_in("order agent")

    assert (
        "1 scenario would apply"
        in browser.get('/scenarios/?specification=fibre&action=add&attributes={"speed":1}').text
    )
    without = browser.get("/scenarios/?specification=fibre&action=add").text
    assert "An order with this line would be refused" in without
    assert "line.attributes.speed is null" in without
    both = browser.get('/scenarios/?specification=fibre&action=add&attributes={"speed":1000}').text
    assert "2 scenarios would apply" in both
    assert "All of these plans would run" in both
    assert "No scenario would apply" in browser.get("/scenarios/?specification=fibre&action=delete").text


def test_attributes_that_are_no_json_are_shown_again_with_what_is_wrong(shop: Shop, signed_in: SignIn):
    page = signed_in("process admin").get("/scenarios/?specification=fibre&attributes=speed").text

    assert "Write the attributes as JSON" in page
    assert 'value="speed"' in page


def test_the_table_is_searched(shop: Shop, signed_in: SignIn):
    browser = signed_in("process admin")

    assert "scenario-fibre-fibre" in browser.get("/scenarios/?q=FIBRE").text
    assert "No scenario matches" in browser.get("/scenarios/?q=nothing-like-it").text


def test_the_first_page_says_what_to_do(app: Flask, signed_in: SignIn):
    assert "No scenarios yet" in signed_in("process admin").get("/scenarios/").text
