"""Programs that call the interfaces: with a token, in JSON, as they would from outside."""

from __future__ import annotations

import json
import os
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import accounts
from app.accounts import SCOPES, Role, Scope
from designer import drafts, publishing
from designer.exchange import folder
from runtime.core.definitions import Definition
from runtime.database import Database
from runtime.rules import feel, tables
from runtime.schema import metadata

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "demo" / "definitions"
SHARED = ROOT.parent / "shared"
OUTSIDE_ORDERS = {
    "private line (MEF)": SHARED / "mef" / "new-epl.json",
    "internet access (MEF)": SHARED / "mef" / "basic-internet-access.json",
    "mobile bundle (TMF)": SHARED / "tmf" / "samples" / "CreateProductOrder1_request.json",
    "user network interface (TMF)": SHARED / "tmf" / "samples" / "CreateProductOrder2_request.json",
}
PRODUCT_ORDERS = "/tmf-api/productOrderingManagement/v4/productOrder"
_numbers = count(1)


class Caller:
    """A program with a token. `send` gives Flask's response; bodies are JSON unless they are bytes."""

    def __init__(self, app: Flask, token: str) -> None:
        self._client = app.test_client()
        self._token = token

    def send(self, method: str, address: str, body: Any = None, **headers: str):
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {self._token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        if data is not None:
            given.setdefault("Content-Type", "application/json")
        return self._client.open(address, method=method, data=data, headers=given)

    def get(self, address: str, **headers: str):
        return self.send("GET", address, **headers)

    def post(self, address: str, body: Any = None, **headers: str):
        return self.send("POST", address, body, **headers)

    def put(self, address: str, body: Any = None, **headers: str):
        return self.send("PUT", address, body, **headers)


def a_caller(app: Flask, *roles: Role, scopes: tuple[Scope, ...] = SCOPES, name: str | None = None) -> Caller:
    """A program whose token speaks for a new user with these roles; without any: "api"."""
    with database_of(app).writing() as connection:
        name = name or f"program{next(_numbers)}"
        accounts.add_user(connection, name, full_name=name, roles=roles or ("api",), password="long enough", now=0)
        user = accounts.find_user(connection, name)
        assert user is not None
        return Caller(app, accounts.add_token(connection, user, name="test", scopes=scopes, now=0))


def database_of(app: Flask) -> Database:
    database: Database = app.extensions["orderloom"].database
    return database


def publish(app: Flask, *documents: Definition, now: int = 1) -> int:
    """One release of these definitions, and the active one's others."""
    with database_of(app).writing() as connection:
        for document in documents:
            drafts.put(connection, document, revision=None, by="seed", now=now)
        return publishing.publish(connection, author="seed", now=now)


def needs_the_rules() -> None:
    """Skips a test of the demo, whose tables and conditions need the whole rule language."""
    if feel.__doc__ is None or not hasattr(tables.Table, "evaluate"):
        pytest.skip("the rule engine is not in place yet")


def publish_demo(app: Flask) -> int:
    needs_the_rules()
    return publish(app, *folder.read(DEMO))


def outside_order(name: str) -> bytes:
    """The body of an order that nobody here wrote."""
    path = OUTSIDE_ORDERS[name]
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{path} is missing")
        pytest.skip(f"{path} is not there: these orders lie beside the repository")
    return path.read_bytes()


def rows(app: Flask) -> dict[str, int]:
    """How many rows every table has: what was refused must not change it."""
    with database_of(app).reading() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }
