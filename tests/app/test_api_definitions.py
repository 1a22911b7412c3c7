"""Definitions and releases over HTTP: drafting without treading on others, checking, publishing, activating."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from designer import history
from runtime.core import versions
from runtime.worker import Worker
from tests.app.callers import Caller, a_caller, database_of, publish, rows
from tests.builders import a_catalog, a_chain, a_decision, a_plan, a_table, a_task

PLAN = "/api/v1/definitions/plan/fibre"


@pytest.fixture
def caller(app: Flask) -> Caller:
    return a_caller(app)


def document(plan: Any = None) -> dict[str, Any]:
    plain: dict[str, Any] = versions.plain(plan or a_chain("survey", "install"))
    return plain


def test_a_draft_is_made_read_changed_and_dropped(caller: Caller):
    made = caller.put(f"{PLAN}/draft", document(), If_None_Match="*")
    assert (made.status_code, made.headers["ETag"], made.json["revision"]) == (200, '"1"', 1)

    read = caller.get(f"{PLAN}/draft")
    assert read.json["document"] == document()
    assert read.headers["ETag"] == '"1"'
    assert caller.get(f"{PLAN}/draft", If_None_Match='"1"').status_code == 304

    changed = caller.put(f"{PLAN}/draft", {**document(), "name": "Fibre, new"}, If_Match='"1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert caller.get(PLAN).json["draft"]["revision"] == 2

    assert caller.send("DELETE", f"{PLAN}/draft", If_Match='"2"').status_code == 204
    assert caller.get(f"{PLAN}/draft").status_code == 404


def test_a_draft_that_is_dropped_is_set_aside_where_it_has_a_history(app: Flask, caller: Caller):
    publish(app, *a_catalog(a_plan()).values())
    caller.put(f"{PLAN}/draft", {**document(), "name": "Fibre, new"}, If_None_Match="*")
    assert (
        caller.send("DELETE", f"{PLAN}/draft", If_Match=caller.get(f"{PLAN}/draft").headers["ETag"]).status_code == 204
    )

    with database_of(app).reading() as connection:
        (aside,) = history.all_set_aside(connection, "plan", "fibre")
        kept = history.state(connection, "plan", "fibre", f"aside-{aside.revision}", now=1)
    assert kept.document.name == "Fibre, new"


@pytest.mark.parametrize("tag", ['"1"', '"9"', 'W/"2"', '"1", "2"', '"abc"'])
def test_a_change_of_a_state_that_is_no_more_is_refused(app: Flask, caller: Caller, tag: str):
    caller.put(f"{PLAN}/draft", document(), If_None_Match="*")
    caller.put(f"{PLAN}/draft", {**document(), "name": "Theirs"}, If_Match='"1"')

    refused = caller.put(f"{PLAN}/draft", {**document(), "name": "Mine"}, If_Match=tag)

    assert refused.status_code in (412, 428)
    assert caller.get(f"{PLAN}/draft").json["document"]["name"] == "Theirs"


def test_a_stale_change_is_told_who_was_first(app: Flask, caller: Caller):
    colleague = a_caller(app, "process admin", name="ada")
    caller.put(f"{PLAN}/draft", document(), If_None_Match="*")
    colleague.put(f"{PLAN}/draft", {**document(), "name": "Ada's"}, If_Match='"1"')

    refused = caller.put(f"{PLAN}/draft", document(), If_Match='"1"')

    assert refused.status_code == 412
    assert "ada saved revision 2" in refused.json["detail"]


def test_a_change_that_does_not_say_what_it_changes_is_refused(caller: Caller):
    refused = caller.put(f"{PLAN}/draft", document())

    assert refused.status_code == 428
    assert "If-Match" in refused.json["detail"]
    assert caller.get(PLAN).status_code == 404


def test_any_state_can_be_overwritten_on_purpose(caller: Caller):
    caller.put(f"{PLAN}/draft", document(), If_None_Match="*")

    assert caller.put(f"{PLAN}/draft", document(), If_Match="*").json["revision"] == 2


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"key": "copper"}, "/key"),
        ({"kind": "queue", "items": None}, ""),
        ({"items": [{"kind": "milestone", "key": "Bad Key", "name": "x"}]}, "/items/0/key"),
        ({"colour": "red"}, "/colour"),
        ({"name": 3}, "/name"),
    ],
)
def test_a_document_that_does_not_fit_is_pointed_at(app: Flask, caller: Caller, change: dict[str, Any], pointer: str):
    before = rows(app)
    body = {**document(), **change}

    refused = caller.put(f"{PLAN}/draft", body, If_None_Match="*")

    assert refused.status_code == 422
    assert pointer in refused.json["errors"][0]["pointer"]
    assert rows(app) == before


def test_the_hits_of_a_table_tell_rows_that_fire_from_dead_ones(app: Flask, caller: Caller):
    decide = a_decision("rate", table="discount", inputs={"amount": "order.lines[1].quantity"})
    release = publish(app, *a_catalog(a_plan(decide), a_table(hit_policy="first")).values())
    assert release == 1
    submitted = caller.post("/api/v1/orders", {"lines": [{"id": "1", "specification": "fibre", "action": "add"}]})
    worker = Worker(database_of(app), callback_url="http://127.0.0.1:9")
    while worker.take_turn():
        pass

    found = caller.get("/api/v1/definitions/table/discount/hits").json
    assert found["decisions"] == 1
    dead, fired = found["rows"]
    assert (dead["rule"], dead["asked"], dead["hits"], dead["last_order"]) == ("r1", 1, 0, None)
    assert (fired["rule"], fired["hits"], fired["last_order"]) == ("r2", 1, submitted.json["id"])
    assert fired["last_at"].endswith("Z")
    assert caller.get("/api/v1/definitions/table/nothing/hits").status_code == 404


def test_a_kind_that_does_not_exist_names_those_that_do(caller: Caller):
    for address in ("/api/v1/definitions/poem/x", "/api/v1/definitions/poem/x/draft"):
        refused = caller.get(address)
        assert refused.status_code == 404
        assert "plan, table" in refused.json["detail"]
    assert "one of plan, table" in caller.get("/api/v1/definitions?kind=poem").json["detail"]


def test_what_the_checks_find_stops_publishing_and_names_the_place(app: Flask, caller: Caller):
    publish(app, *a_catalog().values())
    flawed = document(a_plan(a_task("install", queue=""), key="flawed"))
    caller.put("/api/v1/definitions/plan/flawed/draft", flawed, If_None_Match="*")
    before = rows(app)

    checked = caller.post("/api/v1/definitions/check", {"definitions": ["plan/flawed"]})
    refused = caller.post("/api/v1/releases", {"definitions": ["plan/flawed"], "note": "try"})

    assert checked.json["publishable"] is False
    (error,) = [p for p in checked.json["problems"] if p["severity"] == "error"]
    assert (error["definition"], error["code"], error["items"]) == ("plan/flawed", "manual-without-queue", ["install"])
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == f"/plan/flawed{error['pointer']}"
    assert rows(app) == before


def test_drafts_are_published_together_as_a_release_that_becomes_active(app: Flask, caller: Caller):
    first = publish(app, *a_catalog().values())
    caller.put(f"{PLAN}/draft", document(), If_None_Match="*")

    published = caller.post("/api/v1/releases", {"note": "two steps"})

    assert published.status_code == 201, published.text
    release = published.json
    assert published.headers["Location"] == f"/api/v1/releases/{release['id']}"
    assert (release["active"], release["note"], release["live_orders"]) == (True, "two steps", 0)
    assert release["created_at"].endswith("Z")
    assert caller.get(PLAN).json["draft"] is None
    newest = caller.get(PLAN).json["versions"][0]
    assert (newest["number"], newest["releases"]) == (2, [release["id"]])
    assert release["manifest"]["plan/fibre"] == newest["id"]
    assert caller.get(f"{PLAN}/versions/2").json["document"] == document()
    assert [r["id"] for r in caller.get("/api/v1/releases").json["releases"]] == [release["id"], str(first)]
    again = caller.post("/api/v1/releases", {})
    assert again.status_code == 409
    assert "nothing differs" in again.json["detail"]


def test_an_older_release_is_activated_again_and_one_in_the_past_is_not(app: Flask, caller: Caller):
    first = publish(app, *a_catalog().values())
    second = publish(app, a_chain("survey", "install"))

    activated = caller.post(f"/api/v1/releases/{first}/activate", {})
    past = caller.post(f"/api/v1/releases/{second}/activate", {"at": "2001-01-01T00:00:00Z"})
    coming = caller.post(f"/api/v1/releases/{second}/activate", {"at": "2999-01-01T00:00:00+01:00"})

    assert activated.json["active"] is True
    assert past.status_code == 409
    assert (coming.json["active"], coming.json["active_from"]) == (False, "2998-12-31T23:00:00.000Z")
    assert caller.post("/api/v1/releases/99/activate", {}).status_code == 404


def test_definitions_are_listed_by_kind_and_searched(app: Flask, caller: Caller):
    publish(app, *a_catalog().values())

    listed = caller.get("/api/v1/definitions?kind=plan")

    assert [(d["kind"], d["key"], d["number"], d["revision"]) for d in listed.json["definitions"]] == [
        ("plan", "fibre", 1, None)
    ]
    assert caller.get("/api/v1/definitions?kind=plan", If_None_Match=listed.headers["ETag"]).status_code == 304
    found = caller.get("/api/v1/definitions?q=technic").json["definitions"]
    assert [d["key"] for d in found] == ["technicians"]


def test_a_token_that_may_only_read_changes_nothing(app: Flask):
    reader = a_caller(app, scopes=("definitions:read",))

    assert reader.get("/api/v1/definitions").status_code == 200
    for refused in (
        reader.put(f"{PLAN}/draft", document(), If_None_Match="*"),
        reader.post("/api/v1/releases", {}),
        reader.post("/api/v1/releases/1/activate", {}),
    ):
        assert refused.status_code == 403
        assert "definitions:write" in refused.json["detail"]


def test_the_difference_of_two_states_is_given_as_data_and_in_words(app: Flask, caller: Caller):
    publish(app, *a_catalog(a_chain("survey")).values())
    publish(app, a_chain("survey", "install"), now=2)
    caller.put(f"{PLAN}/draft", {**document(), "name": "Fibre, new"}, If_None_Match="*")

    read = caller.get(f"{PLAN}/diff?from=1&to=2")
    assert read.json["summary"] == ["Added item Install (milestone).", "Install now waits for Survey."]
    assert [(change["kind"], change["part"], change["name"]) for change in read.json["changes"]] == [
        ("added", "item", "install"),
        ("added", "dependency", "survey -> install"),
    ]
    assert caller.get(f"{PLAN}/diff?from=1&to=2", If_None_Match=read.headers["ETag"]).status_code == 304

    latest = caller.get(f"{PLAN}/diff").json
    assert (latest["from"], latest["to"]) == ("2", "draft")
    assert latest["summary"] == ["Renamed from Fibre to Fibre, new."]
    assert caller.get(f"{PLAN}/diff?from=active&to=2").json["changes"] == []


@pytest.mark.parametrize("query", ["from=9", "to=9", "to=draft", "from=x", "to=aside-1"])
def test_the_difference_to_a_state_that_is_not_there_is_refused(app: Flask, caller: Caller, query: str):
    publish(app, *a_catalog().values())

    assert caller.get(f"{PLAN}/diff?{query}").status_code == 404
    assert caller.get("/api/v1/definitions/plan/nothing/diff").status_code == 404
    assert caller.get(f"{PLAN}/diff?between=1").status_code == 400
