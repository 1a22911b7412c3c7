"""Examines an installation and says for each thing that is wrong what to do about it."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from typing import Literal

import urllib3
from msgspec import Struct
from sqlalchemy.exc import DBAPIError, OperationalError

from app import migrating
from app.settings import Settings
from runtime import desk, queries, releases, systems
from runtime.core.release import Release
from runtime.database import Connection, Database
from runtime.desk import Filter
from runtime.due import next_due
from runtime.errors import CorruptVersion, DatabaseInUse

STALE = 60_000  # ms; a job due for longer says that no worker is at work
APART = 5  # s that two clocks may differ
PUBLISH = "publish definitions: python -m app publish DIR (in development also: python -m app seed)"
UNREACHABLE = "check ORDERLOOM_DATABASE, that the database runs, and that this user may open it"


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
    try:
        database = migrating.opened(settings.database)
    except migrating.WrongSchema as error:
        yield Finding("database", "bad", error.what, error.remedy)
        return
    except OperationalError as error:
        yield Finding("database", "bad", f"cannot be opened: {_reason(error)}", UNREACHABLE)
        return
    try:
        with database.reading() as connection:
            yield from _database(database, connection)
            yield from _worker(database, connection, now)
            yield from _release(connection, now)
    except DBAPIError as error:
        yield Finding("database", "bad", _reason(error), UNREACHABLE)
    finally:
        database.close()


def _reason(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]


def _database(database: Database, connection: Connection) -> Iterator[Finding]:
    where = f"{database.url.get_backend_name()}, at revision {migrating.newest()}"
    yield Finding("database", "good", where)
    if differs := migrating.differences(connection):
        yield Finding("schema", "bad", differs, "restore a backup, or make the tables again in an empty database")
    if database.path is None:
        return
    if (damage := connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()) != "ok":
        yield Finding("database file", "bad", f"damaged: {damage}", "restore a backup: python -m app restore FILE")
    if database.path.stat().st_mode & stat.S_IRWXO:
        text = "everybody on this machine may read it, and the personal data in it"
        yield Finding("database file", "bad", text, f"chmod o-rwx {database.path}*")


def _worker(database: Database, connection: Connection, now: int) -> Iterator[Finding]:
    held = systems.holds(connection)
    for system, hold in sorted(held.items()):
        which = "all systems" if system == systems.EVERY else system
        by = f" by {hold.by}" if hold.by else ""
        yield Finding("calls", "note", f"none are made to {which}: {hold.reason}{by}", _online(system))
    moments = [next_due(connection), *(each.first for each in systems.waiting(connection, now) if not _held(each))]
    behind = any(moment is not None and now - moment > STALE for moment in moments)
    if database.path is None:
        yield Finding(
            "worker",
            "bad" if behind else "good",
            "work has been due for over a minute" if behind else "no work is left lying",
            "start one: python -m app worker" if behind else "",
        )
        yield from _clock(connection)
        return
    try:
        database.claim_engine()
    except DatabaseInUse as error:
        yield Finding("worker", "good", f"{str(error).split(';')[0]}")
        if behind:
            yield Finding("work", "bad", "work has been due for over a minute", "restart: python -m app serve")
    else:
        yield Finding("worker", "note", "nothing runs orders just now", "start it: python -m app serve")


def _online(system: str) -> str:
    return f"when it can be called again: python -m app system {'all' if system == systems.EVERY else system} --online"


def _held(waiting: systems.Waiting) -> bool:
    return waiting.offline or waiting.open_since is not None


def _clock(connection: Connection) -> Iterator[Finding]:
    theirs: float = connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one()
    if abs(apart := time.time() - float(theirs)) > APART:
        text = f"this machine is {apart:+.0f} s from the database: waits and due times begin early or late"
        yield Finding("clock", "bad", text, "set both by NTP")


def _release(connection: Connection, now: int) -> Iterator[Finding]:
    active = releases.active_id(connection, now)
    if active is None:
        yield Finding("release", "bad", "none is active, so no order can be submitted", PUBLISH)
        return
    try:
        release = releases.load(connection, active)
    except CorruptVersion as error:
        yield Finding("release", "bad", str(error), "restore the database from a backup taken before the change")
        return
    yield Finding("release", "good", f"{active} is active, and every version in it has its hash")
    yield from _systems(connection, release)
    yield from _fallout(connection)


def _fallout(connection: Connection) -> Iterator[Finding]:
    found = desk.count_by(connection, Filter(), "cause")
    if total := sum(found.values()):
        crashed = found.get("crash", 0)
        text = f"{total} open fallout records" + (f", {crashed} of them by unexpected errors" if crashed else "")
        remedy = "a fallout agent decides about them under Fallout"
        yield Finding("fallout", "bad" if crashed else "note", text, remedy)
    for job in queries.crashing_jobs(connection):
        what = f"order {job.order_id}" + ("" if job.item is None else f", item {job.item}")
        text = f"{what} crashed {job.crashes} times and is tried again: {job.crash}"
        yield Finding("work", "bad", text, "look into the log; after three crashes it is fallout")


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
