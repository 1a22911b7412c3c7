"""What the tests of the web application share: empty databases, an application, people signed in to it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL

from app import accounts, create_app
from app.accounts import Role
from app.db import Orderloom
from app.migrating import migrate
from app.settings import Settings
from designer import drafts, publishing
from runtime import engine, queries
from runtime.core.definitions import Definition
from runtime.core.orders import Order
from runtime.database import Database
from runtime.worker import Worker
from tests.builders import a_catalog, an_order

PASSWORD = "correct horse"
_numbers = count(1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        database.close()
        return
    server: URL = request.getfixturevalue("postgresql_server")
    name = f"empty_{next(_numbers)}"
    _run(server, f"CREATE DATABASE {name}")
    database = Database(server.set(database=name).render_as_string(hide_password=False))
    yield database
    database.close()
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _run(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"ORDERLOOM_INSTANCE": str(tmp_path), "ORDERLOOM_SECRET_KEY": "for tests"})


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without anything in it, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "orderloom.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def app(settings: Settings, migrated: Path) -> Iterator[Flask]:
    """The application on a migrated SQLite database, with nobody in it."""
    shutil.copy(migrated, settings.instance / "orderloom.db")
    app = create_app(settings)
    app.testing = False  # errors become answers, as they do for everybody else
    orderloom: Orderloom = app.extensions["orderloom"]
    yield app
    orderloom.database.close()


class Browser:
    """A person with a browser: keeps the session and finds the CSRF token in the page, as the page does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.get = client.get

    def csrf(self, page: str = "/sign-in") -> str:
        found = re.search(r'name="csrf[-_]token"[^>]*(?:value|content)="([^"]+)"', self.client.get(page).text)
        assert found, f"{page} carries no CSRF token"
        return found[1]

    def post(self, address: str, *, page: str | None = None, **fields: object):
        return self.client.post(address, data={"csrf_token": self.csrf(page or "/account"), **fields})

    def sign_in(self, name: str, password: str = PASSWORD):
        return self.post("/sign-in", page="/sign-in", name=name, password=password)


@pytest.fixture
def stranger(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def signed_in(app: Flask) -> Callable[..., Browser]:
    """Gives a browser in which a new user with these roles is signed in."""

    def sign_in(*roles: Role) -> Browser:
        name = f"user{next(_numbers)}"
        add_user(app, name, *roles)
        browser = Browser(app.test_client())
        assert browser.sign_in(name).status_code == 302
        return browser

    return sign_in


class Shop:
    """An application with a catalog and a worker that takes turns when told to."""

    def __init__(self, app: Flask) -> None:
        self.database: Database = app.extensions["orderloom"].database
        self.now = 1_700_000_000_000
        self.worker = Worker(self.database, callback_url="http://127.0.0.1/callbacks", clock=lambda: self.now)

    def publish(self, *documents: Definition, note: str = "") -> int:
        with self.database.writing() as connection:
            for document in documents:
                drafts.put(connection, document, revision=None, by="ada", now=self.now)
            return publishing.publish(connection, None, note=note, author="ada", now=self.now)

    def draft(self, document: Definition) -> None:
        with self.database.writing() as connection:
            drafts.put(connection, document, revision=None, by="ada", now=self.now)

    def submit(self, order: Order | None = None) -> int:
        with self.database.writing() as connection:
            return engine.submit(connection, order or an_order(), request="{}", by="otto", now=self.now)

    def run(self) -> None:
        while self.worker.take_turn():
            pass

    def states(self, order_id: int) -> dict[str, str]:
        with self.database.reading() as connection:
            return {item.key: item.state for item in queries.items_of(connection, order_id)}


@pytest.fixture
def shop(app: Flask) -> Shop:
    """A shop whose catalog has one specification and a plan of one milestone."""
    shop = Shop(app)
    shop.publish(*a_catalog().values())
    return shop


def add_user(app: Flask, name: str, *roles: Role) -> accounts.User:
    database = app.extensions["orderloom"].database
    with database.writing() as connection:
        accounts.add_user(connection, name, full_name=name.title(), roles=roles, password=PASSWORD, now=0)
        user = accounts.find_user(connection, name)
    assert user is not None
    return user
