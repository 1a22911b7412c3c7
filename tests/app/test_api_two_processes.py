"""Two processes on one database: the same key at both still happens once; on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask

from app import accounts, create_app
from app.accounts import SCOPES
from app.api import idempotency
from app.settings import Settings
from runtime.database import Database
from tests.app.callers import PRODUCT_ORDERS, Caller, publish, rows
from tests.builders import a_catalog

ORDERS = "/api/v1/orders"
ORDER = {"lines": [{"id": "1", "specification": "fibre", "action": "add"}], "external_id": "PO-1"}


@pytest.fixture
def processes(database_url: str, settings: Settings) -> Any:
    """The application twice, each with connections of its own, as two processes would have."""
    databases = [Database(database_url), Database(database_url)]
    yield [create_app(settings, database) for database in databases]
    for database in databases:
        database.close()


@pytest.fixture
def callers(processes: list[Flask]) -> list[Caller]:
    """The same program, calling one process and the other."""
    publish(processes[0], *a_catalog().values())
    database: Database = processes[0].extensions["orderloom"].database
    with database.writing() as connection:
        accounts.add_user(connection, "crm", full_name="CRM", roles=("api",), password="long enough", now=0)
        user = accounts.find_user(connection, "crm")
        assert user is not None
        token = accounts.add_token(connection, user, name="test", scopes=SCOPES, now=0)
    return [Caller(app, token) for app in processes]


def test_an_answer_of_one_process_is_replayed_by_the_other(processes: list[Flask], callers: list[Caller]):
    first = callers[0].post(ORDERS, ORDER, Idempotency_Key="k")

    again = callers[1].post(ORDERS, ORDER, Idempotency_Key="k")

    assert (first.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert rows(processes[0])["orders"] == 1


@pytest.mark.parametrize("external_id", ["PO-1", None])
def test_of_two_at_once_one_has_the_effect_and_the_other_none(
    processes: list[Flask], callers: list[Caller], monkeypatch: pytest.MonkeyPatch, external_id: str | None
):
    """Both have looked for an earlier answer, and found none, before either begins."""
    both_looked = threading.Barrier(2, timeout=20)
    looked = idempotency._find

    def look(*arguments: Any) -> Any:
        found = looked(*arguments)
        both_looked.wait()
        return found

    answers: list[Any] = []
    order = {**ORDER, "external_id": external_id}
    threads = [
        threading.Thread(target=lambda caller=caller: answers.append(caller.post(ORDERS, order, Idempotency_Key="k")))
        for caller in callers
    ]
    with monkeypatch.context() as patched:
        patched.setattr(idempotency, "_find", look)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert rows(processes[0])["orders"] == 1
    late = callers[0].post(ORDERS, order, Idempotency_Key="k")
    assert late.headers["Idempotency-Replayed"] == "true"


def test_the_same_external_id_at_once_is_refused_as_a_duplicate(processes: list[Flask], callers: list[Caller]):
    item = {"id": "1", "action": "add", "product": {"productSpecification": {"id": "fibre"}}}
    body = {"externalId": "PO-9", "productOrderItem": [item]}
    start = threading.Barrier(2, timeout=20)
    answers: list[Any] = []

    def submit(caller: Caller) -> None:
        start.wait()
        answers.append(caller.post(PRODUCT_ORDERS, body))

    threads = [threading.Thread(target=submit, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status_code for answer in answers) == [201, 409], [answer.text for answer in answers]
    assert rows(processes[0])["orders"] == 1
