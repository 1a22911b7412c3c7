"""What people do to definitions, in the words of the tests."""

from __future__ import annotations

from typing import Any

from designer import drafts, publishing
from runtime.core.definitions import Definition
from runtime.database import Database


def draft(database: Database, *documents: Definition, by: str = "anna", now: int = 1000) -> None:
    with database.writing() as connection:
        for document in documents:
            drafts.put(connection, document, revision=None, by=by, now=now)


def publish(database: Database, names: list[str] | None = None, *, now: int = 2000, **rest: Any) -> int:
    with database.writing() as connection:
        return publishing.publish(connection, names, author="anna", now=now, **rest)
