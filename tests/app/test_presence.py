"""Every page of an editor hears who else is there, and how far the draft has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

JSON = {"Accept": "application/json"}


@pytest.fixture
def anna(signed_in: Callable[..., Any]) -> FlaskClient:
    return client(signed_in("process admin"))


@pytest.fixture
def bert(signed_in: Callable[..., Any]) -> FlaskClient:
    return client(signed_in("process admin"))


def client(browser: Any) -> FlaskClient:
    browser.client.environ_base["HTTP_X_CSRFTOKEN"] = browser.csrf("/account")
    return browser.client


def beat(client: FlaskClient, page: str = "p", place: object = None) -> Any:
    return client.post("/presence/plan/fibre", json={"page": page, "place": place}, headers=JSON)


def test_two_people_hear_of_each_other_and_of_what_they_have_selected(anna: FlaskClient, bert: FlaskClient):
    assert beat(anna, place=["item survey"]).json["others"] == []
    (other,) = beat(bert).json["others"]
    assert (other["place"], other["me"]) == (["item survey"], False)
    assert other["name"] == other["by"].title()

    assert anna.delete("/presence/plan/fibre/p").status_code == 204
    assert beat(bert).json["others"] == []


def test_two_windows_of_one_person_hear_of_each_other_too(anna: FlaskClient):
    beat(anna, page="first")
    (other,) = beat(anna, page="second").json["others"]
    assert (other["page"], other["me"]) == ("first", True)


def test_the_answer_tells_how_far_the_draft_and_its_layout_have_come(anna: FlaskClient):
    assert beat(anna).json | {"others": []} == {"others": [], "revision": 0, "moved_at": 0}
    plan = {"kind": "plan", "key": "fibre", "name": "Fibre", "items": [], "dependencies": []}
    anna.put("/plans/fibre/draft", json=plan, headers={**JSON, "If-Match": '"0"'})
    anna.patch("/plans/fibre/layout", json={"cards": {}}, headers=JSON)

    answer = beat(anna).json
    assert answer["revision"] == 1
    assert answer["moved_at"] > 0


def test_a_place_that_is_too_long_is_refused(anna: FlaskClient):
    answer = beat(anna, place=["x" * 5000])
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/place"
    assert anna.post("/presence/plan/fibre", json={"page": ""}, headers=JSON).status_code in (400, 422)
