"""What beginning an item comes to: one event, and the work that goes with it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from runtime.core.evaluation import Evaluation
from runtime.core.events import ItemCompleted, ItemFailed, ItemSkipped, ItemStarted, ItemWaiting
from runtime.core.release import Release
from runtime.core.state import Item
from runtime.rules import tables


class NewTask(Struct, frozen=True, kw_only=True):
    """A task for people: whose it is (None: anybody's of its queue's role), and when it is due, in ms since 1970.
    `doubt` says why the rule of the queue gave it to nobody, where it could not say."""

    assignee: str | None
    due_at: int | None
    doubt: str = ""


class Decided(Struct, frozen=True, kw_only=True):
    """How a decision table was asked: its key, the inputs it was given by name, and the result with its trace."""

    table: str
    inputs: dict[str, Any]
    result: tables.Result


class Begun(Struct, frozen=True, kw_only=True):
    """The event with which an item begins. `body` is sent to its operation, and `until` wakes it at a moment."""

    event: ItemStarted | ItemWaiting | ItemCompleted | ItemSkipped | ItemFailed
    body: dict[str, Any] | None = None
    until: int | None = None
    task: NewTask | None = None
    decided: Decided | None = None


class Beginning(Struct, frozen=True, kw_only=True):
    """An item that is about to begin: the names its expressions see, the moment, and its release."""

    item: Item
    names: dict[str, Any]
    evaluation: Evaluation
    release: Release


def failed(cause: str, error: str, rows: tuple[str, ...] = ()) -> Begun:
    """The item cannot begin; `cause` is one of runtime.core.fallout.CAUSES, `error` is for people."""
    return Begun(event=ItemFailed(error, rows, cause))
