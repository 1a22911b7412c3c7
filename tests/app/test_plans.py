"""What the plan designer asks of the server while somebody draws."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.views.plans import patched

JSON = {"Accept": "application/json"}
PLAN = {
    "kind": "plan",
    "key": "fibre",
    "name": "Fibre",
    "items": [
        {"kind": "milestone", "key": "begin", "name": "Begin", "per": "root line"},
        {"kind": "milestone", "key": "each", "name": "Each", "per": "line"},
    ],
    "dependencies": [{"source": "begin", "target": "each"}],
}


@pytest.fixture
def client(signed_in: Callable[..., Any]) -> FlaskClient:
    browser = signed_in("process admin")
    browser.client.environ_base["HTTP_X_CSRFTOKEN"] = browser.csrf("/account")
    browser.post("/edit/plan", page="/edit/plan", name="Fibre", key="fibre")
    return browser.client


def test_a_plan_is_saved_over_the_revision_it_was_read_at(client: FlaskClient):
    read = client.get("/plans/fibre/draft", headers=JSON).json
    assert (read["document"]["name"], read["revision"]) == ("Fibre", 1)

    saved = client.put("/plans/fibre/draft", json=PLAN, headers={**JSON, "If-Match": '"1"'})
    assert saved.json == {"revision": 2}
    stale = client.put("/plans/fibre/draft", json=PLAN, headers={**JSON, "If-Match": '"1"'})
    assert stale.status_code == 409
    assert "revision 2" in stale.json["detail"]
    assert client.put("/plans/fibre/draft", json=PLAN, headers=JSON).status_code == 428


def test_two_people_move_different_cards(client: FlaskClient):
    client.patch("/plans/fibre/layout", json={"cards": {"a": {"x": 1, "y": 1}, "b": {"x": 2, "y": 2}}}, headers=JSON)
    client.patch("/plans/fibre/layout", json={"cards": {"a": {"x": 9}}}, headers=JSON)
    client.patch("/plans/fibre/layout", json={"cards": {"b": None}}, headers=JSON)

    assert client.get("/plans/fibre/draft", headers=JSON).json["layout"] == {"cards": {"a": {"x": 9, "y": 1}}}


@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        ({"a": 1}, {"a": None}, {}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": 1}, {"a": {"b": 1, "c": None}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
    ],
)
def test_a_layout_is_patched_as_rfc_7396_says(before: dict, patch: dict, after: dict):
    assert patched(before, patch) == after


def test_a_plan_is_checked_without_being_saved(client: FlaskClient):
    broken = {**PLAN, "dependencies": [{"source": "begin", "target": "each"}, {"source": "each", "target": "begin"}]}
    problems = client.post("/plans/fibre/check", json=broken, headers=JSON).json["problems"]

    assert "cycle" in {problem["code"] for problem in problems}
    assert "items" not in client.get("/plans/fibre/draft", headers=JSON).json["document"]


def test_the_names_that_a_plan_may_use_are_listed(client: FlaskClient):
    names = client.get("/plans/fibre/names", headers=JSON).json

    assert names["scope"]["order"]["customer"] == {"type": "string"}
    assert names["plans"] == []


def test_a_preview_says_why_there_is_none(client: FlaskClient):
    answer = client.post("/plans/fibre/scope", json=PLAN, headers=JSON)

    assert answer.status_code == 200  # half a plan is nothing wrong, and no error in the browser's console
    assert answer.json == {"refusal": "There is no specification yet that an order could ask for; make one first."}


def test_a_malformed_plan_is_refused_with_the_place(client: FlaskClient):
    answer = client.post("/plans/fibre/check", data=json.dumps({**PLAN, "items": [{"kind": "dance"}]}), headers=JSON)

    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


def test_a_plan_with_a_taken_key_is_not_made_twice(signed_in: Callable[..., Any]):
    browser = signed_in("process admin")
    assert browser.post("/edit/plan", page="/edit/plan", name="One", key="one").status_code == 302
    again = browser.post("/edit/plan", page="/edit/plan", name="Two", key="one")

    assert again.status_code == 422
    assert "choose another key" in again.text


def test_the_designer_is_for_process_admins(signed_in: Callable[..., Any]):
    assert signed_in("order agent").get("/plans/fibre/edit").status_code == 403
