"""What a turn leaves behind and asks for: jobs, recorded events, and the rows it wants next."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from runtime.core.events import Event


class Job(Struct, frozen=True, kw_only=True):
    """Work that shall happen by itself, at `run_at`."""

    kind: str  # start, callout, push, timer, proceed, evaluate
    order: int
    item: int | None
    attempt: int
    run_at: int
    system: str | None = None
    payload: dict[str, Any] | None = None  # for a callout or push: what the connector needs

    @property
    def outside(self) -> bool:
        """Whether it is done between turns: it talks to a system, or evaluates for longer than a turn may."""
        return self.kind in ("callout", "push", "evaluate")


Hits = tuple[int, int, int]  # how often a row of a table fired, when last, and for which order
EVERY_DECISION = ""  # the rule under which every decision by a version of a table is counted


class OpenedTask(Struct, frozen=True, kw_only=True):
    """Something that waits for people from now on: a manual item, or a question or an approval, which have negative
    numbers. `assignee` is whose it is from the beginning, if anybody's."""

    order: int
    item: int
    kind: str = "work"  # work, question, approval
    queue: str
    role: str
    name: str
    assignee: str | None
    due_at: int | None


class Recorded(Struct, frozen=True):
    """An event in its place in the journal of its order."""

    order: int
    seq: int
    at: int
    event: Event
    item: int | None


class Wanted(Struct):
    """What a turn needs to have loaded before it can go on: (order, number or id) pairs."""

    items: set[tuple[int, int]] = set()
    successors: set[tuple[int, int]] = set()
    lines: set[tuple[int, str]] = set()
    fulfilments: set[tuple[int, int]] = set()
    documents: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self.items or self.successors or self.lines or self.fulfilments or self.documents)
