"""Pages speak plainly: where one is, what things are called, and what to do about an error."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs

from app.pages import place_in_words, said
from runtime.core.definitions import FixedRetry, Operation, System
from tests.builders import a_catalog, a_decomposition, a_plan, a_scenario, a_specification

from .conftest import Browser, Shop

SignIn = Callable[..., Browser]


@pytest.mark.parametrize(
    ("address", "area"),
    [
        ("/tables/", "Definitions"),
        ("/scenarios/", "Definitions"),
        ("/edit/", "Definitions"),
        ("/edit/queue", "Definitions"),
        ("/rehearse/", "Definitions"),
        ("/rehearse/cases", "Definitions"),
        ("/definitions/plan/fibre/uses", "Definitions"),
        ("/definitions/specification/fibre/versions/1", "Definitions"),
        ("/releases/publish", "Releases"),
        ("/access/users/new", "Access"),
    ],
)
def test_the_navigation_marks_the_area_that_a_page_belongs_to(
    shop: Shop, signed_in: SignIn, address: str, area: str
) -> None:
    page = signed_in("process admin").get(address).text

    [marked] = [line for line in page.splitlines() if 'aria-current="page"' in line and "icon" in line]
    assert f"{area}</a>" in marked


def test_a_definition_calls_others_by_their_names(shop: Shop, signed_in: SignIn) -> None:
    shop.publish(
        *a_catalog(structs.replace(a_plan(), name="Fibre line")).values(),
        structs.replace(a_specification("port"), name="Access port"),
        a_decomposition("fibre", "port"),
        a_scenario(key="connect", specification="port"),
    )
    browser = signed_in("process admin")

    assert ">Fibre line</a>" in browser.get("/definitions/scenario/connect").text
    assert ">Access port</a>" in browser.get("/definitions/decomposition/fibre").text


def test_durations_and_retries_are_told_in_words(shop: Shop, signed_in: SignIn) -> None:
    retry = FixedRetry(delay="PT1M", attempts=3)
    reserve = Operation(key="reserve", name="Reserve", path="/reserve", timeout="PT10S", retry=retry)
    shop.publish(System(key="fulfilment", name="Fulfilment", url="http://127.0.0.1:8001", operations=(reserve,)))

    page = signed_in("process admin").get("/definitions/system/fulfilment").text

    assert "PT10S" not in page
    assert "10 s" in page
    assert "the same delay" in page


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"bundles": ["2", "3"]}, "bundles 2, 3"),
        (["a", 1], "a, 1"),
        (True, "yes"),
        (False, "no"),
        (None, "–"),
        ("x", "x"),
        (1.5, "1.5"),
    ],
)
def test_values_are_written_as_people_write_them(value: object, words: str) -> None:
    assert said(value) == words


@pytest.mark.parametrize(
    ("pointer", "words"),
    [("/targets/0/specification", "targets 1, specification"), ("/name", "name"), ("", ""), ("/a~1b/c~0d", "a/b, c~d")],
)
def test_a_place_in_a_definition_is_told_without_a_pointer(pointer: str, words: str) -> None:
    assert place_in_words(pointer) == words


@pytest.mark.parametrize(
    ("address", "title", "advice"),
    [
        ("/nowhere", "There is no such page", "Check the address"),
        ("/definitions/plan/nowhere", "There is no such page", "nowhere"),
        ("/access/", "This is not open to you", "process admin"),
        ("/orders/1/items/1/retry", "Nothing is shown at this address", "what you were doing"),
    ],
)
def test_an_error_says_what_is_wrong_and_what_to_do_within_the_usual_frame(
    shop: Shop, signed_in: SignIn, address: str, title: str, advice: str
) -> None:
    page = signed_in("order agent").get(address).text

    assert f"<h1>{title}</h1>" in page
    assert advice in page
    assert 'aria-label="Areas"' in page
    assert "URL" not in page


def test_whoever_may_not_enter_learns_which_roles_they_have(shop: Shop, signed_in: SignIn) -> None:
    page = signed_in("order agent").get("/access/").text

    assert "Your roles: order agent." in page


def test_an_empty_list_of_orders_names_who_submits_them(shop: Shop, signed_in: SignIn) -> None:
    page = signed_in("process admin").get("/orders/").text

    assert "an order agent submits them here" in page
