"""Opens the database, and lets one writer at a time into SQLite, first come, first served."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError

from runtime.errors import DatabaseInUse


class FirstComeLock:
    """A lock that is handed on in the order in which it was asked for.

    threading.Lock gives no such promise: a busy worker that lets go and asks again at once can win for
    seconds while a web request waits.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()  # released by the one before us, who leaves _held as it is

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False

    @property
    def wanted(self) -> bool:
        """Whether somebody waits: a sign to the holder to be brief."""
        return bool(self._waiting)


class Database:
    """An engine, and the two ways into it: `reading()` and `writing()`."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = create_engine(self.url, pool_size=16, max_overflow=32, connect_args={"timeout": 30})
            event.listen(self.engine, "connect", _prepare_sqlite)
        else:
            self.engine = create_engine(
                self.url.set(drivername="postgresql+psycopg"),
                pool_size=16,
                max_overflow=32,
                connect_args={"connect_timeout": 5},  # a machine that is away answers nothing at all
            )
            event.listen(self.engine, "checkin", _note_rest)
            event.listen(self.engine, "checkout", _ask_the_rested)
        self.writer = FirstComeLock()

    @property
    def path(self) -> Path | None:
        """The SQLite file; None for PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database and is rolled back at the end."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: returning commits, raising rolls back. On SQLite the writers queue here, because
        SQLite itself makes them poll, which starves whoever asks seldom."""
        if not self.is_sqlite:
            with self.engine.begin() as connection:
                yield connection
            return
        with self.writer, self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()

    def claim_engine(self) -> None:
        """Makes this the only process that runs orders on this SQLite file.

        Raises DatabaseInUse where another one does. The lock ends with the process, however it ends.
        """
        if self.path is None:
            return
        self._lock_file = self.path.with_name(f"{self.path.name}.lock").open("a+")
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock_file.seek(0)
            holder = self._lock_file.read().strip() or "unknown"
            self._lock_file.close()
            raise DatabaseInUse(str(self.path), holder) from None
        self._lock_file.truncate(0)
        self._lock_file.write(str(os.getpid()))
        self._lock_file.flush()

    def release_engine(self) -> None:
        """Lets another process run orders."""
        if lock_file := getattr(self, "_lock_file", None):
            lock_file.close()

    def close(self) -> None:
        self.engine.dispose()
        self.release_engine()


def _prepare_sqlite(connection, _record) -> None:  # type: ignore[no-untyped-def]
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "temp_store=MEMORY",
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


# A PostgreSQL that was restarted has closed every connection, and nobody's next request should fail for it. Asking
# costs an answer of its own, so connections that worked a moment ago are not asked.
REST = 1.0  # seconds


def _note_rest(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


def _ask_the_rested(connection: Any, record: Any, _proxy: Any) -> None:
    since = record.info.get("rests_since")
    if since is None or time.monotonic() - since < REST:
        return
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.OperationalError:
        raise DisconnectionError from None  # the pool then opens another


__all__ = ["Connection", "Database", "Engine"]
