"""The page and the API of systems: what is called, what is held, and by whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from runtime import systems
from tests.app.callers import Caller, a_caller
from tests.app.conftest import Browser, Shop
from tests.builders import a_callout, a_plan, a_system

SignIn = Callable[..., Browser]


@pytest.fixture
def caller(app: Flask) -> Caller:
    return a_caller(app)


@pytest.fixture
def called(shop: Shop) -> Shop:
    shop.publish(a_system(), a_plan(a_callout("reserve")))
    return shop


def test_a_system_is_taken_offline_and_brought_back_on_its_page(called: Shop, signed_in: SignIn):
    browser = signed_in("fallout manager")
    browser.post("/systems/fulfilment/offline", reason="upgrade to 7.2")
    page = browser.get("/systems/").text
    assert "upgrade to 7.2" in page
    assert "Bring back" in page

    browser.post("/systems/fulfilment/online")
    page = browser.get("/systems/").text
    assert "Take offline" in page
    assert "brought back by" in page


def test_all_calls_are_paused_and_resumed_on_the_page(called: Shop, signed_in: SignIn):
    browser = signed_in("process admin")
    browser.post("/systems/pause", reason="incident 12")
    assert "All calls are paused" in browser.get("/systems/").text

    browser.post("/systems/resume")
    assert "All calls are paused" not in browser.get("/systems/").text


def test_an_item_of_a_held_system_says_so(called: Shop, signed_in: SignIn):
    browser = signed_in("fallout manager")
    order = called.submit()
    called.run()
    browser.post("/systems/fulfilment/offline", reason="upgrade")

    page = browser.get(f"/orders/{order}?item=0").text
    assert "On hold" in page
    assert "Fulfilment is offline since" in page


def test_others_see_systems_and_change_nothing(called: Shop, signed_in: SignIn):
    browser = signed_in("order agent")
    page = browser.get("/systems/").text
    assert "Fulfilment" in page
    assert "Take offline" not in page
    assert browser.post("/systems/fulfilment/offline", page="/account", reason="x").status_code == 403


def test_a_system_that_is_not_there_is_not_held(called: Shop, signed_in: SignIn):
    assert signed_in("process admin").post("/systems/nope/offline", reason="x", page="/account").status_code == 404


def test_the_api_holds_systems_and_says_why(called: Shop, caller: Caller):
    answer = caller.post("/api/v1/systems/fulfilment/offline", {"reason": "upgrade"})
    (system,) = answer.json["systems"]
    assert (system["state"], system["hold"]["reason"]) == ("offline", "upgrade")
    assert caller.post("/api/v1/systems/fulfilment/offline", {"reason": "again"}).status_code == 409

    (system,) = caller.post("/api/v1/systems/fulfilment/online").json["systems"]
    assert (system["state"], system["hold"]) == ("online", None)
    (system,) = caller.put("/api/v1/systems/fulfilment/limits", {"calls_at_once": 2}).json["systems"]
    assert (system["calls_at_once"], system["pace"]) == (2, None)
    assert caller.post("/api/v1/systems/pause", {"reason": "incident"}).json["paused"]["reason"] == "incident"
    assert caller.post("/api/v1/systems/resume").json["paused"] is None


def test_a_system_that_does_not_answer_is_down(called: Shop, caller: Caller):
    with called.database.writing() as connection:
        systems.open_breaker(connection, "fulfilment", "it cannot be reached", probe_at=2, now=1)

    (system,) = caller.get("/api/v1/systems").json["systems"]
    assert (system["state"], system["hold"]["by"]) == ("down", None)
