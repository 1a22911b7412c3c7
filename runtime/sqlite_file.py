"""The SQLite file as a file: whether it is whole, copies of it, setting it aside.

What was written last stands in a second file, -wal, until SQLite moves it into the first. Who copies only the first
gets an older state that opens without any error. So a process that serves a file marks it, in the file itself, and
takes the mark away when it stops: a file that is marked and has no -wal file beside it is such a copy.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from runtime.database import Database
from runtime.errors import Failure

IN_USE = 1  # in PRAGMA user_version, which SQLite keeps in bytes 60 to 63 of the file
MARK = slice(60, 64)


class NoBackup(Failure):
    """A backup cannot be made or restored; the message says why, and what to do."""


@contextmanager
def in_use(database: Database) -> Iterator[None]:
    """Marks a SQLite file while the block runs. A process that is killed leaves the mark and the -wal file behind."""
    mark(database, IN_USE)
    try:
        yield
    finally:
        mark(database, 0)


def mark(database: Database, value: int) -> None:
    """Writes a mark into the file itself, past -wal."""
    if database.is_sqlite:
        with database.writing() as connection:
            connection.exec_driver_sql(f"PRAGMA user_version = {value}")
        with database.reading() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def is_torn(path: Path) -> bool:
    """Whether a file is the copy of one in use without its -wal file. Opening it makes one, so ask before."""
    return is_marked(path) and not path.with_name(f"{path.name}-wal").exists()


def is_marked(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        return int.from_bytes(file.read(64)[MARK], "big") == IN_USE


def set_aside(path: Path, suffix: str) -> Path:
    """Renames a SQLite file that nobody has open, whatever is in it, and gives its new path."""
    number = 1
    while (aside := path.with_name(f"{path.name}.{suffix}-{number}")).exists():
        number += 1
    for end in ("-wal", "-shm", ""):
        if (part := path.with_name(path.name + end)).exists():
            part.rename(aside.with_name(aside.name + end))
    return aside


def copy(source: Path, target: Path) -> None:
    """Copies a SQLite file, which may be in use, into a new one that is whole by itself and examined.

    Raises NoBackup where there is no source, it is damaged, or the target exists.
    """
    if target.exists():
        raise NoBackup(f"{target} exists already; choose another name")
    made = target.with_name(f"{target.name}.part")
    try:
        made.unlink(missing_ok=True)
        made.touch(mode=0o600)
        existing = f"file:{quote(str(source.absolute()))}?mode=rw"
        with closing(sqlite3.connect(existing, uri=True, timeout=30)) as old, closing(sqlite3.connect(made)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")  # one file, until somebody opens it for use
            new.execute("PRAGMA user_version = 0")
            verdict = new.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if verdict != "ok":
            raise NoBackup(f"{source} is damaged: {verdict}")
        with made.open("rb") as file:
            os.fsync(file.fileno())
        made.rename(target)
    except sqlite3.DatabaseError as error:
        raise NoBackup(f"{source} cannot be copied to {target}: {error}") from error
    except OSError as error:
        raise NoBackup(f"{source} cannot be copied to {target}: {error.strerror}") from error
    finally:
        made.unlink(missing_ok=True)
