"""Messages to items: from workers, systems and people. One may be refused, or come too late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, structs


class Message(Struct, frozen=True):
    """Wanted of item `n`."""

    n: int


class Proceed(Message, frozen=True):
    """Begin: everything it depended on has ended. A person may have it begin whatever its condition says."""

    ask_condition: bool = True


class Called(Message, frozen=True, kw_only=True):
    """An attempt of a callout or push has ended. A `status` of None means that no answer came, and `problem` says why,
    or why the body of an answer cannot be read; with `sent` False the request surely never reached the system. The
    call is that of `payload`, made to `url`, and took so many ms. With `held` the system, and not the item, is to
    blame for a failure."""

    run: int
    attempt: int
    payload: dict[str, Any]
    url: str = ""
    status: int | None = None
    body: Any = None
    problem: str = ""
    sent: bool = True
    took: int = 0
    held: bool = False
    push: bool = False


class GiveUp(Message, frozen=True):
    """It cannot be evaluated: `error` says why, `cause` is one of runtime.core.fallout.CAUSES."""

    error: str
    cause: str


class Fire(Message, frozen=True):
    """The time it waited for has come."""


class Deliver(Message, frozen=True):
    """A callback brought `body` for a run; that it may has been seen already."""

    run: int
    body: Any


class TryNow(Message, frozen=True):
    """A person wants the next attempt, which is due later, made at once."""

    by: str


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


_LEFT = {each.__name__: each for each in (Proceed, Called, Deliver, Fire)}


def to_payload(message: Message) -> dict[str, Any]:
    """A message as the payload of the job that it is left to."""
    return {"message": type(message).__name__, **structs.asdict(message)}


def from_payload(payload: Mapping[str, Any]) -> Message:
    """The message that `to_payload` wrote."""
    fields = dict(payload)
    return _LEFT[fields.pop("message")](**fields)
