"""Pages speak plainly: where one is, what things are called, and what to do about an error."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from msgspec import structs

from app.pages import place_in_words, said
from runtime.core.definitions import FixedRetry, Operation, System
from tests.builders import (
    a_catalog,
    a_decomposition,
    a_plan,
    a_queue,
    a_scenario,
    a_specification,
    a_table,
    a_task,
)

from .conftest import Browser, Shop

SignIn = Callable[..., Browser]


@pytest.mark.parametrize(
    ("address", "area"),
    [
        ("/tables/", "Definitions"),
        ("/scenarios/", "Definitions"),
        ("/policies/", "Definitions"),
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


@pytest.mark.parametrize(
    "address", ["/orders/99999999999999999999", "/orders/?release=99999999999999999999", "/tasks/99999999999999999999"]
)
def test_a_number_too_large_for_anything_is_a_page_that_does_not_exist(
    shop: Shop, signed_in: SignIn, address: str
) -> None:
    assert signed_in("order agent").get(address).status_code == (200 if "?" in address else 404)


def test_a_user_needs_more_than_blanks_for_a_name(shop: Shop, signed_in: SignIn) -> None:
    browser = signed_in("process admin")

    answer = browser.post("/access/users/new", name="  ", full_name=" ", password="long enough", roles="order agent")

    assert answer.status_code == 422
    assert "Give a name." in answer.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"password": "short"}, "A password has 8 to 200 characters."),
        ({"name": "n" * 81}, "At most 80 characters."),
        ({"full_name": "n" * 201}, "At most 200 characters."),
    ],
)
def test_a_wrong_user_is_told_in_plain_words(shop: Shop, signed_in: SignIn, fields: dict[str, str], words: str) -> None:
    given = {"name": "zoe", "full_name": "Zoe", "password": "long enough", "roles": "order agent"}

    assert words in signed_in("process admin").post("/access/users/new", **(given | fields)).text


def test_a_token_is_good_for_a_number_of_days(shop: Shop, signed_in: SignIn) -> None:
    browser = signed_in("process admin")

    for days in ("abc", "-1", "1e9", "99999"):
        page = browser.post("/access/tokens/new", name="x", scopes="orders:read", days=days).text
        assert "Write a number of days from 1 to 3650, or leave it empty." in page
        assert "Not a valid integer" not in page


def test_the_name_of_a_new_definition_has_an_end(shop: Shop, signed_in: SignIn) -> None:
    answer = signed_in("process admin").post("/edit/queue", name="x" * 10_000, key="long")

    assert answer.status_code == 422
    assert "At most 200 characters." in answer.text


def test_what_ended_meanwhile_is_told_on_the_page_of_the_order(shop: Shop, signed_in: SignIn) -> None:
    order = shop.submit()
    shop.run()
    browser = signed_in("fallout agent")

    for act in ("skip", "retry"):
        answer = browser.client.post(
            f"/orders/{order}/items/0/{act}",
            data={"csrf_token": browser.csrf("/account"), "reason": "late"},
            follow_redirects=True,
        )
        assert answer.status_code == 200
        assert "The item is completed by now; nothing was changed." in answer.text


def test_an_order_that_cannot_be_read_says_the_line_once(shop: Shop, signed_in: SignIn) -> None:
    page = signed_in("order agent").post("/submit/", text="{").text

    assert "data-line" not in page
    assert "line 1, column 2" in page
    assert "Paste an order first" in signed_in("order agent").post("/submit/", text="").text


def test_an_empty_installation_leads_its_admin_to_the_definitions(app: Flask, signed_in: SignIn) -> None:
    browser = signed_in("process admin")

    for address in ("/orders/", "/releases/", "/releases/publish"):
        assert '"/definitions/">Go to definitions</a>' in browser.get(address).text, address


def test_findings_of_a_publication_name_the_definition(shop: Shop, signed_in: SignIn) -> None:
    shop.draft(a_table())

    page = signed_in("process admin").get("/releases/publish/proof?name=table/discount").text

    assert ">Discount</a>" in page


def test_tasks_call_their_queue_by_its_name(shop: Shop, signed_in: SignIn) -> None:
    north = structs.replace(a_queue(), name="Technicians north")
    shop.publish(*a_catalog(a_plan(a_task()), north).values())
    shop.submit()
    shop.run()
    agent = signed_in("fulfilment agent")

    for address in ("/tasks/", "/tasks/1"):
        assert "Technicians north" in agent.get(address).text, address
