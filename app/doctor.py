"""Examines an installation and says for each thing that is wrong what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import urllib3
from msgspec import Struct
from sqlalchemy.exc import DBAPIError, OperationalError

from app.migrating import newest, revision_of
from app.settings import Settings
from runtime import queries, releases
from runtime.core.release import Release
from runtime.database import Connection, Database
from runtime.due import next_due
from runtime.errors import CorruptVersion, DatabaseInUse

STALE = 60_000  # ms; a job due for longer says that no worker is at work


class Finding(Struct, frozen=True):
    """One thing looked at."""

    what: str
    verdict: Literal["good", "note", "bad"]
    text: str
    remedy: str = ""


def examine(settings: Settings, now: int) -> Iterator[Finding]:
    yield Finding("settings", "good", f"{settings.environment}, reached at {settings.public_url}")
    if not settings.development and not settings.encrypted:
        yield Finding(
            "public URL", "bad", "production without https", "set ORDERLOOM_PUBLIC_URL to the https:// address"
        )
    database = Database(settings.database)
    try:
        with database.reading() as connection:
            at = revision_of(connection)
            if at != newest():
                text = f"at revision {at}, the code wants {newest()}" if at else "there are no tables yet"
                yield Finding("database", "bad", text, "run: python -m app init")
                return
            yield Finding("database", "good", f"{database.url.get_backend_name()}, at revision {at}")
            yield from _engine(database, connection, now)
            yield from _release(connection, now)
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        yield Finding("database", "bad", f"cannot be opened: {reason}", "check ORDERLOOM_DATABASE, and that it runs")
    except DBAPIError as error:
        yield Finding("database", "bad", str(error.orig).splitlines()[0], "run: python -m app init")
    finally:
        database.close()


def _engine(database: Database, connection: Connection, now: int) -> Iterator[Finding]:
    due = next_due(connection, calls=True)
    behind = due is not None and now - due > STALE
    if not database.is_sqlite:
        yield Finding(
            "worker",
            "bad" if behind else "good",
            "work has been due for over a minute" if behind else "no work is left lying",
            "start one: python -m app worker" if behind else "",
        )
        return
    try:
        database.claim_engine()
    except DatabaseInUse as error:
        yield Finding("worker", "good", f"{str(error).split(';')[0]}")
        if behind:
            yield Finding("work", "bad", "work has been due for over a minute", "restart: python -m app serve")
    else:
        yield Finding("worker", "note", "nothing runs orders just now", "start it: make run")


def _release(connection: Connection, now: int) -> Iterator[Finding]:
    active = releases.active_id(connection, now)
    if active is None:
        yield Finding("release", "bad", "none is active, so no order can be submitted", "run: python -m app seed")
        return
    try:
        release = releases.load(connection, active)
    except CorruptVersion as error:
        yield Finding("release", "bad", str(error), "restore the database from a backup taken before the change")
        return
    yield Finding("release", "good", f"{active} is active, and every version in it has its hash")
    yield from _systems(connection, release)
    failed = queries.count_orders(connection, failed=True)
    if failed:
        yield Finding("orders", "note", f"{failed} with failed items", "a fallout agent sees them under Orders")


def _systems(connection: Connection, release: Release) -> Iterator[Finding]:
    elsewhere = queries.endpoint_urls(connection)
    pool = urllib3.PoolManager(retries=False, timeout=3)
    for key, system in sorted(release.systems.items()):
        url = elsewhere.get(key, system.url)
        try:
            pool.request("HEAD", url, redirect=False)  # any answer at all says that somebody is there
        except urllib3.exceptions.HTTPError:
            yield Finding(
                f"system {key}", "bad", f"does not answer at {url}", "start it, or say where it is (table endpoints)"
            )
        else:
            yield Finding(f"system {key}", "good", f"answers at {url}")
