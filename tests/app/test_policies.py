"""The page of all policies shows one table, and which approvals a line or an order would need."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from tests.app.conftest import Browser, Shop
from tests.builders import a_policy, a_queue, a_specification, an_order

SignIn = Callable[..., Browser]

EXPENSIVE = a_policy(condition="line.attributes.price > 100", within="P2DT4H")


def test_policies_are_rows_with_who_approves_until_when_and_why_one_never_applies(shop: Shop, signed_in: SignIn):
    for policy in (EXPENSIVE, a_policy("gone", "nobody", specification="gone"), a_policy("open", queue="")):
        shop.draft(policy)
    page = signed_in("process admin").get("/policies/").text

    assert "2 d 4 h" in page
    assert "nobody does not exist" in page
    assert "no queue yet" in page
    assert "never applies" in page
    assert 'href="/edit/policy/expensive"' in page


def test_a_line_is_tried(shop: Shop, signed_in: SignIn):
    shop.draft(EXPENSIVE)
    shop.draft(a_policy("every", category=""))
    browser = signed_in("order agent")

    cheap = browser.get('/policies/?specification=fibre&action=add&attributes={"price":1}').text
    assert "would need 1 approval" in cheap
    without = browser.get("/policies/?specification=fibre&action=add").text
    assert "would be refused, because it cannot be decided who must approve it" in without
    assert "line.attributes.price is null" in without
    both = browser.get('/policies/?specification=fibre&action=add&attributes={"price":1000}').text
    assert "would need 2 approvals" in both
    assert "All of them are asked at the same time" in both
    assert "would need no approval" in browser.get("/policies/?specification=fibre&action=delete").text


def test_an_order_of_before_is_tried_by_its_number(shop: Shop, signed_in: SignIn):
    number = shop.submit(an_order(lines=2))
    shop.draft(a_policy("every"))
    browser = signed_in("order agent")

    page = browser.get(f"/policies/?order=%23{number}").text
    assert f"Order {number} would need 1 approval" in page
    assert "(for line 1, 2)" in page
    for unknown in ("99", "x", "9" * 30):
        assert f"There is no order {unknown}." in browser.get(f"/policies/?order={unknown}").text


def test_what_is_wrong_with_the_attributes_is_said(shop: Shop, signed_in: SignIn):
    shop.draft(EXPENSIVE)
    page = signed_in("process admin").get("/policies/?specification=fibre&attributes=price").text

    assert "Write the attributes as JSON" in page
    assert 'value="price"' in page


def test_the_table_is_searched_by_what_it_is_for_and_who_approves(shop: Shop, signed_in: SignIn):
    shop.draft(a_queue("directors"))
    shop.draft(a_specification("fibre", category="access"))
    shop.draft(a_policy("expensive", "directors", category="access"))
    browser = signed_in("process admin")

    for asked in ("DIRECT", "access", "fibre", "Expensive"):
        assert "policy-expensive" in browser.get(f"/policies/?q={asked}").text
    assert "No policy matches" in browser.get("/policies/?q=nothing-like-it").text


def test_the_first_page_says_what_to_do(app: Flask, signed_in: SignIn):
    assert "No policies yet" in signed_in("process admin").get("/policies/").text
