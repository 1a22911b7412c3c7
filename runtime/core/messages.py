"""What somebody wants of an order: a worker, a system, a person. A message may be refused, or come too late."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Message(Struct, frozen=True):
    """Wanted of item `n`."""

    n: int


class Proceed(Message, frozen=True):
    """Begin: everything it depended on has ended."""


class Answer(Message, frozen=True):
    """A system answered the `attempt`th callout with success; `body` is what it said."""

    attempt: int
    body: Any


class Failure(Message, frozen=True):
    """The `attempt`th callout failed; with `final` there is no point in asking again. `payload` is what was
    sent, to be sent again; `cause` and `code` say how it failed (runtime.core.fallout)."""

    attempt: int
    error: str
    final: bool = False
    payload: Any = None
    cause: str = ""
    code: str = ""


class PushLost(Failure, frozen=True):
    """The same for a push, whose item has long gone on."""


class Fire(Message, frozen=True):
    """The time it waited for has come."""


class Deliver(Message, frozen=True):
    """A callback brought `body`; `token` proves that it may."""

    token: str
    body: Any


class CompleteTask(Message, frozen=True):
    """A person did it, and filled in `values`; `reason` says why, where it failed before and was completed by hand."""

    values: dict[str, Any]
    by: str
    reason: str = ""


class Retry(Message, frozen=True):
    """A person wants a failed item tried again, perhaps with a corrected `request`, or without asking its condition."""

    by: str
    reason: str = ""
    request: dict[str, Any] | None = None
    ask_condition: bool = True


class Skip(Message, frozen=True):
    """A person wants an item that failed or waits left out; `values` stand in for the result that others read."""

    reason: str
    by: str
    values: dict[str, Any] = {}
