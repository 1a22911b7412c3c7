"""An order of thousands of items is read page by page, and costs nothing while nothing happens."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.builders import a_plan, a_task, an_item, an_order

from .conftest import Browser, Shop

SignIn = Callable[..., Browser]
LINES = 450  # two items each


@pytest.fixture
def large(shop: Shop) -> int:
    """An order whose plan has 900 items: 450 wait for people, 450 for those."""
    plan = a_plan(a_task("survey", per="line"), an_item("dig", per="line"), after={"dig": "survey"})
    shop.publish(plan, note="large")
    order = shop.submit(an_order(lines=LINES))
    shop.run()
    return order


def rows(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'id="item-(\d+)"', page)]


def test_a_plan_too_large_for_a_drawing_is_a_list_with_counts_and_pages(shop: Shop, large: int, signed_in: SignIn):
    browser = signed_in("fallout agent")

    first = browser.get(f"/orders/{large}").text
    last = browser.get(f"/orders/{large}?from=800").text

    assert len(rows(first)) == len(rows(last)) == 100
    assert "1 to 100 of 900 items" in first
    assert "801 to 900 of 900 items" in last
    assert ">Waiting<" in first.replace('<span class="number">', "<")
    assert len(first) < 120_000


def test_the_list_of_a_large_plan_is_narrowed_by_state_and_searched_by_name_or_group(
    shop: Shop, large: int, signed_in: SignIn
):
    browser = signed_in("fallout agent")

    waiting = browser.get(f"/orders/{large}?state=waiting").text
    digs = browser.get(f"/orders/{large}?q=DIG&state=pending").text
    nothing = browser.get(f"/orders/{large}?q=nothing+like+this").text

    assert "1 to 100 of 450 items" in waiting
    assert "1 to 100 of 450 items" in digs
    assert "Survey" not in re.sub(r"<dialog.*?</dialog>", "", digs[digs.index("<tbody>") :])
    assert "No such item" in nothing


def test_an_item_of_a_large_plan_is_shown_beside_the_page_of_the_list(shop: Shop, large: int, signed_in: SignIn):
    page = signed_in("fallout agent").get(f"/orders/{large}?from=100&item=777").text

    assert 'id="item-panel"' in page
    assert "101 to 200 of 900 items" in page


def test_a_page_that_was_just_read_is_not_sent_again_while_nothing_happens(shop: Shop, large: int, signed_in: SignIn):
    browser = signed_in("fallout agent")
    page = browser.get(f"/orders/{large}").text
    (etag,) = re.findall(r'data-etag="([^"]+)"', page)

    polled = browser.client.get(
        f"/orders/{large}?", headers={"HX-Request": "true", "If-None-Match": etag.replace("&#34;", '"')}
    )

    assert polled.status_code == 304


def test_the_lines_of_a_large_order_come_page_by_page(shop: Shop, large: int, signed_in: SignIn):
    browser = signed_in("fallout agent")

    first = browser.get(f"/orders/{large}?view=lines").text
    last = browser.get(f"/orders/{large}?view=lines&from=800").text

    assert "1 to 200 of 900" in first
    assert "801 to 900 of 900" in last
