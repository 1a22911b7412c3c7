"""An order in the middle of its life, as a turn sees it: the parts that were loaded, free to change."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from runtime.core.orders import FulfilmentLine
from runtime.core.release import CompiledItem, Release
from runtime.core.scopes import OrderScope


class Item(Struct, kw_only=True):
    """A node of the plan of one order.

    `targets` are the fulfilment lines it works for, `lines` the order lines whose progress it counts in: first the
    `own` that it stands for, then those that these are part of. `group` is the value of its grouping key, for people;
    `identity` is the same with its type, and there only while a plan is made. `reads` tells, for each item key its
    expressions look at, which instances are meant. `unmet` counts the dependencies whose source has not ended. `tries`
    counts the attempts of the retry policy, from the last time it began; `attempt` counts all, and never repeats.
    Attempts of one `run` are one request to the system, under one idempotency key. `effect` is what the run has done
    outside: none, open while it is asked, unknown where that ended without a word that settles it, done. `request` is
    what a person has sent in place of what the definition gives, and `by` who ended it by hand.
    """

    n: int
    plan: str
    key: str
    compiled: CompiledItem
    group: str = ""
    identity: str = ""
    targets: tuple[int, ...] = ()
    lines: tuple[str, ...] = ()
    own: int = 0
    reads: dict[str, tuple[int, ...]] = {}
    state: str = "pending"
    unmet: int = 0
    attempt: int = 0
    tries: int = 0
    run: int = 1
    effect: str = "none"
    result: dict[str, Any] | None = None
    error: str | None = None
    request: dict[str, Any] | None = None
    by: str | None = None
    started_at: int | None = None
    ended_at: int | None = None


class LineState(Struct, kw_only=True):
    """How far an order line is: `open_items` of the items that work for it have not ended."""

    id: str
    state: str = "accepted"
    open_items: int = 0
    passed_ponr: bool = False
    ended_at: int | None = None


class OrderState(Struct, kw_only=True):
    """One order and as much of its plan as has been loaded; a missing key means: not loaded."""

    id: int
    release: Release
    state: str
    seq: int
    changed_at: int = 0
    open_items: int = 0
    failed_items: int = 0
    open_fallout: int = 0
    ended_at: int | None = None
    scope: OrderScope | None = None
    fulfilments: dict[int, FulfilmentLine] = {}
    lines: dict[str, LineState] = {}
    items: dict[int, Item] = {}
    successors: dict[int, list[int]] = {}
    changed_items: set[int] = set()
    changed_lines: set[str] = set()
    new_plan: bool = False  # every item was made in this turn
