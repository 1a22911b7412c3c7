"""The list of definitions, where each is used, its owner and its tags, on pages and over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from designer import overview
from runtime.cache import Cache
from tests.app.callers import a_caller, publish
from tests.app.conftest import Browser, Shop
from tests.builders import a_catalog, a_plan, a_queue, a_task

SignIn = Callable[..., Browser]
QUEUE = "/definitions/queue/technicians"
V1 = "/api/v1/definitions"


def rows(page: str) -> list[str]:
    return re.findall(r'<a class="key" href="/definitions/(\w+/[\w.-]+)"', page)


def test_the_list_is_searched_narrowed_and_sorted(shop: Shop, signed_in: SignIn):
    browser = signed_in("process admin")
    browser.post(f"{QUEUE}/filing", owner="Field", tags="north")

    assert rows(browser.get("/definitions/?q=north").text) == ["queue/technicians"]
    assert rows(browser.get("/definitions/?kind=plan").text) == ["plan/fibre"]
    assert rows(browser.get("/definitions/?tag=north").text) == ["queue/technicians"]
    upwards = rows(browser.get("/definitions/?sort=name").text)
    assert rows(browser.get("/definitions/?sort=-name").text) == upwards[::-1]
    assert 'aria-sort="descending"' in browser.get("/definitions/?sort=-name").text


def test_what_is_asked_for_wrongly_is_left_out(shop: Shop, signed_in: SignIn):
    browser = signed_in("process admin")

    assert len(rows(browser.get("/definitions/?sort=nonsense&only=nonsense&page=99").text)) == 5


@pytest.mark.parametrize(
    ("asked", "said"),
    [("q=nothing-like-it", "No definition matches"), ("only=problems", "Nothing is wrong")],
)
def test_an_empty_list_says_what_to_do(shop: Shop, signed_in: SignIn, asked: str, said: str):
    page = signed_in("process admin").get(f"/definitions/?{asked}").text

    assert said in page
    assert "Show all definitions" in page


def test_the_first_list_of_all_says_what_to_do(app: Flask, signed_in: SignIn):
    assert "No definitions yet" in signed_in("process admin").get("/definitions/").text


def test_a_long_list_has_pages(shop: Shop, signed_in: SignIn):
    shop.publish(*(a_queue(f"q{n:03}") for n in range(120)))
    browser = signed_in("process admin")
    pages = [rows(browser.get(f"/definitions/?kind=queue&page={n}").text) for n in (1, 2, 3)]

    assert [len(page) for page in pages] == [50, 50, 21]
    assert len({row for page in pages for row in page}) == 121


def test_a_list_that_nobody_checked_yet_comes_at_once_and_asks_again(
    shop: Shop, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(overview, "SOON", 2)
    monkeypatch.setattr(overview, "_checked", Cache(16))
    shop.draft(a_plan(a_task(queue="nowhere")))
    browser = signed_in("process admin")

    first = browser.get("/definitions/").text
    assert 'aria-busy="true"' in first
    assert "1 error" not in first
    second = browser.client.get("/definitions/", headers={"HX-Request": "true"}).text
    assert "<html" not in second
    assert "1 error" in second


def test_owner_and_tags_are_kept_and_shown(shop: Shop, signed_in: SignIn):
    browser = signed_in("process admin")

    answer = browser.post(f"{QUEUE}/filing", owner="Field Service", tags="North, b2b", back="/definitions/?kind=queue")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/definitions/?kind=queue")
    for page in (browser.get(QUEUE).text, browser.get("/definitions/").text):
        assert "Field Service" in page
        assert "north" in page
    assert 'value="b2b, north"' in browser.get(f"{QUEUE}/filing").text


def test_tags_that_cannot_be_kept_are_shown_again_with_the_reason(shop: Shop, signed_in: SignIn):
    answer = signed_in("process admin").post(f"{QUEUE}/filing", owner="", tags="x" * 50)

    assert answer.status_code == 422
    assert "at most 40 characters" in answer.text
    assert "x" * 50 in answer.text


def test_nobody_is_led_away_to_another_site(shop: Shop, signed_in: SignIn):
    browser = signed_in("process admin")

    answer = browser.post(f"{QUEUE}/filing", owner="", tags="", back="https://elsewhere.example/")
    assert answer.headers["Location"] == QUEUE


def test_only_admins_file_definitions(shop: Shop, signed_in: SignIn):
    agent = signed_in("order agent")

    assert agent.get(f"{QUEUE}/filing").status_code == 403
    assert agent.post(f"{QUEUE}/filing", owner="me", tags="").status_code == 403
    assert agent.get(f"{QUEUE}/uses").status_code == 200
    assert "Owner and tags" not in agent.get("/definitions/").text


def test_the_page_tells_who_refers_to_a_definition_and_what_it_refers_to(shop: Shop, signed_in: SignIn):
    shop.publish(a_plan(a_task()))
    page = signed_in("process admin").get(f"{QUEUE}/uses").text

    assert "1 definition would have errors" in page
    assert "in install" in page
    assert "It refers to no other definition." in page
    assert 'href="/definitions/plan/fibre/uses"' in page, "the card leads on"


def test_all_the_way_shows_what_stands_behind_the_neighbours(shop: Shop, signed_in: SignIn):
    shop.publish(a_plan(a_task()))
    browser = signed_in("process admin")

    assert "scenario/fibre-fibre" not in rows(browser.get(f"{QUEUE}/uses").text)
    far = browser.get(f"{QUEUE}/uses?far=all").text
    assert "scenario/fibre-fibre" in rows(far)
    assert "through others" in far


def test_what_nobody_needs_could_be_taken_out(shop: Shop, signed_in: SignIn):
    browser = signed_in("process admin")

    assert "could be taken out of the release" in browser.get("/definitions/system/fulfilment/uses").text
    assert browser.get("/definitions/system/nowhere/uses").status_code == 404
    assert browser.get("/definitions/nonsense/nowhere/uses").status_code == 404


def test_programs_file_definitions_and_find_them(app: Flask):
    publish(app, *a_catalog().values())
    caller = a_caller(app)

    filed = caller.put(f"{V1}/queue/technicians/filing", {"owner": "Field", "tags": ["North", "north"]})
    assert (filed.status_code, filed.json) == (200, {"owner": "Field", "tags": ["north"]})
    for asked in ("tag=north", "owner=Field"):
        (found,) = caller.get(f"{V1}?{asked}").json["definitions"]
        assert (found["key"], found["owner"], found["tags"]) == ("technicians", "Field", ["north"])
    refused = caller.put(f"{V1}/queue/technicians/filing", {"tags": ["x" * 50]})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/tags")
    assert caller.put(f"{V1}/queue/nowhere/filing", {}).status_code == 404


def test_programs_ask_what_refers_to_what(app: Flask):
    publish(app, *a_catalog(a_plan(a_task())).values())
    caller = a_caller(app)

    near = caller.get(f"{V1}/queue/technicians/references").json
    assert near == {
        "used_by": [
            {"kind": "plan", "key": "fibre", "name": "Fibre", "pointers": ["/items/0/queue"], "required": True}
        ],
        "refers_to": [],
    }
    far = caller.get(f"{V1}/queue/technicians/references?far=true").json
    assert [(each["kind"], each["pointers"]) for each in far["used_by"]] == [
        ("plan", ["/items/0/queue"]),
        ("scenario", []),
    ]
    assert caller.get(f"{V1}/queue/technicians/references?far=maybe").status_code == 400
