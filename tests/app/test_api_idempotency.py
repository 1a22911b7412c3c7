"""A request that creates, sent twice with one key, happens once: alone, in a race, after a day."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.api.idempotency import KEPT, answers
from runtime import engine
from runtime.core import versions
from tests.app.callers import Caller, a_caller, database_of, publish, rows
from tests.builders import a_catalog, a_chain

ORDERS = "/api/v1/orders"
ORDER = {"lines": [{"id": "1", "specification": "fibre", "action": "add"}]}


@pytest.fixture
def caller(app: Flask) -> Caller:
    publish(app, *a_catalog().values())
    return a_caller(app)


def test_a_repeated_request_gets_the_first_answer_again(app: Flask, caller: Caller):
    first = caller.post(ORDERS, ORDER, Idempotency_Key="k")

    again = caller.post(ORDERS, ORDER, Idempotency_Key="k")

    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.status_code, again.data, again.mimetype) == (201, first.data, first.mimetype)
    assert again.headers["Location"] == first.headers["Location"]
    assert rows(app)["orders"] == 1


def test_the_same_key_with_another_request_is_refused(app: Flask, caller: Caller):
    caller.post(ORDERS, ORDER, Idempotency_Key="k")

    refused = caller.post(ORDERS, {**ORDER, "customer": "Ada"}, Idempotency_Key="k")
    elsewhere = caller.post("/api/v1/releases", {}, Idempotency_Key="k")

    assert (refused.status_code, elsewhere.status_code) == (422, 422)
    assert "make a new key" in refused.json["detail"]
    assert rows(app)["orders"] == 1


def test_keys_of_different_callers_have_nothing_to_do_with_each_other(app: Flask, caller: Caller):
    caller.post(ORDERS, ORDER, Idempotency_Key="k")

    other = a_caller(app).post(ORDERS, ORDER, Idempotency_Key="k")

    assert "Idempotency-Replayed" not in other.headers
    assert rows(app)["orders"] == 2


def test_a_refused_request_may_be_mended_and_sent_under_its_key(app: Flask, caller: Caller):
    refused = caller.post(ORDERS, {"lines": []}, Idempotency_Key="k")
    assert rows(app)["idempotent_answers"] == 0

    mended = caller.post(ORDERS, ORDER, Idempotency_Key="k")

    assert (refused.status_code, mended.status_code) == (422, 201)


def test_a_key_is_forgotten_after_a_day(app: Flask, caller: Caller):
    caller.post(ORDERS, ORDER, Idempotency_Key="old")
    with database_of(app).writing() as connection:
        connection.execute(update(answers).values(at=answers.c.at - KEPT))

    caller.post(ORDERS, ORDER, Idempotency_Key="old")

    assert rows(app)["orders"] == 2
    with database_of(app).reading() as connection:
        assert len(connection.execute(select(answers)).all()) == 1


@pytest.mark.parametrize("key", ["", "x" * 201, "clé"])
def test_a_key_that_is_none_is_refused(app: Flask, caller: Caller, key: str):
    assert caller.post(ORDERS, ORDER, Idempotency_Key=key).status_code == 400
    assert rows(app)["orders"] == 0


def test_publishing_and_activating_heed_the_key_too(app: Flask, caller: Caller):
    plan = "/api/v1/definitions/plan/fibre/draft"
    caller.put(plan, versions.plain(a_chain("survey", "install")), If_None_Match="*")
    first = caller.post("/api/v1/releases", {}, Idempotency_Key="p")

    assert caller.post("/api/v1/releases", {}, Idempotency_Key="p").json == first.json
    for _ in range(2):
        caller.post("/api/v1/releases/1/activate", {}, Idempotency_Key="a")
    assert rows(app)["releases"] == 2
    assert rows(app)["activations"] == 3


def test_while_the_first_is_under_way_a_second_is_told_to_wait(
    app: Flask, caller: Caller, monkeypatch: pytest.MonkeyPatch
):
    """The first request is held at the door of the runtime, inside its transaction, until the second is answered."""
    entered, go_on = threading.Event(), threading.Event()
    real = engine.submit

    def slow(*arguments: Any, **named: Any) -> int:
        entered.set()
        assert go_on.wait(10)
        return real(*arguments, **named)

    monkeypatch.setattr(engine, "submit", slow)
    made: list[Any] = []
    thread = threading.Thread(target=lambda: made.append(caller.post(ORDERS, ORDER, Idempotency_Key="k")))
    thread.start()
    assert entered.wait(10)

    early = caller.post(ORDERS, ORDER, Idempotency_Key="k")
    go_on.set()
    thread.join()

    assert early.status_code == 409
    assert "still being worked on" in early.json["detail"]
    assert made[0].status_code == 201
    late = caller.post(ORDERS, ORDER, Idempotency_Key="k")
    assert late.headers["Idempotency-Replayed"] == "true"
    assert rows(app)["orders"] == 1


def test_when_the_effect_fails_no_answer_is_kept(app: Flask, caller: Caller, monkeypatch: pytest.MonkeyPatch):
    def broken(*_arguments: Any, **_named: Any) -> int:
        raise RuntimeError("power cut")

    with monkeypatch.context() as armed:
        armed.setattr(engine, "submit", broken)
        assert caller.post(ORDERS, ORDER, Idempotency_Key="k").status_code == 500
    before = rows(app)
    assert (before["idempotent_answers"], before["orders"]) == (0, 0)

    assert caller.post(ORDERS, ORDER, Idempotency_Key="k").status_code == 201
