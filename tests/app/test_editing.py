"""What the editors of definitions ask of the server while somebody fills them in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from designer import forms
from runtime.core import versions
from runtime.core.definitions import KINDS
from tests.builders import a_decomposition, a_specification, a_system

JSON = {"Accept": "application/json"}
FIBRE = "/edit/specification/fibre"


@pytest.fixture
def browser(signed_in: Callable[..., Any]) -> Any:
    browser = signed_in("process admin")
    browser.client.environ_base["HTTP_X_CSRFTOKEN"] = browser.csrf("/account")
    return browser


@pytest.fixture
def client(browser: Any) -> FlaskClient:
    browser.post("/edit/specification", name="Fibre", key="fibre")
    return browser.client


def put(client: FlaskClient, document: dict[str, Any], revision: int):
    return client.put(f"{FIBRE}/draft", json=document, headers={**JSON, "If-Match": f'"{revision}"'})


def test_a_new_definition_says_its_name_and_key_and_opens_in_its_editor(browser: Any):
    made = browser.post("/edit/specification", name=" Fibre access ", key="fibre-access")

    assert made.location == "/edit/specification/fibre-access"
    assert browser.get(f"{made.location}/draft", headers=JSON).json["document"]["name"] == "Fibre access"


@pytest.mark.parametrize(
    ("kind", "said", "told"),
    [
        ("specification", {"name": "", "key": "a"}, "Fill this in."),
        ("specification", {"name": "A", "key": "Not a key"}, "Small letters, digits, dots and dashes"),
        ("system", {"name": "A", "key": "a", "url": "somewhere"}, "An address begins with http"),
        ("system", {"name": "A", "key": "a"}, "Fill this in."),
    ],
)
def test_a_new_definition_that_cannot_be_is_refused_at_its_field(browser: Any, kind: str, said: dict, told: str):
    answer = browser.post(f"/edit/{kind}", **said)

    assert answer.status_code == 422
    assert told in answer.text


def test_a_key_is_given_once(browser: Any, client: FlaskClient):
    assert "already" in browser.post("/edit/specification", name="Other", key="fibre").text


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_made_and_changed_somewhere(client: FlaskClient, kind: str):
    assert client.get(f"/edit/{kind}", follow_redirects=True).status_code == 200


def test_what_has_no_form_is_changed_as_text_drawn_or_in_its_grid(client: FlaskClient):
    client.post("/edit/plan", data={"name": "P", "key": "p"})

    assert client.get("/edit/plan/p").location == "/plans/p/edit"


def test_the_draft_is_saved_over_the_revision_it_was_read_at(client: FlaskClient):
    read = client.get(f"{FIBRE}/draft", headers=JSON).json
    document = {**read["document"], "category": "access"}

    assert put(client, document, read["revision"]).json["revision"] == 2
    assert put(client, {**document, "category": "other"}, 1).status_code == 409
    stored = client.get(f"{FIBRE}/draft", headers=JSON).json
    assert (stored["revision"], stored["document"]["category"]) == (2, "access")
    assert client.put(f"{FIBRE}/draft", json=document, headers=JSON).status_code == 428


def test_a_draft_that_was_discarded_meanwhile_is_not_saved_over(client: FlaskClient):
    document = client.get(f"{FIBRE}/draft", headers=JSON).json["document"]
    client.post("/definitions/specification/fibre/discard", data={"revision": "1"})

    assert put(client, {**document, "category": "access"}, 1).status_code == 409
    assert client.get(f"{FIBRE}/draft", headers=JSON).status_code == 404


def test_a_definition_is_checked_without_being_saved(client: FlaskClient):
    document = client.get(f"{FIBRE}/draft", headers=JSON).json["document"]
    twice = {**document, "attributes": [{"name": "speed", "allowed": "> )"}, {"name": "speed"}]}
    problems = client.post(f"{FIBRE}/check", json=twice, headers=JSON).json["problems"]

    assert {("/attributes/0/allowed", "feel"), ("/attributes/1/name", "duplicate-key")} <= {
        (problem["pointer"], problem["code"]) for problem in problems
    }
    assert client.get(f"{FIBRE}/draft", headers=JSON).json["revision"] == 1


def test_what_is_no_definition_at_all_is_a_finding_at_its_field(client: FlaskClient):
    document = client.get(f"{FIBRE}/draft", headers=JSON).json["document"]
    answer = client.post(f"{FIBRE}/check", json={**document, "domain": "nothing"}, headers=JSON)

    assert [(each["pointer"], each["severity"]) for each in answer.json["problems"]] == [("/domain", "error")]


def test_names_tell_what_there_is(client: FlaskClient):
    names = client.get(f"{FIBRE}/names", headers=JSON).json

    assert names["definitions"]["specification"] == [{"key": "fibre", "name": "Fibre"}]
    assert set(names["definitions"]) == set(KINDS)


def test_only_a_process_admin_edits(signed_in: Callable[..., Any], client: FlaskClient):
    assert signed_in("order agent").get(FIBRE).status_code == 403


@pytest.mark.parametrize("document", [a_specification(actions=("add",)), a_decomposition("fibre", "port"), a_system()])
def test_a_whole_document_is_the_same_version(document: Any):
    kind = versions.plain(document)["kind"]

    assert versions.version_id(versions.convert(kind, forms.complete(document))) == versions.version_id(document)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"table"}))
def test_a_new_document_can_be_read_with_what_it_must_say(kind: str):
    said = dict.fromkeys(forms.required(kind), "http://127.0.0.1")

    assert versions.convert(kind, forms.fresh(kind, key="new", name="New", **said)).key == "new"


def test_an_example_of_a_decomposition_is_made_without_storing_anything(client: FlaskClient):
    port = {"kind": "specification", "key": "port", "name": "Port", "domain": "resource"}
    client.put("/edit/specification/port/draft", json=port, headers={**JSON, "If-Match": '"0"'})
    document = {
        "kind": "decomposition",
        "key": "fibre",
        "name": "Fibre",
        "source": "fibre",
        "targets": [{"specification": "port", "quantity": "source.quantity * 2"}],
    }
    asked = client.post(
        "/edit/decomposition/fibre/example", json={"document": document, "given": {"quantity": 3}}, headers=JSON
    )

    assert [(part["name"], part["quantity"]) for part in asked.json["parts"]] == [("Fibre", 3), ("Port", 6)]
    assert client.get("/edit/decomposition/fibre/draft", headers=JSON).status_code == 404
    gone = client.post("/edit/decomposition/fibre/example?order=99", json={"document": document}, headers=JSON)
    assert gone.status_code == 404
