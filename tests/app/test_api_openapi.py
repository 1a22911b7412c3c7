"""The description of the API is complete, true to the answers, and shown from our own files."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from app.settings import ROOT
from tests.app.callers import Caller, a_caller, publish
from tests.builders import a_catalog, a_plan, an_item


@pytest.fixture
def description(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


def test_every_route_of_the_api_is_described(app: Flask, description: dict[str, Any]):
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(method.upper(), path) for path, methods in description["paths"].items() for method in methods}

    assert described == routes
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"].endswith("."), f"{method} {path} has no docstring"


def test_every_schema_it_names_is_there(description: dict[str, Any]):
    named = set(re.findall(r"#/components/schemas/([\w.]+)", str(description)))

    assert named <= description["components"]["schemas"].keys()


def test_every_way_to_refuse_is_a_problem(description: dict[str, Any]):
    refusals = [
        answer["content"]
        for methods in description["paths"].values()
        for operation in methods.values()
        for code, answer in operation["responses"].items()
        if code.startswith("4")
    ]

    assert refusals
    assert all(list(content) == ["application/problem+json"] for content in refusals)


def test_every_route_that_creates_takes_a_key(description: dict[str, Any]):
    for path, methods in description["paths"].items():
        for operation in methods.values():
            if "201" in operation["responses"]:
                assert "Idempotency-Key" in [each["name"] for each in operation["parameters"]], path


def must_answer_as_described(description: dict[str, Any], method: str, path: str, response: Any) -> None:
    answer = description["paths"][path][method]["responses"][str(response.status_code)]
    (schema,) = [content["schema"] for content in answer["content"].values()]
    validator = Draft202012Validator({**schema, "components": description["components"]})
    assert [error.message for error in validator.iter_errors(response.json)] == [], path


def test_answers_are_as_described(app: Flask, description: dict[str, Any]):
    publish(app, *a_catalog(a_plan(an_item("survey"))).values())
    caller: Caller = a_caller(app, "process admin", "fulfilment agent", "order agent", "fallout agent")
    order = {"lines": [{"id": "1", "specification": "fibre", "action": "add"}]}
    v1 = "/api/v1"
    draft = {"kind": "queue", "key": "q", "name": "Q"}
    for method, path, response in (
        ("post", f"{v1}/orders", caller.post(f"{v1}/orders", order)),
        ("post", f"{v1}/orders", caller.post(f"{v1}/orders?dry_run=true", order)),
        ("post", f"{v1}/orders", caller.post(f"{v1}/orders", {})),
        ("get", f"{v1}/orders", caller.get(f"{v1}/orders")),
        ("get", f"{v1}/orders/{{order_id}}", caller.get(f"{v1}/orders/1")),
        ("get", f"{v1}/orders/{{order_id}}", caller.get(f"{v1}/orders/9")),
        ("get", f"{v1}/orders/{{order_id}}/plan", caller.get(f"{v1}/orders/1/plan")),
        ("get", f"{v1}/orders/{{order_id}}/events", caller.get(f"{v1}/orders/1/events")),
        ("get", f"{v1}/orders/{{order_id}}/tasks", caller.get(f"{v1}/orders/1/tasks")),
        ("get", f"{v1}/tasks", caller.get(f"{v1}/tasks")),
        ("get", f"{v1}/definitions", caller.get(f"{v1}/definitions")),
        ("get", f"{v1}/definitions/{{kind}}/{{key}}", caller.get(f"{v1}/definitions/plan/fibre")),
        (
            "get",
            f"{v1}/definitions/{{kind}}/{{key}}/versions/{{number}}",
            caller.get(f"{v1}/definitions/plan/fibre/versions/1"),
        ),
        (
            "put",
            f"{v1}/definitions/{{kind}}/{{key}}/draft",
            caller.put(f"{v1}/definitions/queue/q/draft", draft, If_None_Match="*"),
        ),
        ("get", f"{v1}/definitions/{{kind}}/{{key}}/draft", caller.get(f"{v1}/definitions/queue/q/draft")),
        (
            "put",
            f"{v1}/definitions/{{kind}}/{{key}}/filing",
            caller.put(f"{v1}/definitions/plan/fibre/filing", {"owner": "Ada", "tags": ["north"]}),
        ),
        (
            "get",
            f"{v1}/definitions/{{kind}}/{{key}}/references",
            caller.get(f"{v1}/definitions/plan/fibre/references"),
        ),
        ("post", f"{v1}/definitions/check", caller.post(f"{v1}/definitions/check", {})),
        ("post", f"{v1}/releases", caller.post(f"{v1}/releases", {})),
        ("get", f"{v1}/releases", caller.get(f"{v1}/releases")),
        ("get", f"{v1}/releases/{{release_id}}", caller.get(f"{v1}/releases/2")),
    ):
        must_answer_as_described(description, method, path, response)


def test_the_page_loads_nothing_from_elsewhere_and_no_script_stands_in_it(app: Flask):
    page = app.test_client().get("/api/docs")

    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert re.findall(r"<script(?![^>]* src=)", page.text) == []
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    assert all(address.startswith("/") for address in addresses)
    for address in addresses:
        if address.startswith("/static/"):
            assert (ROOT / "static" / address.removeprefix("/static/")).is_file(), address


def test_the_manual_names_every_route_and_no_other(description: dict[str, Any]):
    manual = (ROOT / "docs" / "api.md").read_text()
    named = set(re.findall(r"^\| `([A-Z]+ /api/v1/[^`]+)`", manual, re.MULTILINE))

    assert named == {f"{method.upper()} {path}" for path, methods in description["paths"].items() for method in methods}
