"""A process admin tries an operation on the real system; nobody else does, and no other address is called."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import insert

from app.demo_systems import Control, DemoServer, running
from runtime.core.definitions import Operation, System
from runtime.schema import endpoints
from tests.app.conftest import Browser, Shop

SignIn = Callable[..., Browser]
RESERVE = Operation(key="reserve", name="Reserve", path="/inventory/reserve")


@pytest.fixture
def outside() -> Iterator[DemoServer]:
    with running() as server:
        yield server


def a_system(url: str, *operations: Operation) -> System:
    return System(key="fulfilment", name="Fulfilment", url=url, operations=operations or (RESERVE,))


def tried(browser: Browser, operation: str = "reserve", key: str = "fulfilment", **body: object):
    token = browser.csrf("/account")
    return browser.client.post(
        f"/systems/{key}/try", json={"operation": operation, "body": body}, headers={"X-CSRFToken": token}
    )


def test_a_try_really_calls_and_shows_what_came_back(shop: Shop, signed_in: SignIn, outside: DemoServer, caplog):
    shop.publish(a_system(outside.url))
    with caplog.at_level(logging.WARNING):
        answer = tried(signed_in("process admin"), site="Bonn").json

    assert (answer["status"], answer["reason"], answer["told"]) == (200, "OK", "It took the request.")
    assert '"status": "done"' in answer["body"]
    assert answer["headers"]["Content-Type"] == "application/json"
    assert answer["call"] == f"POST {outside.url}/inventory/reserve"
    assert answer["took"] >= 0
    assert list(outside.systems.seen) == [answer["key"]]
    assert answer["key"].startswith("try-")
    assert "tried POST" in caplog.text


def test_every_try_has_a_key_of_its_own(shop: Shop, signed_in: SignIn, outside: DemoServer):
    shop.publish(a_system(outside.url))
    browser = signed_in("process admin")

    assert tried(browser).json["key"] != tried(browser).json["key"]


@pytest.mark.parametrize(
    ("control", "status", "says"),
    [
        (Control(error_rate=1, errors=("refused",)), 422, "would not ask again"),
        (Control(error_rate=1, errors=("server error",)), 500, "would ask again"),
        (Control(error_rate=1, errors=("not json",)), 200, "not with JSON"),
        (Control(error_rate=1, errors=("dropped",)), None, "cannot be reached"),
        (Control(error_rate=1, errors=("timeout",), timeout=1), None, "did not answer within 0.3 s"),
    ],
)
def test_trouble_is_told_in_words(shop: Shop, signed_in: SignIn, control: Control, status: int | None, says: str):
    hasty = Operation(key="reserve", name="Reserve", path="/inventory/reserve", timeout="PT0.3S")
    with running(control) as outside:
        shop.publish(a_system(outside.url, hasty))
        answer = tried(signed_in("process admin")).json

    assert answer["status"] == status
    assert says in answer["told"]


def test_the_operation_is_the_drafted_one_but_never_its_address(shop: Shop, signed_in: SignIn, outside: DemoServer):
    shop.publish(a_system(outside.url))
    moved = Operation(key="reserve", name="Reserve", path="/moved", method="PUT")
    shop.draft(a_system("http://169.254.169.254", moved))

    assert tried(signed_in("process admin")).json["call"] == f"PUT {outside.url}/moved"


@pytest.mark.parametrize(
    "path", ["/@elsewhere.example/", "//elsewhere.example/x", "/..//elsewhere.example", "elsewhere"]
)
def test_no_path_leads_to_another_host(shop: Shop, signed_in: SignIn, outside: DemoServer, path: str):
    shop.publish(a_system(outside.url))
    shop.draft(a_system(outside.url, Operation(key="reserve", name="Reserve", path=path)))
    tried(signed_in("process admin"))

    assert len(outside.systems.seen) == 1, "it went to the system itself"


def test_where_the_installation_says_it_is_goes_before_where_the_release_says(
    shop: Shop, signed_in: SignIn, outside: DemoServer
):
    shop.publish(a_system("http://127.0.0.1:9"))
    with shop.database.writing() as connection:
        connection.execute(insert(endpoints).values(system="fulfilment", url=outside.url))
    browser = signed_in("process admin")

    assert browser.get("/systems/fulfilment/reach").json == {
        "url": outside.url,
        "source": "as this installation is set up",
    }
    assert tried(browser).json["status"] == 200


def test_a_system_that_was_never_published_is_not_called(shop: Shop, signed_in: SignIn, outside: DemoServer):
    shop.draft(System(key="new", name="New", url=outside.url, operations=(RESERVE,)))
    browser = signed_in("process admin")
    answer = tried(browser, key="new")

    assert answer.status_code == 409
    assert "publish it first" in answer.text
    assert browser.get("/systems/new/reach").json["url"] == ""
    assert not outside.systems.seen


def test_only_process_admins_with_their_token_try(shop: Shop, signed_in: SignIn, outside: DemoServer):
    shop.publish(a_system(outside.url))
    admin = signed_in("process admin")

    assert tried(signed_in("order agent")).status_code == 403
    assert admin.client.post("/systems/fulfilment/try", json={"operation": "reserve"}).status_code == 400
    assert not outside.systems.seen


def test_what_does_not_exist_is_told(shop: Shop, signed_in: SignIn):
    browser = signed_in("process admin")

    assert tried(browser, "nothing").status_code == 404
    assert tried(browser, key="nowhere").status_code == 404
